//! How what is stored differs from what a provider lists.
//!
//! A listing takes time, and things change meanwhile. So the store is read twice, each time after a delta: before the listing
//! and after it. What the second delta changed was under way and proves nothing; what stayed the same and differs from the
//! listing is drift.

use std::collections::{BTreeMap, BTreeSet};

/// A version of an item: the provider's ETag, where there is one.
pub type Version = Option<String>;

/// Stored items by the provider's ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// The versions of all that is stored.
    pub versions: BTreeMap<String, Version>,
    /// Those that the provider has to list: they lie wholly within what was asked for.
    pub must_be_listed: BTreeSet<String>,
}

/// What differs, by cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Listed and not stored.
    pub missing: BTreeSet<String>,
    /// Stored and not listed.
    pub surplus: BTreeSet<String>,
    /// Stored in another version.
    pub different: BTreeSet<String>,
}

impl Drift {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.surplus.is_empty() && self.different.is_empty()
    }
}

/// Compares a listing with the store before and after it. `unreadable` are items that are known not to be stored.
pub fn drift(
    listed: &BTreeMap<String, Version>,
    (before, after): (&Stored, &Stored),
    unreadable: &BTreeSet<String>,
) -> Drift {
    let stayed = |id: &str| before.versions.get(id) == after.versions.get(id);
    let mut drift = Drift::default();
    for (id, version) in listed {
        if !stayed(id) || unreadable.contains(id) {
            continue;
        }
        match after.versions.get(id) {
            None => drift.missing.insert(id.clone()),
            Some(Some(stored)) if version.as_ref().is_some_and(|listed| listed != stored) => {
                drift.different.insert(id.clone())
            }
            Some(_) => continue,
        };
    }
    let unlisted = after
        .must_be_listed
        .iter()
        .filter(|id| !listed.contains_key(*id) && stayed(id) && !unreadable.contains(*id));
    drift.surplus = unlisted.cloned().collect();
    drift
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(items: &[(&str, &str)]) -> Stored {
        let versions = items
            .iter()
            .map(|(id, etag)| ((*id).to_owned(), Some((*etag).to_owned())));
        let versions: BTreeMap<String, Version> = versions.collect();
        Stored {
            must_be_listed: versions
                .keys()
                .filter(|id| !id.starts_with("old"))
                .cloned()
                .collect(),
            versions,
        }
    }

    /// Missing, surplus and different ids.
    #[track_caller]
    fn check(listed: &[(&str, &str)], before: &[(&str, &str)], after: &[(&str, &str)], expect: [&str; 3]) {
        let unreadable = BTreeSet::from(["poison".to_owned()]);
        let found = drift(
            &stored(listed).versions,
            (&stored(before), &stored(after)),
            &unreadable,
        );
        let joined = |ids: &BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(
            [&found.missing, &found.surplus, &found.different].map(joined),
            expect
        );
        assert_eq!(found.is_empty(), expect == [""; 3]);
    }

    #[test]
    fn what_differs_is_told_by_cause() {
        let here = [("a", "1"), ("b", "1"), ("c", "1")];
        check(&here, &here, &here, ["", "", ""]);
        check(
            &[("a", "1"), ("b", "2"), ("d", "1")],
            &here,
            &here,
            ["d", "c", "b"],
        );
    }

    #[test]
    fn what_changed_meanwhile_proves_nothing() {
        check(
            &[("a", "2"), ("new", "1")],
            &[("a", "1"), ("gone", "1")],
            &[("a", "2"), ("new", "1")],
            [""; 3],
        );
        check(
            &[("a", "1")],
            &[("a", "1")],
            &[("a", "2"), ("late", "1")],
            [""; 3],
        );
    }

    #[test]
    fn what_need_not_be_listed_or_cannot_be_read_is_no_drift() {
        check(&[("poison", "1")], &[("old", "1")], &[("old", "1")], [""; 3]);
        check(&[("old", "2")], &[("old", "1")], &[("old", "1")], ["", "", "old"]);
    }
}
