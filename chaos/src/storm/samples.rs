//! Questions for availability all through the storm, each answer held against what was true: an answer that calls its
//! knowledge as old as T must show as busy (or unknown) what Google had confirmed before T and nobody has touched since.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{
    cast,
    dice::Dice,
    ledger::{CalendarSpot, Standing},
    stage::Stage,
};

/// Somebody who is asked about so often that their own budget is used up.
const POPULAR: usize = 0;
/// Questions that wait for an answer at once.
const AT_ONCE: u64 = 4;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(200);

/// Asks until it is over, several at once.
pub(super) async fn ask(stage: Arc<Stage>, over: watch::Receiver<bool>) {
    let asking = (0..AT_ONCE).map(|number| {
        let dice = Dice::new(stage.seed + number, "samples");
        ask_in_turn(&stage, dice, over.clone())
    });
    futures::future::join_all(asking).await;
}

async fn ask_in_turn(stage: &Stage, mut dice: Dice, mut over: watch::Receiver<bool>) {
    while tokio::time::timeout(PAUSE, over.wait_for(|over| *over))
        .await
        .is_err()
    {
        let popular = dice.index(3) == 0;
        let person = if popular {
            POPULAR
        } else {
            dice.index(stage.people.len())
        };
        let staleness = dice.weighted(&[(3, None), (1, Some(0)), (1, Some(10))]).flatten();
        // A server that is down has nothing to say.
        let _ = sample(stage, person, staleness).await;
    }
}

async fn sample(stage: &Stage, person: usize, staleness: Option<u32>) -> anyhow::Result<()> {
    if stage.ledger.standing(person) != Standing::Steady {
        return Ok(());
    }
    let names = calendar_names(stage, person).await?;
    let (from, to) = cast::window(stage.begun);
    let mut question = json!({"userIds": [stage.people[person].user], "from": from, "to": to});
    if let Some(seconds) = staleness {
        question["maxStalenessSeconds"] = json!(seconds);
    }
    let app = &stage.site(person).app;
    let answer = app
        .call(Method::POST, "/v1/availability", &question)
        .await?
        .success()?;
    let user = &answer["users"][0];
    let known: Vec<_> = ["busy", "unknown"]
        .iter()
        .flat_map(|part| spans(&user[*part]))
        .collect();
    for evidence in user["calendars"].as_array().into_iter().flatten() {
        let Some(as_of) = evidence["asOf"].as_str().and_then(|text| text.parse().ok()) else {
            continue;
        };
        let id = &evidence["calendarId"];
        let name = names.iter().find(|(known, _)| known == id).map(|(_, name)| name);
        let place = name.and_then(|name| place(stage, person, name));
        if evidence["status"] == "fresh"
            && let Some(place) = place
        {
            judge(stage, (person, place), as_of, &known, evidence);
        }
    }
    stage.journal.did("samples", "sample");
    Ok(())
}

fn judge(
    stage: &Stage,
    spot: CalendarSpot,
    as_of: Timestamp,
    known: &[(Timestamp, Timestamp)],
    evidence: &Value,
) {
    for (id, start, end) in stage.ledger.solid_since(spot, as_of) {
        if !covers(known, start, end) {
            let text = format!(
                "{} in {} was confirmed before {as_of} and is shown as free from {start} to {end}: {evidence}",
                id,
                stage.google_id(spot),
            );
            stage.journal.found("free although busy", &text);
        }
    }
}

/// Whether the span lies in one of the others, which are merged, or in two that touch.
fn covers(known: &[(Timestamp, Timestamp)], start: Timestamp, end: Timestamp) -> bool {
    let mut sorted = known.to_vec();
    sorted.sort_unstable();
    let mut reached = start;
    for (from, to) in sorted {
        if from <= reached && to > reached {
            reached = to;
        }
    }
    reached >= end
}

fn spans(list: &Value) -> Vec<(Timestamp, Timestamp)> {
    let spans = list.as_array().into_iter().flatten();
    let read = |value: &Value| value.as_str()?.parse::<Timestamp>().ok();
    spans
        .filter_map(|span| Some((read(&span["start"])?, read(&span["end"])?)))
        .collect()
}

async fn calendar_names(stage: &Stage, person: usize) -> anyhow::Result<Vec<(Value, String)>> {
    let path = format!("/v1/calendars?userId={}", stage.people[person].user);
    let answer = stage
        .site(person)
        .app
        .call(Method::GET, &path, &Value::Null)
        .await?
        .success()?;
    let rows = answer["items"].as_array().into_iter().flatten();
    Ok(rows
        .map(|row| {
            (
                row["id"].clone(),
                row["name"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect())
}

fn place(stage: &Stage, person: usize, name: &str) -> Option<usize> {
    let calendars = &stage.people[person].calendars;
    calendars.iter().position(|id| cast::calendar_name(id) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[track_caller]
    fn check(known: &[(i64, i64)], span: (i64, i64), expect: bool) {
        let known: Vec<_> = known.iter().map(|(from, to)| (at(*from), at(*to))).collect();
        assert_eq!(
            covers(&known, at(span.0), at(span.1)),
            expect,
            "{known:?} {span:?}"
        );
    }

    #[test]
    fn a_busy_span_is_covered_or_it_is_not() {
        check(&[(0, 10)], (0, 10), true);
        check(&[(0, 10)], (2, 8), true);
        check(&[(5, 10), (0, 5)], (2, 8), true);
        check(&[(0, 5), (6, 10)], (2, 8), false);
        check(&[(0, 5)], (2, 8), false);
        check(&[(3, 10)], (2, 8), false);
        check(&[], (2, 8), false);
    }
}
