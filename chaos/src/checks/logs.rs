//! What no log line may have: a secret, a title, an address, a panic.

use std::{fs, path::Path};

use super::Finding;
use crate::{
    cast::{DOMAIN, TITLE_MARK},
    rig::KEYS,
    servers::simulator::{FLEET, SINGLE},
    stage::Stage,
};

/// What a log shows when a thread has panicked.
const PANIC: &str = "panicked at";

/// Lines of the servers' logs in the folder that should not be there.
pub(super) fn wrong(stage: &Stage, folder: &Path) -> anyhow::Result<Vec<Finding>> {
    let mut wrong = Vec::new();
    let keys = stage.sites.iter().map(|site| site.app.key());
    let forbidden: Vec<&str> = forbidden().into_iter().chain(keys).collect();
    for file in fs::read_dir(folder)?.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if !(name.starts_with("fleet-") || name.starts_with("single.0")) {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(file.path())?).into_owned();
        for (line, word) in leaks(&text, &forbidden) {
            let kind = if word == PANIC { "panics" } else { "leaks in logs" };
            wrong.push((kind, format!("{name} has \"{word}\": {line}")));
        }
    }
    Ok(wrong)
}

/// What never may be logged: marks of titles and addresses, beginnings of tokens, keys.
fn forbidden() -> Vec<&'static str> {
    let key = KEYS.split(':').next_back().unwrap_or(KEYS);
    vec![
        PANIC,
        TITLE_MARK,
        DOMAIN,
        "ya29.",
        "1//0",
        key,
        FLEET.secret,
        SINGLE.secret,
    ]
}

/// Lines with a word that they may not have.
fn leaks<'a>(text: &'a str, forbidden: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let found = text.lines().filter_map(|line| {
        let word = forbidden.iter().find(|word| line.contains(**word))?;
        Some((line, *word))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_title_address_token_and_panic_are_found() {
        let text = "all is well\nstored zqtitle 7\nfor s0p1@zqmail.example\ntoken ya29.a0\nthread 'main' panicked at x.rs\n";
        let found: Vec<_> = leaks(text, &forbidden())
            .into_iter()
            .map(|(_, word)| word)
            .collect();
        assert_eq!(found, [TITLE_MARK, DOMAIN, "ya29.", PANIC]);
    }
}
