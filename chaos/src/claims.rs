//! Many clients want one slot at once, round after round, while servers are killed among them: of all of them one gets it.
//!
//! A client puts an event with `requireFree` or places a hold, at any of the replicas, and asks again until it is told whether it
//! has the slot, as one does whose answer was lost. When all know, the database is looked at: it must hold one event with one claim,
//! and that client's. First several replicas on PostgreSQL, then one server on SQLite.

mod client;
mod round;
mod site;

use std::{path::Path, time::Instant};

use self::{
    round::{Outcome, race},
    site::Site,
};
use crate::{dice::Dice, rig::Programs, run::Held, servers::postgres::Postgres};

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Clients of a round.
    pub(crate) parallel: usize,
    /// Rounds on each database.
    pub(crate) rounds: u32,
    /// Whether servers are killed.
    pub(crate) kill: bool,
    pub(crate) seed: u64,
    pub(crate) replicas: usize,
    pub(crate) programs: Programs,
}

/// Carries the order out. Answers whether all held, and the last line.
pub(crate) async fn carry_out(order: &Order, folder: &Path) -> anyhow::Result<(Held, String)> {
    let postgres = Postgres::start(&order.programs.postgres)?;
    let begun = Instant::now();
    let mut all = Vec::new();
    for site in [
        Site::fleet(order, &postgres, folder).await?,
        Site::alone(order, folder).await?,
    ] {
        all.push(rounds(order, site).await?);
    }
    let held = all.iter().all(|sum| sum.wrong == 0);
    let sums: Vec<String> = all.iter().map(Sum::to_string).collect();
    let word = if held { "HELD" } else { "BROKEN" };
    let seconds = begun.elapsed().as_secs();
    let summary = format!("claims: {word} in {seconds} s: {}", sums.join("; "));
    postgres.keep_log(folder);
    Ok((if held { Held::Yes } else { Held::No }, summary))
}

/// What came of all rounds on one database.
#[derive(Debug)]
struct Sum {
    name: &'static str,
    rounds: u32,
    wrong: u32,
    asked: usize,
    lost_answers: usize,
    kills: u32,
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            name,
            rounds,
            wrong,
            asked,
            lost_answers,
            kills,
        } = self;
        let won = rounds - wrong;
        write!(
            f,
            "{name} {won} of {rounds} rounds with exactly one winner ({asked} asked, {lost_answers} answers lost, {kills} kills)"
        )
    }
}

async fn rounds(order: &Order, mut site: Site) -> anyhow::Result<Sum> {
    let mut dice = Dice::new(order.seed, site.name);
    let mut sum = Sum {
        name: site.name,
        rounds: order.rounds,
        wrong: 0,
        asked: 0,
        lost_answers: 0,
        kills: 0,
    };
    for round in 0..order.rounds {
        let Outcome {
            wrong,
            lost_answers,
            kills,
        } = race(order, &mut site, &mut dice, round).await?;
        sum.asked += order.parallel;
        sum.lost_answers += lost_answers;
        sum.kills += kills;
        if let Some(wrong) = wrong {
            println!("claims: {} round {round}: {wrong}", sum.name);
            sum.wrong += 1;
        }
    }
    Ok(sum)
}
