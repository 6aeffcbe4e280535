//! Who is asked to come.

/// A person who is asked to come, by address. Never logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// Their e-mail address.
    pub email: String,
    /// How the application calls them; calendars may show another name.
    pub name: Option<String>,
    /// Whether it can do without them.
    pub optional: bool,
}

impl Attendee {
    /// The address in the form in which it is compared.
    pub fn address(&self) -> String {
        canonical_address(&self.email)
    }
}

/// An address in the form in which it is compared: providers change its case.
pub(crate) fn canonical_address(email: &str) -> String {
    email.trim().to_lowercase()
}
