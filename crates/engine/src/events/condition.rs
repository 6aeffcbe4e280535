//! On what condition an event is changed (RFC 9110 section 13.1).

use super::EventError;

/// What must be true of the stored event for a change to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    #[default]
    None,
    /// It is of one of these versions (`If-Match`).
    Version(Vec<i64>),
    /// There is one (`If-Match: *`).
    Exists,
    /// There is none (`If-None-Match: *`).
    Absent,
}

impl Condition {
    /// Whether an event of that version, or none, may be changed.
    pub(super) fn check(&self, current: Option<i64>) -> Result<(), EventError> {
        let holds = match self {
            Self::None => true,
            Self::Version(versions) => current.is_some_and(|current| versions.contains(&current)),
            Self::Exists => current.is_some(),
            Self::Absent => current.is_none(),
        };
        if holds {
            return Ok(());
        }
        Err(EventError::VersionMismatch { current })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_condition_lets_through() {
        let check = |condition: Condition, expect: [bool; 3]| {
            let holds = [None, Some(1), Some(2)].map(|current| condition.check(current).is_ok());
            assert_eq!(holds, expect, "{condition:?}");
        };
        check(Condition::None, [true, true, true]);
        check(Condition::Version(vec![2, 3]), [false, false, true]);
        check(Condition::Version(vec![]), [false, false, false]);
        check(Condition::Exists, [false, true, true]);
        check(Condition::Absent, [true, false, false]);
    }
}
