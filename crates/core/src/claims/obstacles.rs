//! What stands in the way of an event that demands free time.

use super::{Claim, Obstacle, Taker, Terms};
use crate::time::{EventId, Interval};

/// What an event wants of one of its people.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The event; what it has already is never in its way.
    pub event: EventId,
    /// The times it wants, in order.
    pub times: &'a [Interval],
    /// On what terms.
    pub terms: &'a Terms,
}

/// What is known of that person, over the times with their buffers.
#[derive(Clone, Debug, Default)]
pub struct PersonTime {
    /// What events and holds have taken that have not run out, in any order.
    pub claims: Vec<Claim>,
    /// What else takes time: runs, each with what it is.
    pub runs: Vec<(Taker, Vec<Interval>)>,
}

/// Everything that stands in the way, in the order of time; nothing when the event may have the times.
///
/// A time at which others of its kind leave a seat is joined: it takes no time of the person that is not taken already,
/// so that nothing else counts there.
pub fn obstacles(wanted: &Wanted<'_>, person: &PersonTime) -> Vec<Obstacle> {
    let others = || person.claims.iter().filter(|claim| claim.event != wanted.event);
    let mut found = Vec::new();
    for time in wanted.times {
        let joined = others().filter(|claim| claim.can_be_joined(*time, &wanted.terms.kind));
        if has_seat(wanted.terms, joined) {
            continue;
        }
        let padded = wanted.terms.padded(*time);
        let claims = others().filter(|claim| claim.span.overlaps(padded));
        found.extend(claims.map(|claim| Obstacle {
            span: claim.span,
            taker: claim.taker(),
        }));
        for (taker, run) in &person.runs {
            let first = run.partition_point(|span| span.end_us() <= padded.start_us());
            let overlapping = run[first..].iter().take_while(|span| span.overlaps(padded));
            found.extend(overlapping.map(|span| Obstacle {
                span: *span,
                taker: *taker,
            }));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether one more may join: of all who are there and who comes, the one that allows the fewest decides.
fn has_seat<'a>(terms: &Terms, joined: impl Iterator<Item = &'a Claim>) -> bool {
    let (mut count, mut most) = (0, terms.seats);
    for claim in joined {
        count += 1;
        most = most.min(claim.seats);
    }
    count > 0 && count < most
}
