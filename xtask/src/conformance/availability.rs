//! Random questions for slots against plain Python with `zoneinfo`.

use super::{Half, Trial};

pub(super) fn ask(trial: &Trial<'_>, amount: u32) -> anyhow::Result<Half> {
    let ours = trial.build(&["-p", "kalends"], "kalends")?;
    trial.ask("availability.py", amount, &ours)
}
