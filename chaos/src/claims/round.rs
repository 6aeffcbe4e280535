//! One round: all clients at once, perhaps a death among them, then a look at the rows.

use std::time::Duration;

use anyhow::Context;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::{
    Order,
    client::{Client, Told},
    site::Site,
};
use crate::dice::Dice;

/// What came of a round.
pub(super) struct Outcome {
    /// What did not hold.
    pub(super) wrong: Option<String>,
    pub(super) lost_answers: usize,
    pub(super) kills: u32,
}

/// The events that begin then, with what claims them: key of the event, key of the hold, how many exclusive claims.
const STORED: &str = "SELECT COALESCE(e.key, ''), COALESCE(h.key, ''),
    (SELECT count(*) FROM claims c WHERE c.event_id = e.id AND c.exclusive)
    FROM events e LEFT JOIN holds h ON h.event_id = e.id WHERE e.start_us = $1";

/// The latest moment of a round at which a server is killed, in milliseconds.
const LATEST_DEATH: u64 = 400;

/// All clients want the hour of this round.
pub(super) async fn race(
    order: &Order,
    site: &mut Site,
    dice: &mut Dice,
    round: u32,
) -> anyhow::Result<Outcome> {
    // Far enough ahead that no hour comes while rounds go on.
    let first: Timestamp = "2100-01-01T00:00:00Z".parse()?;
    let start = first.checked_add(SignedDuration::from_hours(i64::from(round)))?;
    let end = start.checked_add(SignedDuration::from_hours(1))?;
    let http = reqwest::Client::builder().build()?;
    let clients = (0..order.parallel).map(|number| Client {
        http: http.clone(),
        key: site.key.clone(),
        addresses: site.addresses.clone(),
        name: format!("r{round}-{number}"),
        holds: number % 2 == 1,
        first: number / 2,
    });
    let wanting: Vec<_> = clients
        .map(|client| tokio::spawn(client.want(start, end)))
        .collect();
    let mut kills = 0;
    if order.kill {
        tokio::time::sleep(Duration::from_millis(dice.between(0, LATEST_DEATH))).await;
        let victim = dice.index(site.replicas.len());
        site.replicas[victim].kill();
        kills += 1;
        site.replicas[victim].start().await?;
    }
    let mut told = Vec::with_capacity(order.parallel);
    for wanting in join_all(wanting).await {
        told.push(wanting??);
    }
    let stored = site.rows.texts(STORED, start.as_microsecond()).await;
    Ok(Outcome {
        wrong: wrong(&told, &stored.context("the rows of the round")?),
        lost_answers: told.iter().map(|told| told.lost_answers).sum(),
        kills,
    })
}

/// What does not hold: one was told that it has the slot, and the rows say the same.
fn wrong(told: &[Told], stored: &[(String, String, i64)]) -> Option<String> {
    let winners: Vec<&str> = told
        .iter()
        .filter(|told| told.has_it)
        .map(|told| told.name.as_str())
        .collect();
    let names: Vec<&str> = stored
        .iter()
        .map(|(event, hold, _)| {
            if event.is_empty() {
                hold.as_str()
            } else {
                event.as_str()
            }
        })
        .collect();
    let one_claim = stored.iter().all(|(_, _, claims)| *claims == 1);
    if winners.len() == 1 && winners == names && one_claim {
        return None;
    }
    Some(format!("told that they have it: {winners:?}; stored: {stored:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_is_wrong_unless_one_was_told_what_is_stored() {
        let told = |names: &[&str]| -> Vec<Told> {
            let all = ["a", "b", "c"].into_iter();
            let one = |name: &str| Told {
                name: name.to_owned(),
                has_it: names.contains(&name),
                lost_answers: 0,
            };
            all.map(one).collect()
        };
        let row = |event: &str, hold: &str, claims| (event.to_owned(), hold.to_owned(), claims);
        assert_eq!(wrong(&told(&["a"]), &[row("a", "", 1)]), None);
        assert_eq!(wrong(&told(&["b"]), &[row("", "b", 1)]), None);
        for (winners, stored) in [
            (&["a"][..], vec![]),
            (&[], vec![row("a", "", 1)]),
            (&["a", "b"], vec![row("a", "", 1)]),
            (&["a"], vec![row("b", "", 1)]),
            (&["a"], vec![row("a", "", 1), row("", "b", 1)]),
            (&["a"], vec![row("a", "", 0)]),
            (&[], vec![]),
        ] {
            assert!(wrong(&told(winners), &stored).is_some(), "{winners:?} {stored:?}");
        }
    }
}
