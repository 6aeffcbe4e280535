//! Components (RFC 5545 section 3.6): `BEGIN` and `END` as a tree, mended where an `END` is missing.

use super::lines::Line;

/// How deep components are followed; real ones need four.
const DEPTH_LIMIT: usize = 16;

/// A component with its own lines and the components inside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Component<'t> {
    pub(super) name: &'t str,
    pub(super) lines: Vec<Line<'t>>,
    pub(super) parts: Vec<Component<'t>>,
}

impl<'t> Component<'t> {
    /// Whether it has that name, in any case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The first line of that name.
    pub(super) fn line(&self, name: &str) -> Option<&Line<'t>> {
        self.lines.iter().find(|line| line.is(name))
    }

    /// The value of the first line of that name.
    pub(super) fn value(&self, name: &str) -> Option<&'t str> {
        self.line(name).map(|line| line.value)
    }

    /// The components of a text, inside one that has no name.
    pub(super) fn tree(lines: impl Iterator<Item = Line<'t>>) -> Self {
        let mut open = vec![Self::default()];
        for line in lines {
            if line.is("BEGIN") {
                begin(&mut open, line.value);
            } else if line.is("END") {
                // An end without a beginning is left out; one that skips others closes them too.
                if let Some(depth) = open.iter().rposition(|component| component.is(line.value)) {
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
fn begin<'t>(open: &mut Vec<Component<'t>>, name: &'t str) {
    const ENTRIES: [&str; 5] = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"];
    let is_one_of = |component: &Component<'_>, names: &[&str]| names.iter().any(|name| component.is(name));
    let named = Component {
        name,
        ..Component::default()
    };
    let lost_end = if named.is("VCALENDAR") {
        open.iter().position(|component| component.is("VCALENDAR"))
    } else if is_one_of(&named, &ENTRIES) {
        open.iter().position(|component| is_one_of(component, &ENTRIES))
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
    use crate::ical::lines::{lines, unfold};

    /// The tree as nested names.
    fn shape(component: &Component<'_>) -> String {
        let parts: Vec<String> = component.parts.iter().map(shape).collect();
        format!("{}({})", component.name, parts.join(" "))
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let text = unfold(text.replace(' ', "\n").as_bytes());
        assert_eq!(shape(&Component::tree(lines(&text))), expect);
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
        let text = "BEGIN:X\n".repeat(100_000);
        assert!(shape(&Component::tree(lines(&text))).len() < 100);
    }
}
