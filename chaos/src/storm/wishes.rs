//! The application at work on its own events: it puts, changes and cancels them, and holds time.

mod holds;

use std::{sync::Arc, time::Instant};

use jiff::Timestamp;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::{due, edits::span, in_turn};
use crate::{
    app::Reply,
    cast::{self, TITLE_MARK},
    dice::Dice,
    schedule::{Aim, Step, Wish},
    stage::Stage,
};

/// What an application says of an event; the rest keeps its defaults.
const FIELDS: [&str; 10] = [
    "title",
    "description",
    "location",
    "start",
    "end",
    "timeZone",
    "people",
    "attendees",
    "status",
    "metadata",
];

/// Where the numbers of events begin that are there before the storm.
const STOCK: usize = 10_000_000;

/// Makes all wishes, each when it is due and the one before of the same organizer is answered.
pub(super) async fn make(
    stage: &Arc<Stage>,
    begun: Instant,
    steps: Vec<Step<(Wish, Aim)>>,
) -> anyhow::Result<()> {
    let numbered = steps.into_iter().enumerate().map(|(number, step)| Step {
        at: step.at,
        deed: (number, step.deed),
    });
    let lanes = in_turn(numbered, |(_, (_, aim))| aim.person);
    let lanes = lanes.into_iter().map(|steps| async move {
        for step in steps {
            due(begun, &step).await;
            let (number, (wish, aim)) = step.deed;
            let wisher = Wisher { stage, number, aim };
            let outcome = match wisher.wish(wish).await {
                Ok(outcome) => outcome.to_owned(),
                // Servers are being killed: that a call fails is no finding.
                Err(why) => format!("failed: {why:#}"),
            };
            let text = format!("wish {number} {wish:?} of person {}: {outcome}", aim.person);
            stage.journal.did("wishes", &text);
        }
    });
    futures::future::join_all(lanes).await;
    Ok(())
}

/// Gives everybody events to begin with: some of their own, and some together with others.
pub(crate) async fn stock(stage: &Stage, changes: usize) -> anyhow::Result<()> {
    let mut dice = Dice::new(stage.seed, "stock");
    let each = 1 + changes / 2_000;
    for person in 0..stage.people.len() {
        for one in 0..2 * each.min(changes) {
            let aim = Aim {
                person,
                calendar: 0,
                numbers: [dice.number(), dice.number(), dice.number()],
            };
            let number = STOCK + person * 1_000 + one;
            let wish = [Wish::Put, Wish::PutTogether][one % 2];
            Wisher { stage, number, aim }.wish(wish).await?;
        }
    }
    Ok(())
}

struct Wisher<'a> {
    stage: &'a Stage,
    /// Counts wishes; texts and keys are made of it.
    number: usize,
    aim: Aim,
}

impl Wisher<'_> {
    async fn wish(&self, wish: Wish) -> anyhow::Result<&'static str> {
        match wish {
            Wish::Put => self.put(&[self.aim.person]).await,
            Wish::PutTogether => self.put(&self.company()).await,
            Wish::Cancel => self.cancel().await,
            Wish::Revive => {
                self.change(true, |body| body["status"] = json!("confirmed"))
                    .await
            }
            Wish::Reschedule => {
                let (start, end) = self.span();
                self.change(false, |body| {
                    body["start"] = json!(start);
                    body["end"] = json!(end);
                })
                .await
            }
            Wish::Rename => {
                self.change(false, |body| body["title"] = json!(self.text("version")))
                    .await
            }
            Wish::Describe => {
                self.change(false, |body| body["description"] = json!(self.text("plan")))
                    .await
            }
            Wish::Relocate => {
                self.change(false, |body| body["location"] = json!(self.text("room")))
                    .await
            }
            Wish::PlaceHold => self.place_hold().await,
            Wish::ConfirmHold => self.confirm_hold().await,
            Wish::ReleaseHold => self.release_hold().await,
            Wish::ExtendHold => self.extend_hold().await,
        }
    }

    async fn put(&self, people: &[usize]) -> anyhow::Result<&'static str> {
        let key = format!("chaos-{}", self.number);
        self.stage.agenda.put(self.site(), &key, people[0]);
        let reply = self
            .app()
            .insist(Method::PUT, &path(&key), &self.event(people))
            .await?;
        self.note(&key, &reply);
        reply.success()?;
        Ok("put")
    }

    /// Reads an event, alters it, and puts it: half of the time on the condition that nobody changed it meanwhile.
    async fn change(&self, cancelled: bool, alter: impl Fn(&mut Value)) -> anyhow::Result<&'static str> {
        let of = (self.site(), self.aim.person);
        let Some(event) = self.stage.agenda.pick_event(of, self.aim.numbers[0], cancelled) else {
            return Ok("nothing to change");
        };
        let found = self
            .app()
            .insist(Method::GET, &path(&event.key), &Value::Null)
            .await?;
        if found.status == StatusCode::NOT_FOUND {
            // Its first put never arrived.
            self.stage.agenda.forget(self.site(), &event.key);
            return Ok("never put");
        }
        let etag = found
            .etag
            .clone()
            .filter(|_| self.aim.numbers[1].is_multiple_of(2));
        let condition = etag.as_deref().map(|etag| (header::IF_MATCH, etag));
        let found = found.success()?;
        let mut body: Value = FIELDS
            .iter()
            .filter(|name| !found[**name].is_null())
            .map(|name| ((*name).to_owned(), found[*name].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        alter(&mut body);
        let is_cancelled = body["status"] == "cancelled";
        self.stage
            .agenda
            .set_cancelled(self.site(), &event.key, is_cancelled);
        let reply = self
            .app()
            .insist_with(condition, Method::PUT, &path(&event.key), &body)
            .await?;
        if reply.status == StatusCode::PRECONDITION_FAILED {
            return Ok("somebody else was first");
        }
        self.note(&event.key, &reply);
        reply.success()?;
        Ok("changed")
    }

    async fn cancel(&self) -> anyhow::Result<&'static str> {
        let of = (self.site(), self.aim.person);
        let Some(event) = self.stage.agenda.pick_event(of, self.aim.numbers[0], false) else {
            return Ok("nothing to cancel");
        };
        self.stage.agenda.set_cancelled(self.site(), &event.key, true);
        let reply = self
            .app()
            .insist(Method::DELETE, &path(&event.key), &Value::Null)
            .await?;
        self.note(&event.key, &reply);
        reply.success()?;
        Ok("cancelled")
    }

    /// The organizer and one or two others of the same site.
    fn company(&self) -> Vec<usize> {
        let mut company = vec![self.aim.person];
        let of_site = |other: &usize| self.stage.people[*other].site == self.site();
        let others: Vec<usize> = (0..self.stage.people.len())
            .filter(of_site)
            .filter(|other| *other != self.aim.person)
            .collect();
        for pick in 0..=self.aim.numbers[1] % 2 {
            let at = (self.aim.numbers[2] / (1 + pick)) as usize % others.len().max(1);
            let other = others.get(at).copied();
            company.extend(other.filter(|other| !company.contains(other)));
        }
        company
    }

    fn event(&self, people: &[usize]) -> Value {
        let (start, end) = self.span();
        let people: Vec<Value> = people
            .iter()
            .enumerate()
            .map(|(place, person)| {
                let role = if place == 0 { "organizer" } else { "participant" };
                let user = &self.stage.people[*person].user;
                json!({"userId": user, "role": role, "note": self.text("reminder")})
            })
            .collect();
        json!({
            "title": self.text("lesson"), "description": self.text("plan"), "location": self.text("room"),
            "start": start, "end": end, "timeZone": cast::ZONE, "people": people,
            "attendees": [{"email": format!("guest{}@{}", self.number % 50, cast::DOMAIN)}],
            "metadata": {"wish": self.number.to_string()},
        })
    }

    /// A time that is no touch's: touches give seconds.
    fn span(&self) -> (Timestamp, Timestamp) {
        let [first, second, third] = self.aim.numbers;
        span(self.stage.begun, [third, first, second])
    }

    fn text(&self, what: &str) -> String {
        format!("{TITLE_MARK} {what} {}", self.number)
    }

    /// Takes the links out of an answer.
    fn note(&self, key: &str, reply: &Reply) {
        for link in reply.body["links"].as_array().into_iter().flatten() {
            let user = &link["userId"];
            let person = self.stage.people.iter().position(|person| person.user == *user);
            if let (Some(id), Some(person)) = (link["id"].as_str(), person) {
                self.stage.agenda.put_link(id, key, person);
            }
        }
    }

    fn site(&self) -> usize {
        self.stage.people[self.aim.person].site
    }

    fn app(&self) -> &crate::app::App {
        &self.stage.sites[self.site()].app
    }
}

fn path(key: &str) -> String {
    format!("/v1/events/{key}")
}
