//! A person with events on their way to Google, and the server's database as it is before any of them is sent.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use kalends_bench::{
    kalends::{Connected, Kalends, real_ambient},
    server::Ground,
};
use kalends_core::{
    event::{
        Conference, Event, EventKey, Footer, Invitations, Mirroring, Person, PersonRole, Reminders, When,
    },
    external_event::{EventStatus, Transparency, Visibility},
    provider::Feature,
    settings::{BulkSync, CalendarWrite, Setting},
    time::{UserId, Zone},
};
use kalends_engine::{
    calendars::{self, UpdateCalendar},
    events::{self, Condition, PutEvent},
    settings,
};
use kalends_simulator::{Fault, Quotas, Running, Simulator, SimulatorConfig, Trouble};
use kalends_store::UserProfile;
use secrecy::SecretString;
use tempfile::TempDir;

/// Calls of the account, and of the client, in 60 seconds.
pub(crate) const QUOTA: u32 = 600;
/// How long the simulator takes for each.
const ANSWER_MS: u64 = 120;
const EMAIL: &str = "teacher@example.com";
const FILE: &str = "kalends.db";

/// The simulator, and the prepared database.
pub(crate) struct Pending {
    simulator: Running,
    ring: SecretString,
    folder: TempDir,
}

/// What the simulator has seen.
pub(crate) struct AtGoogle {
    pub(crate) events: usize,
    pub(crate) calls: u64,
    pub(crate) rejected: u64,
}

impl Pending {
    /// With so many events of one person, none of them sent.
    pub(crate) async fn new(events: u32) -> anyhow::Result<Self> {
        let ambient = real_ambient();
        let simulator = Simulator::start(SimulatorConfig::new(ambient.clone())).await?;
        let folder = tempfile::tempdir()?;
        let database = format!("sqlite:{}", folder.path().join(FILE).display());
        let google = simulator.base_url().parse()?;
        let kalends = Kalends::on(&database, &google, ambient).await?;
        let user = UserId::new("teacher")?;
        let connected = connect(&kalends, &simulator, &user).await?;
        let chosen = UpdateCalendar {
            write_target: Some(true),
            ..UpdateCalendar::default()
        };
        calendars::update(&kalends.engine, kalends.tenant, connected.calendar, chosen).await?;
        let writes = Setting::CalendarWrite(CalendarWrite {
            enabled: true,
            bulk_sync: BulkSync::Upcoming,
        });
        settings::put(&kalends.engine, kalends.tenant, &user, writes).await?;
        for number in 0..events {
            let put = PutEvent {
                key: EventKey::new(format!("lesson-{number}"))?,
                event: lesson(&user, kalends.engine.ambient().now(), number)?,
                condition: Condition::default(),
            };
            events::put(&kalends.engine, kalends.tenant, put).await?;
        }
        let ring = kalends.ring.clone();
        kalends.store.close().await;
        let quotas = Quotas {
            per_minute_per_user: Some(QUOTA),
            per_minute_per_project: Some(QUOTA),
            ..Quotas::default()
        };
        simulator.control().set_quotas(quotas);
        let slowly = Trouble::Delay {
            milliseconds: ANSWER_MS,
        };
        simulator
            .control()
            .add_fault(Fault::new("/calendar/v3/**", slowly))?;
        Ok(Self {
            simulator,
            ring,
            folder,
        })
    }

    /// What the server is started on.
    pub(crate) fn ground<'a>(&'a self, program: &'a Path, file: &'a Path) -> Ground<'a> {
        Ground {
            program,
            folder: self.folder.path(),
            database: file,
            ring: &self.ring,
            google: self.simulator.base_url(),
        }
    }

    /// The file of the database.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// What Google has of it now.
    pub(crate) fn at_google(&self) -> AtGoogle {
        let control = self.simulator.control();
        let meter = control.meter();
        let calls = control.calls_after(0);
        let inserts = calls.iter().filter(|call| {
            call.method == "POST" && call.path.ends_with("/events") && call.status == Some(200)
        });
        AtGoogle {
            events: inserts.count(),
            calls: meter.users.iter().map(|user| user.calls).sum(),
            rejected: meter.users.iter().map(|user| user.refused).sum(),
        }
    }
}

async fn connect(kalends: &Kalends, simulator: &Running, user: &UserId) -> anyhow::Result<Connected> {
    let scopes = ["calendar.calendarlist.readonly", "calendar.events"];
    let token = simulator.control().issue_tokens(EMAIL, &scopes)?.access_token;
    let profile = UserProfile {
        display_name: None,
        zone: Zone::UTC,
    };
    kalends.store.put_user(kalends.tenant, user, &profile).await?;
    let features = [Feature::CalendarRead, Feature::CalendarWrite];
    kalends
        .connect_for(user, (EMAIL, &token, &Zone::UTC), &features)
        .await
}

/// An hour on one of the next days.
fn lesson(user: &UserId, now: Timestamp, number: u32) -> anyhow::Result<Event> {
    let today = Timestamp::from_second(now.as_second().div_euclid(3_600) * 3_600)?;
    let start = today + SignedDuration::from_hours(2 + i64::from(number));
    let when = When::timed(start, start + SignedDuration::from_hours(1), Zone::UTC)?;
    let person = Person {
        user: user.clone(),
        role: PersonRole::Organizer,
        note: String::new(),
    };
    Ok(Event {
        title: format!("Lesson {number}"),
        description: "Scales and arpeggios".to_owned(),
        location: "Room 3".to_owned(),
        url: None,
        source: None,
        when,
        recurrence: Vec::new(),
        exceptions: std::collections::BTreeMap::new(),
        people: vec![person],
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
        metadata: std::collections::BTreeMap::new(),
    })
}
