//! Scopes as sets: providers return them in any order, some of them by another name.

use std::{collections::BTreeSet, fmt};

/// A set of OAuth scopes, with one name for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeSet(BTreeSet<String>);

impl ScopeSet {
    /// The scopes of a space-separated list (RFC 6749 section 3.3). OpenID's `email` and `profile` become the names
    /// that Google grants them by.
    pub fn parse(list: &str) -> Self {
        list.split_ascii_whitespace().collect()
    }

    /// Whether the scope is one of them.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// The scopes in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The scopes of both.
    #[must_use]
    pub fn union(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> FromIterator<&'a str> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = &'a str>>(scopes: I) -> Self {
        Self(
            scopes
                .into_iter()
                .map(|scope| one_name(scope).to_owned())
                .collect(),
        )
    }
}

/// Space-separated, as providers and database take it.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{scope}")?;
        }
        Ok(())
    }
}

/// Google answers `email` and `profile` with their long names.
fn one_name(scope: &str) -> &str {
    match scope {
        "email" => "https://www.googleapis.com/auth/userinfo.email",
        "profile" => "https://www.googleapis.com/auth/userinfo.profile",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_short_names_do_not_matter() {
        let asked = ScopeSet::parse("openid email https://www.googleapis.com/auth/calendar.readonly");
        let granted = ScopeSet::parse(
            "https://www.googleapis.com/auth/calendar.readonly  https://www.googleapis.com/auth/userinfo.email openid",
        );
        assert_eq!(asked, granted);
        assert_eq!(ScopeSet::parse(&asked.to_string()), asked);
    }
}
