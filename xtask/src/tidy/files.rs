//! Files are small, named for what they hold, and leave no marks behind.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::run_quiet;

/// Lines a source file may have without its tests; 120 is the aim, 250 is long.
const MOST_LINES: usize = 500;
/// Lines a file of tests, or a source file with its tests, may have.
const MOST_LINES_WITH_TESTS: usize = 800;

/// Names that say nothing: what has no name has no home yet.
const NAMELESS: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "types", "mod",
];

/// Marks of unfinished work.
const MARKS: &[&str] = &["todo!(", "unimplemented!(", "FIXME", "XXX", "#[ignore"];

pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut broken = Vec::new();
    for file in sources(root)? {
        let text = fs::read_to_string(root.join(&file))?;
        let shown = file.display();
        let stem = file
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        if NAMELESS.contains(&stem.as_str()) {
            broken.push(format!("{shown}: \"{stem}\" names no concept"));
        }
        if !file.starts_with("xtask") {
            for mark in MARKS.iter().filter(|mark| text.contains(**mark)) {
                broken.push(format!("{shown}: {mark} is unfinished work"));
            }
        }
        if !text.starts_with("//!") {
            broken.push(format!("{shown}: starts without `//!`, which says what it holds"));
        }
        broken.extend(too_long(&file, &text));
    }
    Ok(broken)
}

fn too_long(file: &Path, text: &str) -> Option<String> {
    let all = text.lines().count();
    let is_test = file
        .components()
        .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "benches");
    let code = if is_test {
        0
    } else {
        text.lines().take_while(|line| *line != "#[cfg(test)]").count()
    };
    let shown = file.display();
    if code > MOST_LINES {
        return Some(format!(
            "{shown}: {code} lines without tests, {MOST_LINES} at the most"
        ));
    }
    (all > MOST_LINES_WITH_TESTS)
        .then(|| format!("{shown}: {all} lines, {MOST_LINES_WITH_TESTS} at the most"))
}

/// Every Rust file that git knows or would take.
fn sources(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"];
    let listed = run_quiet(Command::new("git").current_dir(root).args(list))?;
    Ok(listed
        .lines()
        .map(PathBuf::from)
        .filter(|file| root.join(file).is_file())
        .collect())
}
