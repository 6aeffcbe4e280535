//! The page of the demo: connect, sync, week, slots, a moved event.

use std::fmt;

use askama::Template;

/// What the page must know. Its key opens throw-away data on this machine only.
#[derive(Clone, Template)]
#[template(path = "demo.html")]
pub struct DemoPage {
    /// The key of the demo's tenant.
    pub api_key: String,
    /// The simulated Google, as an origin without a slash at its end.
    pub simulator_url: String,
    /// The page's own address, to which Google's consent leads back.
    pub return_to: String,
    /// Seconds from one poll of a calendar to the next, as the page tells people.
    pub poll_seconds: u32,
    /// Who takes bookings: the id in the application.
    pub user_id: String,
    /// What people call them.
    pub user_name: String,
    /// The IANA zone of their week.
    pub time_zone: String,
}

impl DemoPage {
    /// The policy of all pages, with the simulator as a second server to ask.
    pub fn content_security_policy(&self) -> String {
        let both = format!("connect-src 'self' {}", self.simulator_url);
        crate::CONTENT_SECURITY_POLICY.replace("connect-src 'self'", &both)
    }
}

/// Without the key.
impl fmt::Debug for DemoPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoPage")
            .field("simulator_url", &self.simulator_url)
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> DemoPage {
        DemoPage {
            api_key: "kal_secret\"><script>".to_owned(),
            simulator_url: "http://127.0.0.1:4711".to_owned(),
            return_to: "http://127.0.0.1:8080/".to_owned(),
            poll_seconds: 2,
            user_id: "ana".to_owned(),
            user_name: "Ana Keller".to_owned(),
            time_zone: "Europe/Zurich".to_owned(),
        }
    }

    #[test]
    fn values_are_escaped_and_the_key_is_not_logged() {
        let page = page();
        let html = page.render().unwrap();
        assert!(!html.contains("\"><script>"), "the key is not escaped");
        assert!(html.contains("data-zone=\"Europe/Zurich\""));
        assert!(!format!("{page:?}").contains("kal_secret"));
    }

    #[test]
    fn the_policy_adds_the_simulator_and_nothing_else() {
        let policy = page().content_security_policy();
        let mut parts = policy.split(';').map(str::trim);
        assert!(
            parts.any(|part| part == "connect-src 'self' http://127.0.0.1:4711"),
            "{policy}"
        );
        assert_eq!(
            policy.len(),
            crate::CONTENT_SECURITY_POLICY.len() + " http://127.0.0.1:4711".len()
        );
    }

    #[test]
    fn every_file_that_the_page_names_is_there() {
        let html = page().render().unwrap();
        let scripts = crate::Files::iter().filter(|name| name.starts_with("demo") && name.ends_with(".js"));
        let mut texts: Vec<String> = scripts
            .map(|name| String::from_utf8(crate::asset(&name).unwrap().bytes.into_owned()).unwrap())
            .collect();
        texts.push(html);
        let mut named = 0;
        for text in &texts {
            for part in text
                .split("/assets/")
                .skip(1)
                .chain(text.split("from './").skip(1))
            {
                let name = part.split(['"', '\'']).next().unwrap();
                assert!(crate::asset(name).is_some(), "{name} is missing");
                named += 1;
            }
        }
        assert!(named > 10, "only {named} names were found");
    }
}
