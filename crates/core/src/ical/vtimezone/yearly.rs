//! A change of the clocks that comes each year, as POSIX's `TZ` variable can say it.

/// The nth weekday of a month at a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Yearly {
    month: i8,
    /// 1 to 4, 5 for the last.
    week: u8,
    /// 0 is Sunday.
    weekday: u8,
    /// Seconds after midnight by the clock before the change.
    time: i32,
}

impl Yearly {
    /// Reads `FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU`, or the same with days of the month:
    /// `BYDAY=SU;BYMONTHDAY=8,9,10,11,12,13,14`. `None` for everything else, above all for rules that end.
    pub(super) fn read(rule: &str, start_month: i8, time: i32) -> Option<Self> {
        const KNOWN: [&str; 6] = ["FREQ", "INTERVAL", "BYMONTH", "BYDAY", "BYMONTHDAY", "WKST"];
        let parts = || rule.split(';').filter_map(|part| part.split_once('='));
        let part = |name: &str| {
            let found = parts().find(|(known, _)| known.trim().eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim())
        };
        let is_known = |name: &str| KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name.trim()));
        if !part("FREQ")?.eq_ignore_ascii_case("YEARLY")
            || part("INTERVAL").is_some_and(|interval| interval != "1")
            || !parts().all(|(name, _)| is_known(name))
        {
            return None;
        }
        let month = part("BYMONTH").map_or(Some(start_month), |month| month.parse().ok())?;
        let by_day = part("BYDAY")?.to_ascii_uppercase();
        let (ordinal, day) = by_day.split_at_checked(by_day.len().checked_sub(2)?)?;
        let weekday = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
            .iter()
            .position(|&known| known == day)? as u8;
        let week = match (ordinal, part("BYMONTHDAY")) {
            ("", Some(days)) => week_of(days)?,
            ("-1", None) => 5,
            (ordinal, None) => ordinal
                .trim_start_matches('+')
                .parse()
                .ok()
                .filter(|week| (1..=4).contains(week))?,
            _ => return None,
        };
        (1..=12).contains(&month).then_some(Self {
            month,
            week,
            weekday,
            time,
        })
    }

    /// `M3.5.0/2:00:00`.
    pub(super) fn posix(self) -> String {
        let (hours, minutes, seconds) = (self.time / 3600, self.time / 60 % 60, self.time % 60);
        format!(
            "M{}.{}.{}/{hours}:{minutes:02}:{seconds:02}",
            self.month, self.week, self.weekday
        )
    }
}

/// Which week of a month seven days in a row are: 1 to 7 the first, 8 to 14 the second.
fn week_of(days: &str) -> Option<u8> {
    let days: Option<Vec<u8>> = days.split(',').map(|day| day.trim().parse().ok()).collect();
    let mut days = days?;
    days.sort_unstable();
    let first = *days.first()?;
    let in_a_row = days.iter().copied().eq(first..first.checked_add(7)?);
    (in_a_row && first % 7 == 1 && first <= 22).then_some(first / 7 + 1)
}
