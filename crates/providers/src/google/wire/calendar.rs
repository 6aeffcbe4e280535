//! `CalendarList` and `CalendarListEntry`.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::google) struct CalendarListPage {
    #[serde(default)]
    pub(in crate::google) items: Vec<CalendarEntry>,
    pub(in crate::google) next_page_token: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::google) struct CalendarEntry {
    pub(in crate::google) id: Option<String>,
    pub(in crate::google) summary: Option<String>,
    pub(in crate::google) summary_override: Option<String>,
    pub(in crate::google) time_zone: Option<String>,
    pub(in crate::google) access_role: Option<String>,
    pub(in crate::google) primary: Option<bool>,
    pub(in crate::google) deleted: Option<bool>,
    pub(in crate::google) background_color: Option<String>,
    pub(in crate::google) conference_properties: Option<ConferenceProperties>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::google) struct ConferenceProperties {
    pub(in crate::google) allowed_conference_solution_types: Vec<String>,
}
