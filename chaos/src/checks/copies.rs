//! The application's own events as both sides have them, read once for the checks that compare them.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::Method;
use serde_json::Value;

use crate::{ledger::Standing, stage::Stage};

/// People whose calendars are read side by side.
const AT_ONCE: usize = 4;
/// The private property by which Kalends knows its events at Google again.
const MARKER: &str = "kalends";
/// What is asked of Google's events.
const FIELDS: &str = "nextPageToken,items(id,status,summary,description,location,start,end,attendees(email),\
     extendedProperties(private))";

/// Both sides.
#[derive(Clone, Debug, Default)]
pub(super) struct Copies {
    /// The events of each site, as its application reads them.
    pub(super) events: Vec<Vec<Value>>,
    /// Live events of each connected person's main calendar that have the marker.
    pub(super) copies: BTreeMap<usize, Vec<Copy>>,
    /// Holds that are still placed.
    pub(super) holds: usize,
}

/// An event at Google that says that it is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    /// The link that its marker names.
    pub(super) link: String,
    pub(super) event: Value,
}

/// What the API says of one event and one of its calendars.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side<'a> {
    pub(super) person: usize,
    pub(super) event: &'a Value,
    pub(super) link: &'a Value,
}

/// Reads both sides.
pub(super) async fn read(stage: &Stage) -> anyhow::Result<Copies> {
    let mut copies = Copies::default();
    for site in &stage.sites {
        copies.events.push(site.app.all("/v1/events").await?);
        copies.holds += site.app.all("/v1/holds?state=placed").await?.len();
    }
    let connected = (0..stage.people.len())
        .filter(|person| matches!(stage.ledger.standing(*person), Standing::Steady | Standing::Back));
    let of_people = stream::iter(connected)
        .map(|person| async move { anyhow::Ok((person, of_person(stage, person).await?)) });
    copies.copies = of_people.buffered(AT_ONCE).try_collect().await?;
    Ok(copies)
}

impl Copies {
    /// The links of people whose calendars were read.
    pub(super) fn links<'a>(&'a self, stage: &Stage) -> Vec<Side<'a>> {
        let people = &stage.people;
        let of_event = |event: &'a Value| {
            let links = event["links"].as_array().map(Vec::as_slice).unwrap_or_default();
            links.iter().map(move |link| (event, link))
        };
        let sides = self.events.iter().flatten().flat_map(of_event);
        let sides = sides.filter_map(|(event, link)| {
            let person = people.iter().position(|person| person.user == link["userId"])?;
            self.copies
                .contains_key(&person)
                .then_some(Side { person, event, link })
        });
        sides.collect()
    }

    /// The live events of the person's calendar that this link has.
    pub(super) fn of_link(&self, person: usize, link: &Value) -> Vec<&Value> {
        let copies = self.copies.get(&person).map(Vec::as_slice).unwrap_or_default();
        let of_link = copies.iter().filter(|copy| copy.link == *link);
        of_link.map(|copy| &copy.event).collect()
    }

    /// All of them on the person's calendar.
    pub(super) fn of_person(&self, person: usize) -> Vec<&Value> {
        let copies = self.copies.get(&person).map(Vec::as_slice).unwrap_or_default();
        copies.iter().map(|copy| &copy.event).collect()
    }
}

/// Whether a link's calendar is to show its event.
pub(super) fn is_wanted(side: Side<'_>) -> bool {
    let is_on = side.event["status"] != "cancelled" && side.link["off"] == false;
    let people = side.event["people"].as_array().into_iter().flatten();
    let takes_part = people
        .into_iter()
        .any(|person| person["userId"] == side.link["userId"]);
    is_on && takes_part
}

async fn of_person(stage: &Stage, person: usize) -> anyhow::Result<Vec<Copy>> {
    let email = &stage.people[person].email;
    let calendar = stage.google_id((person, 0));
    let mut copies = Vec::new();
    let mut page = String::new();
    loop {
        let path = format!("/calendars/{calendar}/events?maxResults=2500&fields={FIELDS}{page}");
        let answer = stage
            .simulator
            .act(email, Method::GET, &path, Value::Null)
            .await?;
        let items = answer["items"].as_array().into_iter().flatten();
        copies.extend(items.filter_map(marked));
        match answer["nextPageToken"].as_str() {
            Some(next) => page = format!("&pageToken={next}"),
            None => return Ok(copies),
        }
    }
}

fn marked(event: &Value) -> Option<Copy> {
    let marker = event["extendedProperties"]["private"][MARKER].as_str()?;
    let (link, _) = marker.rsplit_once('-')?;
    (event["status"] != "cancelled").then(|| Copy {
        link: link.to_owned(),
        event: event.clone(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_marker_names_its_link() {
        let private = json!({"private": {"kalends": "0190f1c2-0000-7abc-8def-0123456789ab-3"}});
        let mut event = json!({"id": "x", "status": "confirmed", "extendedProperties": private});
        assert_eq!(
            marked(&event).unwrap().link,
            "0190f1c2-0000-7abc-8def-0123456789ab"
        );
        event["status"] = json!("cancelled");
        assert_eq!(marked(&event), None);
        assert_eq!(marked(&json!({"id": "y", "status": "confirmed"})), None);
    }
}
