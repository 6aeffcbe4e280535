//! The library by which one server of the harness lives in another minute.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::test::packages::{self, Package};

const PACKAGE: Package = Package {
    apt: "libfaketime",
    dnf: "libfaketime",
    apk: "libfaketime",
    brew: "libfaketime",
};
/// The one for programs with threads.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

/// Where the library is, after installing it when it is missing.
pub(super) fn installed() -> anyhow::Result<PathBuf> {
    if library().is_none() {
        packages::install(&PACKAGE).context("libfaketime is missing")?;
    }
    library().context("libfaketime is not found")
}

/// Debian keeps it in a folder for each architecture.
fn library() -> Option<PathBuf> {
    let lib = Path::new("/usr/lib");
    let by_architecture = fs::read_dir(lib)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let folders = [PathBuf::from("/usr/lib64"), lib.to_owned()]
        .into_iter()
        .chain(by_architecture);
    folders
        .map(|folder| folder.join(LIBRARY))
        .find(|file| file.is_file())
}
