//! The person at a browser: follows links, keeps cookies, decides at Google.

use std::collections::BTreeMap;

use anyhow::Context;
use http::{Method, StatusCode, header};
use url::Url;

use super::{
    form::Form,
    http::{Http, Reply},
};

/// What is pressed on the consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Allow,
    Cancel,
}

/// A browser with its cookies; they go to the origin that set them.
pub(super) struct Person<'a> {
    http: &'a Http,
    cookies: BTreeMap<(String, String), String>,
}

impl<'a> Person<'a> {
    pub(super) fn new(http: &'a Http) -> Self {
        Self {
            http,
            cookies: BTreeMap::new(),
        }
    }

    /// Goes through the hosted page and Google's consent, and answers where the application's page is then opened.
    pub(super) async fn connect(
        &mut self,
        link: Url,
        account: &str,
        decision: Decision,
    ) -> anyhow::Result<Url> {
        let page = self.open(&link).await?;
        anyhow::ensure!(
            page.status == StatusCode::OK,
            "the connect page answered {} {}",
            page.status,
            page.text
        );
        let choice = Form::read(&page.text).context("the connect page")?;
        let mut start = link.join(&choice.action)?;
        start.set_query(Some(&choice.encoded()));
        let consent = self.follow(&start).await.context("the way to Google")?;
        let page = self.open(&consent).await?;
        let pressed = match decision {
            Decision::Allow => "allow",
            Decision::Cancel => "cancel",
        };
        let form = Form::read(&page.text)
            .context("Google's consent page")?
            .with("account", account)
            .with("decision", pressed);
        let decided = self
            .send(Method::POST, &consent.join(&form.action)?, form.encoded())
            .await?;
        let callback = leads_on(decided).context("Google's consent page")?;
        self.follow(&callback).await.context("the way back from Google")
    }

    /// Opens an address that leads somewhere else, and answers where.
    async fn follow(&mut self, url: &Url) -> anyhow::Result<Url> {
        leads_on(self.open(url).await?)
    }

    async fn open(&mut self, url: &Url) -> anyhow::Result<Reply> {
        self.send(Method::GET, url, String::new()).await
    }

    async fn send(&mut self, method: Method, url: &Url, body: String) -> anyhow::Result<Reply> {
        let origin = url.origin().ascii_serialization();
        let own = self.cookies.iter().filter(|((of, _), _)| *of == origin);
        let cookies: Vec<String> = own.map(|((_, name), value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![(header::ACCEPT, "text/html")];
        if !cookies.is_empty() {
            headers.push((header::COOKIE, cookies.as_str()));
        }
        if method == Method::POST {
            headers.push((header::CONTENT_TYPE, "application/x-www-form-urlencoded"));
        }
        let reply = self.http.send(method, url, &headers, body).await?;
        for cookie in &reply.cookies {
            self.keep(&origin, cookie);
        }
        Ok(reply)
    }

    fn keep(&mut self, origin: &str, cookie: &str) {
        let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let key = (origin.to_owned(), name.to_owned());
        if cookie.contains("Max-Age=0") {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned());
        }
    }
}

fn leads_on(reply: Reply) -> anyhow::Result<Url> {
    let Reply {
        status,
        location,
        text,
        ..
    } = reply;
    location
        .filter(|_| status.is_redirection())
        .ok_or_else(|| anyhow::anyhow!("it leads nowhere: {status} {text}"))
}
