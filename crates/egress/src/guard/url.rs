//! The check of a URL's text: of what a person typed, of each redirect.

use std::net::IpAddr;

use url::{Host, Url};

use super::{BlockReason, address};
use crate::config::UserUrlPolicy;

/// A URL that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) url: Url,
    pub(crate) route: Route,
}

/// Through which client a checked URL is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The one whose resolver lets only public addresses through.
    Guarded,
    /// The ordinary one, because the operator allows this host and port by name.
    Allowed,
}

/// Checks a URL; `webcal` and `webcals` are read as https.
pub(crate) fn check(text: &str, policy: &UserUrlPolicy) -> Result<Checked, BlockReason> {
    let text = text.trim();
    // The URL standard repairs these silently; other readers of the same text would not.
    if text
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
    {
        return Err(BlockReason::Malformed);
    }
    let (scheme, rest) = text.split_once("://").ok_or(BlockReason::Malformed)?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "https" | "webcal" | "webcals" => "https",
        "http" => "http",
        _ => return Err(BlockReason::Scheme),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(BlockReason::Credentials);
    }
    let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| BlockReason::Malformed)?;
    let host = plain_host(&url, host_of(authority))?;
    let port = url.port_or_known_default().ok_or(BlockReason::Port)?;
    let written = host.to_string();
    if policy
        .allowed
        .iter()
        .any(|allowed| allowed.host == written && allowed.port == port)
    {
        return Ok(Checked {
            url,
            route: Route::Allowed,
        });
    }
    if scheme != "https" {
        return Err(BlockReason::Scheme);
    }
    match host {
        Host::Domain(name) if !name.contains('.') => return Err(BlockReason::Host),
        Host::Domain(_) => {}
        Host::Ipv4(v4) if address::is_public(IpAddr::V4(v4)) => {}
        Host::Ipv6(v6) if address::is_public(IpAddr::V6(v6)) => {}
        Host::Ipv4(_) | Host::Ipv6(_) => return Err(BlockReason::PrivateAddress),
    }
    if !policy.ports.contains(&port) {
        return Err(BlockReason::Port);
    }
    Ok(Checked {
        url,
        route: Route::Guarded,
    })
}

/// The host as written, without the port.
fn host_of(authority: &str) -> &str {
    match authority.rfind([':', ']']) {
        Some(at) if authority.as_bytes()[at] == b':' => &authority[..at],
        _ => authority,
    }
}

/// The parsed host, refused if it was written in a way that hides what it is: an IPv4 address in decimal, octal, hex or
/// short form, a percent-encoded name, a name that ends with a dot.
fn plain_host<'u>(url: &'u Url, written: &str) -> Result<Host<&'u str>, BlockReason> {
    let host = url.host().ok_or(BlockReason::Malformed)?;
    let plain = match &host {
        Host::Domain(name) => !written.contains('%') && !name.ends_with('.'),
        Host::Ipv4(v4) => written == v4.to_string(),
        Host::Ipv6(_) => true,
    };
    if plain { Ok(host) } else { Err(BlockReason::Host) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> UserUrlPolicy {
        UserUrlPolicy {
            allowed: ["127.0.0.1:15232", "[::1]:15232", "calendar.internal:8080"]
                .map(|h| h.parse().unwrap())
                .to_vec(),
            ..UserUrlPolicy::default()
        }
    }

    #[track_caller]
    fn passes(text: &str, url: &str, route: Route) {
        let checked = check(text, &policy()).unwrap();
        assert_eq!((checked.url.as_str(), checked.route), (url, route), "{text}");
    }

    #[track_caller]
    fn blocked(reason: BlockReason, texts: &[&str]) {
        for text in texts {
            assert_eq!(check(text, &policy()).unwrap_err(), reason, "{text}");
        }
    }

    #[test]
    fn ordinary_urls_pass() {
        passes(
            "https://example.com/a.ics?k=v",
            "https://example.com/a.ics?k=v",
            Route::Guarded,
        );
        passes(
            "  webcal://example.com/a.ics\n",
            "https://example.com/a.ics",
            Route::Guarded,
        );
        passes(
            "WEBCALS://Example.COM/a.ics",
            "https://example.com/a.ics",
            Route::Guarded,
        );
        passes(
            "https://example.com:8443/",
            "https://example.com:8443/",
            Route::Guarded,
        );
        passes(
            "https://example.com/a@b.ics",
            "https://example.com/a@b.ics",
            Route::Guarded,
        );
        passes(
            "https://bücher.example/",
            "https://xn--bcher-kva.example/",
            Route::Guarded,
        );
        passes("https://8.8.8.8/", "https://8.8.8.8/", Route::Guarded);
        passes(
            "https://[2606:4700:4700::1111]/",
            "https://[2606:4700:4700::1111]/",
            Route::Guarded,
        );
    }

    #[test]
    fn allowed_hosts_pass_exactly() {
        passes(
            "http://127.0.0.1:15232/u/",
            "http://127.0.0.1:15232/u/",
            Route::Allowed,
        );
        passes(
            "https://127.0.0.1:15232/u/",
            "https://127.0.0.1:15232/u/",
            Route::Allowed,
        );
        passes("http://[::1]:15232/", "http://[::1]:15232/", Route::Allowed);
        passes(
            "http://Calendar.Internal:8080/",
            "http://calendar.internal:8080/",
            Route::Allowed,
        );
        blocked(
            BlockReason::Scheme,
            &[
                "http://127.0.0.1:15233/",
                "http://127.0.0.1/",
                "http://127.0.0.2:15232/",
            ],
        );
        blocked(
            BlockReason::PrivateAddress,
            &["https://127.0.0.1:15233/", "https://127.0.0.1/"],
        );
        blocked(
            BlockReason::Host,
            &["http://127.1:15232/", "http://0x7f000001:15232/"],
        );
        blocked(BlockReason::Credentials, &["http://a@127.0.0.1:15232/"]);
    }

    #[test]
    fn what_is_no_https_url() {
        blocked(
            BlockReason::Malformed,
            &[
                "",
                "example.com",
                "//example.com/",
                "https:example.com",
                "https://",
            ],
        );
        blocked(
            BlockReason::Malformed,
            &[
                "https://exa mple.com/",
                "https://example.com\\@evil.test/",
                "https://a\tb.c/",
            ],
        );
        blocked(
            BlockReason::Malformed,
            &[
                "https://[::1/",
                "https://example.com:99999/",
                "https://1.2.3.4.5/",
            ],
        );
        blocked(
            BlockReason::Scheme,
            &[
                "http://example.com/",
                "ftp://example.com/",
                "file:///etc/passwd",
                "gopher://a.b/",
            ],
        );
        blocked(
            BlockReason::Credentials,
            &[
                "https://user:pw@example.com/",
                "https://example.com@127.0.0.1/",
                "https://@a.b/",
            ],
        );
        blocked(
            BlockReason::Port,
            &[
                "https://example.com:22/",
                "https://example.com:80/",
                "https://8.8.8.8:6379/",
            ],
        );
    }

    #[test]
    fn private_and_disguised_hosts() {
        blocked(
            BlockReason::PrivateAddress,
            &["https://127.0.0.1/", "https://169.254.169.254/latest/meta-data/"],
        );
        blocked(
            BlockReason::PrivateAddress,
            &[
                "https://[::1]/",
                "https://[::ffff:127.0.0.1]/",
                "https://[fd00:ec2::254]/",
            ],
        );
        blocked(
            BlockReason::PrivateAddress,
            &["https://[::ffff:a9fe:a9fe]/", "https://[64:ff9b::7f00:1]/"],
        );
        blocked(
            BlockReason::Host,
            &[
                "https://2130706433/",
                "https://0x7f.1/",
                "https://0177.0.0.1/",
                "https://127.1/",
            ],
        );
        blocked(
            BlockReason::Host,
            &[
                "https://0x7f000001/",
                "https://127.0.0.1./",
                "https://example.com./",
            ],
        );
        blocked(
            BlockReason::Host,
            &[
                "https://localhost/",
                "https://redis/",
                "https://127%2e0.0.1/",
                "https://ex%61mple.com/",
            ],
        );
        // Full-width digits normalize to an IPv4 address.
        blocked(
            BlockReason::Host,
            &["https://１２７.0.0.1/", "https://127。0。0。1/"],
        );
    }
}
