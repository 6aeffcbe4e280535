//! Files attached to an event (discovery document, schema `EventAttachment`).

use serde_json::Value;

use super::EventResource;
use crate::google::GoogleError;

/// The most files of one event.
const MOST: usize = 25;

/// Checks the files and names those of Drive by their id.
pub(super) fn settle(event: &mut EventResource) -> Result<(), GoogleError> {
    let Some(attachments) = event.attachments.take() else {
        return Ok(());
    };
    let Value::Array(mut files) = attachments else {
        return Err(GoogleError::bad("invalid", "Invalid value for: attachments"));
    };
    if files.len() > MOST {
        let message = format!("An event can have at most {MOST} attachments.");
        return Err(GoogleError::bad("invalid", &message));
    }
    for file in &mut files {
        let url = file["fileUrl"].as_str().filter(|url| !url.is_empty());
        let url = url.ok_or_else(|| GoogleError::bad("required", "Missing attachment file URL."))?;
        if !(url.starts_with("https://") || url.starts_with("http://")) {
            return Err(GoogleError::bad("invalid", "Invalid attachment file URL."));
        }
        let id = drive_id(url).map(str::to_owned);
        if let Value::Object(members) = file {
            let known = ["fileUrl", "title", "mimeType", "iconLink"];
            members.retain(|name, value| known.contains(&name.as_str()) && value.is_string());
            members.extend(id.map(|id| ("fileId".to_owned(), id.into())));
        }
    }
    event.attachments = (!files.is_empty()).then_some(Value::Array(files));
    Ok(())
}

/// The file's id in an address of Drive, `https://drive.google.com/open?id=ID` or `https://drive.google.com/file/d/ID/view`.
fn drive_id(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://drive.google.com/")?;
    let id = rest
        .split_once("id=")
        .map(|(_, id)| id)
        .or_else(|| rest.split_once("/d/").map(|(_, id)| id))?;
    id.split(['/', '&', '?', '#']).next().filter(|id| !id.is_empty())
}
