//! Migrations are numbered without gaps, in each folder that holds some.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let top = root.join("crates/store/migrations");
    let mut broken = Vec::new();
    for folder in folders(&top)? {
        let mut names: Vec<String> = fs::read_dir(&folder)?
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "sql"))
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        for (number, name) in (1..).zip(&names) {
            if !name.starts_with(&format!("{number:04}_")) {
                broken.push(format!(
                    "{}/{name}: expected number {number:04}",
                    folder.display()
                ));
            }
        }
    }
    Ok(broken)
}

fn folders(top: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut folders = vec![top.to_owned()];
    for entry in fs::read_dir(top)?.flatten() {
        if entry.path().is_dir() {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}
