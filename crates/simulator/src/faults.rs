//! Trouble on demand: which calls fail, how, and how often.
//!
//! A new kind of trouble is one variant of [`Trouble`] and one arm where the middleware (or the listing) obeys it.

mod body;
mod dice;
mod middleware;
mod spoil;
mod stale;

use http::HeaderValue;
use serde::{Deserialize, Serialize};

pub(crate) use dice::Dice;
pub(crate) use middleware::obey;
pub(crate) use spoil::break_off;
pub(crate) use stale::stale_directory;

/// One order of the control plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Which calls: an optional HTTP method and a path in which `*` stands for one segment and a final `**` for any
    /// rest, such as `GET /calendar/v3/calendars/*/events` or `/token`.
    pub route: String,
    /// Only calls of this account.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    /// How many matching calls pass before it begins.
    #[serde(default)]
    pub skip: u32,
    /// How many calls it hits; without it all of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub times: Option<u32>,
    /// How likely it hits a matching call, above 0 and at most 1; without it each.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rate: Option<f64>,
    /// Which sequence of hits `rate` gives; the same for the same seed.
    #[serde(default)]
    pub seed: u64,
    /// What happens to them.
    pub trouble: Trouble,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Trouble {
    /// Answers with a status and Google's body for it, without doing anything.
    Status {
        /// HTTP status from 400.
        status: u16,
        /// Google's `reason`; without it the usual one of the status.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<String>,
        /// Sends `Retry-After` with this many seconds.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        retry_after_seconds: Option<u32>,
    },
    /// Does the work, but answers later.
    Delay {
        /// Real milliseconds, whatever the simulator's clock says.
        milliseconds: u64,
    },
    /// Cuts the connection before anything is done.
    Reset,
    /// Does the work and then cuts the connection, so that the caller cannot know.
    ResetAfter,
    /// Nothing is done, and no answer comes until the caller gives up.
    Hang,
    /// It is done, but no answer comes until the caller gives up.
    HangAfter,
    /// The answer's body breaks off, and with it the connection.
    Truncate {
        /// How much of the body still comes; without it half.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        bytes: Option<usize>,
    },
    /// The answer's body has a byte in its middle that no JSON has.
    Corrupt,
    /// A front end answers a page for people instead; nothing is done.
    Html {
        /// HTTP status from 200; without it 502.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        status: Option<u16>,
    },
    /// The answer claims to be of another type.
    ContentType {
        /// The header's value.
        value: String,
    },
    /// The answer's first bytes, which are those of its headers, come one by one.
    Trickle {
        /// How many come so, at least 1.
        bytes: usize,
        /// Real milliseconds before each.
        milliseconds: u64,
    },
    /// A read sees the calendar as it was, until at most 50 changes ago.
    Stale {
        /// So many changes of the calendar ago.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        changes: Option<usize>,
        /// So many seconds ago, by the simulator's clock.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        seconds: Option<u32>,
    },
    /// The answer's `Date` is wrong.
    ClockSkew {
        /// How far it runs ahead, in seconds; negative values lag behind.
        seconds: i64,
    },
    /// A listing answers no items and a page token for the same place.
    EmptyPage,
    /// A listing gives at most so many items a page.
    PageSize {
        /// Items, at least 1.
        items: usize,
    },
}

/// What troubles mean for one listing.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListingKnobs {
    pub(crate) empty_page: bool,
    pub(crate) page_size: Option<usize>,
}

/// Why a fault cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Only answers of 400 and above are faults.
    #[error("status must lie between 400 and 599")]
    Status,
    /// The route names no path.
    #[error("route must be a path such as /token, with an HTTP method before it or without")]
    Route,
    /// Chance goes from nothing to certainty.
    #[error("rate must be above 0 and at most 1")]
    Rate,
    /// A page for people has a status.
    #[error("status of html must lie between 200 and 599")]
    HtmlStatus,
    /// A past is named one way.
    #[error("stale needs either changes or seconds")]
    Stale,
    /// Something has to come slowly.
    #[error("bytes of trickle must be at least 1")]
    Trickle,
    /// A header carries no line breaks.
    #[error("value of contentType cannot stand in a header")]
    ContentType,
    /// A page holds at least one item.
    #[error("items must be at least 1")]
    PageSize,
}

/// The faults in force, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Faults(Vec<InForce>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct InForce {
    fault: Fault,
    dice: Dice,
}

impl Faults {
    /// Puts a fault in force after the others.
    pub(crate) fn add(&mut self, fault: Fault) -> Result<(), FaultError> {
        match &fault.trouble {
            Trouble::Status { status, .. } if !(400..600).contains(status) => return Err(FaultError::Status),
            Trouble::Html { status: Some(status) } if !(200..600).contains(status) => {
                return Err(FaultError::HtmlStatus);
            }
            Trouble::PageSize { items: 0 } => return Err(FaultError::PageSize),
            Trouble::Trickle { bytes: 0, .. } => return Err(FaultError::Trickle),
            Trouble::Stale { changes, seconds } if changes.is_some() == seconds.is_some() => {
                return Err(FaultError::Stale);
            }
            Trouble::ContentType { value } if HeaderValue::from_str(value).is_err() => {
                return Err(FaultError::ContentType);
            }
            _ => {}
        }
        if fault.rate.is_some_and(|rate| !(rate > 0.0 && rate <= 1.0)) {
            return Err(FaultError::Rate);
        }
        let (_, path) = split(&fault.route);
        if !path.starts_with('/') {
            return Err(FaultError::Route);
        }
        let dice = Dice::new(fault.rate, fault.seed);
        self.0.push(InForce { fault, dice });
        Ok(())
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter().map(|one| &one.fault)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What happens to this call; counts it.
    pub(crate) fn strike(&mut self, method: &str, path: &str, account: Option<&str>) -> Vec<Trouble> {
        let mut struck = Vec::new();
        for InForce { fault, dice } in &mut self.0 {
            if !fault.matches(method, path, account) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if !dice.hits() {
                continue;
            }
            if let Some(times) = &mut fault.times {
                *times = times.saturating_sub(1);
            }
            struck.push(fault.trouble.clone());
        }
        self.0.retain(|one| one.fault.times != Some(0));
        struck
    }
}

impl Fault {
    /// A fault that hits every call of the route until it is taken away.
    pub fn new(route: &str, trouble: Trouble) -> Self {
        Self {
            route: route.to_owned(),
            account: None,
            skip: 0,
            times: None,
            rate: None,
            seed: 0,
            trouble,
        }
    }

    fn matches(&self, method: &str, path: &str, account: Option<&str>) -> bool {
        let (wanted_method, wanted_path) = split(&self.route);
        wanted_method.is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self
                .account
                .as_deref()
                .is_none_or(|wanted| account == Some(wanted))
            && path_matches(wanted_path, path)
    }
}

fn split(route: &str) -> (Option<&str>, &str) {
    match route.trim().split_once(' ') {
        Some((method, path)) => (Some(method), path.trim_start()),
        None => (None, route.trim()),
    }
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let mut path = path.split('/');
    for wanted in pattern.split('/') {
        match (wanted, path.next()) {
            ("**", _) => return true,
            ("*", Some(_)) => {}
            (wanted, Some(part)) if wanted == part => {}
            _ => return false,
        }
    }
    path.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(route: &str, call: (&str, &str), expect: bool) {
        let fault = Fault::new(route, Trouble::Reset);
        assert_eq!(fault.matches(call.0, call.1, None), expect, "{route} on {call:?}");
    }

    #[test]
    fn routes_match_by_segment() {
        check("/token", ("POST", "/token"), true);
        check("GET /token", ("POST", "/token"), false);
        check(
            "GET /calendar/v3/calendars/*/events",
            ("GET", "/calendar/v3/calendars/a%40b/events"),
            true,
        );
        check(
            "/calendar/v3/calendars/*/events",
            ("GET", "/calendar/v3/calendars/a/events/1"),
            false,
        );
        check("/calendar/**", ("GET", "/calendar/v3/freeBusy"), true);
        check("/calendar/v3", ("GET", "/calendar/v3/freeBusy"), false);
    }

    #[test]
    fn a_fault_skips_strikes_and_wears_off() {
        let mut faults = Faults::default();
        let fault =
            serde_json::json!({"route": "/token", "skip": 1, "times": 2, "trouble": {"kind": "reset"}});
        faults.add(serde_json::from_value(fault).unwrap()).unwrap();
        let struck: Vec<usize> = (0..4)
            .map(|_| faults.strike("POST", "/token", None).len())
            .collect();
        assert_eq!(struck, [0, 1, 1, 0]);
        assert!(faults.all().next().is_none());
    }
}
