//! Google Meet links on events (Google Calendar API guide "Add video and phone conferences").

use serde_json::json;

use super::EventResource;
use crate::{google::GoogleError, state::Sim};

/// Grants a `createRequest`; the same `requestId` as before changes nothing. `old` is the event before the write.
pub(crate) fn settle(
    event: &mut EventResource,
    old: Option<&EventResource>,
    sim: &Sim,
) -> Result<(), GoogleError> {
    let Some(data) = &event.conference_data else {
        event.hangout_link = None;
        return Ok(());
    };
    let before = old.and_then(|old| old.conference_data.as_ref());
    let request = &data["createRequest"];
    if request.is_null() || before == Some(data) {
        return Ok(());
    }
    let request_id = request["requestId"].as_str().filter(|id| !id.is_empty());
    let request_id =
        request_id.ok_or_else(|| GoogleError::bad("required", "Missing conference request id."))?;
    if let Some(before) = before
        && before["createRequest"]["requestId"] == request_id
    {
        event.conference_data = Some(before.clone());
        return Ok(());
    }
    let kind = request["conferenceSolutionKey"]["type"]
        .as_str()
        .unwrap_or("hangoutsMeet");
    if kind != "hangoutsMeet" {
        return Err(GoogleError::bad("invalid", "Invalid conference type value."));
    }
    let code = meeting_code(sim.random());
    let link = format!("https://meet.google.com/{code}");
    let label = format!("meet.google.com/{code}");
    event.conference_data = Some(json!({
        "createRequest": {"requestId": request_id, "conferenceSolutionKey": {"type": kind},
            "status": {"statusCode": "success"}},
        "entryPoints": [{"entryPointType": "video", "uri": link, "label": label}],
        "conferenceSolution": {"key": {"type": kind}, "name": "Google Meet",
            "iconUri": "https://fonts.gstatic.com/s/i/productlogos/meet_2020q4/v6/web-512dp/logo_meet_2020q4_color_2x_web_512dp.png"},
        "conferenceId": code,
    }));
    event.hangout_link = Some(link);
    Ok(())
}

/// `abc-defg-hij`.
fn meeting_code(random: [u8; 10]) -> String {
    let letters: Vec<char> = random.iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    let part = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
    format!("{}-{}-{}", part(0, 3), part(3, 7), part(7, 10))
}
