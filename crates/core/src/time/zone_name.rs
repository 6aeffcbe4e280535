//! From the names that calendars use for time zones to zones.
//!
//! Each step of [`known`] and [`likely`] is one way in which a name is written in real calendars; to add one, add a
//! step with a line in the test. Names that stay unknown are never guessed here: the caller decides and says so.

use jiff::{Timestamp, tz};

use super::{Zone, windows_zones};

/// The zone behind a name that is not itself an IANA name but stands for one zone wherever it is found.
pub(super) fn known(name: &str) -> Option<Zone> {
    if name.starts_with('<') {
        return Zone::defined(name);
    }
    let name = bare(name)?;
    iana(name)
        .or_else(|| windows_zones::iana(name).and_then(iana))
        .or_else(|| prefixed(name))
        .or_else(|| by_label(name))
        .or_else(|| label(name))
}

/// What a name seems to mean where nothing defines it.
pub(super) fn likely(name: &str) -> Option<Zone> {
    let name = bare(name)?;
    let with_country = || name.rsplit_once('/').and_then(|(_, city)| by_city(city, None));
    // Outlook counts zones of one name in a file: `Eastern Standard Time 1`.
    let counted = || {
        name.trim_end_matches(|letter: char| letter.is_ascii_digit())
            .strip_suffix(' ')
    };
    let windows = || counted().and_then(windows_zones::iana).and_then(iana);
    offset(name).or_else(with_country).or_else(windows)
}

/// The name without what was put around it: seen as `local;VALUE=DATE-TIME`, and with quotes that were quoted again.
fn bare(name: &str) -> Option<&str> {
    let name = name.split(';').next().unwrap_or_default();
    let name = name.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\''));
    (!name.is_empty() && name.len() <= 200).then_some(name)
}

fn iana(name: &str) -> Option<Zone> {
    Zone::iana(name).ok()
}

/// A vendor's path before the name: `/freeassociation.sourceforge.net/Tzfile/Europe/Berlin`,
/// `/mozilla.org/20050126_1/America/New_York`, `tzone://Microsoft/Utc`.
fn prefixed(name: &str) -> Option<Zone> {
    let vendor = name.starts_with('/') || name.contains("://");
    if !vendor {
        return None;
    }
    let starts = name.match_indices('/').map(|(at, _)| at + 1);
    starts.filter_map(|at| name.get(at..)).find_map(|rest| {
        let windows = windows_zones::iana(rest).and_then(iana);
        iana(rest).or(windows)
    })
}

/// An offset from UTC: `UTC+1`, `GMT-03:30`, `+0100`; positive is east, unlike in `Etc/GMT+1`.
fn offset(name: &str) -> Option<Zone> {
    let upper = name.to_ascii_uppercase();
    let rest = ["UTC", "GMT"]
        .iter()
        .find_map(|prefix| upper.strip_prefix(prefix))
        .unwrap_or(&upper);
    if matches!(
        upper.as_str(),
        "Z" | "COORDINATED UNIVERSAL TIME" | "GREENWICH MEAN TIME"
    ) {
        return Some(Zone::UTC);
    }
    fixed(offset_seconds(rest.trim())?)
}

/// A zone that never changes its clocks, `seconds` east of Greenwich.
pub(crate) fn fixed(seconds: i32) -> Option<Zone> {
    if seconds == 0 {
        return Some(Zone::UTC);
    }
    Zone::following(&posix_offset(seconds)).ok()
}

/// An offset as a POSIX rule writes it, with its own reading as abbreviation: `<+0530>-5:30`.
pub(crate) fn posix_offset(seconds: i32) -> String {
    let inverse = if seconds < 0 { "" } else { "-" };
    let (hours, minutes, rest) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    let clock = match (minutes, rest) {
        (0, 0) => format!("{hours}"),
        (_, 0) => format!("{hours}:{minutes:02}"),
        _ => format!("{hours}:{minutes:02}:{rest:02}"),
    };
    format!("<{}>{inverse}{clock}", abbreviation(seconds))
}

/// An offset in five letters: `+0530`.
pub(super) fn abbreviation(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
}

/// Seconds east of Greenwich from `+1`, `-03:30`, `+0100`, `+01.00`.
fn offset_seconds(text: &str) -> Option<i32> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once([':', '.']) {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let number = |text: &str| {
        text.parse::<i32>()
            .ok()
            .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Outlook's labels, in any language: `(UTC+01:00) Amsterdam, Berlin, Bern, Rome`. The first city that is a zone of
/// the stated offset decides, else the English name of the zone.
fn label(name: &str) -> Option<Zone> {
    let (seconds, places) = label_parts(name)?;
    let mut cities = places.split([',', '/']);
    by_label(places)
        .or_else(|| cities.find_map(|city| by_city(city, Some(seconds))))
        .or_else(|| windows_zones::iana(places).and_then(iana))
        .or_else(|| offset(places))
}

/// The zone of one of Outlook's English labels that name no city of the database.
fn by_label(places: &str) -> Option<Zone> {
    let places = places.replace(" and ", " & ");
    let found = LABELS
        .iter()
        .find(|(label, _)| label.eq_ignore_ascii_case(&places));
    found.and_then(|(_, zone)| iana(zone))
}

/// The offset that a label states beside places that are not known. An offset alone, as in `(GMT +01:00)`, may be
/// anybody's, in summer or in winter.
pub(super) fn stated_offset(name: &str) -> Option<Zone> {
    let (seconds, places) = label_parts(bare(name)?)?;
    if places.is_empty() { None } else { fixed(seconds) }
}

/// The stated offset in seconds and the places of a label.
fn label_parts(name: &str) -> Option<(i32, &str)> {
    let (stated, places) = name.strip_prefix('(')?.split_once(')')?;
    let stated = stated
        .trim_start_matches(|letter: char| letter.is_ascii_alphabetic())
        .trim();
    let seconds = if stated.is_empty() {
        0
    } else {
        offset_seconds(stated)?
    };
    Some((seconds, places.trim()))
}

/// The only zone whose name ends with that city, and which has the standard offset where one is stated.
fn by_city(city: &str, standard_seconds: Option<i32>) -> Option<Zone> {
    let city = city.trim().replace(' ', "_");
    let known = tz::db().available();
    let mut found = known
        .filter(|name| {
            let name = name.as_str();
            name.rsplit_once('/').is_some_and(|(region, last)| {
                last.eq_ignore_ascii_case(&city)
                    && !matches!(region, "Etc" | "US" | "SystemV" | "posix" | "right")
            })
        })
        .filter_map(|name| iana(name.as_str()))
        .filter(|zone| standard_seconds.is_none_or(|seconds| standard_offset(zone) == seconds));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The zone's offset without daylight saving time, in seconds, in the present era: the smaller of two halves of 2025.
fn standard_offset(zone: &Zone) -> i32 {
    let at = |seconds| Timestamp::from_second(seconds).map_or(0, |at| zone.rules().to_offset(at).seconds());
    at(1_736_000_000).min(at(1_752_000_000))
}

/// Labels that name no city of the IANA database.
const LABELS: [(&str, &str); 24] = [
    ("Alaska", "America/Anchorage"),
    ("Arizona", "America/Phoenix"),
    ("Atlantic Time (Canada)", "America/Halifax"),
    ("Baja California", "America/Tijuana"),
    ("Cabo Verde Is.", "Atlantic/Cape_Verde"),
    ("Central America", "America/Guatemala"),
    ("Central Time (US & Canada)", "America/Chicago"),
    ("Chihuahua, La Paz, Mazatlan", "America/Mazatlan"),
    ("Dublin, Edinburgh, Lisbon, London", "Europe/London"),
    ("Eastern Time (US & Canada)", "America/New_York"),
    ("Fiji", "Pacific/Fiji"),
    ("Greenland", "America/Nuuk"),
    ("Guadalajara, Mexico City, Monterrey", "America/Mexico_City"),
    ("Hawaii", "Pacific/Honolulu"),
    ("Indiana (East)", "America/Indianapolis"),
    ("International Date Line West", "Etc/GMT+12"),
    ("Islamabad, Karachi", "Asia/Karachi"),
    ("Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
    ("Mountain Time (US & Canada)", "America/Denver"),
    ("Newfoundland", "America/St_Johns"),
    ("Osaka, Sapporo, Tokyo", "Asia/Tokyo"),
    ("Pacific Time (US & Canada)", "America/Los_Angeles"),
    ("Saskatchewan", "America/Regina"),
    ("West Central Africa", "Africa/Lagos"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: Option<&str>) {
        let zone = Zone::named(name).ok();
        assert_eq!(zone.as_ref().map(Zone::name), expect, "{name}");
    }

    #[test]
    fn names_of_real_calendars_are_understood() {
        check("europe/ZURICH", Some("Europe/Zurich"));
        check(
            "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
            Some("Europe/Berlin"),
        );
        check(
            "/mozilla.org/20050126_1/America/Argentina/Salta",
            Some("America/Argentina/Salta"),
        );
        check("W. Europe Standard Time", Some("Europe/Berlin"));
        check("e. south america standard time", Some("America/Sao_Paulo"));
        check("tzone://Microsoft/Utc", Some("UTC"));
        check(
            "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
            Some("Europe/Amsterdam"),
        );
        check(
            "(UTC+01:00) Amsterdam, Berlijn, Bern, Rome, Stockholm, Wenen",
            Some("Europe/Amsterdam"),
        );
        check(
            "(GMT-08.00) Pacific Time (US & Canada)",
            Some("America/Los_Angeles"),
        );
        check(
            "(UTC-05:00) Eastern Time (US and Canada)",
            Some("America/New_York"),
        );
        check("(GMT+01.00) Sarajevo/Warsaw/Zagreb", Some("Europe/Sarajevo"));
        check(
            "(UTC-06:00) Guadalajara, Ciudad de México, Monterrey",
            Some("America/Monterrey"),
        );
        check(
            "(UTC+02:00) Helsinki, Kijev, Riga, Szófia, Tallinn, Vilnius",
            Some("Europe/Helsinki"),
        );
        check("(UTC+09:00) Osaka, Sapporo, Tokio", None);
        check("Pacific Time (US & Canada)", Some("America/Los_Angeles"));
        check("Eastern Standard Time 1", Some("America/New_York"));
        check("Mid-Atlantic Standard Time", Some("Etc/GMT+2"));
        check("asia/calcutta", Some("Asia/Calcutta"));
        check("Asia/Saigon", Some("Asia/Saigon"));
        check("(UTC) Coordinated Universal Time", Some("UTC"));
        check("Germany/Berlin", Some("Europe/Berlin"));
        check("Europe/Berlin;VALUE=DATE-TIME", Some("Europe/Berlin"));
        check("GMT+1", Some("<+0100>-1"));
        check("UTC-03:30", Some("<-0330>3:30"));
        check("Z", Some("UTC"));
    }

    #[test]
    fn names_that_say_nothing_stay_unknown() {
        for name in [
            "",
            "Customized Time Zone",
            "tzone://Microsoft/Custom",
            "US-Eastern",
            "local",
            "Mars/Olympus",
            "GMT+25",
            "(UTC+01:00)",
        ] {
            check(name, None);
        }
    }

    #[test]
    fn a_label_of_unknown_places_still_states_an_offset() {
        let stated = |name| stated_offset(name).as_ref().map(|zone| zone.name().to_owned());
        assert_eq!(
            stated("(UTC+09:00) Osaka, Sapporo, Tokio").as_deref(),
            Some("<+0900>-9")
        );
        assert_eq!(stated("(GMT +01:00)"), None);
        assert_eq!(stated("Osaka"), None);
    }

    #[test]
    fn offsets_east_are_positive() {
        let zone = Zone::named("UTC+05:30").unwrap();
        assert_eq!(
            zone.instant("2026-01-01T05:30".parse().unwrap()).to_string(),
            "2026-01-01T00:00:00Z"
        );
    }
}
