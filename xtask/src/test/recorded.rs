//! The calls that the tests recorded, held against Google's discovery documents.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;
use tempfile::TempDir;

use crate::process;

const PROGRAM: &str = "crates/simulator/tests/clients/recorded.py";

/// What the simulators of all tests write; it goes when it is dropped.
pub(crate) struct Recorded {
    folder: TempDir,
    python: PathBuf,
}

impl Recorded {
    /// A place for the calls, and the interpreter that will check them.
    pub(crate) fn new(python: PathBuf) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("kalends-calls-").tempdir()?;
        Ok(Self { folder, python })
    }

    /// Where the tests record; `KALENDS_RECORD_CALLS` tells them.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Says how many answers and calls were checked, and fails when one is not as the documents say. When only some of
    /// the tests ran there may be nothing to check.
    pub(crate) fn check(&self, root: &Path, some_tests: bool) -> anyhow::Result<()> {
        let mut check = Command::new(&self.python);
        check.arg(root.join(PROGRAM)).arg(self.folder());
        if some_tests {
            check.arg("--perhaps-none");
        }
        process::run(&mut check).context("a recorded call is not what Google's discovery document says")
    }
}
