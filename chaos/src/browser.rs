//! A person's browser on its way through a sign-in: follows the link, consents at the simulated Google, comes back.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, bail};
use reqwest::{header, redirect::Policy};
use url::Url;

/// Where the application has people sent afterwards; nobody opens it.
pub(crate) const RETURN_TO: &str = "https://app.example.com/settings";

/// Goes the whole way as the account `email`; an error unless it ends with `status=connected`.
pub(crate) async fn connect(link: &str, email: &str) -> anyhow::Result<()> {
    let mut browser = Browser {
        http: reqwest::Client::builder()
            .redirect(Policy::none())
            .timeout(Duration::from_secs(30))
            .build()?,
        cookies: BTreeMap::new(),
    };
    let mut at = browser.open(link).await?;
    // A provider that gives no refresh token is asked a second time.
    for _ in 0..2 {
        let callback = browser.consent(&at, email).await?;
        at = browser.open(&callback).await?;
        if !at.contains("/o/oauth2/") {
            break;
        }
    }
    anyhow::ensure!(at.contains("status=connected"), "the way back led to {at}");
    Ok(())
}

struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Opens an address that leads on, and answers where.
    async fn open(&mut self, address: &str) -> anyhow::Result<String> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = self.http.get(address).header(header::ACCEPT, "text/html");
        let answer = request.header(header::COOKIE, cookies.join("; ")).send().await?;
        for set in answer.headers().get_all(header::SET_COOKIE) {
            let pair = set
                .to_str()?
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='));
            let (name, value) = pair.context("a cookie without a value")?;
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        leads_to(answer).await
    }

    /// Allows everything that the consent page asks for.
    async fn consent(&self, page: &str, email: &str) -> anyhow::Result<String> {
        let asked = Url::parse(page)?;
        let scopes = asked.query_pairs().find(|(name, _)| name == "scope");
        let scopes = scopes.context("a consent page without scopes")?.1.into_owned();
        let request = asked.query().unwrap_or_default().to_owned();
        let mut fields = vec![
            ("decision", "allow"),
            ("account", email),
            ("request", request.as_str()),
        ];
        fields.extend(scopes.split(' ').map(|scope| ("scope", scope)));
        let mut form = asked.clone();
        form.set_query(None);
        leads_to(self.http.post(form).form(&fields).send().await?).await
    }
}

async fn leads_to(answer: reqwest::Response) -> anyhow::Result<String> {
    let status = answer.status();
    match answer.headers().get(header::LOCATION) {
        Some(location) => Ok(location.to_str()?.to_owned()),
        None => bail!("it leads nowhere: {status} {}", answer.text().await?),
    }
}
