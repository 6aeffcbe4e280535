//! Settings of the stack. The defaults are those of the product; the binary fills in what its configuration says.

use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

use secrecy::SecretString;
use thiserror::Error;
use uuid::Uuid;

use crate::{call::Service, clock::Surroundings, limiter::SharedClock};

/// Everything that [`crate::Egress::new`] needs.
#[derive(Clone, Debug)]
pub struct EgressConfig {
    /// Clock and dice.
    pub surroundings: Surroundings,
    /// `User-Agent` of every call. Google's services compress only for agents that name gzip.
    pub user_agent: String,
    /// Time to connect, TLS included. Default 5 s.
    pub connect_timeout: Duration,
    /// Largest body accepted, in bytes after decompression. Default 20 MB.
    pub body_limit: usize,
    /// How rate limits and failures are retried within one call.
    pub retry: RetryPolicy,
    /// Rules for URLs that people type in.
    pub user_urls: UserUrlPolicy,
    /// Where all replicas count their calls together; `None`: each in its own process.
    pub shared: Option<SharedWindows>,
    /// Policies by service.
    pub services: BTreeMap<Service, ServicePolicy>,
    /// The policy of services not named in `services`.
    pub other_services: ServicePolicy,
}

impl EgressConfig {
    /// The defaults, without any service's own policy.
    pub fn new(surroundings: Surroundings) -> Self {
        Self {
            surroundings,
            user_agent: concat!("kalends/", env!("CARGO_PKG_VERSION"), " (gzip)").to_owned(),
            connect_timeout: Duration::from_secs(5),
            body_limit: 20_000_000,
            retry: RetryPolicy::default(),
            user_urls: UserUrlPolicy::default(),
            shared: None,
            services: BTreeMap::new(),
            other_services: ServicePolicy::default(),
        }
    }

    /// With this policy for that service.
    #[must_use]
    pub fn with_service(mut self, service: Service, policy: ServicePolicy) -> Self {
        self.services.insert(service, policy);
        self
    }

    pub(crate) fn policy(&self, service: Service) -> &ServicePolicy {
        self.services.get(&service).unwrap_or(&self.other_services)
    }
}

/// Protection of one service, and of us from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePolicy {
    /// Time for one attempt, from connecting to the last byte of the body. Default 20 s.
    pub attempt_timeout: Duration,
    /// When to stop calling.
    pub breaker: BreakerPolicy,
    /// Windows per account; all must pass. Default none.
    pub per_account: Vec<Window>,
    /// Windows over all accounts of one client; all must pass. Default none.
    pub per_client: Vec<Window>,
    /// Most calls of one account under way at once. Default any number.
    pub at_once_per_account: Option<u32>,
}

/// A Redis in which all replicas count their calls together.
#[derive(Clone, Debug)]
pub struct SharedWindows {
    /// `redis://` or `rediss://` address; may hold a password.
    pub url: SecretString,
    /// By whose clock the windows slide.
    pub clock: SharedClock,
    /// Names this process among the replicas.
    pub process: Uuid,
}

impl Default for ServicePolicy {
    fn default() -> Self {
        Self {
            attempt_timeout: Duration::from_secs(20),
            breaker: BreakerPolicy::default(),
            per_account: Vec::new(),
            per_client: Vec::new(),
            at_once_per_account: None,
        }
    }
}

/// When to stop calling a service, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// This many failures (at least 1) ... Default 5.
    pub failures: u32,
    /// ... within this time open the circuit. Default 60 s.
    pub window: Duration,
    /// How long it stays open before one call may probe. Default 30 s.
    pub recovery: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            failures: 5,
            window: Duration::from_mins(1),
            recovery: Duration::from_secs(30),
        }
    }
}

/// At most `calls` in any span of length `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many calls; 0 is read as 1.
    pub calls: u32,
    /// In which span.
    pub per: Duration,
}

impl Window {
    /// At most `calls` in any `seconds`.
    pub const fn new(calls: u32, seconds: u64) -> Self {
        Self {
            calls,
            per: Duration::from_secs(seconds),
        }
    }
}

/// The text is no window.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no limit; write for example `10 per 10 s`, `600 per min` or `50000 per day`")]
pub struct WindowError {
    text: String,
}

impl FromStr for Window {
    type Err = WindowError;

    /// `CALLS per [N] UNIT`, with the units `s`, `min`, `h` and `day`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (calls, span) = text.split_once(" per ")?;
            let calls = calls.trim().parse().ok().filter(|calls| *calls > 0)?;
            let span = span.trim();
            let (count, unit) = span.split_once(' ').unwrap_or(("1", span));
            let unit = match unit.trim() {
                "s" => 1,
                "min" => 60,
                "h" => 3_600,
                "day" => 86_400,
                _ => return None,
            };
            let seconds = count.parse::<u64>().ok()?.checked_mul(unit)?;
            (1..=LONGEST_WINDOW)
                .contains(&seconds)
                .then(|| Self::new(calls, seconds))
        };
        read().ok_or_else(|| WindowError {
            text: text.to_owned(),
        })
    }
}

/// A week, in seconds: longer windows would outlive every process that counts.
const LONGEST_WINDOW: u64 = 7 * 86_400;

/// Retries within one call: `min(base * 2^n + a random part of base, longest)` after the n-th rate limit, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all when rate limited. Default 4.
    pub attempts: u32,
    /// First wait. Default 1 s; also the wait before the one repeat after a failure of the service.
    pub base: Duration,
    /// Longest wait within a call. Default 32 s.
    pub longest: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_secs(1),
            longest: Duration::from_secs(32),
        }
    }
}

/// Rules for URLs that people type in, beside those that have no exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserUrlPolicy {
    /// Ports that may be called. Default 443 and 8443.
    pub ports: Vec<u16>,
    /// Exactly these hosts and ports may also be private and plain http. Default none.
    pub allowed: Vec<AllowedHost>,
}

impl Default for UserUrlPolicy {
    fn default() -> Self {
        Self {
            ports: vec![443, 8443],
            allowed: Vec::new(),
        }
    }
}

/// One `host:port` that the operator trusts although it is private or speaks plain http, e.g. `127.0.0.1:5232`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// The text is no `host:port`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{text}` is no host and port; write for example `calendar.internal:8443`, `127.0.0.1:5232` or `[::1]:5232`"
)]
pub struct AllowedHostError {
    text: String,
}

impl FromStr for AllowedHost {
    type Err = AllowedHostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || AllowedHostError {
            text: text.to_owned(),
        };
        let (host, port) = text.rsplit_once(':').ok_or_else(refuse)?;
        let port = port.parse().map_err(|_| refuse())?;
        // Written as the URL parser writes hosts, so that comparing is exact.
        let host = url::Host::parse(host).map_err(|_| refuse())?.to_string();
        if port == 0 {
            Err(refuse())
        } else {
            Ok(Self { host, port })
        }
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_written_as_one_says_them() {
        for (text, calls, seconds) in [
            ("10 per 10 s", 10, 10),
            ("400 per 100 s", 400, 100),
            ("240 per min", 240, 60),
            ("10000 per 10 min", 10_000, 600),
            ("50000 per day", 50_000, 86_400),
            ("5 per h", 5, 3_600),
        ] {
            assert_eq!(text.parse(), Ok(Window::new(calls, seconds)), "{text}");
        }
        for bad in [
            "",
            "10",
            "0 per s",
            "10 per 0 s",
            "10 per 10",
            "-1 per s",
            "10 per 8 day",
            "10/10s",
        ] {
            let error = bad.parse::<Window>().unwrap_err();
            assert!(error.to_string().contains("10 per 10 s"), "{bad}");
        }
    }

    #[test]
    fn allowed_hosts_are_exact() {
        for good in ["127.0.0.1:5232", "[::1]:5232", "calendar.internal:8443"] {
            assert_eq!(good.parse::<AllowedHost>().unwrap().to_string(), good);
        }
        assert_eq!(
            "Calendar.Internal:1".parse::<AllowedHost>().unwrap().to_string(),
            "calendar.internal:1"
        );
        for bad in [
            "",
            "calendar.internal",
            "127.0.0.1:",
            "127.0.0.1:0",
            "127.0.0.1:70000",
            "::1:5232",
            "*:80 ",
            "a b:80",
        ] {
            let error = bad.parse::<AllowedHost>().unwrap_err();
            assert!(error.to_string().contains("host and port"), "{bad}");
        }
    }
}
