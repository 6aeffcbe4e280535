//! People who have events written to their calendars, and what they do there themselves.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Request};
use jiff::SignedDuration;
use kalends_core::{
    event::{
        Conference, Event, EventKey, Footer, Invitations, Mirroring, Person, PersonRole, Reminders, When,
    },
    external_event::{EventStatus, Transparency, Visibility},
    provider::Feature,
    settings::{CalendarWrite, Setting},
    time::{CalendarId, UserId, Zone},
};
use kalends_engine::{
    calendars::{self, UpdateCalendar},
    changes,
    connect::Finished,
    events::{self, Condition, Put, PutEvent},
    page::Page,
    settings,
};
use kalends_store::{LinkRow, TaskLane};
use serde_json::Value;

use super::{Decision, Simulated};

/// The scopes that reading and writing need, without their prefix.
pub(crate) const WRITE: &[&str] = &["calendar.calendarlist.readonly", "calendar.events"];

/// An entry of the feed.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) seq: i64,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

/// An hour of the first of December, by its first hour.
pub(crate) struct At(pub(crate) u8);

impl From<At> for When {
    fn from(at: At) -> Self {
        let instant = |hour: u8| format!("2026-12-01T{hour:02}:00:00Z").parse().unwrap();
        let zone = Zone::iana("Europe/Zurich").unwrap();
        Self::timed(instant(at.0), instant(at.0 + 1), zone).unwrap()
    }
}

/// An event of an hour; the first of the people is its organizer.
pub(crate) fn lesson(people: &[&str]) -> Event {
    let person = |(place, user): (usize, &&str)| Person {
        user: UserId::new(*user).unwrap(),
        role: if place == 0 {
            PersonRole::Organizer
        } else {
            PersonRole::Participant
        },
        note: String::new(),
    };
    Event {
        title: "Lesson".to_owned(),
        description: "Unit 7".to_owned(),
        location: "Room 4".to_owned(),
        url: None,
        source: None,
        when: At(15).into(),
        recurrence: Vec::new(),
        exceptions: BTreeMap::new(),
        people: people.iter().enumerate().map(person).collect(),
        attendees: Vec::new(),
        invitations: Invitations::NotSent,
        reminders: Reminders::AsCalendar,
        visibility: Visibility::Default,
        transparency: Transparency::Opaque,
        color: None,
        conference: Conference::NotWanted,
        footer: Footer::AddedBy,
        mirroring: Mirroring::OnCalendars,
        status: EventStatus::Confirmed,
        metadata: BTreeMap::new(),
    }
}

impl Simulated {
    /// A user with that name and account, whose events go to their main calendar; it has been pulled.
    pub(crate) async fn writer(&self, user: &str) -> CalendarId {
        let id = UserId::new(user).unwrap();
        let email = address(user);
        let features = [Feature::CalendarRead, Feature::CalendarWrite];
        let started = self.start_for(&id, &features).await;
        let callback = self.consent(&started, (&email, WRITE), Decision::Allow).await;
        let Finished::Connected(_) = self.finish(callback).await.unwrap() else {
            panic!("{email} has connected before");
        };
        let write = CalendarWrite {
            enabled: true,
            ..CalendarWrite::default()
        };
        let setting = Setting::CalendarWrite(write);
        settings::put(&self.engine, self.tenant, &id, setting)
            .await
            .unwrap();
        self.drain().await;
        let calendar = self.main_calendar(user).await;
        let update = UpdateCalendar {
            write_target: Some(true),
            ..UpdateCalendar::default()
        };
        calendars::update(&self.engine, self.tenant, calendar, update)
            .await
            .unwrap();
        self.drain().await;
        calendar
    }

    /// The user's main calendar.
    pub(crate) async fn main_calendar(&self, user: &str) -> CalendarId {
        let page = Page {
            limit: 50,
            after: None,
        };
        let user = UserId::new(user).unwrap();
        let listed = calendars::list(&self.engine, self.tenant, Some(&user), page).await;
        let mut listed = listed.unwrap().items.into_iter();
        listed.find(|calendar| calendar.primary).unwrap().id
    }

    /// Puts an event under a key.
    pub(crate) async fn put(&self, key: &str, event: Event) -> events::Event {
        let put = PutEvent {
            key: EventKey::new(key).unwrap(),
            event,
            condition: Condition::None,
        };
        match events::put(&self.engine, self.tenant, put).await.unwrap() {
            Put::Created(event) | Put::Stored(event) => event,
        }
    }

    pub(crate) async fn cancel(&self, key: &str) {
        let key = EventKey::new(key).unwrap();
        events::delete(&self.engine, self.tenant, &key, Condition::None)
            .await
            .unwrap();
    }

    /// The event of a key as it is answered.
    pub(crate) async fn event(&self, key: &str) -> events::Event {
        let key = EventKey::new(key).unwrap();
        events::get(&self.engine, self.tenant, &key).await.unwrap()
    }

    /// The links of an event, in the order in which they were made.
    pub(crate) async fn links(&self, key: &str) -> Vec<LinkRow> {
        let key = EventKey::new(key).unwrap();
        let row = self.store.event_by_key(self.tenant, &key).await.unwrap();
        self.store.links_of_events(self.tenant, &[row.id]).await.unwrap()
    }

    /// Pulls the user's main calendar.
    pub(crate) async fn pull(&self, user: &str) {
        let id = self.main_calendar(user).await;
        // Runs of one millisecond have no order.
        self.clock.advance(SignedDuration::from_secs(1));
        self.enqueue("pull", &id.to_string()).await;
        self.drain().await;
    }

    /// Enqueues a task by hand.
    pub(crate) async fn enqueue(&self, kind: &'static str, key: &str) {
        let task = kalends_store::NewTask {
            kind,
            key: key.to_owned(),
            lane: TaskLane::Freshness,
            group: "test".to_owned(),
            run_at: self.engine.ambient().now(),
            payload: serde_json::json!({ "trigger": "request" }),
            secret: None,
        };
        self.store.enqueue(self.tenant, vec![task]).await.unwrap();
    }

    /// Moves the clock and runs what has become due.
    pub(crate) async fn later(&self, by: SignedDuration) {
        self.clock.advance(by);
        self.drain().await;
    }

    /// What the feed tells after a number about events and their attendees, and its last number.
    pub(crate) async fn told(&self, after: i64) -> (Vec<Told>, i64) {
        let feed = changes::list(&self.engine, self.tenant, after, 200)
            .await
            .unwrap();
        let of_events = feed
            .changes
            .into_iter()
            .filter(|change| change.kind.starts_with("event.") || change.kind.starts_with("attendee."));
        let told = of_events.map(|change| Told {
            seq: change.seq,
            kind: change.kind,
            data: change.data,
        });
        (told.collect(), feed.last_seq)
    }

    /// The last number of the feed.
    pub(crate) async fn last_seq(&self) -> i64 {
        changes::list(&self.engine, self.tenant, 0, 1)
            .await
            .unwrap()
            .last_seq
    }

    /// The live events of the user's main calendar as they see them.
    pub(crate) async fn seen(&self, user: &str) -> Vec<Value> {
        let (status, answer) = self.act(user, Method::GET, "", None).await;
        assert_eq!(status, 200, "{answer}");
        answer["items"].as_array().unwrap().clone()
    }

    /// The only live event of the user's main calendar.
    pub(crate) async fn only(&self, user: &str) -> Value {
        let mut seen = self.seen(user).await;
        assert_eq!(seen.len(), 1, "{seen:#?}");
        seen.remove(0)
    }

    /// The user changes an event of their main calendar themselves.
    pub(crate) async fn edit(&self, user: &str, id: &str, patch: Value) {
        let path = format!("/{id}");
        let (status, answer) = self.act(user, Method::PATCH, &path, Some(patch)).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// The user deletes an event of their main calendar themselves.
    pub(crate) async fn delete(&self, user: &str, id: &str) {
        let (status, answer) = self.act(user, Method::DELETE, &format!("/{id}"), None).await;
        assert_eq!(status, 204, "{answer}");
    }

    /// The user calls their main calendar's events themselves; answers status and body.
    pub(crate) async fn act(
        &self,
        user: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let token = self.own_token(user);
        let url = format!(
            "{}/calendar/v3/calendars/primary/events{path}",
            self.simulator.base_url()
        );
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            // Tells their calls from ours.
            .header("user-agent", "a person");
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let answer = self.send(request.body(body).unwrap()).await;
        let read = serde_json::from_slice(&answer.body).unwrap_or_default();
        (answer.status.as_u16(), read)
    }

    /// The token that a person uses themselves; one for an hour, because Google lets an account have few.
    fn own_token(&self, user: &str) -> String {
        let now = self.engine.ambient().now();
        let mut tokens = self.own_tokens.lock().unwrap();
        if let Some((issued_at, token)) = tokens.get(user)
            && now.duration_since(*issued_at) < SignedDuration::from_mins(50)
        {
            return token.clone();
        }
        let issued = self
            .simulator
            .control()
            .issue_tokens(&address(user), &["calendar"]);
        let token = issued.unwrap().access_token;
        tokens.insert(user.to_owned(), (now, token.clone()));
        token
    }

    /// The calls on events that ran since a number, as `POST 200`, without listings.
    pub(crate) fn writes_since(&self, seq: u64) -> Vec<String> {
        let calls = self.simulator.control().calls_after(seq).into_iter();
        let of_events = calls.filter(|call| {
            let is_listing = call.method == "GET" && call.path.ends_with("/events");
            call.path.contains("/events") && !is_listing
        });
        of_events
            .map(|call| {
                let status = call.status.map_or("cut".to_owned(), |status| status.to_string());
                format!("{} {status}", call.method)
            })
            .collect()
    }

    /// The number of the last call.
    pub(crate) fn last_call(&self) -> u64 {
        let calls = self.simulator.control().calls_after(0);
        calls.last().map_or(0, |call| call.seq)
    }
}

fn address(user: &str) -> String {
    format!("{user}@example.com")
}
