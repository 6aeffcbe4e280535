//! The raw text of a feed.

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Properties that many publishers stamp anew at every fetch (`DTSTAMP` of RFC 5545 section 3.8.7.2 is the time of
/// the publication in a feed; some do likewise with `LAST-MODIFIED`).
const STAMPS: [&[u8]; 2] = [b"DTSTAMP", b"LAST-MODIFIED"];

const END: &[u8] = b"END:VCALENDAR";

/// Whether the text is HTML or XML, such as the page that asks to log in, sent as a success.
pub(super) fn is_page(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.trim_ascii_start().starts_with(b"<")
}

/// Whether the calendar has its end.
pub(super) fn is_whole(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let end = text.len().saturating_sub(END.len());
    text.get(end..).is_some_and(|last| last.eq_ignore_ascii_case(END))
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
        for no in ["BEGIN:VCALENDAR\r\n", "\u{feff}\r\n begin:vcalendar\n", ""] {
            assert!(!is_page(no.as_bytes()), "{no}");
        }
        for yes in ["<!DOCTYPE html>", "\u{feff}\n<?xml version=\"1.0\"?>"] {
            assert!(is_page(yes.as_bytes()), "{yes}");
        }
    }

    #[test]
    fn a_calendar_has_its_end() {
        assert!(is_whole(b"BEGIN:VCALENDAR\r\nend:vcalendar\r\n\r\n"));
        assert!(!is_whole(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n") && !is_whole(b""));
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
