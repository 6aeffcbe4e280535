//! Error bodies: the Calendar backend's envelope with `errors[]`, the front end's with `details[]` beside it, HTML
//! pages, and nothing at all (Google Calendar API guide "Handle API errors").

use serde::Deserialize;

/// The reasons that an error body gives, from both of its lists.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::google) struct Failure {
    pub(in crate::google) reasons: Vec<String>,
}

#[derive(Deserialize)]
struct Envelope {
    error: Body,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    errors: Vec<Entry>,
    #[serde(default)]
    details: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    reason: Option<String>,
}

impl Failure {
    /// The reasons of a body; none when it is not Google's JSON.
    pub(in crate::google) fn read(body: &[u8]) -> Self {
        let Ok(Envelope { error }) = serde_json::from_slice(body) else {
            return Self::default();
        };
        let entries = error.details.into_iter().chain(error.errors);
        Self {
            reasons: entries.filter_map(|entry| entry.reason).collect(),
        }
    }

    /// Whether one of the reasons is among these.
    pub(in crate::google) fn is_any(&self, reasons: &[&str]) -> bool {
        self.reasons
            .iter()
            .any(|reason| reasons.contains(&reason.as_str()))
    }

    /// The first reason, for people who operate the server.
    pub(in crate::google) fn reason(self) -> String {
        self.reasons
            .into_iter()
            .next()
            .unwrap_or_else(|| "no reason given".to_owned())
    }
}
