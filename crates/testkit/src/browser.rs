//! A person's browser: keeps cookies, shows where redirects lead, and consents at the simulated Google.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use axum::{
    body::Body,
    http::{Request, header},
};
use url::Url;

use crate::{
    Answer,
    transport::{self, Transport},
};

/// A person's browser; redirects are not followed by themselves.
#[derive(Debug)]
pub struct Browser {
    transport: Transport,
    http: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    /// For a server that listens at `address`.
    pub fn at(address: &str) -> Self {
        Self::new(Transport::to(address), transport::http())
    }

    pub(crate) fn new(transport: Transport, http: reqwest::Client) -> Self {
        Self {
            transport,
            http,
            cookies: Mutex::default(),
        }
    }

    /// Goes from a connect session's address to the consent page, allows everything as the account `email`, and
    /// answers what the way back showed. A provider that gave no refresh token is asked once more, as people are.
    pub async fn connect(&self, session: &str, email: &str) -> Answer {
        let start = self.open(session).await.expect_status(303);
        let callback = self.consent(start.header("location"), email).await;
        let back = self.open(&callback).await;
        if !back.header("location").contains("/o/oauth2/") {
            return back;
        }
        let callback = self.consent(back.header("location"), email).await;
        self.open(&callback).await
    }

    /// Opens a page of the server.
    pub async fn open(&self, address: &str) -> Answer {
        self.send(Request::get(path(address)), Body::empty()).await
    }

    /// Sends a form to the server.
    pub async fn submit(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request =
            Request::post(path(address)).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(form)).await
    }

    /// Allows everything that the provider's consent page asks for, as the account `email`; answers the address that
    /// the provider sends the browser back to.
    pub async fn consent(&self, authorize_url: &str, email: &str) -> String {
        let asked = Url::parse(authorize_url).unwrap();
        let scopes = asked
            .query_pairs()
            .find(|(name, _)| name == "scope")
            .unwrap()
            .1
            .into_owned();
        let mut fields = vec![
            ("decision", "allow"),
            ("account", email),
            ("request", asked.query().unwrap()),
        ];
        fields.extend(scopes.split(' ').map(|scope| ("scope", scope)));
        self.decide(&asked, &fields).await
    }

    /// Declines on the provider's consent page.
    pub async fn decline(&self, authorize_url: &str) -> String {
        let asked = Url::parse(authorize_url).unwrap();
        self.decide(
            &asked,
            &[("decision", "cancel"), ("request", asked.query().unwrap())],
        )
        .await
    }

    async fn decide(&self, asked: &Url, fields: &[(&str, &str)]) -> String {
        let mut page = asked.clone();
        page.set_query(None);
        let answer = self.http.post(page).form(fields).send().await.unwrap();
        let status = answer.status();
        match answer.headers().get("location") {
            Some(location) => location.to_str().unwrap().to_owned(),
            None => panic!(
                "the consent page did not lead back: {status} {}",
                answer.text().await.unwrap()
            ),
        }
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<String> = {
            let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
            cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        let request = request
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, cookies.join("; "));
        let response = self.transport.send(request.body(body).unwrap()).await;
        let answer = Answer::read(response).await;
        self.keep_cookies(&answer);
        answer
    }

    fn keep_cookies(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            if set.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The path and query of an address of the server.
fn path(address: &str) -> String {
    match Url::parse(address) {
        Ok(url) => url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
        Err(_) => address.to_owned(),
    }
}
