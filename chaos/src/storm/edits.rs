//! People at work in their calendars, behind Kalends' back.

mod series;

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use super::due;
use crate::{
    cast::{self, DAYS_AHEAD, DAYS_BACK, TITLE_MARK},
    ledger::{CalendarSpot, Entry, Shape},
    present::now,
    schedule::{Aim, Edit, Step},
    stage::Stage,
};

/// Events of a burst.
const BURST: u64 = 20;

/// Makes all edits, each when it is due.
pub(super) async fn make(stage: &Stage, begun: Instant, steps: Vec<Step<(Edit, Aim)>>) -> anyhow::Result<()> {
    let mut maker = Maker { stage, made: 0 };
    for step in steps {
        due(begun, &step).await;
        let (edit, aim) = step.deed;
        maker.make(edit, aim).await?;
    }
    Ok(())
}

struct Maker<'a> {
    stage: &'a Stage,
    /// Events so far; their ids count them.
    made: u64,
}

impl Maker<'_> {
    async fn make(&mut self, edit: Edit, aim: Aim) -> anyhow::Result<()> {
        let spot = (aim.person, aim.calendar);
        if self.stage.ledger.is_dropped(spot) {
            return Ok(());
        }
        match edit {
            Edit::Create => self.create(spot, aim.numbers).await,
            Edit::Burst => {
                for more in 0..BURST {
                    let [day, quarter, length] = aim.numbers;
                    self.create(
                        spot,
                        [day.wrapping_add(more), quarter.wrapping_add(3 * more), length],
                    )
                    .await?;
                }
                Ok(())
            }
            Edit::CreateTransparent => self.create_transparent(spot, aim.numbers).await,
            Edit::CreateAllDay => self.create_days(spot, aim.numbers).await,
            Edit::Move => self.move_one(spot, aim.numbers).await,
            Edit::Retitle => self.retitle(spot, aim.numbers[0]).await,
            Edit::Delete => {
                self.delete(spot, aim.numbers[0], |shape| *shape != Shape::Series)
                    .await
            }
            Edit::DeleteSeries => {
                self.delete(spot, aim.numbers[0], |shape| *shape == Shape::Series)
                    .await
            }
            Edit::CreateSeries => self.create_series(spot, aim.numbers).await,
            Edit::ChangeSeries => self.change_series(spot, aim.numbers).await,
            Edit::DropCalendar => self.drop_calendar(spot).await,
            Edit::MoveInstance | Edit::CancelInstance => self.change_instance(edit, spot, aim.numbers).await,
        }
    }

    async fn create(&mut self, spot: CalendarSpot, numbers: [u64; 3]) -> anyhow::Result<()> {
        let (start, end) = self.span(numbers);
        let id = self
            .insert(
                spot,
                json!({"start": cast::instant(start), "end": cast::instant(end)}),
            )
            .await?;
        let shape = Shape::Solid {
            start,
            end,
            since: now(),
        };
        self.stage.ledger.put(spot, Entry { id, shape });
        Ok(())
    }

    async fn create_transparent(&mut self, spot: CalendarSpot, numbers: [u64; 3]) -> anyhow::Result<()> {
        let (start, end) = self.span(numbers);
        let times =
            json!({"start": cast::instant(start), "end": cast::instant(end), "transparency": "transparent"});
        let id = self.insert(spot, times).await?;
        self.stage.ledger.put(
            spot,
            Entry {
                id,
                shape: Shape::Other,
            },
        );
        Ok(())
    }

    async fn create_days(&mut self, spot: CalendarSpot, numbers: [u64; 3]) -> anyhow::Result<()> {
        let (start, _) = self.span(numbers);
        let day = start.to_zoned(jiff::tz::TimeZone::UTC).date();
        let end = day.checked_add(SignedDuration::from_hours(24 * (1 + (numbers[2] % 3) as i64)))?;
        let id = self
            .insert(spot, json!({"start": {"date": day}, "end": {"date": end}}))
            .await?;
        self.stage.ledger.put(
            spot,
            Entry {
                id,
                shape: Shape::Other,
            },
        );
        Ok(())
    }

    async fn move_one(&mut self, spot: CalendarSpot, numbers: [u64; 3]) -> anyhow::Result<()> {
        let solid = |shape: &Shape| matches!(shape, Shape::Solid { .. });
        let Some(entry) = self.stage.ledger.take(spot, numbers[0], solid) else {
            return Ok(());
        };
        let (start, end) = self.span([numbers[1], numbers[2], numbers[0]]);
        self.patch(
            spot,
            &entry.id,
            json!({"start": cast::instant(start), "end": cast::instant(end)}),
        )
        .await?;
        let shape = Shape::Solid {
            start,
            end,
            since: now(),
        };
        self.stage.ledger.put(spot, Entry { id: entry.id, shape });
        Ok(())
    }

    async fn retitle(&mut self, spot: CalendarSpot, pick: u64) -> anyhow::Result<()> {
        let Some(entry) = self.stage.ledger.take(spot, pick, |_| true) else {
            return Ok(());
        };
        let title = json!({"summary": format!("{TITLE_MARK} renamed {pick}"), "location": format!("{TITLE_MARK} room")});
        self.patch(spot, &entry.id, title).await?;
        self.stage.ledger.put(spot, entry);
        Ok(())
    }

    async fn delete(
        &mut self,
        spot: CalendarSpot,
        pick: u64,
        wanted: impl Fn(&Shape) -> bool,
    ) -> anyhow::Result<()> {
        let Some(entry) = self.stage.ledger.take(spot, pick, wanted) else {
            return Ok(());
        };
        self.act(spot, Method::DELETE, &format!("/{}", entry.id), Value::Null)
            .await?;
        Ok(())
    }

    /// Deletes a calendar; nobody can delete their main one.
    async fn drop_calendar(&mut self, spot: CalendarSpot) -> anyhow::Result<()> {
        if spot.1 == 0 {
            return Ok(());
        }
        self.stage.ledger.drop_calendar(spot);
        let path = format!("/calendars/{}", self.stage.google_id(spot));
        let email = &self.stage.people[spot.0].email;
        self.stage
            .simulator
            .act(email, Method::DELETE, &path, Value::Null)
            .await?;
        self.stage.journal.did("edits", &format!("edit DELETE {path}"));
        Ok(())
    }

    /// Inserts an event with a title and an id of ours, and answers the id.
    async fn insert(&mut self, spot: CalendarSpot, mut event: Value) -> anyhow::Result<String> {
        self.made += 1;
        let id = format!("chaos{:06}", self.made);
        event["id"] = json!(id);
        event["summary"] = json!(format!("{TITLE_MARK} {}", self.made));
        self.act(spot, Method::POST, "", event).await?;
        Ok(id)
    }

    async fn patch(&mut self, spot: CalendarSpot, id: &str, fields: Value) -> anyhow::Result<()> {
        self.act(spot, Method::PATCH, &format!("/{id}"), fields).await?;
        Ok(())
    }

    async fn act(
        &mut self,
        spot: CalendarSpot,
        method: Method,
        path: &str,
        body: Value,
    ) -> anyhow::Result<Value> {
        let calendar = self.stage.google_id(spot);
        let path = format!("/calendars/{calendar}/events{path}");
        let email = &self.stage.people[spot.0].email;
        let answer = self
            .stage
            .simulator
            .act(email, method.clone(), &path, body)
            .await?;
        if method != Method::GET {
            self.stage.journal.did("edits", &format!("edit {method} {path}"));
        }
        Ok(answer)
    }

    fn span(&self, numbers: [u64; 3]) -> (Timestamp, Timestamp) {
        span(self.stage.begun, numbers)
    }
}

/// A span of a quarter of an hour to two hours in the time in which events lie.
pub(super) fn span(begun: Timestamp, [day, quarter, length]: [u64; 3]) -> (Timestamp, Timestamp) {
    // A day less at either end: spans begin and end within the window.
    let days = (day % (DAYS_AHEAD + DAYS_BACK - 3) as u64) as i64 - DAYS_BACK + 1;
    let midnight = begun.as_second().div_euclid(86_400) * 86_400;
    let start = midnight + days * 86_400 + (quarter % 96) as i64 * 900;
    let end = start + (1 + (length % 8) as i64) * 900;
    let at = |second| Timestamp::from_second(second).unwrap_or(begun);
    (at(start), at(end))
}
