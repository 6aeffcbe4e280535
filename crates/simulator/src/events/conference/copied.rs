//! Conference data that a caller brings along, from another event or of another provider.

use serde_json::Value;

use super::MEET;
use crate::google::GoogleError;

/// The longest texts of an entry point (discovery document, schema `EntryPoint`), in characters.
const LONGEST: [(&str, usize); 7] = [
    ("uri", 1300),
    ("label", 512),
    ("meetingCode", 128),
    ("accessCode", 128),
    ("passcode", 128),
    ("password", 128),
    ("pin", 128),
];
/// The longest `notes` (schema `ConferenceData`), in characters.
const LONGEST_NOTES: usize = 2048;
/// Each type of entry point with the schemes that its address may have.
const SCHEMES: [(&str, &[&str]); 4] = [
    ("video", &["http:", "https:"]),
    ("phone", &["tel:"]),
    ("sip", &["sip:"]),
    ("more", &["http:", "https:"]),
];

/// Refuses data that is neither a request nor a whole conference.
pub(super) fn check(data: &Value) -> Result<(), GoogleError> {
    let points = data["entryPoints"].as_array().map_or(&[][..], Vec::as_slice);
    let kind = data["conferenceSolution"]["key"]["type"].as_str();
    if !matches!(
        kind,
        Some("hangoutsMeet" | "addOn" | "eventHangout" | "eventNamedHangout")
    ) {
        return Err(GoogleError::bad("invalid", "Invalid conference type value."));
    }
    if !points.iter().any(|point| point["entryPointType"] != "more") {
        return Err(invalid("entryPoints"));
    }
    if longer(&data["notes"], LONGEST_NOTES) {
        return Err(invalid("notes"));
    }
    for point in points {
        let schemes = SCHEMES.iter().find(|(name, _)| point["entryPointType"] == *name);
        let (_, schemes) = schemes.ok_or_else(|| invalid("entryPointType"))?;
        let uri = point["uri"].as_str().unwrap_or_default();
        if !schemes.iter().any(|scheme| uri.starts_with(scheme)) {
            return Err(invalid("uri"));
        }
        if let Some((field, _)) = LONGEST.iter().find(|(field, most)| longer(&point[*field], *most)) {
            return Err(invalid(field));
        }
    }
    Ok(())
}

/// The link of a copied Meet conference.
pub(super) fn meet_link(data: &Value) -> Option<String> {
    let points = data["entryPoints"].as_array()?;
    let video = points.iter().find(|point| point["entryPointType"] == "video")?;
    let link = video["uri"].as_str()?;
    (data["conferenceSolution"]["key"]["type"] == MEET).then(|| link.to_owned())
}

fn longer(text: &Value, most: usize) -> bool {
    text.as_str().is_some_and(|text| text.chars().count() > most)
}

fn invalid(field: &str) -> GoogleError {
    GoogleError::bad("invalid", &format!("Invalid value for: conferenceData.{field}"))
}
