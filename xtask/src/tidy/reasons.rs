//! Every dependency says in one line why it is there.

use std::{fs, path::Path};

pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let section = manifest
        .split("[workspace.dependencies]")
        .nth(1)
        .unwrap_or_default();
    let lines = section.lines().skip(1).take_while(|line| !line.starts_with('['));
    Ok(lines
        .filter(|line| line.contains(" = ") && !line.starts_with("kalends"))
        .filter(|line| {
            line.rsplit_once("# ")
                .is_none_or(|(_, reason)| reason.trim().is_empty())
        })
        .map(|line| format!("Cargo.toml: \"{line}\" has no reason"))
        .collect())
}
