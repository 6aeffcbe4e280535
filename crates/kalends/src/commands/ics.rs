//! `kalends ics`: looks into calendar files.

mod expand;
mod row;

use std::process::ExitCode;

use crate::cli;

/// Exit status for input that cannot be read, the same as for a command line that cannot be understood.
const UNREADABLE: u8 = 2;

pub(crate) fn run(args: &cli::Ics) -> ExitCode {
    let cli::Ics::Expand(args) = args;
    match expand::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("kalends: {why:#}");
            ExitCode::from(UNREADABLE)
        }
    }
}
