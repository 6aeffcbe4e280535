//! Keeps every call of the calendar with its answer in a file, so that programs can check both afterwards.
//!
//! One JSON object a line: `method`, `url` (path and query), `agent`, `body`, `status`, `answer`. Bodies are text, `null`
//! when there is none. Faults have struck outside of this, so what a fault answers is not among them. Only the calendar
//! and `oauth2/v2` are kept: the other routes carry secrets.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde_json::json;

use crate::{calls::redact, state::Sim};

const KEPT: [&str; 2] = ["/calendar/v3/", "/oauth2/v2/"];

/// A file that grows by a line with each call.
#[derive(Clone, Debug)]
pub(crate) struct Recording(Arc<Mutex<File>>);

impl Recording {
    /// A new file in the folder, whatever other simulators of this or other processes write there.
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let process = std::process::id();
        for number in 0_u32.. {
            let path = folder.join(format!("calls-{process}-{number}.jsonl"));
            match File::create_new(path) {
                Ok(file) => return Ok(Self(Arc::new(Mutex::new(file)))),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn write(&self, line: &serde_json::Value) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One write for a line: a process that is killed leaves no half of one.
        if let Err(error) = file.write_all(format!("{line}\n").as_bytes()) {
            tracing::error!(%error, "a call could not be recorded");
        }
    }
}

/// Records the call, when the configuration asks for that.
pub(crate) async fn keep(State(sim): State<Sim>, request: Request, next: Next) -> Response {
    let wanted = KEPT.iter().any(|prefix| request.uri().path().starts_with(prefix));
    let Some(recording) = sim.recording().filter(|_| wanted) else {
        return next.run(request).await;
    };
    let (parts, body) = request.into_parts();
    let Ok(asked) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let url = match parts.uri.query() {
        None => parts.uri.path().to_owned(),
        Some(query) => format!("{}?{}", parts.uri.path(), redact(query)),
    };
    let agent = parts.headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok()).map(str::to_owned);
    let method = parts.method.to_string();
    let request = Request::from_parts(parts, Body::from(asked.clone()));
    let (parts, body) = next.run(request).await.into_parts();
    let Ok(answer) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    recording.write(
        &json!({"method": method, "url": url, "agent": agent, "body": text(&asked),
        "status": parts.status.as_u16(), "answer": text(&answer)}),
    );
    Response::from_parts(parts, Body::from(answer))
}

fn text(body: &Bytes) -> Option<String> {
    (!body.is_empty()).then(|| String::from_utf8_lossy(body).into_owned())
}
