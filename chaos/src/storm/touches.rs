//! People who move, change and delete the application's events on their own calendars.

use std::{sync::Arc, time::Instant};

use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{due, edits::span, in_turn};
use crate::{
    agenda::Done,
    cast::{self, TITLE_MARK},
    schedule::{Aim, Step, Touch},
    stage::Stage,
};

/// How many generations of an event are looked for.
const GENERATIONS: u32 = 4;

/// Makes all touches; people do not wait for each other.
pub(super) async fn make(
    stage: &Arc<Stage>,
    begun: Instant,
    steps: Vec<Step<(Touch, Aim)>>,
) -> anyhow::Result<()> {
    let numbered = steps.into_iter().enumerate().map(|(number, step)| Step {
        at: step.at,
        deed: (number, step.deed),
    });
    let lanes = in_turn(numbered, |(_, (_, aim))| aim.person);
    let lanes = lanes.into_iter().map(|steps| async move {
        for step in steps {
            due(begun, &step).await;
            let (number, (touch, aim)) = step.deed;
            touch_one(stage, number, touch, aim).await?;
        }
        anyhow::Ok(())
    });
    try_join_all(lanes).await?;
    Ok(())
}

async fn touch_one(stage: &Stage, number: usize, touch: Touch, aim: Aim) -> anyhow::Result<()> {
    let Some((id, link)) = stage.agenda.pick_link(aim.person, aim.numbers[0]) else {
        return Ok(());
    };
    let Some((generation, event)) = find(stage, aim.person, &id, link.generation).await? else {
        return Ok(());
    };
    let path = path(stage, aim.person, &google_id(&id, generation));
    let site = stage.people[aim.person].site;
    let (method, body, marks) = order(stage, number, touch, aim);
    // Before it is made: it may be told before its answer is here.
    stage.agenda.touch(site, &id, generation, Done { touch, marks });
    let email = &stage.people[aim.person].email;
    let (status, answer) = stage.simulator.try_act(email, method, &path, body).await?;
    let is_gone = matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE);
    // Google takes a patch of a deleted event and leaves it deleted.
    if is_gone || answer["status"] == "cancelled" {
        stage.agenda.take_back(&id);
        return Ok(());
    }
    anyhow::ensure!(status.is_success(), "{touch:?} {path}: {status} {answer}");
    let was = event["updated"].as_str().unwrap_or_default();
    stage.journal.did(
        "touches",
        &format!(
            "touch {number} {touch:?} of link {id}, {} (was of {was})",
            link.key
        ),
    );
    Ok(())
}

/// The link's event as it stands on the calendar, and its generation.
async fn find(stage: &Stage, person: usize, link: &str, from: u32) -> anyhow::Result<Option<(u32, Value)>> {
    let email = &stage.people[person].email;
    for generation in from..from + GENERATIONS {
        let path = path(stage, person, &google_id(link, generation));
        let (status, event) = stage
            .simulator
            .try_act(email, Method::GET, &path, Value::Null)
            .await?;
        if status.is_success() && event["status"] != "cancelled" {
            return Ok(Some((generation, event)));
        }
    }
    Ok(None)
}

fn order(stage: &Stage, number: usize, touch: Touch, aim: Aim) -> (Method, Value, Vec<String>) {
    let title = format!("{TITLE_MARK} touch {number}");
    let note = format!("{TITLE_MARK} note {number}");
    let room = format!("{TITLE_MARK} spot {number}");
    let (start, end) = moved(stage, number, aim);
    let times = json!({"start": cast::instant(start), "end": cast::instant(end)});
    match touch {
        Touch::Move => (Method::PATCH, times, vec![start.to_string()]),
        Touch::Retitle => (Method::PATCH, json!({"summary": title}), vec![title]),
        Touch::MoveAndRetitle => {
            let mut both = times;
            both["summary"] = json!(title);
            (Method::PATCH, both, vec![start.to_string(), title])
        }
        Touch::Describe => (Method::PATCH, json!({"description": note}), vec![note]),
        Touch::Relocate => (Method::PATCH, json!({"location": room}), vec![room]),
        Touch::Delete => (Method::DELETE, Value::Null, Vec::new()),
    }
}

/// A time that no other touch of the same event gives: its seconds within the quarter of an hour count touches.
fn moved(stage: &Stage, number: usize, aim: Aim) -> (Timestamp, Timestamp) {
    let (start, end) = span(stage.begun, aim.numbers);
    let seconds = SignedDuration::from_secs((number % 840) as i64);
    (start + seconds, end + seconds)
}

fn path(stage: &Stage, person: usize, id: &str) -> String {
    format!("/calendars/{}/events/{id}", stage.google_id((person, 0)))
}

/// The id under which a link's event stands at Google.
pub(crate) fn google_id(link: &str, generation: u32) -> String {
    format!("{}g{generation}", link.replace('-', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_links_event_is_found_by_its_id_and_generation() {
        let link = "0190f1c2-0000-7abc-8def-0123456789ab";
        assert_eq!(google_id(link, 3), "0190f1c200007abc8def0123456789abg3");
    }
}
