//! The account's calendars (`calendarList.list`).

use super::{Google, map, refusal::Question, wire::CalendarListPage};
use crate::provider::{Ask, ProviderError, RemoteCalendar};

const FIELDS: &str = "nextPageToken,items(id,summary,summaryOverride,timeZone,accessRole,primary,deleted,\
    backgroundColor,conferenceProperties/allowedConferenceSolutionTypes)";

/// Most pages of a list before it is taken for endless; an account has at most a few hundred calendars.
const MOST_PAGES: usize = 100;

/// All of them. Those that the person hides in Google's own list are there too: hiding is no removal.
pub(super) async fn list(google: &Google, ask: &Ask) -> Result<Vec<RemoteCalendar>, ProviderError> {
    let mut calendars = Vec::new();
    let mut page_token: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let mut query = vec![("maxResults", "250"), ("showHidden", "true"), ("fields", FIELDS)];
        query.extend(page_token.as_deref().map(|token| ("pageToken", token)));
        let url = google.url(&["users", "me", "calendarList"], &query);
        let answer = google.get(ask, &url, Question::Account).await?;
        let page: CalendarListPage = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
        for entry in page.items {
            calendars.extend(map::calendar(entry)?);
        }
        page_token = page.next_page_token;
        if page_token.is_none() {
            return Ok(calendars);
        }
    }
    Err(unreadable())
}

fn unreadable() -> ProviderError {
    ProviderError::Unreadable {
        what: "the calendar list".to_owned(),
    }
}
