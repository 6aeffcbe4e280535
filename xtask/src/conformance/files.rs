//! Random calendar files against `recurring-ical-events`.

use super::{Half, Trial};

pub(super) fn ask(trial: &Trial<'_>, amount: u32) -> anyhow::Result<Half> {
    let ours = trial.build(
        &["-p", "kalends-core", "--example", "expand_batch"],
        "examples/expand_batch",
    )?;
    trial.ask("files.py", amount, &ours)
}
