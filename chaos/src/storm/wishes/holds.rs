//! Time that the application holds for a while: some holds become events, some are let go, most of them expire.

use reqwest::{Method, StatusCode, header::HeaderName};
use serde_json::{Value, json};

use super::Wisher;
use crate::agenda::OurHold;

/// So long is time held at least and at most, in seconds; a short one ends in the storm, a long one after it.
const LENGTHS: (u64, u64) = (5, 60);
/// What tells a repetition from a second hold.
const ONCE: HeaderName = HeaderName::from_static("idempotency-key");

impl Wisher<'_> {
    pub(super) async fn place_hold(&self) -> anyhow::Result<&'static str> {
        let (start, end) = self.span();
        let user = &self.stage.people[self.aim.person].user;
        let event = json!({
            "title": self.text("hold"), "start": start, "end": end, "timeZone": crate::cast::ZONE,
            "people": [{"userId": user, "role": "organizer"}],
        });
        let body = json!({"ttlSeconds": self.seconds(), "event": event});
        let once = format!("chaos-hold-{}", self.number);
        let reply = self
            .app()
            .insist_with(Some((ONCE, &once)), Method::POST, "/v1/holds", &body)
            .await?;
        if reply.status == StatusCode::CONFLICT {
            return Ok("the time is taken");
        }
        let hold = reply.success()?;
        if let Some(id) = hold["id"].as_str() {
            self.stage.agenda.put_hold(OurHold {
                id: id.to_owned(),
                organizer: self.aim.person,
            });
        }
        Ok("held")
    }

    pub(super) async fn confirm_hold(&self) -> anyhow::Result<&'static str> {
        let key = format!("chaos-{}", self.number);
        let Some(hold) = self.hold() else {
            return Ok("nothing is held");
        };
        self.stage.agenda.put(self.site(), &key, self.aim.person);
        let path = format!("/v1/holds/{}/confirm", hold.id);
        let body = json!({"eventKey": key, "event": {"title": self.text("lesson")}});
        let reply = self.app().insist(Method::POST, &path, &body).await?;
        if !reply.status.is_success() {
            self.stage.agenda.forget(self.site(), &key);
            return Ok("the hold has ended");
        }
        // The answer is about the hold; the event says where it stands.
        let event = self
            .app()
            .insist(Method::GET, &super::path(&key), &Value::Null)
            .await?;
        self.note(&key, &event);
        Ok("confirmed")
    }

    pub(super) async fn release_hold(&self) -> anyhow::Result<&'static str> {
        let Some(hold) = self.hold() else {
            return Ok("nothing is held");
        };
        let path = format!("/v1/holds/{}", hold.id);
        let reply = self.app().insist(Method::DELETE, &path, &Value::Null).await?;
        Ok(if reply.status.is_success() {
            "let go"
        } else {
            "the hold has ended"
        })
    }

    pub(super) async fn extend_hold(&self) -> anyhow::Result<&'static str> {
        let Some(hold) = self.hold() else {
            return Ok("nothing is held");
        };
        let path = format!("/v1/holds/{}/extend", hold.id);
        let body = json!({"ttlSeconds": self.seconds()});
        let reply = self.app().insist(Method::POST, &path, &body).await?;
        self.stage.agenda.put_hold(hold);
        Ok(if reply.status.is_success() {
            "extended"
        } else {
            "the hold has ended"
        })
    }

    fn hold(&self) -> Option<OurHold> {
        self.stage.agenda.take_hold(self.aim.person, self.aim.numbers[0])
    }

    fn seconds(&self) -> u64 {
        let (least, most) = LENGTHS;
        least + self.aim.numbers[2] % (most - least + 1)
    }
}
