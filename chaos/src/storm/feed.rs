//! A reader of a tenant's feed, all through the run: it must hear each number once, in order, and never find a number
//! missing that comes later.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    agenda::{Agenda, Told},
    journal::Journal,
    stage::Stage,
};

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(400);

/// What a reader was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// Type, user and subject of each change; the first has the number 1.
    pub(crate) changes: Vec<(String, String, String)>,
}

/// Readers of all sites.
#[derive(Debug)]
pub(crate) struct Reader {
    over: watch::Sender<bool>,
    tasks: Vec<JoinHandle<Heard>>,
}

impl Reader {
    /// Begins to read everything, from the first change on.
    pub(crate) fn begin(stage: &Arc<Stage>) -> Self {
        let (over, _) = watch::channel(false);
        let tasks = (0..stage.sites.len()).map(|site| {
            let (stage, mut is_over) = (Arc::clone(stage), over.subscribe());
            tokio::spawn(async move {
                let mut heard = Heard::default();
                loop {
                    let ended = tokio::time::timeout(PAUSE, is_over.wait_for(|over| *over))
                        .await
                        .is_ok();
                    let more = listen(&stage, site, &mut heard).await;
                    if ended && !more {
                        return heard;
                    }
                }
            })
        });
        let tasks = tasks.collect();
        Self { over, tasks }
    }

    /// Reads what is left, and answers what each site's reader heard.
    pub(crate) async fn end(self) -> anyhow::Result<Vec<Heard>> {
        self.over.send_replace(true);
        Ok(futures::future::try_join_all(self.tasks).await?)
    }
}

/// Asks once; answers whether there was anything.
async fn listen(stage: &Stage, site: usize, heard: &mut Heard) -> bool {
    let path = format!("/v1/changes?after={}&limit=200", heard.changes.len());
    match stage.sites[site].app.get(&path).await {
        Ok(answer) => heard.take(site, &answer, (&stage.journal, &stage.agenda)),
        Err(why) => {
            stage
                .journal
                .note(&format!("the feed of site {site} cannot be read: {why:#}"));
            false
        }
    }
}

impl Heard {
    /// Takes in an answer; says what is wrong with it.
    fn take(&mut self, site: usize, answer: &Value, (journal, agenda): (&Journal, &Agenda)) -> bool {
        let items = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        for item in items {
            let expected = self.changes.len() as u64 + 1;
            if item["seq"].as_u64() != Some(expected) {
                let text = format!("site {site}: expected number {expected} and was told {item}");
                journal.found("gaps in seq", &text);
                return false;
            }
            let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
            self.changes
                .push((text("type"), text("userId"), text("subjectId")));
            if let Some(told) = Told::of(item) {
                agenda.hear(told);
            }
        }
        let last = answer["lastSeq"].as_u64().unwrap_or(0);
        if last < self.changes.len() as u64 {
            journal.found(
                "gaps in seq",
                &format!("site {site}: the newest number went back to {last}"),
            );
        }
        !items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(numbers: &[u64]) -> Value {
        let items: Vec<_> = numbers
            .iter()
            .map(|seq| json!({"seq": seq, "type": "t", "subjectId": "s"}))
            .collect();
        json!({"items": items, "lastSeq": numbers.last()})
    }

    #[test]
    fn a_gap_a_repetition_and_a_step_back_are_seen() {
        let (journal, agenda) = (Journal::unwritten(), Agenda::default());
        let mut heard = Heard::default();
        assert!(heard.take(0, &answer(&[1, 2, 3]), (&journal, &agenda)));
        assert!(heard.take(0, &answer(&[4]), (&journal, &agenda)));
        assert_eq!(journal.findings("gaps in seq"), 0);
        heard.take(0, &answer(&[6]), (&journal, &agenda));
        assert_eq!(journal.findings("gaps in seq"), 1);
        heard.take(0, &answer(&[4, 5]), (&journal, &agenda));
        assert_eq!(journal.findings("gaps in seq"), 2);
        heard.take(0, &json!({"items": [], "lastSeq": 3}), (&journal, &agenda));
        assert_eq!(journal.findings("gaps in seq"), 3);
        assert_eq!(heard.changes.len(), 4);
    }
}
