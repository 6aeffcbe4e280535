//! `kalends simulate`.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

/// A process that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already when this fails.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_says_where_it_serves_in_exactly_one_line() {
    let child = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(["simulate", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut output = BufReader::new(running.0.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let base = line
        .strip_prefix("kalends simulator ready on ")
        .unwrap()
        .trim_end();
    let address = base.strip_prefix("http://").unwrap();
    assert!(!address.ends_with(":0"), "{line}");

    let mut connection = TcpStream::connect(address).unwrap();
    write!(
        connection,
        "GET /_sim/users HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("ana@example.com"),
        "{answer}"
    );

    drop(running);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "more than one line");
}

fn start(args: &[&str]) -> (Running, String) {
    let child = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(["simulate", "--listen", "127.0.0.1:0", "--world", "empty"])
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut line = String::new();
    let mut output = BufReader::new(running.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let address = line.trim_end().rsplit("http://").next().unwrap().to_owned();
    (running, address)
}

fn ask(address: &str, request: &str, headers: &str, body: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    write!(
        connection,
        "{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

fn terminate(running: &mut Running) -> bool {
    let pid = running.0.id().to_string();
    Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    running.0.wait().unwrap().success()
}

#[test]
fn a_simulator_goes_on_from_the_snapshot_that_the_one_before_left_at_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let args = ["--snapshot", file.to_str().unwrap(), "--save-snapshot"];
    let (mut first, address) = start(&args);
    let order = r#"{"provider": "google", "email": "zoe@example.com", "scopes": "calendar"}"#;
    let issued = ask(&address, "POST /_sim/tokens", "", order);
    let token = issued
        .split("\"accessToken\":\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    assert!(terminate(&mut first));

    let (mut second, address) = start(&args[..2]);
    let authorization = format!("Authorization: Bearer {token}\r\n");
    let list = ask(
        &address,
        "GET /calendar/v3/users/me/calendarList",
        &authorization,
        "",
    );
    assert!(
        list.starts_with("HTTP/1.1 200 ") && list.contains("zoe@example.com"),
        "{list}"
    );
    assert!(terminate(&mut second));
}

#[test]
fn a_snapshot_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    for content in [None, Some("{}")] {
        if let Some(content) = content {
            std::fs::write(&file, content).unwrap();
        }
        let output = Command::new(env!("CARGO_BIN_EXE_kalends"))
            .args([
                "simulate",
                "--listen",
                "127.0.0.1:0",
                "--snapshot",
                file.to_str().unwrap(),
            ])
            .output()
            .unwrap();
        assert!(!output.status.success());
        let says = String::from_utf8_lossy(&output.stderr);
        assert!(says.contains("state.json"), "{says}");
    }
}
