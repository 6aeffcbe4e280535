//! An event is moved behind Kalends' back.

use std::time::Duration;

use anyhow::Context;

use super::Story;
use crate::commands::demo::{
    google,
    headless::{
        move_event::{Calendar, Move},
        until,
    },
};

/// How long it may take until a change at Google is seen here.
const NOTICED: Duration = Duration::from_secs(10);

impl Story<'_> {
    pub(in super::super) async fn move_event(&self) -> anyhow::Result<String> {
        let calendar = Calendar::sign_in(self.http, &self.google, google::EMAIL).await?;
        let time = self.app.time(self.window).await?;
        let events = calendar.events(self.window).await?;
        let Move { id, from, to } = {
            let candidates = Move::candidates(&events, &time);
            let mut found = None;
            for (id, from) in candidates {
                let free = self.app.slots(self.window, from.minutes()).await?;
                if let Some(to) = free.into_iter().find(|slot| !slot.overlaps(from)) {
                    found = Some(Move { id, from, to });
                    break;
                }
            }
            found.with_context(|| format!("no event can be moved among {} events", events.len()))?
        };
        calendar.put(&id, to).await?;
        until(NOTICED, "the change of the slots", async || {
            let slots = self.app.slots(self.window, from.minutes()).await?;
            let left = slots.iter().any(|slot| slot.overlaps(from));
            let taken = !slots.iter().any(|slot| slot.overlaps(to));
            Ok((left && taken).then_some(()))
        })
        .await?;
        let busy = self.app.time(self.window).await?.busy;
        anyhow::ensure!(
            busy.iter().any(|block| block.contains(to)),
            "{to:?} is not busy: {busy:?}"
        );
        anyhow::ensure!(
            !busy.iter().any(|block| block.overlaps(from)),
            "{from:?} is still busy: {busy:?}"
        );
        self.checked_slots().await?;
        Ok(format!("from {} to {}", from.start, to.start))
    }
}
