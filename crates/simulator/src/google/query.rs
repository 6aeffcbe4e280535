//! Query parameters, read with Google's strictness.

use jiff::Timestamp;

use super::GoogleError;

/// Parameters that may differ from page to page.
pub(crate) const NOT_ASKED: &[&str] = &[
    "pageToken",
    "maxResults",
    "fields",
    "prettyPrint",
    "quotaUser",
    "alt",
    "key",
    "access_token",
    "oauth_token",
];

/// The query of a request in the order it was sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(raw: &str) -> Self {
        Self(url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    /// The parameter's text, `None` when it is missing or empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The first of these parameters that comes more than once.
    pub(crate) fn repeated<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().copied().find(|name| self.all(name).nth(1).is_some())
    }

    /// Every value of a repeatable parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, GoogleError> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(GoogleError::parameter(
                name,
                &format!("Invalid boolean value: '{other}'."),
            )),
        }
    }

    /// A size from 1; larger values than `max` are cut to it.
    pub(crate) fn size(&self, name: &str, default: usize, max: usize) -> Result<usize, GoogleError> {
        let Some(text) = self.text(name) else {
            return Ok(default);
        };
        match text.parse::<i32>() {
            Ok(size) if size >= 1 => Ok(usize::try_from(size).unwrap_or(max).min(max)),
            Ok(_) => Err(GoogleError::parameter(
                name,
                &format!(
                    "Invalid value '{text}'. Values must be within the range: [1, {}]",
                    i32::MAX
                ),
            )),
            Err(_) => Err(GoogleError::parameter(
                name,
                &format!("Invalid integer value: '{text}'."),
            )),
        }
    }

    /// An RFC 3339 instant; the offset is mandatory.
    pub(crate) fn instant(&self, name: &str) -> Result<Option<Timestamp>, GoogleError> {
        self.text(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| GoogleError::bad("badRequest", "Bad Request"))
            })
            .transpose()
    }

    /// The query in a fixed order without the named parameters.
    pub(crate) fn without(&self, names: &[&str]) -> String {
        let mut kept: Vec<&(String, String)> = self
            .0
            .iter()
            .filter(|(name, _)| !names.contains(&name.as_str()))
            .collect();
        kept.sort_unstable();
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept.into_iter().map(|(k, v)| (k, v)))
            .finish()
    }

    /// Whether the parameter was sent at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}
