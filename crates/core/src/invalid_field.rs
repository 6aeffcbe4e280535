//! The one way to say that a given value cannot be used.

/// A value that a caller gave and that cannot be used, by the name of its field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {expected}")]
pub struct InvalidField {
    /// Path of the field in the caller's words, such as `openHours[0].end`.
    pub field: String,
    /// What would be right, so that it reads on after "must be".
    pub expected: String,
}

impl InvalidField {
    /// Says what the field must be.
    pub fn new(field: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            expected: expected.into(),
        }
    }

    /// Accepts a number within bounds, both ends included.
    pub(crate) fn unless_within(
        field: &str,
        value: u32,
        bounds: std::ops::RangeInclusive<u32>,
    ) -> Result<u32, Self> {
        if bounds.contains(&value) {
            return Ok(value);
        }
        let (low, high) = bounds.into_inner();
        Err(Self::new(field, format!("from {low} to {high}")))
    }
}
