//! `cargo xtask tidy`: the rules of the house that no compiler knows.
//!
//! Each rule is one file that returns what breaks it, a line each. To add one: a file and a line in [`run`].

mod arrows;
mod files;
mod migrations;
mod reasons;

use std::path::Path;

use anyhow::bail;

pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let mut broken = Vec::new();
    broken.extend(arrows::check(root)?);
    broken.extend(files::check(root)?);
    broken.extend(migrations::check(root)?);
    broken.extend(reasons::check(root)?);
    if !broken.is_empty() {
        bail!(
            "tidy: {} rules of the house are broken:\n  {}",
            broken.len(),
            broken.join("\n  ")
        );
    }
    println!("tidy: ok");
    Ok(())
}
