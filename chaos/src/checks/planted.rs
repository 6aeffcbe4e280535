//! Proof that the checks see: at the end of each run, when all is said, mistakes are planted in the throw-away databases
//! and logs, and each must be found.

use std::path::Path;

use anyhow::Context;
use reqwest::Method;
use serde_json::json;

use super::{
    Rows, agreement,
    copies::{self, Copies},
    feed, logs, spares, tasks, told,
};
use crate::{agenda::Told, stage::Stage, storm::Heard};

/// Forgets an event that a calendar has.
const EVENT: &str =
    "DELETE FROM external_events WHERE id IN (SELECT id FROM external_events ORDER BY id LIMIT 1)";
/// Gives up the task that is due last.
const TASK: &str = "UPDATE tasks SET state = 'dead', due_us = NULL
    WHERE id IN (SELECT id FROM tasks WHERE due_us IS NOT NULL ORDER BY due_us DESC LIMIT 1)";
/// Loses a change of every tenant.
const CHANGE: &str = "DELETE FROM changes WHERE seq = 2";

/// Gives an event that is on a calendar another title.
const TITLE: &str = "UPDATE events SET content = REPLACE(content, 'zqtitle', 'zqtitre') WHERE id IN
    (SELECT event_id FROM event_links WHERE status = 'synced' ORDER BY id LIMIT 1)";
/// Lets a link look as if it were still under way.
const LINK: &str = "UPDATE event_links SET status = 'pending'
    WHERE id IN (SELECT id FROM event_links WHERE status = 'synced' ORDER BY id LIMIT 1)";
/// Forgets a link whose event is on a calendar.
const FORGOTTEN: &str = "DELETE FROM event_links WHERE id IN (SELECT id FROM event_links WHERE status = 'synced' ORDER BY id DESC LIMIT 1)";

/// Plants mistakes in each database; answers those that no check finds.
pub(super) async fn unseen(
    stage: &Stage,
    rows: &[Rows],
    heard: &[Heard],
    folder: &Path,
) -> anyhow::Result<Vec<String>> {
    let mut unseen = Vec::new();
    for (number, one) in rows.iter().enumerate() {
        let mut expect = |what: &str, found: usize| {
            if found == 0 {
                unseen.push(format!("{what} in database {number}"));
            }
        };
        let before = agreement::behind(stage).await?.len();
        one.tamper(EVENT).await?;
        let found = agreement::behind(stage).await?.len();
        expect("an event that was forgotten", found.saturating_sub(before));
        for (what, kind, mistake) in [
            ("an event with another title", "events unlike their copies", TITLE),
            ("a link that is under way", "links that do not end", LINK),
            ("a link that was forgotten", "orphans", FORGOTTEN),
        ] {
            let count = async || anyhow::Ok(of_kind(kind, &super::of_events(stage).await?));
            let before = count().await?;
            one.tamper(mistake).await?;
            expect(what, count().await?.saturating_sub(before));
        }
        one.tamper(TASK).await?;
        expect(
            "a task that was given up",
            tasks::owed(std::slice::from_ref(one)).await?.len(),
        );
        one.tamper(CHANGE).await?;
        expect(
            "a change that was lost",
            feed::gaps(stage, rows, heard).await?.len(),
        );
    }
    unseen.extend(of_copies(stage).await?);
    let log = folder.join("fleet-0.planted.log");
    std::fs::write(
        &log,
        format!("stored {}\n", crate::cast::calendar_name("planted")),
    )?;
    if logs::wrong(stage, folder)?.is_empty() {
        unseen.push("a title in a log".to_owned());
    }
    std::fs::remove_file(log)?;
    Ok(unseen)
}

/// Mistakes at Google and in what was told.
async fn of_copies(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let mut unseen = Vec::new();
    let copies = copies::read(stage).await?;
    let before = of_kind("duplicates", &spares::found(stage, &copies));
    double_one(stage, &copies).await?;
    let copies = copies::read(stage).await?;
    if of_kind("duplicates", &spares::found(stage, &copies)) == before {
        unseen.push("an event that stands twice on a calendar".to_owned());
    }
    let links = stage.agenda.links();
    let before = told::wrong(stage, &links).len();
    let Some(id) = told::sure(stage, &links) else {
        unseen.push("what people did, of which nothing was told".to_owned());
        return Ok(unseen);
    };
    let with = |alter: fn(&mut Vec<Told>)| {
        let mut links = links.clone();
        links.entry(id.clone()).and_modify(|link| alter(&mut link.told));
        told::wrong(stage, &links).len()
    };
    if with(|told| told.extend(told.last().cloned())) == before {
        unseen.push("a touch that was told twice".to_owned());
    }
    if with(|told| drop(told.pop())) == before {
        unseen.push("a touch that was never told".to_owned());
    }
    Ok(unseen)
}

/// Somebody copies an event of ours, with all that it carries.
async fn double_one(stage: &Stage, copies: &Copies) -> anyhow::Result<()> {
    let side = copies.links(stage).into_iter().find(|side| {
        let found = copies.of_link(side.person, &side.link["id"]);
        copies::is_wanted(*side) && found.len() == 1
    });
    let side = side.context("no event is on a calendar")?;
    let mut event = copies.of_link(side.person, &side.link["id"])[0].clone();
    event["id"] = json!("chaosplanted");
    let email = &stage.people[side.person].email;
    let path = format!("/calendars/{}/events", stage.google_id((side.person, 0)));
    stage.simulator.act(email, Method::POST, &path, event).await?;
    Ok(())
}

fn of_kind(kind: &str, findings: &[super::Finding]) -> usize {
    findings.iter().filter(|(found, _)| *found == kind).count()
}
