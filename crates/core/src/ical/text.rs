//! From the bytes of a calendar to its content lines, unfolded (RFC 5545 section 3.1).
//!
//! What is mended here: byte order marks, UTF-16, single bytes of Windows-1252, NUL bytes, every kind of line end, folds
//! inside a character or with empty lines between, and blanks after a name.

use std::borrow::Cow;

/// A text with its folded lines joined.
#[derive(Clone, Debug, Default)]
pub(super) struct Unfolded {
    /// One content line in each line.
    text: String,
    /// For each line of `text` the number, from 1, of the line of the file in which it begins.
    numbers: Vec<u32>,
}

impl Unfolded {
    /// Undoes folding. It may cut a character in two, so it is undone in the bytes.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let bytes = utf8(bytes);
        let mut joined: Vec<u8> = Vec::with_capacity(bytes.len());
        let mut numbers = Vec::with_capacity(bytes.len() / 32);
        for (raw, number) in physical_lines(&bytes).zip(1_u32..) {
            match raw.first() {
                None => {}
                Some(b' ' | b'\t') if !numbers.is_empty() => joined.extend_from_slice(&raw[1..]),
                Some(_) => {
                    let raw = if numbers.is_empty() {
                        raw.trim_ascii_start()
                    } else {
                        raw
                    };
                    if raw.is_empty() {
                        continue;
                    }
                    if !numbers.is_empty() {
                        joined.push(b'\n');
                    }
                    numbers.push(number);
                    let (name, rest) = without_blank_after_name(raw);
                    joined.extend_from_slice(name);
                    joined.extend_from_slice(rest);
                }
            }
        }
        let text = String::from_utf8(joined).unwrap_or_else(|fault| {
            let lines = fault.as_bytes().split(|&byte| byte == b'\n').map(decode_line);
            lines.collect::<Vec<_>>().join("\n")
        });
        Self { text, numbers }
    }

    /// The lines with their numbers in the file.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        self.numbers.iter().copied().zip(self.text.split('\n'))
    }
}

/// The bytes as UTF-8, as far as marks at their beginning say what they are; without NUL bytes, which mean nothing.
fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks().0.iter().map(|&pair| unit(pair));
        let text: String = char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        text.into_bytes()
    };
    let bytes = match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(wide(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(wide(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        _ => Cow::Borrowed(bytes),
    };
    if bytes.contains(&0) {
        bytes.iter().copied().filter(|&byte| byte != 0).collect()
    } else {
        bytes
    }
}

/// The name of a line and what follows it, without blanks between the two.
fn without_blank_after_name(raw: &[u8]) -> (&[u8], &[u8]) {
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'-';
    let (name, rest) = raw.split_at(raw.iter().take_while(is_name).count());
    match rest.trim_ascii_start() {
        value @ [b':' | b';', ..] => (name, value),
        _ => (name, rest),
    }
}

/// The lines of a text, each ended by LF, CR LF or CR.
fn physical_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let Some(end) = bytes.iter().position(|&byte| byte == b'\n' || byte == b'\r') else {
            rest = None;
            return Some(bytes);
        };
        let length = if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = bytes.get(end + length..);
        Some(&bytes[..end])
    })
}

/// A line that is no UTF-8 is read as Windows-1252, which is what old exports contain.
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
    fn check(bytes: &[u8], expect: &[(u32, &str)]) {
        let unfolded = Unfolded::read(bytes);
        assert_eq!(unfolded.lines().collect::<Vec<_>>(), expect);
    }

    #[test]
    fn lines_are_unfolded_in_every_variant() {
        check(b"A:one\r\n two\r\nB:x\r\n", &[(1, "A:onetwo"), (3, "B:x")]);
        check(b"A:one\n\ttwo\nB:x", &[(1, "A:onetwo"), (3, "B:x")]);
        check(b"A:one\r two\rB:x", &[(1, "A:onetwo"), (3, "B:x")]);
        check(b"A:one\r\n\r\n two\r\n\r\nB:x", &[(1, "A:onetwo"), (5, "B:x")]);
        check(b" \r\n  A:one\r\nB :x: y", &[(2, "A:one"), (3, "B:x: y")]);
        check(b"", &[]);
    }

    #[test]
    fn characters_are_read_in_every_encoding() {
        check(b"\xef\xbb\xbfA:\xc3\r\n \xa9\r\n", &[(1, "A:é")]);
        check(b"A:caf\xe9 \x80\r\nB:\xc3\xa9", &[(1, "A:café €"), (2, "B:é")]);
        check(b"\xff\xfeA\0:\0\xe9\0\n\0B\0", &[(1, "A:é"), (2, "B")]);
        check(b"\xfe\xff\0A\0:\0\xe9", &[(1, "A:é")]);
        check(b"A:o\0ne\r\nB:x\0\0", &[(1, "A:one"), (2, "B:x")]);
    }
}
