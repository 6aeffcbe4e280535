//! `[push]`: how providers tell of changes.

use jiff::SignedDuration;
use kalends_engine::channels::PushSettings;
use serde::Deserialize;
use url::Url;

use super::server::url_or_empty;

/// Where the API takes messages; the provider's name follows.
const PATH: &str = "v1/push/";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Push {
    enabled: bool,
    #[serde(deserialize_with = "url_or_empty")]
    address: Option<Url>,
    pause_milliseconds: u32,
}

impl Push {
    /// What the engine is told; `None` when no provider could reach this server, as they all insist on https.
    pub(crate) fn settings(&self, public_url: Url) -> Option<PushSettings> {
        let base = match &self.address {
            Some(address) => address.clone(),
            None if public_url.scheme() == "https" => public_url,
            None => return None,
        };
        let url = base.join(PATH).ok().filter(|_| self.enabled)?;
        Some(PushSettings {
            url,
            pause: SignedDuration::from_millis(self.pause_milliseconds.into()),
        })
    }

    pub(super) fn check(&self, mistakes: &mut Vec<String>) {
        if let Some(address) = &self.address
            && (address.path() != "/" || address.host().is_none())
        {
            mistakes.push(format!(
                "push.address: \"{address}\" must be a scheme and a host, such as \"https://hooks.example.com\", without a path"
            ));
        }
        if !(100..=60_000).contains(&self.pause_milliseconds) {
            mistakes.push(format!(
                "push.pause_milliseconds: 100 to 60000, not {}",
                self.pause_milliseconds
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(enabled: bool, address: &str, public: &str, expect: Option<&str>) {
        let push = Push {
            enabled,
            address: (!address.is_empty()).then(|| address.parse().unwrap()),
            pause_milliseconds: 1000,
        };
        let settings = push.settings(public.parse().unwrap());
        assert_eq!(
            settings.map(|settings| settings.url.to_string()).as_deref(),
            expect
        );
    }

    #[test]
    fn messages_need_https_unless_an_address_is_given() {
        let public = "https://calendars.example.com";
        check(true, "", public, Some("https://calendars.example.com/v1/push/"));
        check(true, "", "http://127.0.0.1:8080", None);
        check(
            true,
            "http://127.0.0.1:9",
            public,
            Some("http://127.0.0.1:9/v1/push/"),
        );
        check(false, "", public, None);
    }
}
