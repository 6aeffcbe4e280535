//! `kalends demo`.

use std::{
    net::TcpListener,
    process::{Command, Output},
};

fn demo(arguments: &[&str], folder: &std::path::Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kalends"))
        .arg("demo")
        .args(arguments)
        .env("TMPDIR", folder)
        .output()
        .unwrap()
}

#[test]
fn the_story_holds_without_a_browser_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let told = demo(&["--headless"], folder.path());
    let (said, complained) = (text(&told.stdout), text(&told.stderr));
    assert!(told.status.success(), "{said}{complained}");
    assert_eq!(
        said.lines().filter(|line| line.starts_with("ok ")).count(),
        11,
        "{said}"
    );
    assert!(said.contains("the story is told: all steps passed in"), "{said}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_taken_address_is_told_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let told = demo(&["--listen", &address], folder.path());
    assert_eq!(told.status.code(), Some(1));
    let complained = text(&told.stderr);
    assert!(
        complained.contains(&format!("cannot listen on {address}")),
        "{complained}"
    );
    assert!(complained.contains("--listen"), "{complained}");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
