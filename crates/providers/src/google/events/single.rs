//! One item on its own (`events.get`).

use kalends_core::time::Zone;
use serde_json::value::RawValue;

use super::{ITEM_FIELDS, page::poison};
use crate::{
    google::{Google, map, refusal::Question, wire::Event},
    provider::{Ask, CalendarRef, Fate, ProviderError, Quarantined, RemoteItem, SingleItem},
};

pub(in crate::google) async fn event(
    google: &Google,
    ask: &Ask,
    calendar: &CalendarRef,
    provider_id: &str,
) -> Result<SingleItem, ProviderError> {
    let query = [("maxAttendees", "1"), ("fields", ITEM_FIELDS)];
    let url = google.url(
        &["calendars", &calendar.provider_id, "events", provider_id],
        &query,
    );
    match google.get(ask, &url, Question::Events).await {
        Ok(answer) => Ok(read(&answer.body, &calendar.zone, provider_id)),
        Err(ProviderError::NotFound) => Ok(Ok(RemoteItem::Gone {
            provider_id: provider_id.to_owned(),
            ours: map::ours(provider_id, None),
        })),
        Err(error) => Err(error),
    }
}

fn read(body: &[u8], zone: &Zone, provider_id: &str) -> SingleItem {
    let left_out = |reason: String| Quarantined {
        provider_id: Some(provider_id.to_owned()),
        fate: Fate::LeftOut,
        reason,
    };
    let Ok(json) = serde_json::from_slice::<&RawValue>(body) else {
        return Err(left_out("it cannot be read".to_owned()));
    };
    let event: Event = serde_json::from_str(json.get()).map_err(|_| poison::examine(json))?;
    map::item(event, zone).map_err(|missing| left_out(missing.to_string()))
}
