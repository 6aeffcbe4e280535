//! The recipe for other people's CI in `docs/SIMULATOR.md`, done as it is written there.
//!
//! Needs the Python and the Node modules that `cargo xtask test` prepares; says so and passes without them, unless
//! `KALENDS_TEST_REQUIRE_ALL=1`.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const GUIDE: &str = include_str!("../../../../docs/SIMULATOR.md");
const HEADING: &str = "## In your CI";

/// The first block of that language below the heading.
fn block(language: &str) -> &'static str {
    let recipe = GUIDE.split(HEADING).nth(1).unwrap();
    let fence = format!("```{language}\n");
    recipe.split(&fence).nth(1).unwrap().split("```").next().unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment what is installed"
)]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

fn folder_of(program: &Path) -> PathBuf {
    program.parent().unwrap().to_owned()
}

#[test]
fn the_recipe_of_the_guide_works_as_it_is_written() {
    let (Some(python), Some(modules)) = (variable("KALENDS_PYTHON"), variable("KALENDS_NODE_MODULES")) else {
        let required = variable("KALENDS_TEST_REQUIRE_ALL").is_some_and(|value| value == "1");
        assert!(!required, "KALENDS_PYTHON or KALENDS_NODE_MODULES is not set");
        println!("skipped: KALENDS_PYTHON or KALENDS_NODE_MODULES is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (file, language) in [
        ("simulator_test.sh", "sh"),
        ("simulator_test.py", "python"),
        ("simulator_test.cjs", "js"),
    ] {
        fs::write(folder.path().join(file), block(language)).unwrap();
    }
    let own = [
        folder_of(Path::new(env!("CARGO_BIN_EXE_kalends"))),
        folder_of(Path::new(&python)),
    ];
    let path = variable("PATH").unwrap();
    let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new("bash");
    command
        .arg("simulator_test.sh")
        .current_dir(folder.path())
        .env("PATH", path)
        .env("NODE_PATH", modules)
        .stdin(Stdio::null());
    // Nothing of this leaves the machine.
    for name in [
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{complained}");
}
