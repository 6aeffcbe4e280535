//! Content lines (RFC 5545 section 3.1): from bytes to name, parameters and value.
//!
//! Read here and not by a library because recurrence lines are needed as they were sent, and because what a library
//! mends silently (a `COUNT=0` that becomes an endless rule, components that swallow their neighbours after a lost
//! `END`) must be seen and reported.

use std::borrow::Cow;

/// One content line, unfolded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    pub(super) name: &'t str,
    /// `;NAME=value...` as sent, or empty.
    params: &'t str,
    /// The value as sent.
    pub(super) value: &'t str,
    /// The value with the lines after it that are none of their own.
    whole: &'t str,
}

impl<'t> Line<'t> {
    /// The line's parts; `None` for text that is no content line.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let name_end = name_end(text)?;
        let name = text[..name_end].trim_end();
        let colon = name_end + value_colon(&text[name_end..])?;
        Some(Self {
            name,
            params: &text[name_end..colon],
            value: text[colon + 1..].lines().next().unwrap_or_default().trim(),
            whole: text[colon + 1..].trim(),
        })
    }

    /// Whether the line has that name, in any case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value of a parameter, without its quotes.
    pub(super) fn param(&self, wanted: &str) -> Option<&'t str> {
        let mut rest = self.params;
        while let Some(part) = rest.strip_prefix(';') {
            let mut quoted = false;
            let end = part
                .find(|letter| {
                    quoted ^= letter == '"';
                    letter == ';' && !quoted
                })
                .unwrap_or(part.len());
            if let Some((name, value)) = part[..end].split_once('=')
                && name.trim().eq_ignore_ascii_case(wanted)
            {
                return Some(value.trim().trim_matches('"'));
            }
            rest = &part[end..];
        }
        None
    }

    /// The value as `TEXT` (RFC 5545 section 3.3.11).
    pub(super) fn text(&self) -> String {
        let mut text = String::with_capacity(self.whole.len());
        let mut letters = self.whole.chars();
        while let Some(letter) = letters.next() {
            match (letter, letter == '\\') {
                (_, true) => match letters.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(escaped) => text.push(escaped),
                    None => {}
                },
                (letter, _) => text.push(letter),
            }
        }
        text
    }
}

/// The text with folded lines joined, one content line in each line.
///
/// Folding may cut a character in two, so it is undone in the bytes. Bytes that are no UTF-8 are read as
/// Windows-1252, which is what old exports contain.
pub(super) fn unfold(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut joined: Vec<u8> = Vec::with_capacity(bytes.len());
    for raw in bytes.split(|&byte| byte == b'\n' || byte == b'\r') {
        match raw.first() {
            None => {}
            Some(b' ' | b'\t') if !joined.is_empty() => joined.extend_from_slice(&raw[1..]),
            Some(_) => {
                if !joined.is_empty() {
                    joined.push(b'\n');
                }
                joined.extend_from_slice(raw);
            }
        }
    }
    match String::from_utf8(joined) {
        Ok(text) => text,
        Err(fault) => {
            let lines = fault.as_bytes().split(|&byte| byte == b'\n').map(decode_line);
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

/// The content lines of an unfolded text. A line that is none continues the text before it: some producers break
/// long texts without folding them.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let mut end = rest.find('\n').unwrap_or(rest.len());
            while let Some(next) = rest
                .get(end + 1..)
                .filter(|next| !next.is_empty() && name_end(next).is_none())
            {
                end += 1 + next.find('\n').unwrap_or(next.len());
            }
            let line = Line::read(&rest[..end]);
            rest = rest.get(end + 1..).unwrap_or_default();
            if line.is_some() {
                return line;
            }
        }
    })
}

/// Where the name ends that a content line begins with: at the `:` or `;` after it.
fn name_end(text: &str) -> Option<usize> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let name = text.bytes().take_while(is_name).count();
    let blank = text.bytes().skip(name).take_while(|byte| *byte == b' ').count();
    let end = text.as_bytes().get(name + blank)?;
    (name > 0 && matches!(end, b':' | b';')).then_some(name + blank)
}

/// Where the value begins: the first colon outside quotes, or the first at all when a quote is never closed.
fn value_colon(text: &str) -> Option<usize> {
    let mut quoted = false;
    let outside = text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b':' && !quoted
    });
    outside.or_else(|| text.find(':'))
}

fn decode_line(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| windows_1252(byte)).collect()),
    }
}

fn windows_1252(byte: u8) -> char {
    /// Bytes 0x80 to 0x9f; the five that mean nothing stay control characters.
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expect: &[(&str, &str)]) {
        let text = unfold(bytes);
        let seen: Vec<_> = lines(&text).map(|line| (line.name, line.value)).collect();
        assert_eq!(seen, expect);
    }

    #[test]
    fn lines_are_unfolded_in_every_variant() {
        check(b"A:one\r\n two\r\nB:x\r\n", &[("A", "onetwo"), ("B", "x")]);
        check(b"A:one\n\ttwo\nB:x", &[("A", "onetwo"), ("B", "x")]);
        check(b"\xef\xbb\xbfA:\xc3\r\n \xa9\r\n", &[("A", "é")]);
        check(b"A:caf\xe9 \x80\r\nB:\xc3\xa9", &[("A", "café €"), ("B", "é")]);
        check(b"A:one\r\nbroken off\r\nB:x", &[("A", "one"), ("B", "x")]);
        check(b"no line\r\n\r\nA:1", &[("A", "1")]);
        check(b"", &[]);
    }

    #[test]
    fn parameters_may_hold_colons_and_semicolons_in_quotes() {
        let line = Line::read("DTSTART;tzid=\"(UTC+01:00) A; B\";VALUE=DATE-TIME:20260101T090000").unwrap();
        assert_eq!(line.param("TZID"), Some("(UTC+01:00) A; B"));
        assert_eq!(line.param("value"), Some("DATE-TIME"));
        assert_eq!(line.param("X"), None);
        assert_eq!(line.value, "20260101T090000");
        let unclosed = Line::read("DTSTART;TZID=\"Europe/Berlin:20260101T090000").unwrap();
        assert_eq!(unclosed.value, "20260101T090000");
    }

    #[test]
    fn text_is_unescaped_and_goes_on_without_folds() {
        let text = unfold(b"A:one\r\nbroken off\r\nB:x");
        assert_eq!(lines(&text).next().unwrap().text(), "one\nbroken off");
        assert_eq!(
            Line::read(r"SUMMARY:a\, b\; c\\d\ne").unwrap().text(),
            "a, b; c\\d\ne"
        );
    }
}
