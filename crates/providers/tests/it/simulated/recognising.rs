//! Which items of a pull carry our name.

use std::collections::BTreeMap;

use kalends_core::sync::push::LinkKey;
use kalends_providers::provider::RemoteItem;
use serde_json::json;

use super::person::{Person, name};

/// Items by id, with the key that they carry.
async fn pulled(person: &Person) -> BTreeMap<String, Option<String>> {
    let items = person.pull(None).await.unwrap().items;
    let key = |key: LinkKey| key.uid();
    items
        .iter()
        .map(|item| (name(item), item.ours().map(key)))
        .collect()
}

#[tokio::test]
async fn our_events_and_their_times_are_ours_and_copies_are_not() {
    let person = Person::with_tokens().await;
    let ours = LinkKey::first("0190f1c2-0000-7abc-8def-0123456789ab".parse().unwrap());
    let event = |id: &str| {
        json!({
            "id": id,
            "start": {"dateTime": "2026-12-01T15:00:00Z", "timeZone": "UTC"},
            "end": {"dateTime": "2026-12-01T16:00:00Z", "timeZone": "UTC"},
            "recurrence": ["RRULE:FREQ=WEEKLY"],
            "extendedProperties": {"private": {"kalends": ours.uid()}},
        })
    };
    let id = ours.google_id();
    person.insert(&event(&id)).await;
    person.insert(&event("duplicate1")).await;
    let time = format!("{id}_20261208T150000Z");
    person.patch(&time, &json!({"location": "Room 9"})).await;
    person.delete(&format!("{id}_20261215T150000Z")).await;
    let expect = [
        (id.clone(), Some(ours.uid())),
        (time, Some(format!("{}_20261208T150000Z", ours.uid()))),
        (
            format!("{id}_20261215T150000Z"),
            Some(format!("{}_20261215T150000Z", ours.uid())),
        ),
        ("duplicate1".to_owned(), None),
    ];
    assert_eq!(pulled(&person).await, expect.into());

    person.delete(&id).await;
    let after = person.pull(None).await.unwrap().items;
    let gone = after.iter().find(|item| name(item) == format!("-{id}"));
    assert_eq!(gone.and_then(RemoteItem::ours), Some(ours));
}
