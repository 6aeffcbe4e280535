//! When a job is due next: pure.

use croner::Cron;
use jiff::{SignedDuration, Timestamp};
use kalends_core::time::Zone;

/// Where nothing better can be said.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The first time after `after` that the pattern names on the clocks of the zone. An hour that is skipped has its job when the
/// clocks have gone on, and one that is repeated has it the first time only.
pub(super) fn next(pattern: &str, zone: &Zone, after: Timestamp) -> Timestamp {
    let found = pattern.parse::<Cron>().ok().and_then(|cron| {
        let after = after.to_zoned(zone.rules().clone());
        cron.find_next_occurrence(&after, false).ok()
    });
    // Patterns are constants that a test reads; a time without an end is no pattern of theirs.
    found.map_or_else(
        || after.checked_add(DAY).unwrap_or(Timestamp::MAX),
        |next| next.timestamp(),
    )
}

#[cfg(test)]
mod tests {
    use super::{super::Job, *};

    #[track_caller]
    fn check(pattern: &str, zone: &str, from: &str, expect: &[&str]) {
        let zone = Zone::iana(zone).unwrap();
        let mut at: Timestamp = from.parse().unwrap();
        let mut found = Vec::new();
        for _ in expect {
            at = next(pattern, &zone, at);
            found.push(at.to_string());
        }
        assert_eq!(found, expect, "{pattern} in {}", zone.name());
    }

    #[test]
    fn a_job_follows_the_clocks_of_its_zone() {
        check(
            "0 3 * * *",
            "UTC",
            "2026-11-20T10:00:00Z",
            &["2026-11-21T03:00:00Z", "2026-11-22T03:00:00Z"],
        );
        check(
            "0 3 * * *",
            "Europe/Zurich",
            "2026-03-27T10:00:00Z",
            &[
                "2026-03-28T02:00:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-30T01:00:00Z",
            ],
        );
        check(
            "0 3 * * *",
            "Asia/Kolkata",
            "2026-11-20T21:30:00Z",
            &["2026-11-21T21:30:00Z"],
        );
    }

    #[test]
    fn a_skipped_hour_has_its_job_when_the_clocks_have_gone_on() {
        check(
            "30 2 * * *",
            "Europe/Zurich",
            "2026-03-27T10:00:00Z",
            &[
                "2026-03-28T01:30:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:30:00Z",
            ],
        );
        check(
            "30 2 * * *",
            "America/New_York",
            "2026-03-07T12:00:00Z",
            &["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"],
        );
    }

    #[test]
    fn a_repeated_hour_has_its_job_the_first_time_only() {
        check(
            "30 2 * * *",
            "Europe/Zurich",
            "2026-10-24T10:00:00Z",
            &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
        );
        // Between the two.
        check(
            "30 2 * * *",
            "Europe/Zurich",
            "2026-10-25T00:30:01Z",
            &["2026-10-26T01:30:00Z"],
        );
    }

    #[test]
    fn a_day_that_a_zone_left_out_has_no_job() {
        // Samoa went from the 29th to the 31st of December 2011.
        check(
            "0 3 * * *",
            "Pacific/Apia",
            "2011-12-29T12:00:00Z",
            &["2011-12-29T13:00:00Z", "2011-12-30T13:00:00Z"],
        );
    }

    #[test]
    fn every_job_has_a_pattern_that_can_be_read() {
        for job in Job::ALL {
            assert!(job.pattern().parse::<Cron>().is_ok(), "{job:?}");
        }
    }
}
