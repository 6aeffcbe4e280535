//! The people who are asked about, and the question.

use jiff::Timestamp;
use kalends_bench::{
    busy_people::{DAY, busy},
    kalends::{Connected, Kalends},
    loopback,
};
use kalends_core::{
    busy::{Builder, BusyRules, Month, split},
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, SeriesRole, Transparency, Visibility,
    },
    time::{EventTime, Interval, UserId, Zone},
};
use kalends_store::{
    BeginPass, Covered, Effects, EncodedMonth, EventUpsert, MonthsWrite, PassKind, PullCommit, PullPage,
    Source, Trigger,
};
use reqwest::Client;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub(crate) const COUNT: usize = 50;
const DAYS: i64 = 60;
const BUSY: usize = 200;
pub(crate) const FROM: &str = "2026-11-23T00:00:00Z";
/// Full hours apart from UTC, and all at work between 12 and 13 o'clock UTC.
const ZONES: [&str; 4] = ["Europe/Berlin", "Europe/London", "Europe/Zurich", "Europe/Athens"];

/// Where the open hours come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hours {
    InQuestion,
    OfEachPerson,
}

/// Everybody's busy time.
pub(crate) struct People {
    pub(crate) busy: Vec<(String, Vec<Interval>)>,
}

impl People {
    /// Makes fifty users with open hours, each with a connected calendar that has been read.
    pub(crate) async fn move_in(kalends: &Kalends) -> anyhow::Result<Self> {
        let app = App {
            client: loopback::client()?,
            base: loopback::serve(kalends.router()?).await?,
            key: kalends.key.expose_secret(),
        };
        let start = FROM.parse::<Timestamp>()?.as_microsecond();
        let mut all = Vec::with_capacity(COUNT);
        for number in 0..COUNT {
            let (id, zone) = (name(number), zone(number));
            app.put(&format!("/v1/users/{id}"), json!({"timeZone": zone}))
                .await?;
            let mut hours = hours();
            hours["timeZone"] = json!(zone);
            app.put(&format!("/v1/users/{id}/settings/working_hours"), hours)
                .await?;
            let spans = busy(start, (DAYS, BUSY), number as u64);
            let zone = Zone::iana(zone)?;
            let email = format!("{id}@example.com");
            let connected = kalends
                .connect(&UserId::new(&*id)?, (&email, "token"), &zone)
                .await?;
            fill(kalends, connected, &spans, &zone).await?;
            all.push((id, spans));
        }
        Ok(Self { busy: all })
    }
}

/// The body of the question.
pub(crate) fn question(of: Hours) -> String {
    let users: Vec<String> = (0..COUNT).map(name).collect();
    let mut question = match of {
        Hours::InQuestion => hours(),
        Hours::OfEachPerson => json!({}),
    };
    question["userIds"] = json!(users);
    question["from"] = json!(FROM);
    question["to"] = json!(until());
    question["durationMinutes"] = json!(30);
    question["stepMinutes"] = json!(15);
    question.to_string()
}

/// Where the person with this number is.
pub(crate) fn zone(number: usize) -> &'static str {
    ZONES[number % ZONES.len()]
}

fn hours() -> Value {
    json!({
        "timeZone": "Europe/Berlin",
        "openHours": [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:00"}],
    })
}

pub(crate) fn until() -> String {
    let from: Timestamp = FROM.parse().unwrap_or_default();
    Timestamp::from_microsecond(from.as_microsecond() + DAYS * DAY)
        .unwrap_or_default()
        .to_string()
}

fn name(number: usize) -> String {
    format!("person-{number:02}")
}

/// A first pass over the calendar, as the engine does it with what a provider sends.
async fn fill(
    kalends: &Kalends,
    connected: Connected,
    spans: &[Interval],
    zone: &Zone,
) -> anyhow::Result<()> {
    let begin = BeginPass {
        kind: PassKind::Full,
        trigger: Trigger::Selection,
        lease: None,
    };
    let pass = kalends
        .store
        .begin_pass(kalends.tenant, connected.calendar, begin)
        .await?;
    let covered = Interval::new("2026-10-21T00:00:00Z".parse()?, "2027-03-01T00:00:00Z".parse()?);
    let covered = covered.ok_or_else(|| anyhow::anyhow!("a window"))?;
    let mut builder = Builder::new(BusyRules::default(), zone, covered);
    let mut page = PullPage {
        requests: 1,
        ..PullPage::default()
    };
    for (number, span) in spans.iter().enumerate() {
        let event = event(number, *span, zone);
        builder.add(event.clone());
        page.upserts.push(EventUpsert::new(event, zone));
    }
    let months = split(&builder.finish().busy, Month::touched_by(covered));
    let encoded = months.iter().map(|month| EncodedMonth {
        month: month.month().number(),
        runs: month.encode(),
    });
    let commit = PullCommit {
        page,
        cursor: Some("cursor".to_owned()),
        covered: Some(Covered {
            window: covered,
            rolls_at: covered.end(),
        }),
        months: MonthsWrite::All(encoded.collect()),
        as_of: kalends.engine.ambient().now(),
        source: Source::Poll,
        poll_hint: None,
        poll_every: None,
        changed_at: None,
        sightings: Vec::new(),
        effects: Effects::none(),
    };
    kalends.store.finish_pass(&pass, commit).await?;
    Ok(())
}

fn event(number: usize, span: Interval, zone: &Zone) -> ExternalEvent {
    ExternalEvent {
        provider_id: format!("event{number}"),
        ical_uid: Some(format!("event{number}@google.com")),
        etag: Some(format!("\"{number}\"")),
        role: SeriesRole::Single,
        span: Some(EventSpan {
            start: EventTime::at(span.start(), zone.clone()),
            end: EventEnd::At(EventTime::at(span.end(), zone.clone())),
        }),
        status: EventStatus::Confirmed,
        kind: EventKind::Default,
        transparency: Transparency::Opaque,
        visibility: Visibility::Default,
        self_response: None,
        title: Some(format!("Lesson {number}")),
        location: None,
        organizer: None,
        html_link: None,
        updated: None,
    }
}

/// The application's backend.
struct App<'a> {
    client: Client,
    base: url::Url,
    key: &'a str,
}

impl App<'_> {
    async fn put(&self, path: &str, body: Value) -> anyhow::Result<()> {
        let answer = self.client.put(self.base.join(path)?).bearer_auth(self.key);
        let answer = answer
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await?;
        let status = answer.status();
        anyhow::ensure!(status.is_success(), "{path}: {status} {}", answer.text().await?);
        Ok(())
    }
}
