//! Where a pass stands, as the cursor and page token that the caller keeps.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::provider::{Cursor, PageToken, ProviderError};

/// Where a pass stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Of the query that the tokens are bound to.
    query: String,
    /// `timeMin` of a full pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// `syncToken` of a delta pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sync: Option<String>,
    /// `pageToken`, on all pages but the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
}

impl Place {
    /// At the first page of a full pass.
    pub(super) fn start(query: &str, not_before: Timestamp) -> Self {
        Self {
            query: query.to_owned(),
            from: Some(not_before.to_string()),
            sync: None,
            page: None,
        }
    }

    /// At the first page of a delta pass. A cursor of another query is no good: what it would bring is undefined.
    pub(super) fn after(query: &str, cursor: &Cursor) -> Result<Self, ProviderError> {
        Self::read(&cursor.0, query)
            .filter(|place| place.sync.is_some())
            .ok_or(ProviderError::CursorInvalid)
    }

    /// At a further page.
    pub(super) fn at(query: &str, token: &PageToken) -> Result<Self, ProviderError> {
        Self::read(&token.0, query)
            .filter(|place| place.page.is_some())
            .ok_or(ProviderError::CursorInvalid)
    }

    /// The parameters that say where, beside those that all pages share.
    pub(super) fn query(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = [
            ("timeMin", &self.from),
            ("syncToken", &self.sync),
            ("pageToken", &self.page),
        ];
        named
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Whether Google's word of an earlier answer is part of the question.
    pub(super) fn has_token(&self) -> bool {
        self.sync.is_some() || self.page.is_some()
    }

    /// The token of the page after this one.
    pub(super) fn next_page(&self, page: String) -> PageToken {
        PageToken(
            Self {
                page: Some(page),
                ..self.clone()
            }
            .write(),
        )
    }

    /// The cursor of a pass that ends here.
    pub(super) fn finished(&self, sync: String) -> Cursor {
        Cursor(
            Self {
                query: self.query.clone(),
                from: None,
                sync: Some(sync),
                page: None,
            }
            .write(),
        )
    }

    fn read(text: &str, query: &str) -> Option<Self> {
        serde_json::from_str(text)
            .ok()
            .filter(|place: &Self| place.query == query)
    }

    fn write(&self) -> String {
        serde_json::json!(self).to_string()
    }
}

/// A short hash of the parameters that tokens are bound to.
pub(super) fn fingerprint(page_size: &str, shared: &[(&str, &str)]) -> String {
    let mut text = format!("maxResults={page_size}");
    for (name, value) in shared {
        text.extend(["&", name, "=", value]);
    }
    URL_SAFE_NO_PAD.encode(
        digest(&SHA256, text.as_bytes())
            .as_ref()
            .get(..9)
            .unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(place: &Place) -> Vec<(&str, &str)> {
        place.query().collect()
    }

    fn full() -> Place {
        Place::start("q", "2026-10-21T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_full_pass_repeats_its_start_on_every_page_and_a_delta_never_has_one() {
        assert_eq!(query(&full()), [("timeMin", "2026-10-21T00:00:00Z")]);
        let second = Place::at("q", &full().next_page("p2".to_owned())).unwrap();
        assert_eq!(
            query(&second),
            [("timeMin", "2026-10-21T00:00:00Z"), ("pageToken", "p2")]
        );
        let delta = Place::after("q", &second.finished("s1".to_owned())).unwrap();
        assert_eq!(query(&delta), [("syncToken", "s1")]);
        let third = Place::at("q", &delta.next_page("p2".to_owned())).unwrap();
        assert_eq!(query(&third), [("syncToken", "s1"), ("pageToken", "p2")]);
    }

    #[test]
    fn foreign_cursors_are_refused_unasked() {
        let cursor = full().finished("s1".to_owned());
        let refused = |text: &str| {
            matches!(
                Place::after("q", &Cursor(text.to_owned())),
                Err(ProviderError::CursorInvalid)
            )
        };
        assert!(Place::after("q", &cursor).is_ok());
        assert!(matches!(
            Place::after("other", &cursor),
            Err(ProviderError::CursorInvalid)
        ));
        assert!(refused("") && refused("s1") && refused(r#"{"query":"q"}"#));
        assert!(matches!(
            Place::at("q", &PageToken(cursor.0)),
            Err(ProviderError::CursorInvalid)
        ));
    }
}
