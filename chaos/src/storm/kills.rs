//! Servers that are killed, drained and started again.

use std::time::{Duration, Instant};

use futures::future::try_join_all;

use super::{due, is_past};
use crate::{
    rig::Rig,
    schedule::{Step, Stop},
    stage::Stage,
};

/// Does all kills, each when it is due and the one before is over.
pub(super) async fn make(
    stage: &Stage,
    rig: &Rig,
    begun: Instant,
    steps: Vec<Step<Stop>>,
) -> anyhow::Result<()> {
    for step in steps {
        due(begun, &step).await;
        if is_past(begun, &step) {
            stage.journal.note(&format!("too late for {:?}", step.deed));
            continue;
        }
        stage.journal.note(&format!("{:?}", step.deed));
        match step.deed {
            Stop::Kill { replica, down } => kill(stage, rig, replica, down).await?,
            Stop::Drain { replica, down } => drain(stage, rig, replica, down).await?,
            Stop::KillEverybody { down } => {
                let everybody = 0..rig.replicas.len();
                try_join_all(everybody.map(|replica| kill(stage, rig, replica, down))).await?;
            }
        }
        look_for_deaths(stage, rig).await?;
    }
    Ok(())
}

async fn kill(stage: &Stage, rig: &Rig, replica: usize, down: Duration) -> anyhow::Result<()> {
    let mut replica = rig.replicas[replica].lock().await;
    replica.kill();
    stage.journal.did("kills", &format!("{} is killed", replica.name));
    tokio::time::sleep(down).await;
    replica.start().await?;
    stage.journal.note(&format!("{} is back", replica.name));
    Ok(())
}

async fn drain(stage: &Stage, rig: &Rig, replica: usize, down: Duration) -> anyhow::Result<()> {
    let mut replica = rig.replicas[replica].lock().await;
    stage
        .journal
        .did("drains", &format!("{} is asked to end", replica.name));
    let begun = Instant::now();
    if !replica.drain().await? {
        let text = format!(
            "{} did not end well on SIGTERM, after {:?}",
            replica.name,
            begun.elapsed()
        );
        stage.journal.found("drains", &text);
    }
    tokio::time::sleep(down).await;
    replica.start().await?;
    stage.journal.note(&format!("{} is back", replica.name));
    Ok(())
}

/// A server that ends although nobody asked it to is a finding; it is started again, as by a service manager.
pub(crate) async fn look_for_deaths(stage: &Stage, rig: &Rig) -> anyhow::Result<()> {
    for replica in &rig.replicas {
        let mut replica = replica.lock().await;
        if replica.has_ended_by_itself() {
            stage
                .journal
                .found("deaths", &format!("{} ended by itself", replica.name));
            replica.start().await?;
        }
    }
    Ok(())
}
