//! Event ids: those of the server's making, those that callers may choose, those of imported events.

use crate::google::GoogleError;

/// Digits of base32hex (RFC 4648 section 7) in the lower case that Google writes.
const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// 26 digits of base32hex.
pub(crate) fn new_id(random: [u8; 26]) -> String {
    random
        .iter()
        .map(|byte| char::from(DIGITS[usize::from(byte % 32)]))
        .collect()
}

/// Refuses ids outside of base32hex, 5 to 1024 characters (discovery document, `Event.id`).
pub(crate) fn check(id: &str) -> Result<(), GoogleError> {
    if is_of_google(id) {
        Ok(())
    } else {
        Err(GoogleError::bad("invalid", "Invalid resource id value."))
    }
}

/// The id of an event that is known by its iCalUID: what stands before `@google.com` in one of Google's own, else
/// an underscore and the whole in base32hex.
pub(crate) fn of_uid(uid: &str) -> String {
    let own = uid.strip_suffix("@google.com").filter(|id| is_of_google(id));
    own.map_or_else(|| format!("_{}", base32hex(uid.as_bytes())), str::to_owned)
}

fn is_of_google(id: &str) -> bool {
    (5..=1024).contains(&id.len()) && id.bytes().all(|c| matches!(c, b'a'..=b'v' | b'0'..=b'9'))
}

fn base32hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut five = [0; 5];
        five[..chunk.len()].copy_from_slice(chunk);
        let bits = five
            .iter()
            .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let used = (chunk.len() * 8).div_ceil(5);
        let digit = |place: usize| DIGITS[usize::try_from((bits >> (35 - 5 * place)) & 31).unwrap_or(0)];
        digits.extend((0..used).map(|place| char::from(digit(place))));
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_uid(uid: &str, id: &str) {
        assert_eq!(of_uid(uid), id);
    }

    /// The test vectors of RFC 4648 section 10, without padding.
    #[test]
    fn base32hex_is_that_of_rfc_4648() {
        for (text, digits) in [
            ("f", "co"),
            ("fo", "cpng"),
            ("foo", "cpnmu"),
            ("foob", "cpnmuog"),
            ("fooba", "cpnmuoj1"),
            ("foobar", "cpnmuoj1e8"),
        ] {
            assert_eq!(base32hex(text.as_bytes()), digits);
        }
    }

    #[test]
    fn an_imported_event_s_id_comes_from_its_uid() {
        check_uid("0123456789abcdef@google.com", "0123456789abcdef");
        check_uid("foobar", "_cpnmuoj1e8");
        // Not of Google's making, whatever it ends with.
        check_uid("ABC@google.com", &format!("_{}", base32hex(b"ABC@google.com")));
    }
}
