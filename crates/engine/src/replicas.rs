//! The processes that serve one database: what each does, and how many there are.

mod heart;

use std::{fmt, str::FromStr};

pub use heart::Heart;

/// What a process does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    #[default]
    All,
    /// Answers requests and leaves tasks to others.
    Api,
    /// Runs tasks and answers nothing but whether it is well.
    Worker,
}

impl Role {
    /// Every role.
    pub const EACH: [Self; 3] = [Self::All, Self::Api, Self::Worker];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Api => "api",
            Self::Worker => "worker",
        }
    }

    /// Whether it runs tasks.
    pub const fn runs_tasks(self) -> bool {
        !matches!(self, Self::Api)
    }

    /// Whether it answers the API.
    pub const fn serves_api(self) -> bool {
        !matches!(self, Self::Worker)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no role of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is all, api or worker")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let role = Self::EACH.into_iter().find(|role| role.as_str() == word);
        role.ok_or(UnknownRole)
    }
}
