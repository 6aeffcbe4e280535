//! What people do to series: rules, and single occurrences that are moved or called off.

use reqwest::Method;
use serde_json::{Value, json};

use super::Maker;
use crate::{
    cast,
    ledger::{CalendarSpot, Entry, Shape},
    schedule::Edit,
};

impl Maker<'_> {
    pub(super) async fn create_series(
        &mut self,
        spot: CalendarSpot,
        numbers: [u64; 3],
    ) -> anyhow::Result<()> {
        let (start, end) = self.span(numbers);
        let times = json!({"start": cast::instant(start), "end": cast::instant(end), "recurrence": [rule(numbers[2])]});
        let id = self.insert(spot, times).await?;
        self.stage.ledger.put(
            spot,
            Entry {
                id,
                shape: Shape::Series,
            },
        );
        Ok(())
    }

    pub(super) async fn change_series(
        &mut self,
        spot: CalendarSpot,
        numbers: [u64; 3],
    ) -> anyhow::Result<()> {
        let series = |shape: &Shape| *shape == Shape::Series;
        let Some(entry) = self.stage.ledger.take(spot, numbers[0], series) else {
            return Ok(());
        };
        self.patch(spot, &entry.id, json!({"recurrence": [rule(numbers[1])]}))
            .await?;
        self.stage.ledger.put(spot, entry);
        Ok(())
    }

    pub(super) async fn change_instance(
        &mut self,
        edit: Edit,
        spot: CalendarSpot,
        numbers: [u64; 3],
    ) -> anyhow::Result<()> {
        let series = |shape: &Shape| *shape == Shape::Series;
        let Some(entry) = self.stage.ledger.take(spot, numbers[0], series) else {
            return Ok(());
        };
        let path = format!("/{}/instances?maxResults=12", entry.id);
        let instances = self.act(spot, Method::GET, &path, Value::Null).await?;
        let instances = instances["items"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if let Some(instance) = instances.get((numbers[1] % instances.len().max(1) as u64) as usize) {
            let id = instance["id"].as_str().unwrap_or_default();
            if edit == Edit::CancelInstance {
                self.act(spot, Method::DELETE, &format!("/{id}"), Value::Null)
                    .await?;
            } else {
                let (start, end) = self.span([numbers[2], numbers[1], numbers[0]]);
                self.patch(
                    spot,
                    id,
                    json!({"start": cast::instant(start), "end": cast::instant(end)}),
                )
                .await?;
            }
        }
        self.stage.ledger.put(spot, entry);
        Ok(())
    }
}

/// Some rule for a series.
fn rule(number: u64) -> String {
    let count = 2 + number % 17;
    match number % 5 {
        0 => format!("RRULE:FREQ=DAILY;COUNT={count}"),
        1 => format!("RRULE:FREQ=WEEKLY;COUNT={count}"),
        2 => "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR".to_owned(),
        3 => "RRULE:FREQ=MONTHLY;BYDAY=2TU".to_owned(),
        _ => format!("RRULE:FREQ=DAILY;INTERVAL=3;COUNT={count}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_differ_and_name_the_zone_of_their_event() {
        let rules: std::collections::BTreeSet<_> = (0..5).map(rule).collect();
        assert_eq!(rules.len(), 5);
        assert_eq!(cast::instant(jiff::Timestamp::UNIX_EPOCH)["timeZone"], cast::ZONE);
    }
}
