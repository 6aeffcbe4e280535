//! The one-time ticket with which a browser comes.

use secrecy::SecretString;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::{Code, Problem};

/// The query of a connect link.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Ticket {
    /// The ticket of a connect link (`POST /v1/connect-sessions`).
    #[param(value_type = String)]
    pub(super) ticket: SecretString,
}

/// The ticket opens nothing.
pub(super) fn invalid() -> Problem {
    Problem::new(
        Code::TicketInvalid,
        "This link was used already or has expired. Please go back to the application and ask for a new one.",
    )
}
