//! The deadline stage: ends a call that is still under way when its time is over.
//!
//! The stages inside keep to the deadline themselves and know better what they were waiting for, so they get a moment to
//! say it; this stage is what makes the promise hold.

use std::time::Duration;

use tokio::time::timeout_at;

use crate::{
    error::{Cut, EgressError},
    stack::{Line, Outcome, Stage, Ticket, pass},
};

const MOMENT: Duration = Duration::from_millis(50);

pub(crate) fn stage() -> Stage {
    Stage::new("deadline", run)
}

async fn run(ticket: Ticket, inside: Line) -> Result<Outcome, EgressError> {
    let (end, waited) = (ticket.deadline + MOMENT, ticket.call.deadline);
    timeout_at(end, pass(&inside, ticket))
        .await
        .unwrap_or(Err(EgressError::Timeout {
            waited,
            cut: Cut::Deadline,
        }))
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;
    use tower::ServiceExt;

    use super::*;
    use crate::{
        scripted::{Reply, Scripted, call},
        stack::assemble,
    };

    #[tokio::test(start_paused = true)]
    async fn nothing_outlives_the_deadline() {
        let service = Scripted::new([Reply::Hang]);
        let began = Instant::now();
        let ticket = Ticket::new(crate::Call {
            deadline: Duration::from_secs(3),
            ..call()
        });
        let error = assemble(vec![stage()], service.line())
            .oneshot(ticket)
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                EgressError::Timeout {
                    cut: Cut::Deadline,
                    ..
                }
            ),
            "{error}"
        );
        assert_eq!(began.elapsed().as_secs(), 3);
    }
}
