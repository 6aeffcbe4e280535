//! Texts as a person reads them, without what calendars do to them.
//!
//! Google's editor keeps a description as HTML: line ends become `<br>`, addresses become links, `&` becomes `&amp;`.
//! Graph wraps a body in a whole document. [`plain`] reads both, and what was plain stays as it is.

/// A text with one form of line ends, and without spaces and empty lines that nobody sees: at the ends of lines, before
/// the first and after the last, and more than one empty line in a row.
pub(super) fn tidy(text: &str) -> String {
    let text = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}'], "\n")
        .replace('\u{a0}', " ");
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        let repeats_empty = line.is_empty() && lines.last().is_none_or(|last| last.is_empty());
        if !repeats_empty {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

/// A text without markup, tidied.
pub(super) fn plain(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return tidy(text);
    }
    let is_markup = text.match_indices('<').any(|(at, _)| tag(&text[at..]).is_some());
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(letter) = rest.chars().next() {
        if let Some((shown, after)) = tag(rest).or_else(|| entity(rest)) {
            out.push_str(shown);
            rest = after;
            continue;
        }
        // In markup a line end is a space, but calendars show it as one; so do we.
        out.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    if is_markup {
        tidy(out.trim_start())
    } else {
        tidy(&out)
    }
}

/// What a tag at the beginning of the text shows as, and what follows it. Only tags that calendars write are tags:
/// `a < b` and `<name@example.com>` are text.
fn tag(text: &str) -> Option<(&'static str, &str)> {
    let inner = text.strip_prefix('<')?;
    let end = inner.find('>')?;
    let (inside, after) = (&inner[..end], &inner[end + 1..]);
    let name_end = inside
        .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '/' && letter != '!')
        .unwrap_or(inside.len());
    let name = inside[..name_end].trim_end_matches('/').to_ascii_lowercase();
    let shown = match name.as_str() {
        "br" | "/p" | "/div" | "/li" | "/ul" | "/ol" | "/tr" | "/h1" | "/h2" | "/h3" => "\n",
        "li" => "- ",
        "a" | "/a" | "b" | "/b" | "i" | "/i" | "u" | "/u" | "em" | "/em" | "strong" | "/strong" | "span"
        | "/span" | "font" | "/font" | "p" | "div" | "ul" | "ol" | "html" | "/html" | "body" | "/body"
        | "head" | "/head" | "meta" | "table" | "/table" | "tbody" | "/tbody" | "tr" | "td" | "/td"
        | "h1" | "h2" | "h3" | "html-blob" | "/html-blob" | "!doctype" => "",
        _ => return None,
    };
    Some((shown, after))
}

/// The letter of an entity at the beginning of the text, and what follows it.
fn entity(text: &str) -> Option<(&'static str, &str)> {
    const ENTITIES: [(&str, &str); 7] = [
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&nbsp;", " "),
    ];
    ENTITIES
        .into_iter()
        .find_map(|(written, shown)| Some((shown, text.strip_prefix(written)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(plain(text), expect, "{text:?}");
    }

    #[test]
    fn what_calendars_make_of_a_text_reads_as_the_text() {
        check("Bring the book.<br>Room 4", "Bring the book.\nRoom 4");
        check("Bring the book.<br />\nRoom 4", "Bring the book.\n\nRoom 4");
        check("<p>One</p><p>Two</p>", "One\nTwo");
        check("a &amp; b&nbsp;&lt;3", "a & b <3");
        check(
            "See <a href=\"https://x.test/?a=1&amp;b=2\" id=\"ow1\">https://x.test/?a=1&amp;b=2</a>",
            "See https://x.test/?a=1&b=2",
        );
        check("<html-blob>One<br>Two</html-blob>", "One\nTwo");
        check("<ul><li>One</li><li>Two</li></ul>", "- One\n- Two");
        check("<html><body>\r\nHi\r\n</body></html>\r\n", "Hi");
    }

    #[test]
    fn what_is_no_markup_stays() {
        check("a < b and c > d", "a < b and c > d");
        check("Ana <ana@example.com>", "Ana <ana@example.com>");
        check("AT&T", "AT&T");
        check("1 <", "1 <");
        check("<b", "<b");
    }

    #[test]
    fn line_ends_and_unseen_spaces_are_one() {
        assert_eq!(tidy("a \r\nb\rc\n\n\n\nd\n"), "a\nb\nc\n\nd");
        assert_eq!(tidy("\n\n  x"), "x");
        assert_eq!(tidy(" \n "), "");
    }
}
