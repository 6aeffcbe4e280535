//! Nothing too much at Google: no second event of one link, and none that nobody wants any more, such as those of holds that
//! ended.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Finding,
    copies::{Copies, is_wanted},
};
use crate::stage::Stage;

/// Live events of ours that should not be there.
pub(super) fn found(stage: &Stage, copies: &Copies) -> Vec<Finding> {
    let wanted = copies.links(stage).into_iter().filter(|side| is_wanted(*side));
    let wanted: BTreeSet<String> = wanted
        .filter_map(|side| side.link["id"].as_str().map(str::to_owned))
        .collect();
    let calendars = copies.copies.iter().flat_map(|(person, copies)| {
        let links = copies.iter().map(|copy| copy.link.as_str());
        let found = judge(&links.collect::<Vec<_>>(), &wanted);
        let user = stage.people[*person].user.clone();
        found
            .into_iter()
            .map(move |(kind, text)| (kind, format!("{text} on the calendar of {user}")))
    });
    calendars.collect()
}

/// What is wrong with a calendar that has events of these links.
fn judge(links: &[&str], wanted: &BTreeSet<String>) -> Vec<Finding> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for link in links {
        *counts.entry(link).or_default() += 1;
    }
    let mut found = Vec::new();
    for (link, count) in counts {
        if !wanted.contains(link) {
            found.push((
                "orphans",
                format!("{count} events of link {link}, which wants none"),
            ));
        } else if count > 1 {
            found.push(("duplicates", format!("{count} events of link {link}")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_event_and_one_that_nobody_wants_are_found() {
        let wanted = ["a".to_owned(), "b".to_owned()].into();
        assert_eq!(judge(&["a", "b"], &wanted), []);
        assert_eq!(judge(&["a", "b", "a"], &wanted)[0].0, "duplicates");
        assert_eq!(judge(&["a", "c"], &wanted)[0].0, "orphans");
    }
}
