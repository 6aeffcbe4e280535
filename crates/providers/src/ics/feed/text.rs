//! The raw text of a feed.

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Properties that many publishers stamp anew at every fetch (`DTSTAMP` of RFC 5545 section 3.8.7.2 is the time of
/// the publication in a feed; some do likewise with `LAST-MODIFIED`).
const STAMPS: [&[u8]; 2] = [b"DTSTAMP", b"LAST-MODIFIED"];

/// Whether the text begins as a calendar, after a byte order mark and blanks.
pub(super) fn is_calendar(text: &[u8]) -> bool {
    let text = text
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(text)
        .trim_ascii_start();
    text.get(..15)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:VCALENDAR"))
}

/// SHA-256 of the text without stamps, in base64url. Two texts with one hash say the same.
pub(super) fn hash(text: &[u8]) -> String {
    let mut context = Context::new(&SHA256);
    for line in text.split(|byte| *byte == b'\n').filter(|line| !is_stamp(line)) {
        context.update(line);
        context.update(b"\n");
    }
    URL_SAFE_NO_PAD.encode(context.finish())
}

fn is_stamp(line: &[u8]) -> bool {
    let named = |name: &[u8]| {
        let (start, rest) = line.split_at_checked(name.len())?;
        Some(start.eq_ignore_ascii_case(name) && matches!(rest.first(), Some(b':' | b';')))
    };
    STAMPS.into_iter().any(|name| named(name) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendars_are_told_from_pages() {
        for yes in ["BEGIN:VCALENDAR\r\n", "\u{feff}\r\n begin:vcalendar\n"] {
            assert!(is_calendar(yes.as_bytes()), "{yes}");
        }
        for no in ["", "<!DOCTYPE html>", "BEGIN:VCARD\r\n", "BEGIN"] {
            assert!(!is_calendar(no.as_bytes()), "{no}");
        }
    }

    #[test]
    fn stamps_do_not_count_and_everything_else_does() {
        let text = |stamp: &str, modified: &str, title: &str| {
            format!("BEGIN:VEVENT\r\nDTSTAMP:{stamp}\r\nlast-modified;X=1:{modified}\r\nSUMMARY:{title}\r\n")
        };
        let one = hash(text("20261120T100000Z", "1", "A").as_bytes());
        assert_eq!(one, hash(text("20261120T110000Z", "2", "A").as_bytes()));
        assert_ne!(one, hash(text("20261120T100000Z", "1", "B").as_bytes()));
        assert_ne!(hash(b"DTSTAMPED:1"), hash(b"DTSTAMPED:2"));
    }
}
