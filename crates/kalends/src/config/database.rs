//! `[database]`: where the rows are.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    /// May hold a password.
    pub(crate) url: SecretString,
    pub(crate) max_connections: u32,
}

impl Database {
    /// Whether it is a file of one process.
    pub(crate) fn is_sqlite(&self) -> bool {
        self.url.expose_secret().starts_with("sqlite:")
    }

    pub(super) fn check(&self, mistakes: &mut Vec<String>) {
        let url = self.url.expose_secret();
        if !["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            mistakes.push("database.url: starts with \"sqlite:\" or \"postgres://\"".to_owned());
        }
        if !(1..=1000).contains(&self.max_connections) {
            mistakes.push(format!(
                "database.max_connections: 1 to 1000, not {}",
                self.max_connections
            ));
        }
    }
}
