//! Google Meet links on events (Google Calendar API guide "Add video and phone conferences"; discovery document,
//! schemas `ConferenceData` and `CreateConferenceRequest`).

mod copied;
mod waiting;

use serde_json::{Value, json};

use super::{EventResource, Status};
use crate::{
    directory::{Calendar, Directory},
    google::GoogleError,
    state::Sim,
};

pub use waiting::{ConferenceOrder, ConferenceOutcome};
pub(crate) use waiting::{Conferences, ripen, ripen_all};

/// The only kind that Google makes by request; hangouts are gone, add-ons make their own.
pub(crate) const MEET: &str = "hangoutsMeet";

const ICON: &str = "https://fonts.gstatic.com/s/i/productlogos/meet_2020q4/v6/web-512dp/logo_meet_2020q4_color_2x_web_512dp.png";

/// Answers a `createRequest` at once or leaves it pending, as ordered; the same `requestId` as before changes
/// nothing. `old` is the event before the write.
pub(crate) fn settle(
    event: &mut EventResource,
    old: Option<&EventResource>,
    directory: &Directory,
    calendar: &Calendar,
    sim: &Sim,
) -> Result<(), GoogleError> {
    let before = old.and_then(|old| old.conference_data.as_ref());
    let Some(data) = &event.conference_data else {
        event.hangout_link = None;
        return Ok(());
    };
    if before == Some(data) {
        return Ok(());
    }
    let request = &data["createRequest"];
    // A conference that is there already may be copied with the request that made it; what a patch leaves as it was
    // is no copy.
    let points = |data: &Value| data["entryPoints"].clone();
    let copied = data["entryPoints"].is_array() && before.map(points) != Some(points(data));
    if request.is_null() || copied {
        copied::check(data)?;
        event.hangout_link = copied::meet_link(data);
        return Ok(());
    }
    let request_id = request["requestId"].as_str().filter(|id| !id.is_empty());
    let request_id = request_id
        .ok_or_else(|| GoogleError::bad("required", "Missing conference request id."))?
        .to_owned();
    if let Some(before) = before
        && before["createRequest"]["requestId"] == request_id.as_str()
    {
        event.conference_data = Some(before.clone());
        return Ok(());
    }
    let kind = request["conferenceSolutionKey"]["type"].as_str().unwrap_or(MEET);
    if kind != MEET || !directory.conferences.allows(&calendar.id) {
        return Err(GoogleError::bad("invalid", "Invalid conference type value."));
    }
    let state = directory.conferences.at_once();
    answer(event, &request_id, state, sim);
    Ok(())
}

/// Remembers a request that is left pending, so that it is answered later.
pub(crate) fn watch(
    directory: &mut Directory,
    calendar_id: &str,
    event: &EventResource,
    now: jiff::Timestamp,
) {
    let data = event.conference_data.as_ref();
    let status = data.map(|data| &data["createRequest"]["status"]["statusCode"]);
    if event.status != Status::Cancelled && status.is_some_and(|status| status == "pending") {
        directory.conferences.wait_for(calendar_id, &event.id, now);
    }
}

/// Writes what has become of a request; `None` is pending.
fn answer(event: &mut EventResource, request_id: &str, outcome: Option<ConferenceOutcome>, sim: &Sim) {
    let request = |status: &str| {
        json!({"requestId": request_id, "conferenceSolutionKey": {"type": MEET},
            "status": {"statusCode": status}})
    };
    event.hangout_link = None;
    event.conference_data = Some(match outcome {
        None => json!({"createRequest": request("pending")}),
        Some(ConferenceOutcome::Failure) => json!({"createRequest": request("failure")}),
        Some(ConferenceOutcome::Success) => {
            let code = meeting_code(sim.random());
            let link = format!("https://meet.google.com/{code}");
            event.hangout_link = Some(link.clone());
            success(&request("success"), &code, &link)
        }
    });
}

fn success(request: &Value, code: &str, link: &str) -> Value {
    json!({
        "createRequest": request,
        "entryPoints": [{"entryPointType": "video", "uri": link, "label": format!("meet.google.com/{code}")}],
        "conferenceSolution": {"key": {"type": MEET}, "name": "Google Meet", "iconUri": ICON},
        "conferenceId": code,
    })
}

/// `abc-defg-hij`.
fn meeting_code(random: [u8; 10]) -> String {
    let letters: Vec<char> = random.iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    let part = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
    format!("{}-{}-{}", part(0, 3), part(3, 7), part(7, 10))
}
