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
