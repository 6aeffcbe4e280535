//! A property (RFC 5545 section 3.5): what the parser of the crate `icalendar` reads in one content line, as our own
//! type.
//!
//! The library is given single lines and not whole calendars, because it refuses a calendar for one line that it
//! cannot read, and because recurrence lines are needed as they were sent: `COUNT=0` must be seen and reported.

use icalendar::parser::{self, ParseString};

use super::lines::Line;

/// One property with its parameters.
#[derive(Clone, Debug)]
pub(super) struct Property<'t> {
    read: parser::Property<'t>,
    line: Line<'t>,
}

impl<'t> Property<'t> {
    /// Reads a content line; `None` when the library cannot.
    pub(super) fn read(line: Line<'t>) -> Option<Self> {
        let read = parser::Property::try_from(line.text).ok()?;
        let has_more = !line.text.ends_with(':') && line.text.len() > line.name().len();
        if read.val.as_str().is_empty() && read.params.is_empty() && has_more {
            return Self::without_quotes(line);
        }
        Some(Self { read, line })
    }

    /// A line whose quotes are not closed where they should be hides its value; without them it is plain to see.
    fn without_quotes(line: Line<'t>) -> Option<Self> {
        let plain = line.text.replace('"', "");
        let read = parser::Property::try_from(plain.as_str()).ok()?;
        let params = read.params.into_iter().map(|param| parser::Parameter {
            key: param.key.into_owned(),
            val: param.val.map(ParseString::into_owned),
        });
        Some(Self {
            read: parser::Property {
                name: read.name.into_owned(),
                val: read.val.into_owned(),
                params: params.collect(),
            },
            line,
        })
    }

    /// The name in upper case.
    pub(super) fn name(&self) -> String {
        self.read.name.as_str().to_ascii_uppercase()
    }

    /// The value of a parameter, without its quotes; the first where it is given twice.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let named = |param: &&parser::Parameter<'_>| param.key.as_str().eq_ignore_ascii_case(name);
        let param = self.read.params.iter().find(named)?;
        Some(param.val.as_ref()?.as_str().trim().trim_matches('"').trim())
    }

    /// The value without blanks around it, as sent where it is no text.
    pub(super) fn value(&self) -> &str {
        self.read.val.as_str().trim()
    }

    /// The value as `TEXT` (RFC 5545 section 3.3.11), with the lines after it that are none of their own: some
    /// producers break long texts without folding them.
    pub(super) fn text(&self) -> String {
        let mut text = self.line_of_text();
        for (_, more) in self.line.continued {
            text.push('\n');
            text.push_str(&unescaped(more));
        }
        text
    }

    /// The value as `TEXT`, without what stands in broken lines after it.
    pub(super) fn line_of_text(&self) -> String {
        let value = self.read.val.as_str();
        // The library has unescaped the values of properties that it knows as texts.
        let head = self.line.text.strip_suffix(value);
        if head.is_some_and(|head| head.ends_with(':')) {
            unescaped(value)
        } else {
            value.to_owned()
        }
    }
}

fn unescaped(value: &str) -> String {
    ParseString::from(value).unescape_text().as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ical::lines::Line;

    fn property(text: &str) -> Property<'_> {
        Property::read(Line::alone(text)).unwrap()
    }

    #[test]
    fn parameters_may_hold_colons_and_semicolons_in_quotes() {
        let start = property("DTSTART;tzid=\"(UTC+01:00) A; B\";VALUE=DATE-TIME:20260101T090000");
        assert_eq!(start.param("TZID"), Some("(UTC+01:00) A; B"));
        assert_eq!(start.param("value"), Some("DATE-TIME"));
        assert_eq!(start.param("X"), None);
        assert_eq!(start.value(), "20260101T090000");
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_swallow_the_value() {
        let start = property("DTSTART;TZID=\"W. Europe Standard Time:20260101T090000\"");
        assert_eq!(start.param("TZID"), Some("W. Europe Standard Time"));
        assert_eq!(start.value(), "20260101T090000");
    }

    #[test]
    fn text_is_unescaped_once() {
        for name in ["SUMMARY", "summary", "X-WR-CALNAME"] {
            let line = format!(r"{name}:a\, b\; c\\nd\ne");
            assert_eq!(property(&line).text(), "a, b; c\\nd\ne", "{name}");
        }
        assert_eq!(property(r"SUMMARY:\\n").text(), "\\n");
        assert_eq!(property("SUMMARY:").text(), "");
    }
}
