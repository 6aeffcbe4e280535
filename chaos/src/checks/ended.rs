//! Every link has come to its end: its calendar shows what is wanted, or the event is off it; and no hold is still placed.

use super::copies::{Copies, is_wanted};
use crate::stage::Stage;

/// What is still under way or was given up, one line each.
pub(super) fn open(stage: &Stage, copies: &Copies) -> Vec<String> {
    let links = copies.links(stage).into_iter().filter_map(|side| {
        let expected = if is_wanted(side) { "synced" } else { "removed" };
        (side.link["status"] != expected).then(|| {
            format!(
                "link {} of {} is {} instead of {expected}: {}, {}",
                side.link["id"],
                side.event["key"],
                side.link["status"],
                side.link["reason"],
                side.link["lastError"]
            )
        })
    });
    let holds = (copies.holds > 0).then(|| format!("{} holds are still placed", copies.holds));
    links.chain(holds).collect()
}
