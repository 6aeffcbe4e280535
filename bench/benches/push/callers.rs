//! As many senders as connections: each writes a message, reads the answer's head, and writes the next.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Mutex,
    task::JoinSet,
};
use url::Url;

/// What one message of Google carries.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) channel: String,
    pub(crate) secret: String,
    pub(crate) resource_id: String,
}

/// Senders with open connections, and what each sends in a round.
pub(crate) struct Callers(Mutex<Vec<Caller>>);

struct Caller {
    stream: TcpStream,
    requests: Vec<Vec<u8>>,
}

impl Callers {
    /// Senders to the server at `url`, among whom the messages are divided.
    pub(crate) async fn new(url: &Url, connections: usize, messages: &[Message]) -> anyhow::Result<Self> {
        let host = url.host_str().context("a host")?;
        let port = url.port().context("a port")?;
        let mut callers = Vec::with_capacity(connections);
        for first in 0..connections {
            let stream = TcpStream::connect((host, port)).await?;
            stream.set_nodelay(true)?;
            let own = messages.iter().skip(first).step_by(connections);
            let requests = own.map(|message| request(host, message)).collect();
            callers.push(Caller { stream, requests });
        }
        Ok(Self(Mutex::new(callers)))
    }

    /// Sends every message once; answers how long that took until the last answer.
    pub(crate) async fn round(&self) -> anyhow::Result<Duration> {
        let mut callers = self.0.lock().await;
        let mut under_way = JoinSet::new();
        let began = Instant::now();
        for caller in callers.drain(..) {
            under_way.spawn(caller.send_all());
        }
        while let Some(ended) = under_way.join_next().await {
            callers.push(ended??);
        }
        Ok(began.elapsed())
    }
}

impl Caller {
    async fn send_all(mut self) -> anyhow::Result<Self> {
        let mut head = [0; 2048];
        for request in &self.requests {
            self.stream.write_all(request).await?;
            let mut read = 0;
            // A 204 has no body (RFC 9110 section 15.3.5).
            while !head[..read].ends_with(b"\r\n\r\n") {
                match self.stream.read(&mut head[read..]).await? {
                    0 => bail!("the server has closed the connection"),
                    more => read += more,
                }
            }
            ensure!(head.starts_with(b"HTTP/1.1 204 "), "another answer than 204");
        }
        Ok(self)
    }
}

/// As Google sends it (guide "Push notifications").
fn request(host: &str, message: &Message) -> Vec<u8> {
    let Message {
        channel,
        secret,
        resource_id,
    } = message;
    format!(
        "POST /v1/push/google HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\naccept: */*\r\n\
         user-agent: APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)\r\n\
         x-goog-channel-id: {channel}\r\nx-goog-channel-token: {secret}\r\nx-goog-resource-id: {resource_id}\r\n\
         x-goog-resource-state: exists\r\nx-goog-message-number: 10\r\n\
         x-goog-resource-uri: https://www.googleapis.com/calendar/v3/calendars/a%40example.com/events?alt=json\r\n\r\n"
    )
    .into_bytes()
}
