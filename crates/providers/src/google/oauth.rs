//! Google's OAuth 2.0: its scopes, its own parameters, what configuration fills in (Google OAuth 2.0 guide for web
//! server applications; scopes per method by the Calendar API v3 discovery document).

use std::collections::BTreeMap;

use kalends_core::provider::{Feature, ProviderKind};
use secrecy::SecretString;

use crate::oauth::{FeatureScopes, OAuthEndpoints, OAuthSettings, ScopeSet};

/// A client as registered in the Google Cloud console.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: SecretString,
    /// Where Google sends people back, exactly as registered.
    pub redirect_uri: String,
}

/// The settings of a client at Google.
pub fn settings(
    registration: Registration,
    endpoints: OAuthEndpoints,
    features: BTreeMap<Feature, ScopeSet>,
) -> OAuthSettings {
    OAuthSettings {
        kind: ProviderKind::Google,
        client_id: registration.client_id,
        client_secret: registration.client_secret,
        redirect_uri: registration.redirect_uri,
        endpoints,
        scopes: FeatureScopes {
            identity: ScopeSet::parse("openid email"),
            features,
            implies,
        },
        // Without `offline` there is no refresh token; with the granted scopes included, a feature that is turned on
        // later does not lose those before it.
        authorize_parameters: vec![("access_type", "offline"), ("include_granted_scopes", "true")],
    }
}

/// The least that each feature needs. Reading needs no `calendar.freebusy`: `events.list` answers for calendars that
/// are shared as busy time only, too. What asks for busy time itself needs that scope or a wider one, and no scope for
/// events is one.
pub fn minimal_scopes() -> BTreeMap<Feature, ScopeSet> {
    let scopes = |names: &[&str]| -> ScopeSet {
        let full: Vec<String> = names.iter().map(|name| format!("{PREFIX}{name}")).collect();
        full.iter().map(String::as_str).collect()
    };
    BTreeMap::from([
        (
            Feature::CalendarRead,
            scopes(&["calendar.calendarlist.readonly", "calendar.events.readonly"]),
        ),
        (Feature::CalendarWrite, scopes(&["calendar.events"])),
        (Feature::Meet, scopes(&["calendar.events"])),
        (Feature::Drive, scopes(&["drive.file"])),
    ])
}

const PREFIX: &str = "https://www.googleapis.com/auth/";

/// Whether every method that accepts `needed` accepts `granted` too.
fn implies(granted: &str, needed: &str) -> bool {
    let (Some(granted), Some(needed)) = (granted.strip_prefix(PREFIX), needed.strip_prefix(PREFIX)) else {
        return false;
    };
    match granted {
        "calendar" => needed.starts_with("calendar."),
        "calendar.readonly" => matches!(
            needed,
            "calendar.calendarlist.readonly"
                | "calendar.calendars.readonly"
                | "calendar.events.readonly"
                | "calendar.events.owned.readonly"
                | "calendar.events.freebusy"
                | "calendar.freebusy"
                | "calendar.settings.readonly"
        ),
        "calendar.calendarlist" => needed == "calendar.calendarlist.readonly",
        "calendar.events" => matches!(
            needed,
            "calendar.events.readonly" | "calendar.events.owned" | "calendar.events.owned.readonly"
        ),
        "calendar.events.readonly" | "calendar.events.owned" => needed == "calendar.events.owned.readonly",
        "calendar.events.freebusy" => needed == "calendar.freebusy",
        "drive" => needed.starts_with("drive."),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(granted: &str, missing: &[Feature]) {
        let granted: Vec<String> = granted.split(' ').map(|name| format!("{PREFIX}{name}")).collect();
        let granted: ScopeSet = granted.iter().map(String::as_str).collect();
        let scopes = FeatureScopes {
            identity: ScopeSet::default(),
            features: minimal_scopes(),
            implies,
        };
        assert_eq!(scopes.missing(&granted, &Feature::ALL), missing);
    }

    #[test]
    fn a_feature_works_with_its_scopes_or_wider_ones() {
        use Feature::{CalendarRead, CalendarWrite, Drive, Meet};
        check("calendar.freebusy", &[CalendarRead, CalendarWrite, Meet, Drive]);
        check("calendar.readonly", &[CalendarWrite, Meet, Drive]);
        check("calendar", &[Drive]);
        check("calendar.calendarlist.readonly calendar.events", &[Drive]);
        check("calendar.events", &[CalendarRead, Drive]);
        check("drive.file", &[CalendarRead, CalendarWrite, Meet]);
    }

    #[test]
    fn an_unoffered_feature_is_missing_whatever_was_granted() {
        let scopes = FeatureScopes {
            identity: ScopeSet::parse("openid"),
            features: BTreeMap::new(),
            implies,
        };
        assert_eq!(
            scopes.missing(&ScopeSet::parse("openid"), &[Feature::Drive]),
            [Feature::Drive]
        );
    }
}
