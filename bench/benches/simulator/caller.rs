//! A caller that costs little itself: requests that are written already, and one buffer for what comes back.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};

/// Callers at a time.
const CALLERS: usize = 2;

/// One request for a page.
pub(crate) struct Question {
    /// Path and query.
    pub(crate) target: String,
    request: String,
}

/// One connection that is kept.
pub(crate) struct Caller {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Question {
    pub(crate) fn new(token: &str, page: Option<&str>) -> Self {
        let mut target = "/calendar/v3/calendars/primary/events?maxResults=250".to_owned();
        if let Some(page) = page {
            target.push_str("&pageToken=");
            target.push_str(page);
        }
        // The bare handler finds its page by the whole target, the person included.
        target.push_str("&quotaUser=");
        target.push_str(&token[token.len().saturating_sub(24)..]);
        let request =
            format!("GET {target} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n");
        Self { target, request }
    }
}

impl Caller {
    pub(crate) fn new(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; 1 << 20],
        })
    }

    /// The body of the answer, which must be a success and say its length.
    pub(crate) fn ask(&mut self, question: &Question) -> anyhow::Result<&[u8]> {
        self.stream.write_all(question.request.as_bytes())?;
        let mut filled = 0;
        let (begin, end) = loop {
            filled += self.read(filled)?;
            if let Some(span) = span(&self.buffer[..filled])? {
                break span;
            }
        };
        while filled < end {
            if self.buffer.len() < end {
                self.buffer.resize(end, 0);
            }
            filled += self.read(filled)?;
        }
        Ok(&self.buffer[begin..end])
    }

    fn read(&mut self, filled: usize) -> anyhow::Result<usize> {
        let read = self.stream.read(&mut self.buffer[filled..])?;
        ensure!(read > 0, "the server closed the connection");
        Ok(read)
    }
}

/// Where the body lies, once the head has come.
fn span(bytes: &[u8]) -> anyhow::Result<Option<(usize, usize)>> {
    let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes[..head])?.to_ascii_lowercase();
    ensure!(text.starts_with("http/1.1 200"), "{text}");
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .context("content-length")?;
    let begin = head + 4;
    Ok(Some((begin, begin + length.parse::<usize>()?)))
}

/// Asks all questions, shared out to the callers, and answers how long that took.
pub(crate) fn all(address: SocketAddr, questions: &[Question]) -> anyhow::Result<Duration> {
    let share = questions.len().div_ceil(CALLERS);
    let began = Instant::now();
    let answered: anyhow::Result<usize> = thread::scope(|scope| {
        let callers: Vec<_> = questions
            .chunks(share)
            .map(|questions| {
                scope.spawn(move || -> anyhow::Result<usize> {
                    let mut caller = Caller::new(address)?;
                    for question in questions {
                        ensure!(!caller.ask(question)?.is_empty(), "an empty page");
                    }
                    Ok(questions.len())
                })
            })
            .collect();
        let mut answered = 0;
        for caller in callers {
            answered += caller.join().ok().context("a caller broke")??;
        }
        Ok(answered)
    });
    let took = began.elapsed();
    ensure!(answered? == questions.len(), "pages are missing");
    Ok(took)
}
