//! Content lines and what only looks like one.

/// One content line as text; the library reads it when it is asked for (see [`super::property`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// The number of the line of the file, from 1.
    pub(super) number: u32,
    /// The whole line.
    pub(super) text: &'t str,
    /// Length of the name in `text`.
    name: usize,
    /// The lines after it that are no content lines, with their numbers.
    pub(super) continued: &'t [(u32, &'t str)],
}

impl<'t> Line<'t> {
    pub(super) fn name(&self) -> &'t str {
        &self.text[..self.name]
    }

    /// Whether the line has that name, in any case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// What stands after the first colon, for `BEGIN` and `END`.
    pub(super) fn after_colon(&self) -> &'t str {
        self.text.split_once(':').map_or("", |(_, value)| value.trim())
    }

    /// A line by itself.
    #[cfg(test)]
    pub(super) fn alone(text: &'t str) -> Self {
        Self {
            number: 1,
            text,
            name: name_length(text).unwrap_or_default(),
            continued: &[],
        }
    }
}

/// The content lines among the lines of an unfolded text. A line that is none continues the one before it: some
/// producers break long texts without folding them. Before the first content line there is nothing to continue.
pub(super) fn content_lines<'t>(lines: &'t [(u32, &'t str)]) -> impl Iterator<Item = Line<'t>> {
    let mut rest = lines;
    std::iter::from_fn(move || {
        loop {
            let (&(number, text), after) = rest.split_first()?;
            rest = after;
            let Some(name) = name_length(text) else { continue };
            let continued = rest.iter().take_while(|(_, text)| name_length(text).is_none());
            let (continued, after) = rest.split_at(continued.count());
            rest = after;
            return Some(Line {
                number,
                text,
                name,
                continued,
            });
        }
    })
}

/// How long the name is that a content line begins with: up to the `:` or `;` after it.
fn name_length(text: &str) -> Option<usize> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let name = text.bytes().take_while(is_name).count();
    let end = text.as_bytes().get(name)?;
    (name > 0 && matches!(end, b':' | b';')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ical::{property::Property, text::Unfolded};

    #[track_caller]
    fn check(text: &str, expect: &[(u32, &str, &str)]) {
        let unfolded = Unfolded::read(text.as_bytes());
        let all: Vec<_> = unfolded.lines().collect();
        let seen: Vec<_> = content_lines(&all)
            .map(|line| {
                (
                    line.number,
                    line.name().to_owned(),
                    Property::read(line).unwrap().text(),
                )
            })
            .collect();
        let expect: Vec<_> = expect
            .iter()
            .map(|&(number, name, text)| (number, name.to_owned(), text.to_owned()))
            .collect();
        assert_eq!(seen, expect);
    }

    #[test]
    fn lines_that_are_none_continue_the_text_before_them() {
        check(
            "A:one\nbroken off\nB:x",
            &[(1, "A", "one\nbroken off"), (3, "B", "x")],
        );
        check("no line\n\nA:1", &[(3, "A", "1")]);
    }
}
