//! `cargo xtask bench`: the benchmarks of `bench/`.

use std::path::Path;

use crate::process::{cargo, run as start};

pub(crate) fn run(root: &Path, args: &[String]) -> anyhow::Result<()> {
    start(
        cargo(root)
            .args(["bench", "--package", "kalends-bench"])
            .args(args),
    )
}
