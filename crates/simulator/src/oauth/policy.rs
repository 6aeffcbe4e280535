//! Whom Google keeps away from an application, each on a page of its own that never leads back (Google OAuth 2.0
//! guide for web server applications, "Authorization errors").

use http::{HeaderMap, header};

use super::{Audience, OAuthClient, consent::ErrorPage};
use crate::directory::domain_of;

/// Refuses browsers that are built into applications.
pub(super) fn check_browser(headers: &HeaderMap) -> Result<(), ErrorPage> {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !is_embedded(agent) {
        return Ok(());
    }
    let detail = "This browser is built into an application. Use one that is not, such as Chrome or Safari.";
    Err(ErrorPage::new(403, "disallowed_useragent", detail))
}

/// Refuses accounts that the application, or their administrator, does not let in.
pub(super) fn check_account(client: &OAuthClient, email: &str) -> Result<(), ErrorPage> {
    let domain = domain_of(email);
    if client
        .blocked_domains
        .iter()
        .any(|blocked| domain.is_some_and(|domain| blocked.eq_ignore_ascii_case(domain)))
    {
        let detail = "An administrator of your organisation does not let this application in.";
        return Err(ErrorPage::new(400, "admin_policy_enforced", detail));
    }
    match &client.audience {
        Audience::Internal { domain: only }
            if domain.is_none_or(|domain| !domain.eq_ignore_ascii_case(only)) =>
        {
            let detail = format!("{} is for people of {only} only.", client.client_id);
            Err(ErrorPage::new(403, "org_internal", &detail))
        }
        Audience::Testing {
            test_users: Some(users),
        } if !users.iter().any(|user| user.eq_ignore_ascii_case(email)) => {
            let detail = format!(
                "{} is being tested, and {email} is none of its testers.",
                client.client_id
            );
            Err(ErrorPage::new(403, "access_denied", &detail))
        }
        _ => Ok(()),
    }
}

/// Android's `WebView` says `wv`; Apple's says that it is a phone's `WebKit`, but not that it is Safari or another browser.
fn is_embedded(agent: &str) -> bool {
    let android = agent.contains("; wv)");
    let apple = (agent.contains("iPhone") || agent.contains("iPad"))
        && agent.contains("AppleWebKit/")
        && !["Safari/", "CriOS/", "FxiOS/", "EdgiOS/"]
            .iter()
            .any(|browser| agent.contains(browser));
    android || apple
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_inside_applications_are_recognised() {
        for (agent, expected) in [
            ("", false),
            ("curl/8.5.0", false),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36",
                false,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
                true,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
                false,
            ),
        ] {
            assert_eq!(is_embedded(agent), expected, "{agent}");
        }
    }
}
