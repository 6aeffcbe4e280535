//! As many callers as connections: each writes a request, reads the whole answer, and writes the next.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Mutex,
    task::JoinSet,
};
use url::Url;

/// Callers with open connections.
pub(crate) struct Callers {
    streams: Mutex<Vec<TcpStream>>,
    host: String,
    key: String,
}

impl Callers {
    pub(crate) async fn new(url: &Url, connections: usize, key: &str) -> anyhow::Result<Self> {
        let host = url.host_str().context("a host")?.to_owned();
        let port = url.port().context("a port")?;
        let mut streams = Vec::with_capacity(connections);
        for _ in 0..connections {
            let stream = TcpStream::connect((host.as_str(), port)).await?;
            stream.set_nodelay(true)?;
            streams.push(stream);
        }
        Ok(Self {
            streams: Mutex::new(streams),
            host,
            key: key.to_owned(),
        })
    }

    /// Sends every request once, divided among the callers; answers how long that took until the last answer.
    pub(crate) async fn round(&self, requests: Vec<(String, String)>) -> anyhow::Result<Duration> {
        let mut streams = self.streams.lock().await;
        let count = streams.len();
        let mut shares: Vec<Vec<Vec<u8>>> = vec![Vec::new(); count];
        for (place, (path, body)) in requests.iter().enumerate() {
            shares[place % count].push(self.request(path, body));
        }
        let mut under_way = JoinSet::new();
        let began = Instant::now();
        for (stream, share) in streams.drain(..).zip(shares) {
            under_way.spawn(send_all(stream, share));
        }
        while let Some(ended) = under_way.join_next().await {
            streams.push(ended??);
        }
        Ok(began.elapsed())
    }

    fn request(&self, path: &str, body: &str) -> Vec<u8> {
        let Self { host, key, .. } = self;
        let length = body.len();
        format!(
            "PUT {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

async fn send_all(mut stream: TcpStream, requests: Vec<Vec<u8>>) -> anyhow::Result<TcpStream> {
    let mut answer = Vec::with_capacity(8_192);
    for request in requests {
        stream.write_all(&request).await?;
        answer.clear();
        while !is_whole(&answer)? {
            if stream.read_buf(&mut answer).await? == 0 {
                bail!("the server has closed the connection");
            }
        }
        let said = String::from_utf8_lossy(&answer);
        ensure!(
            answer.starts_with(b"HTTP/1.1 201 "),
            "another answer than 201: {said}"
        );
    }
    Ok(stream)
}

/// Whether head and body are there.
fn is_whole(answer: &[u8]) -> anyhow::Result<bool> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(false);
    };
    let head = std::str::from_utf8(&answer[..end])?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.context("an answer of a known length")?.trim().parse()?;
    Ok(answer.len() >= end + 4 + length)
}
