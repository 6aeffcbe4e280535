//! Zones that a calendar defines itself, with a history: past changes one by one, then a rule for ever.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::zone_name::abbreviation;

/// Offsets of a zone from the beginning of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ZoneHistory {
    /// Seconds east of Greenwich before the first change.
    pub(crate) first_offset: i32,
    /// Changes in order: the instant, in seconds since 1970, and the offset that holds from then on.
    pub(crate) changes: Vec<(i64, i32)>,
    /// What holds after the last change, in the form of POSIX's `TZ` variable with quoted abbreviations.
    pub(crate) rule: String,
}

impl ZoneHistory {
    /// The text from which [`ZoneHistory::read`] makes the same history:
    /// `<+0300>-3|7200,504910800=10800` is two hours, from 1986-01-01 three.
    pub(super) fn name(&self) -> String {
        let mut name = format!("{}|{}", self.rule, self.first_offset);
        for (at, offset) in &self.changes {
            // Writing to a string cannot fail.
            let _ = write!(name, ",{at}={offset}");
        }
        name
    }

    /// Reads what [`ZoneHistory::name`] wrote.
    pub(super) fn read(name: &str) -> Option<Self> {
        let (rule, history) = name.split_once('|')?;
        let mut parts = history.split(',');
        let first_offset = parts.next()?.parse().ok()?;
        let changes: Option<Vec<(i64, i32)>> = parts
            .map(|part| {
                let (at, offset) = part.split_once('=')?;
                Some((at.parse().ok()?, offset.parse().ok()?))
            })
            .collect();
        Some(Self {
            first_offset,
            changes: changes.filter(|changes| changes.is_sorted_by(|left, right| left.0 < right.0))?,
            rule: rule.to_owned(),
        })
    }

    /// The zone, by way of the time zone file (RFC 9636) that says the same. `None` when the rule is none or is not what
    /// holds at the last change, or when there are more different offsets than any zone has.
    pub(super) fn zone(&self) -> Option<TimeZone> {
        let mut offsets = vec![self.first_offset];
        let mut kinds = Vec::with_capacity(self.changes.len());
        for (_, offset) in &self.changes {
            let place = offsets
                .iter()
                .position(|known| known == offset)
                .unwrap_or(offsets.len());
            if place == offsets.len() {
                offsets.push(*offset);
            }
            kinds.push(u8::try_from(place).ok()?);
        }
        let abbreviations: Vec<String> = offsets.iter().map(|&offset| abbreviation(offset)).collect();
        let abbreviated = abbreviations.join("\0") + "\0";
        let in_summer = self
            .rule
            .rsplit_once('<')
            .filter(|(standard, _)| !standard.is_empty());
        // The first block is for readers of 32 bits and says nothing.
        let mut file = header(0, 1, 1);
        file.extend([0; 7]);
        file.extend(header(self.changes.len(), offsets.len(), abbreviated.len()));
        for (at, _) in &self.changes {
            file.extend(at.to_be_bytes());
        }
        file.extend(kinds);
        for (place, (offset, abbreviation)) in offsets.iter().zip(&abbreviations).enumerate() {
            let is_summer = in_summer.is_some_and(|(_, rule)| rule.starts_with(abbreviation));
            file.extend(offset.to_be_bytes());
            file.push(u8::from(is_summer));
            file.push(u8::try_from(place * (abbreviation.len() + 1)).ok()?);
        }
        file.extend(abbreviated.bytes());
        file.extend(format!("\n{}\n", self.rule).bytes());
        TimeZone::tzif("", &file).ok()
    }
}

/// The header of a block: counts of changes, of kinds of local time, and of bytes of abbreviations.
fn header(changes: usize, kinds: usize, abbreviations: usize) -> Vec<u8> {
    let mut header = b"TZif2".to_vec();
    header.extend([0; 15]);
    for count in [0, 0, 0, changes, kinds, abbreviations] {
        header.extend(u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes());
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    fn history() -> ZoneHistory {
        ZoneHistory {
            first_offset: 3600,
            changes: vec![(0, 7200), (86_400 * 365, -5400)],
            rule: "<-0130>1:30<-0030>0:30,M3.5.0,M10.5.0".to_owned(),
        }
    }

    #[test]
    fn each_stretch_has_its_offset() {
        let zone = Zone::with_history(&history()).unwrap();
        let seen: Vec<String> = [
            "1950-06-01",
            "1970-06-01",
            "1971-02-01",
            "1972-07-01",
            "2200-07-01",
            "2200-12-01",
        ]
        .iter()
        .map(|day| {
            zone.instant(format!("{day}T12:00").parse().unwrap())
                .strftime("%H:%M")
                .to_string()
        })
        .collect();
        assert_eq!(seen, ["11:00", "10:00", "13:30", "12:30", "12:30", "13:30"]);
    }

    #[test]
    fn names_bring_the_zone_back() {
        let zone = Zone::with_history(&history()).unwrap();
        assert_eq!(Zone::named(zone.name()).unwrap(), zone);
        assert_eq!(ZoneHistory::read(zone.name()), Some(history()));
        for broken in [
            "|",
            "<+01>-1|",
            "<+01>-1|0,5=1,4=2",
            "<+01>-1|0,5",
            "x|0",
            "<+01>-1|0,5=99999999999",
        ] {
            assert!(Zone::named(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn gaps_and_overlaps_follow_the_rfc() {
        let zone = Zone::with_history(&history()).unwrap();
        // 1970-01-01T00:00Z: from one hour to two, so that 01:30 does not exist.
        assert_eq!(
            zone.instant("1970-01-01T01:30".parse().unwrap()).to_string(),
            "1970-01-01T00:30:00Z"
        );
        // 1971-01-01T00:00Z: from 02:00 back to 22:30, so that 23:00 is twice.
        assert_eq!(
            zone.instant("1970-12-31T23:00".parse().unwrap()).to_string(),
            "1970-12-31T21:00:00Z"
        );
    }
}
