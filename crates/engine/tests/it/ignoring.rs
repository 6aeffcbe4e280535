//! Events that are about to be moved are taken out of busy time, and nothing else is.

use jiff::Timestamp;
use kalends_core::{
    external_event::{EventEnd, EventSpan, ExternalEvent},
    slots::SlotQuery,
    time::{EventTime, Zone},
};
use kalends_engine::{
    availability::{self, Ignore, IgnoredEvent, SlotsQuery},
    external_events::{self, Filter},
    page::Page,
};
use kalends_testkit::both;

use crate::harness::{World, cancelled, interval, moved, series, single};

const DAY: &str = "2026-11-24T00:00:00Z/2026-11-25T00:00:00Z";

/// Daily at nine from Monday, 23 November; Tuesday's lesson is at eleven, Wednesday's is cancelled. On Tuesday somebody
/// visits from half past eleven to one, and a fair is on every day.
fn week() -> Vec<ExternalEvent> {
    let daily = "RRULE:FREQ=DAILY;COUNT=5";
    let day = |text: &str| EventTime::Date(text.parse().unwrap());
    let fair = series("fair", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", daily);
    vec![
        series("lesson", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z", daily),
        moved(
            "lesson",
            "2026-11-24T09:00:00Z",
            "2026-11-24T11:00:00Z",
            "2026-11-24T12:00:00Z",
        ),
        cancelled("lesson", "2026-11-25T09:00:00Z"),
        single("visit", "2026-11-24T11:30:00Z", "2026-11-24T13:00:00Z"),
        ExternalEvent {
            span: Some(EventSpan {
                start: day("2026-11-23"),
                end: EventEnd::At(day("2026-11-24")),
            }),
            ..fair
        },
    ]
}

/// The hours of the day at which half an hour is free when the named events are ignored.
async fn free(world: &World, day: &str, ignored: &[(&str, Option<&str>)]) -> String {
    let filter = Filter {
        user: world.user.clone(),
        calendar: None,
        window: None,
    };
    let page = Page {
        limit: 50,
        after: None,
    };
    let listed = external_events::list(&world.engine, world.tenant, filter, page)
        .await
        .unwrap();
    let id = |name: &str| {
        let mut items = listed.items.iter();
        items.find(|item| item.event.provider_id == name).unwrap().id
    };
    let window = interval(day);
    let query = SlotQuery::new(window, 30, Zone::UTC, world.engine.ambient().now());
    let mut query = SlotsQuery::together([world.user.clone()], query);
    query.ignore = Ignore {
        events: ignored
            .iter()
            .map(|(name, start)| IgnoredEvent {
                event: id(name),
                original_start: start.map(|start| start.parse::<Timestamp>().unwrap()),
            })
            .collect(),
        blocks: Vec::new(),
        own: Vec::new(),
    };
    let answer = availability::slots(&world.engine, world.tenant, query)
        .await
        .unwrap();
    let slots = answer.found.slots.iter().map(|slot| slot.interval.start());
    let hours = slots.map(|start| Zone::UTC.civil(start).strftime("%H:%M").to_string());
    let hours: Vec<String> = hours
        .filter(|hour| ("08:30".."13:30").contains(&hour.as_str()))
        .collect();
    hours.join(" ")
}

both! {
    async fn only_the_occurrence_that_is_named_is_taken_out(database) {
        let world = World::with_events(database, week()).await;
        let fair = ("fair", None);
        assert_eq!(free(&world, DAY, &[]).await, "", "the fair takes all day");
        let without_fair = "08:30 09:00 09:30 10:00 10:30 13:00";
        assert_eq!(free(&world, DAY, &[fair]).await, without_fair);
        assert_eq!(
            free(&world, DAY, &[("fair", Some("2026-11-24T00:00:00Z"))]).await,
            without_fair,
            "an occurrence of whole days is named by its first instant"
        );
        assert_eq!(free(&world, DAY, &[("fair", Some("2026-11-25T00:00:00Z"))]).await, "");

        let moved_lesson = "08:30 09:00 09:30 10:00 10:30 11:00 13:00";
        let original = Some("2026-11-24T09:00:00Z");
        assert_eq!(
            free(&world, DAY, &[fair, ("lesson", original)]).await,
            moved_lesson,
            "the visit stays, and the lesson does not return to nine"
        );
        assert_eq!(
            free(&world, DAY, &[fair, ("lesson_2026-11-24T09:00:00Z", None)]).await,
            moved_lesson,
            "an override is named by its own id as well"
        );
        assert_eq!(
            free(&world, DAY, &[fair, ("visit", None)]).await,
            "08:30 09:00 09:30 10:00 10:30 12:00 12:30 13:00"
        );
        assert_eq!(
            free(&world, "2026-11-26T00:00:00Z/2026-11-27T00:00:00Z", &[fair, ("lesson", original)]).await,
            "08:30 10:00 10:30 11:00 11:30 12:00 12:30 13:00",
            "other occurrences stay"
        );
    }

    async fn ignoring_makes_nothing_known(database) {
        let world = World::with_events(database, week()).await;
        let beyond = "2028-11-24T00:00:00Z/2028-11-25T00:00:00Z";
        assert_eq!(free(&world, beyond, &[("visit", None)]).await, "");
    }
}
