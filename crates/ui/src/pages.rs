//! Pages with values in them; the template engine escapes every value.

use askama::Template;

/// Where a person chooses what to connect.
#[derive(Clone, Debug, Template)]
#[template(path = "connect.html")]
pub struct ConnectPage {
    /// Whose application asks.
    pub tenant_name: String,
    /// Proves to the next step who asked; goes into links and forms.
    pub ticket: String,
    /// Buttons for accounts: the provider's word and its name for people.
    pub providers: Vec<(&'static str, &'static str)>,
    /// Whether a calendar address can be typed in.
    pub offers_ics: bool,
    /// What went wrong at the last attempt, in words for the person.
    pub error: Option<String>,
    /// The address that was typed in at the last attempt.
    pub ics_url: String,
}

/// A page that only says something.
#[derive(Clone, Debug, Template)]
#[template(path = "message.html")]
pub struct MessagePage {
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub text: String,
    /// Good news or bad.
    pub tone: Tone,
}

/// Good news or bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// It did not.
    Bad,
}

impl MessagePage {
    fn is_bad(&self) -> bool {
        self.tone == Tone::Bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped() {
        let page = ConnectPage {
            tenant_name: "<script>alert(1)</script>".into(),
            ticket: "\"><b>".into(),
            providers: vec![("google", "Google Calendar")],
            offers_ics: true,
            error: Some("<i>".into()),
            ics_url: "\"><u>".into(),
        };
        let html = page.render().unwrap();
        for raw in ["<script>alert", "\"><b>", "<i>", "\"><u>"] {
            assert!(!html.contains(raw), "{raw} is not escaped");
        }
    }
}
