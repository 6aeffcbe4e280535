//! Store equals provider: for each calendar that counts, what the API says is held against Google's own audit, which
//! expands series by itself.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::{Timestamp, civil::DateTime};
use reqwest::Method;
use serde_json::{Value, json};

use super::copies::{self, Copies};
use crate::{
    cast,
    ledger::{CalendarSpot, Standing},
    stage::Stage,
};

/// People who are looked at side by side.
const AT_ONCE: usize = 4;

/// What differs, one line a calendar.
pub(super) async fn behind(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let ours = copies::read(stage).await?;
    let ours = &ours;
    let everybody = stream::iter(0..stage.people.len()).map(|person| of_person(stage, person, ours));
    let lines: Vec<Vec<String>> = everybody.buffered(AT_ONCE).try_collect().await?;
    Ok(lines.concat())
}

/// Asks for a sync of everybody who is connected.
pub(super) async fn nudge(stage: &Stage) -> anyhow::Result<()> {
    for person in 0..stage.people.len() {
        let path = format!("/v1/users/{}/sync", stage.people[person].user);
        stage
            .site(person)
            .app
            .insist(Method::POST, &path, &Value::Null)
            .await?;
    }
    stage
        .journal
        .did("nudges", "the application asks for a sync of everybody");
    Ok(())
}

async fn of_person(stage: &Stage, person: usize, ours: &Copies) -> anyhow::Result<Vec<String>> {
    let rows = stage.calendars(person).await?;
    if !matches!(stage.ledger.standing(person), Standing::Steady | Standing::Back) {
        return Ok(Vec::new());
    }
    let mut lines = Vec::new();
    for calendar in 0..stage.people[person].calendars.len() {
        let spot = (person, calendar);
        let name = cast::calendar_name(stage.google_id(spot));
        let row = rows.iter().find(|row| row["name"] == *name);
        if stage.ledger.is_dropped(spot) {
            lines.extend(of_dropped(stage, spot, row).await?);
            continue;
        }
        let Some(row) = row else {
            lines.push(format!("{} is not listed", stage.google_id(spot)));
            continue;
        };
        let selected = row["selected"] == true;
        if selected != stage.ledger.is_selected(spot) && stage.ledger.standing(person) == Standing::Steady {
            lines.push(format!(
                "{} is selected: {selected}, which nobody wanted",
                stage.google_id(spot)
            ));
        }
        if selected {
            lines.extend(of_calendar(stage, spot, row, ours).await?);
        } else {
            lines.extend(leftovers(stage, spot, row).await?);
        }
    }
    Ok(lines)
}

/// What Google's audit says of the calendar's events and busy times.
async fn of_calendar(
    stage: &Stage,
    spot: CalendarSpot,
    row: &Value,
    ours: &Copies,
) -> anyhow::Result<Option<String>> {
    let google = stage.google_id(spot);
    let events = events(stage, spot, row).await?;
    let ours: Vec<&Value> = if spot.1 == 0 {
        ours.of_person(spot.0)
    } else {
        Vec::new()
    };
    let is_ours = |event: &&Value| ours.iter().any(|ours| ours["id"] == event["providerId"]);
    if let Some(event) = events.iter().find(is_ours) {
        return Ok(Some(format!(
            "{google}: the application's own event {} counts as external",
            event["providerId"]
        )));
    }
    let (from, to) = cast::window(stage.begun);
    let question = json!({"calendarIds": [row["id"]], "from": from, "to": to});
    let app = &stage.site(spot.0).app;
    let answer = app
        .insist(Method::POST, "/v1/availability", &question)
        .await?
        .success()?;
    let known = &answer["calendars"][0];
    if known["unknown"]
        .as_array()
        .is_none_or(|unknown| !unknown.is_empty())
    {
        return Ok(Some(format!("{google} is not known whole: {}", known["unknown"])));
    }
    // Our own events are no external ones; that they are as they should be is for `likeness` to say.
    let believed = events.iter().map(belief);
    let believed: Vec<Value> = believed
        .chain(ours.iter().map(|ours| json!({"id": ours["id"]})))
        .collect();
    let busy = known["busy"].as_array().into_iter().flatten().cloned();
    let busy: Vec<Value> = busy.chain(ours.iter().filter_map(|ours| span(ours))).collect();
    let order = json!({"calendar": google, "window": {"start": from, "end": to}, "busy": busy});
    let busy = stage.simulator.order(Method::POST, "/audit", order).await?;
    let order = json!({"calendar": google, "events": believed});
    let listed = stage.simulator.order(Method::POST, "/audit", order).await?;
    Ok(told(google, &listed).or_else(|| told(google, &busy)))
}

/// When an event of ours takes place.
fn span(event: &Value) -> Option<Value> {
    let at = |point: &Value| point["dateTime"].as_str()?.parse::<Timestamp>().ok();
    Some(json!({"start": at(&event["start"])?, "end": at(&event["end"])?}))
}

/// An audit that does not agree, shortened for a line.
fn told(google: &str, audit: &Value) -> Option<String> {
    if audit["agrees"] == true {
        return None;
    }
    let parts = [
        "missing",
        "unexpected",
        "different",
        "missingBusy",
        "unexpectedBusy",
    ]
    .map(|part| {
        let list = audit[part].as_array().map(Vec::as_slice).unwrap_or_default();
        list.first()
            .map(|first| format!("{} {part}, such as {first}", list.len()))
    });
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Some(format!("{google}: {}", parts.join("; ")))
}

/// A calendar that does not count has no events left.
async fn leftovers(stage: &Stage, spot: CalendarSpot, row: &Value) -> anyhow::Result<Option<String>> {
    let left = events(stage, spot, row).await?.len();
    let google = stage.google_id(spot);
    Ok((left > 0).then(|| format!("{google} does not count and still has {left} events")))
}

/// A calendar that was deleted at Google is lost, not listed, or was not counted and so not asked for since; in any case
/// nothing of it is left.
async fn of_dropped(
    stage: &Stage,
    spot: CalendarSpot,
    row: Option<&Value>,
) -> anyhow::Result<Option<String>> {
    let google = stage.google_id(spot);
    Ok(match row {
        Some(row) if row["lostAt"].is_null() && row["selected"] == true => {
            Some(format!("{google} was deleted, which nobody noticed"))
        }
        Some(row) => leftovers(stage, spot, row).await?,
        None => None,
    })
}

async fn events(stage: &Stage, spot: CalendarSpot, row: &Value) -> anyhow::Result<Vec<Value>> {
    let user = &stage.people[spot.0].user;
    let id = row["id"].as_str().unwrap_or_default();
    stage
        .site(spot.0)
        .app
        .all(&format!("/v1/external-events?userId={user}&calendarId={id}"))
        .await
}

/// An event of the API in the words of the audit.
fn belief(event: &Value) -> Value {
    let mut belief = json!({"id": event["providerId"], "status": event["status"]});
    // Google says no more of cancelled ones.
    if event["status"] != "cancelled" {
        belief["summary"] = event["title"].clone();
        for point in ["start", "end"] {
            belief[point] = moment(&event[point]);
        }
        if event["updatedAt"].is_string() {
            belief["updated"] = event["updatedAt"].clone();
        }
    }
    belief
}

/// A point of the API, which states what a clock in a zone shows, as a day or an instant.
fn moment(point: &Value) -> Value {
    let instant = || {
        let civil: DateTime = point["dateTime"].as_str()?.parse().ok()?;
        let zoned = civil.in_tz(point["timeZone"].as_str()?).ok()?;
        Some(json!(zoned.timestamp()))
    };
    instant().unwrap_or_else(|| point["date"].clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_a_day_or_an_instant() {
        let point = json!({"dateTime": "2026-12-01T10:00:00", "timeZone": "Europe/Zurich"});
        assert_eq!(moment(&point), "2026-12-01T09:00:00Z");
        assert_eq!(moment(&json!({"date": "2026-12-01"})), "2026-12-01");
    }

    #[test]
    fn an_audit_that_does_not_agree_is_told_with_an_example() {
        let audit = json!({"agrees": false, "missing": [{"id": "a"}, {"id": "b"}], "unexpected": ["c"], "different": [],
            "missingBusy": [], "unexpectedBusy": []});
        let told = told("ana", &audit).unwrap();
        assert_eq!(
            told,
            r#"ana: 2 missing, such as {"id":"a"}; 1 unexpected, such as "c""#
        );
        assert_eq!(super::told("ana", &json!({"agrees": true})), None);
    }
}
