//! One hop of a call: what is sent where, and how the next hop follows from a redirect (RFC 9110 section 15.4).

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use url::Url;

use crate::error::RedirectFault;

/// Redirects followed at most.
pub(super) const MOST_REDIRECTS: u32 = 5;

/// Headers that are meant for one origin only.
const PRIVATE: [HeaderName; 3] = [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION];

/// Headers that describe the body.
const OF_BODY: [HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
];

#[derive(Clone)]
pub(super) struct Hop {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

impl Hop {
    pub(super) fn first(request: http::Request<Bytes>, url: Url) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            method: parts.method,
            url,
            headers: parts.headers,
            body,
        }
    }

    pub(super) fn into_request(self) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.method, self.url);
        *request.headers_mut() = self.headers;
        if !self.body.is_empty() {
            *request.body_mut() = Some(self.body.into());
        } else if matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH) {
            // Said by RFC 9110 section 8.6; servers answer 411 without it, and the client leaves it out.
            request
                .headers_mut()
                .insert(header::CONTENT_LENGTH, HeaderValue::from(0));
        }
        request
    }

    /// Where the answer redirects to; `None` when it is no redirect.
    pub(super) fn redirected(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<Option<Url>, RedirectFault> {
        if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let location = headers
            .get(header::LOCATION)
            .and_then(|value| str::from_utf8(value.as_bytes()).ok());
        let target = location
            .and_then(|text| self.url.join(text).ok())
            .ok_or(RedirectFault::Location)?;
        if self.url.scheme() == "https" && target.scheme() == "http" {
            return Err(RedirectFault::Downgrade);
        }
        Ok(Some(target))
    }

    /// The hop to `url` after an answer with this redirect status.
    pub(super) fn next(mut self, status: StatusCode, url: Url) -> Self {
        let becomes_get = match status {
            StatusCode::SEE_OTHER => self.method != Method::HEAD,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = Bytes::new();
            remove(&mut self.headers, &OF_BODY);
        }
        if self.url.origin() != url.origin() {
            remove(&mut self.headers, &PRIVATE);
        }
        self.url = url;
        self
    }
}

fn remove(headers: &mut HeaderMap, names: &[HeaderName]) {
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(method: &str, url: &str) -> Hop {
        let request = http::Request::builder()
            .method(method)
            .header(header::AUTHORIZATION, "Basic x")
            .header(header::CONTENT_TYPE, "text/xml")
            .body(Bytes::from_static(b"<x/>"))
            .unwrap();
        Hop::first(request, url.parse().unwrap())
    }

    #[track_caller]
    fn method_after(method: &str, status: u16, expect: &str) {
        let next = hop(method, "https://a.test/").next(
            StatusCode::from_u16(status).unwrap(),
            "https://a.test/b".parse().unwrap(),
        );
        assert_eq!(next.method.as_str(), expect, "{method} {status}");
        assert_eq!(next.body.is_empty(), expect != method, "{method} {status}");
        assert_eq!(next.headers.contains_key(header::CONTENT_TYPE), expect == method);
        assert!(
            next.headers.contains_key(header::AUTHORIZATION),
            "same origin keeps it"
        );
    }

    #[test]
    fn methods_after_redirects() {
        method_after("POST", 301, "GET");
        method_after("POST", 302, "GET");
        method_after("POST", 303, "GET");
        method_after("PROPFIND", 303, "GET");
        method_after("POST", 307, "POST");
        method_after("POST", 308, "POST");
        method_after("PROPFIND", 301, "PROPFIND");
    }

    #[test]
    fn redirects() {
        fn target(from: &str, status: u16, location: &str) -> Result<Option<String>, RedirectFault> {
            let headers = [(header::LOCATION, HeaderValue::from_str(location).unwrap())]
                .into_iter()
                .collect();
            let status = StatusCode::from_u16(status).unwrap();
            Ok(hop("GET", from).redirected(status, &headers)?.map(String::from))
        }
        let to = |url: &str| Ok(Some(url.to_owned()));
        let from = "https://a.test/x/y";
        for status in [301, 302, 303, 307, 308] {
            assert_eq!(target(from, status, "z"), to("https://a.test/x/z"), "{status}");
        }
        for status in [200, 300, 304, 401] {
            assert_eq!(target(from, status, "z"), Ok(None), "{status}");
        }
        assert_eq!(target(from, 302, "//b.test/ä"), to("https://b.test/%C3%A4"));
        assert_eq!(target(from, 302, "http://a.test/"), Err(RedirectFault::Downgrade));
        assert_eq!(
            target("http://a.test/", 302, "http://b.test/"),
            to("http://b.test/")
        );
        assert_eq!(target(from, 302, "https://"), Err(RedirectFault::Location));
        assert_eq!(
            hop("GET", from).redirected(StatusCode::FOUND, &HeaderMap::new()),
            Err(RedirectFault::Location)
        );
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        for (to, kept) in [
            ("https://a.test/other", true),
            ("https://b.test/", false),
            ("https://a.test:8443/", false),
            ("https://sub.a.test/", false),
        ] {
            let next = hop("GET", "https://a.test/").next(StatusCode::FOUND, to.parse().unwrap());
            assert_eq!(next.headers.contains_key(header::AUTHORIZATION), kept, "{to}");
        }
    }
}
