//! Who may do what with a calendar: its rules, by whom they are for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::AccessRole;

/// Whom a rule is for, when it is for everyone.
const EVERYONE: &str = "default";

/// Whom a rule is for (discovery document of Calendar v3, schema `AclRule`, member `scope`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Audience {
    /// Everyone, known or not.
    Everyone,
    /// The person with this address.
    User(String),
    /// The people of a group, by the group's address.
    Group(String),
    /// The people with an address of this domain.
    Domain(String),
}

/// One rule. A rule without a role is what is left of one that was taken away.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AccessRule {
    pub(crate) role: Option<AccessRole>,
    /// The list's revision at which the rule changed last.
    pub(crate) revision: u64,
    /// What the rule's etag is made from.
    pub(crate) version_us: i64,
    /// Of a rule for a group: its people.
    members: BTreeSet<String>,
}

/// The rules of one calendar.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AccessList {
    rules: BTreeMap<Audience, AccessRule>,
    revision: u64,
    epoch: u32,
}

impl Audience {
    /// The audience of a rule's id: `default`, `user:ana@example.com`, `group:…`, `domain:…`. A bare address is a
    /// person's.
    pub(crate) fn parse(id: &str) -> Option<Self> {
        let lower = id.to_lowercase();
        match lower.split_once(':') {
            None if lower == EVERYONE => Some(Self::Everyone),
            None if lower.contains('@') => Some(Self::User(lower)),
            Some((kind, value)) => Self::new(kind, value),
            None => None,
        }
    }

    /// The audience of a kind and its value.
    pub(crate) fn new(kind: &str, value: &str) -> Option<Self> {
        let value = value.trim().to_lowercase();
        match kind {
            EVERYONE => Some(Self::Everyone),
            "user" if value.contains('@') => Some(Self::User(value)),
            "group" if value.contains('@') => Some(Self::Group(value)),
            "domain" if value.contains('.') && !value.contains('@') => Some(Self::Domain(value)),
            _ => None,
        }
    }

    /// Google's words: the kind, and the value where there is one.
    pub(crate) fn parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Everyone => (EVERYONE, None),
            Self::User(value) => ("user", Some(value)),
            Self::Group(value) => ("group", Some(value)),
            Self::Domain(value) => ("domain", Some(value)),
        }
    }

    /// The id of the rule for this audience.
    pub(crate) fn id(&self) -> String {
        match self.parts() {
            (kind, None) => kind.to_owned(),
            (kind, Some(value)) => format!("{kind}:{value}"),
        }
    }
}

impl TryFrom<String> for Audience {
    type Error = String;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::parse(&id).ok_or_else(|| format!("\"{id}\" is nobody that a calendar can be shared with"))
    }
}

impl From<Audience> for String {
    fn from(audience: Audience) -> Self {
        audience.id()
    }
}

impl AccessList {
    /// The highest role that any rule gives the person.
    pub(crate) fn role_of(&self, email: &str) -> Option<AccessRole> {
        let domain = email.rsplit('@').next().unwrap_or_default();
        let applies = |(audience, rule): (&Audience, &AccessRule)| match audience {
            Audience::Everyone => rule.role,
            Audience::User(user) => rule.role.filter(|_| user == email),
            Audience::Group(_) => rule.role.filter(|_| rule.members.contains(email)),
            Audience::Domain(of) => rule.role.filter(|_| of == domain),
        };
        self.rules.iter().filter_map(applies).max()
    }

    /// Gives the audience a role, or takes it away.
    pub(crate) fn set(
        &mut self,
        audience: Audience,
        role: Option<AccessRole>,
        members: BTreeSet<String>,
        version_us: i64,
    ) {
        self.revision += 1;
        let rule = AccessRule {
            role,
            revision: self.revision,
            version_us,
            members,
        };
        self.rules.insert(audience, rule);
    }

    /// Says who is in a group now.
    pub(crate) fn set_members(&mut self, group: &str, members: &BTreeSet<String>) {
        if let Some(rule) = self.rules.get_mut(&Audience::Group(group.to_owned())) {
            rule.members.clone_from(members);
        }
    }

    pub(crate) fn get(&self, audience: &Audience) -> Option<&AccessRule> {
        self.rules.get(audience)
    }

    /// All rules, those that were taken away too.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Audience, &AccessRule)> {
        self.rules.iter()
    }

    /// Grows with every change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The generation of sync tokens that are good.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Makes every sync token given so far invalid.
    pub(crate) fn expire_sync_tokens(&mut self) {
        self.epoch += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, expect: Option<&str>) {
        assert_eq!(
            Audience::parse(id).map(|audience| audience.id()).as_deref(),
            expect,
            "{id}"
        );
    }

    #[test]
    fn a_rule_s_id_says_whom_it_is_for() {
        check("default", Some("default"));
        check("Ana@Example.com", Some("user:ana@example.com"));
        check("user:ana@example.com", Some("user:ana@example.com"));
        check("group:staff@example.com", Some("group:staff@example.com"));
        check("domain:example.com", Some("domain:example.com"));
        check("domain:ana@example.com", None);
        check("user:ana", None);
        check("robot:ana@example.com", None);
        check("nobody", None);
    }

    #[test]
    fn the_highest_role_counts() {
        let mut list = AccessList::default();
        let none = BTreeSet::new;
        list.set(Audience::Everyone, Some(AccessRole::FreeBusyReader), none(), 1);
        list.set(
            Audience::Domain("example.com".into()),
            Some(AccessRole::Reader),
            none(),
            2,
        );
        let staff = Audience::Group("staff@example.com".into());
        list.set(
            staff,
            Some(AccessRole::Writer),
            BTreeSet::from(["ana@example.com".into()]),
            3,
        );
        let role = |list: &AccessList, email| list.role_of(email);
        assert_eq!(role(&list, "x@elsewhere.org"), Some(AccessRole::FreeBusyReader));
        assert_eq!(role(&list, "ben@example.com"), Some(AccessRole::Reader));
        assert_eq!(role(&list, "ana@example.com"), Some(AccessRole::Writer));
        list.set(Audience::Everyone, None, none(), 4);
        assert_eq!(role(&list, "x@elsewhere.org"), None);
        list.set_members("staff@example.com", &BTreeSet::from(["ben@example.com".into()]));
        assert_eq!(role(&list, "ana@example.com"), Some(AccessRole::Reader));
        assert_eq!(role(&list, "ben@example.com"), Some(AccessRole::Writer));
    }
}
