//! One page of `events.list`, read.
//!
//! The whole page is read as typed events at once. Only when that fails is it read item by item, so that one item that
//! cannot be read does not sink the others, and pages that can be read do not pay for that.

pub(super) mod poison;

use kalends_core::time::Zone;
use serde_json::value::RawValue;

use super::token::Place;
use crate::{
    google::{
        map,
        wire::{Event, EventsPage},
    },
    provider::{ChangePage, Fate, Next, ProviderError, Quarantined},
};

/// The page in Kalends' words. `fallback` is the zone of what states none, if the page names none either.
pub(super) fn read(body: &[u8], fallback: &Zone, place: &Place) -> Result<ChangePage, ProviderError> {
    if let Ok(page) = serde_json::from_slice::<EventsPage<Event>>(body) {
        return assemble(page, Ok, fallback, place);
    }
    let page: EventsPage<&RawValue> =
        serde_json::from_slice(body).map_err(|_| unreadable("the page of events"))?;
    let typed = |json: &RawValue| serde_json::from_str(json.get()).map_err(|_| poison::examine(json));
    assemble(page, typed, fallback, place)
}

fn assemble<I>(
    page: EventsPage<I>,
    typed: impl Fn(I) -> Result<Event, Quarantined>,
    fallback: &Zone,
    place: &Place,
) -> Result<ChangePage, ProviderError> {
    let next = match (page.next_page_token, page.next_sync_token) {
        (Some(token), _) => Next::Page(place.next_page(token)),
        (None, Some(token)) => Next::Done {
            cursor: place.finished(token),
            refresh_after: None,
        },
        // Without either there is no way to go on, and taking this for the end would lose what follows.
        (None, None) => {
            return Err(unreadable(
                "the page of events names no next page and no sync token",
            ));
        }
    };
    let zone = page.time_zone.as_deref().and_then(|name| Zone::named(name).ok());
    let calendar_zone = zone.as_ref().unwrap_or(fallback);
    let mut items = Vec::with_capacity(page.items.len());
    let mut quarantined = Vec::new();
    for item in page.items {
        let read = typed(item).and_then(|event| {
            let provider_id = event.id.clone();
            if map::guesses_zone(&event) {
                quarantined.push(Quarantined {
                    provider_id: provider_id.clone(),
                    fate: Fate::Kept,
                    reason: "its time zone is unknown; the calendar's was taken".to_owned(),
                });
            }
            map::item(event, calendar_zone).map_err(|missing| Quarantined {
                provider_id,
                fate: Fate::LeftOut,
                reason: missing.to_string(),
            })
        });
        match read {
            Ok(item) => items.push(item),
            Err(poison) => quarantined.push(poison),
        }
    }
    Ok(ChangePage {
        listing: place.listing(),
        items,
        quarantined,
        zone,
        next,
    })
}

fn unreadable(what: &str) -> ProviderError {
    ProviderError::Unreadable {
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use kalends_core::time::EventTime;

    use super::*;
    use crate::provider::{Cursor, Listing, RemoteItem};

    fn place() -> Place {
        Place::start("q", "2026-10-21T00:00:00Z".parse().unwrap())
    }

    fn page(json: &str) -> Result<ChangePage, ProviderError> {
        read(json.as_bytes(), &Zone::UTC, &place())
    }

    #[test]
    fn one_poison_item_does_not_sink_the_page() {
        let found = page(
            r#"{"timeZone":"Europe/Zurich","nextSyncToken":"s1","items":[
            {"id":"good","start":{"dateTime":"2026-12-01T09:00:00Z"},"end":{"dateTime":"2026-12-01T10:00:00Z"}},
            {"id":"bad","summary":"Secret","start":{"dateTime":"Secret o'clock"}},
            {"summary":"Secret","start":{"date":"2026-12-01"}},
            {"id":"bare"},
            "Secret",
            {"id":"gone","status":"cancelled"}]}"#,
        )
        .unwrap();
        assert_eq!(found.listing, Listing::Complete);
        let RemoteItem::Upsert { event, .. } = &found.items[0] else {
            panic!("an event")
        };
        let zurich = Zone::iana("Europe/Zurich").unwrap();
        let start = EventTime::Zoned {
            civil: "2026-12-01T10:00".parse().unwrap(),
            zone: zurich,
        };
        assert_eq!(event.span.as_ref().unwrap().start, start);
        assert_eq!(
            found.items[1],
            RemoteItem::Gone {
                provider_id: "gone".to_owned(),
                ours: None,
            }
        );
        let expect = [
            (Some("bad"), "its start cannot be read"),
            (None, "the item has no id"),
            (Some("bare"), "the event has no start"),
            (None, "the item is no JSON object"),
        ];
        let poison = found
            .quarantined
            .iter()
            .map(|item| (item.provider_id.as_deref(), item.reason.as_str()));
        assert_eq!(poison.collect::<Vec<_>>(), expect);
        let Next::Done {
            cursor: Cursor(cursor),
            ..
        } = found.next
        else {
            panic!("the last page")
        };
        assert!(cursor.contains("s1"));
    }

    #[test]
    fn a_zone_that_nobody_knows_is_reported_where_it_matters() {
        let found = page(
            r#"{"timeZone":"W. Europe Standard Time","nextSyncToken":"s1","items":[
            {"id":"single","start":{"dateTime":"2026-12-01T09:00:00Z","timeZone":"Mars/Olympus"}},
            {"id":"windows","recurrence":["RRULE:FREQ=DAILY"],
             "start":{"dateTime":"2026-12-01T09:00:00Z","timeZone":"Tokyo Standard Time"}},
            {"id":"series","recurrence":["RRULE:FREQ=DAILY"],
             "start":{"dateTime":"2026-12-01T09:00:00Z","timeZone":"Mars/Olympus"}},
            {"id":"civil","start":{"dateTime":"2026-12-01T09:00:00","timeZone":"Mars/Olympus"}}]}"#,
        )
        .unwrap();
        assert_eq!(found.zone, Some(Zone::iana("Europe/Berlin").unwrap()));
        assert_eq!(found.items.len(), 4, "a guess is better than free time");
        let reported = found.quarantined.iter();
        let reported = reported.map(|item| (item.provider_id.as_deref(), item.fate));
        assert_eq!(
            reported.collect::<Vec<_>>(),
            [(Some("series"), Fate::Kept), (Some("civil"), Fate::Kept)]
        );
    }

    #[test]
    fn an_empty_page_may_have_a_next_one() {
        let found = page(r#"{"nextPageToken":"p2","items":[]}"#).unwrap();
        assert!(found.items.is_empty() && matches!(found.next, Next::Page(_)));
        assert!(page(r#"{"nextPageToken":"p2"}"#).unwrap().items.is_empty());
    }

    #[test]
    fn a_page_that_leads_nowhere_is_no_end() {
        for json in [
            r#"{"items":[]}"#,
            "<html>",
            "",
            r#"{"items":3,"nextSyncToken":"s"}"#,
        ] {
            assert!(
                matches!(page(json), Err(ProviderError::Unreadable { .. })),
                "{json}"
            );
        }
    }
}
