//! Components (RFC 5545 section 3.6): `BEGIN` and `END` as a tree, mended where an `END` is missing.
//!
//! Done here and not by the library, whose parsers either refuse a text for one lost `END` or let a component swallow
//! its neighbours.

use super::{lines::Line, property::Property};

/// How deep components are followed; real ones need four.
const DEPTH_LIMIT: usize = 16;

/// A component with its own lines and the components inside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Component<'t> {
    pub(super) name: &'t str,
    /// The number of the line of the file in which it begins, from 1.
    pub(super) number: u32,
    lines: Vec<Line<'t>>,
    pub(super) parts: Vec<Component<'t>>,
}

impl<'t> Component<'t> {
    /// Whether it has that name, in any case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it is one of those that stand directly in a calendar and not in each other.
    pub(super) fn is_entry(&self) -> bool {
        const ENTRIES: [&str; 5] = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"];
        ENTRIES.iter().any(|name| self.is(name))
    }

    /// The first property of that name that can be read.
    pub(super) fn property(&self, name: &str) -> Option<Property<'t>> {
        self.properties(&[name]).next()
    }

    /// The properties that have one of these names, in the order of the text.
    pub(super) fn properties<'c>(
        &'c self,
        names: &'c [&'c str],
    ) -> impl Iterator<Item = Property<'t>> + use<'c, 't> {
        let named = move |line: &&Line<'t>| names.iter().any(|name| line.is(name));
        self.lines
            .iter()
            .filter(named)
            .copied()
            .filter_map(Property::read)
    }

    /// The text of the first of these properties that has one, without blanks around it.
    pub(super) fn text(&self, names: &[&str]) -> Option<String> {
        let texts = names.iter().filter_map(|name| self.property(name));
        texts
            .map(|property| property.text().trim().to_owned())
            .find(|text| !text.is_empty())
    }

    /// The value of a property whose value is a word, in upper case.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.property(name)
            .map(|property| property.value().to_ascii_uppercase())
    }

    /// The components of a text, inside one that has no name.
    pub(super) fn tree(lines: impl Iterator<Item = Line<'t>>) -> Self {
        let mut open = vec![Self::default()];
        for line in lines {
            if line.is("BEGIN") {
                begin(&mut open, &line);
            } else if line.is("END") {
                // An end without a beginning is left out; one that skips others closes them too.
                let name = line.after_colon();
                if let Some(depth) = open.iter().rposition(|component| component.is(name)) {
                    close(&mut open, depth);
                }
            } else if let Some(component) = open.last_mut() {
                component.lines.push(line);
            }
        }
        close(&mut open, 1);
        open.pop().unwrap_or_default()
    }
}

/// Opens a component. One that cannot stand inside what is open shows that an `END` was lost.
fn begin<'t>(open: &mut Vec<Component<'t>>, line: &Line<'t>) {
    let named = Component {
        name: line.after_colon(),
        number: line.number,
        ..Component::default()
    };
    let lost_end = if named.is("VCALENDAR") {
        open.iter().position(|component| component.is("VCALENDAR"))
    } else if named.is_entry() {
        open.iter().position(Component::is_entry)
    } else {
        None
    };
    if let Some(depth) = lost_end {
        close(open, depth);
    }
    if open.len() < DEPTH_LIMIT {
        open.push(named);
    }
}

/// Closes every component down to that depth.
fn close(open: &mut Vec<Component<'_>>, depth: usize) {
    while open.len() > depth.max(1) {
        let (Some(done), Some(parent)) = (open.pop(), open.last_mut()) else {
            return;
        };
        parent.parts.push(done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ical::{lines::content_lines, text::Unfolded};

    /// The tree as nested names.
    fn shape(component: &Component<'_>) -> String {
        let parts: Vec<String> = component.parts.iter().map(shape).collect();
        format!("{}({})", component.name, parts.join(" "))
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let text = Unfolded::read(text.replace(' ', "\n").as_bytes());
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(shape(&Component::tree(content_lines(&lines))), expect);
    }

    #[test]
    fn lost_ends_do_not_swallow_what_follows() {
        let whole = "(VCALENDAR(VEVENT(VALARM()) VEVENT()))";
        check(
            "BEGIN:VCALENDAR BEGIN:VEVENT BEGIN:VALARM END:VALARM END:VEVENT BEGIN:VEVENT END:VEVENT END:VCALENDAR",
            whole,
        );
        check(
            "BEGIN:VCALENDAR BEGIN:VEVENT BEGIN:VALARM END:VEVENT BEGIN:VEVENT END:VCALENDAR",
            whole,
        );
        check("BEGIN:VCALENDAR BEGIN:VEVENT BEGIN:VALARM BEGIN:VEVENT", whole);
        check(
            "END:VEVENT BEGIN:vcalendar END:VCALENDAR BEGIN:VCALENDAR",
            "(vcalendar() VCALENDAR())",
        );
    }

    #[test]
    fn endless_nesting_is_bounded() {
        let text = Unfolded::read("BEGIN:X\n".repeat(100_000).as_bytes());
        let lines: Vec<_> = text.lines().collect();
        assert!(shape(&Component::tree(content_lines(&lines))).len() < 100);
    }
}
