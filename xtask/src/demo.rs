//! `cargo xtask demo`: the README's first command.

use std::path::Path;

use crate::process::{cargo, run as start};

pub(crate) fn run(root: &Path, args: &[String]) -> anyhow::Result<()> {
    start(cargo(root).args(["run", "--release", "--", "demo"]).args(args))
}
