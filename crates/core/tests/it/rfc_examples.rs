//! The examples of RFC 5545 section 3.8.5.3, each with the dates that the section gives.

use kalends_core::{
    recurrence::{Series, expand},
    time::Zone,
};

use crate::made::{master, window};

/// Starts in New York from 1997-09-02T09:00 unless the line says otherwise; `expect` are all the starts, or the
/// first ones when it ends in `...`. A day alone means 09:00.
#[track_caller]
fn check_from(start: &str, lines: &[&str], expect: &str) {
    let new_york = Zone::iana("America/New_York").unwrap();
    let start = format!("{start} America/New_York");
    let event = master(&start, &start, lines);
    let found = expand(
        &Series {
            master: &event,
            overrides: &[],
        },
        &new_york,
        window("1990-01-01", "2010-01-01"),
    );
    assert_eq!(found.faults, []);
    let mut seen: Vec<String> = found
        .occurrences
        .iter()
        .map(|one| new_york.civil(jiff::Timestamp::from_microsecond(one.start_us).unwrap()))
        .map(|civil| civil.strftime("%Y%m%dT%H%M").to_string())
        .collect();
    let endless = expect.ends_with("...");
    let mut expected: Vec<String> = Vec::new();
    for word in expect.trim_end_matches("...").split_whitespace() {
        match word.split_once('-') {
            // `19970902-24`: every day from one to the other.
            Some((from, to)) => {
                let first: u32 = from[6..].parse().unwrap();
                expected
                    .extend((first..=to.parse().unwrap()).map(|day| format!("{}{day:02}T0900", &from[..6])));
            }
            None if word.contains('T') => expected.push(word.to_owned()),
            None => expected.push(format!("{word}T0900")),
        }
    }
    if endless {
        assert!(seen.len() > expected.len(), "{lines:?} ends");
        seen.truncate(expected.len());
    }
    assert_eq!(seen, expected, "{lines:?}");
}

#[track_caller]
fn check(rule: &str, expect: &str) {
    check_from("1997-09-02T09:00", &[&format!("RRULE:{rule}")], expect);
}

#[track_caller]
fn check_start(start: &str, rule: &str, expect: &str) {
    check_from(start, &[&format!("RRULE:{rule}")], expect);
}

#[test]
fn daily() {
    check("FREQ=DAILY;COUNT=10", "19970902-11");
    check(
        "FREQ=DAILY;UNTIL=19971224T000000Z",
        "19970902-30 19971001-31 19971101-30 19971201-23",
    );
    check(
        "FREQ=DAILY;INTERVAL=2",
        "19970902 19970904 19970906 19970908 19970910 19970912 19970914 19970916...",
    );
    check(
        "FREQ=DAILY;INTERVAL=10;COUNT=5",
        "19970902 19970912 19970922 19971002 19971012",
    );
    let januaries = "19980101-31 19990101-31 20000101-31";
    let january = "1998-01-01T09:00";
    check_start(
        january,
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        januaries,
    );
    check_start(january, "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", januaries);
}

#[test]
fn weekly() {
    let ten = "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104";
    check("FREQ=WEEKLY;COUNT=10", ten);
    let until = format!("{ten} 19971111 19971118 19971125 19971202 19971209 19971216 19971223");
    check("FREQ=WEEKLY;UNTIL=19971224T000000Z", &until);
    check(
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "19970902 19970916 19970930 19971014 19971028 19971111 19971125 19971209 19971223 19980106 19980120...",
    );
    let tuesday_thursday =
        "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002";
    check(
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        tuesday_thursday,
    );
    check("FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", tuesday_thursday);
    check_start(
        "1997-09-01T09:00",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "19970901 19970903 19970905 19970915 19970917 19970919 19970929 19971001 19971003 19971013 19971015 \
         19971017 19971027 19971029 19971031 19971110 19971112 19971114 19971124 19971126 19971128 19971208 \
         19971210 19971212 19971222",
    );
    check(
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "19970902 19970904 19970916 19970918 19970930 19971002 19971014 19971016",
    );
    let start = "1997-08-05T09:00";
    check_start(
        start,
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "19970805 19970810 19970819 19970824",
    );
    check_start(
        start,
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "19970805 19970817 19970819 19970831",
    );
}

#[test]
fn monthly_by_weekday() {
    let september = "1997-09-05T09:00";
    check_start(
        september,
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "19970905 19971003 19971107 19971205 19980102 19980206 19980306 19980403 19980501 19980605",
    );
    check_start(
        september,
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "19970905 19971003 19971107 19971205",
    );
    check_start(
        "1997-09-07T09:00",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "19970907 19970928 19971102 19971130 19980104 19980125 19980301 19980329 19980503 19980531",
    );
    check_start(
        "1997-09-22T09:00",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "19970922 19971020 19971117 19971222 19980119 19980216",
    );
    check(
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "19970902 19970909 19970916 19970923 19970930 19971104 19971111...",
    );
    check_from(
        "1997-09-02T09:00",
        &[
            "RRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "EXDATE;TZID=America/New_York:19970902T090000",
        ],
        "19980213 19980313 19981113 19990813 20001013...",
    );
    check_start(
        "1997-09-13T09:00",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "19970913 19971011 19971108 19971213 19980110 19980207 19980307 19980411 19980509 19980613...",
    );
    check_start(
        "1997-09-04T09:00",
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
        "19970904 19971007 19971106",
    );
    check_start(
        "1997-09-29T09:00",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "19970929 19971030 19971127 19971230 19980129 19980226 19980330...",
    );
}

#[test]
fn monthly_by_day_of_month() {
    check_start(
        "1997-09-28T09:00",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "19970928 19971029 19971128 19971229 19980129 19980226...",
    );
    check(
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215 19980102 19980115",
    );
    check_start(
        "1997-09-30T09:00",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "19970930 19971001 19971031 19971101 19971130 19971201 19971231 19980101 19980131 19980201",
    );
    check_start(
        "1997-09-10T09:00",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "19970910-15 19990310-13",
    );
    check_start(
        "2007-01-15T09:00",
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        "20070115 20070130 20070215 20070315 20070330",
    );
}

#[test]
fn yearly() {
    check_start(
        "1997-06-10T09:00",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "19970610 19970710 19980610 19980710 19990610 19990710 20000610 20000710 20010610 20010710",
    );
    check_start(
        "1997-03-10T09:00",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110 20030210 20030310",
    );
    check_start(
        "1997-01-01T09:00",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "19970101 19970410 19970719 20000101 20000409 20000718 20030101 20030410 20030719 20060101",
    );
    check_start(
        "1997-05-19T09:00",
        "FREQ=YEARLY;BYDAY=20MO",
        "19970519 19980518 19990517...",
    );
    check_start(
        "1997-05-12T09:00",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "19970512 19980511 19990517...",
    );
    check_start(
        "1997-03-13T09:00",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "19970313 19970320 19970327 19980305 19980312 19980319 19980326 19990304 19990311 19990318 19990325...",
    );
    check_start(
        "1997-06-05T09:00",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "19970605 19970612 19970619 19970626 19970703 19970710 19970717 19970724 19970731 19970807 19970814 \
         19970821 19970828 19980604 19980611...",
    );
    check_start(
        "1996-11-05T09:00",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "19961105 20001107 20041102...",
    );
}

#[test]
fn shorter_than_a_day() {
    check(
        "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z",
        "19970902T0900 19970902T1200 19970902T1500",
    );
    check(
        "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
        "19970902T0900 19970902T0915 19970902T0930 19970902T0945 19970902T1000 19970902T1015",
    );
    check(
        "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
        "19970902T0900 19970902T1030 19970902T1200 19970902T1330",
    );
    let every_twenty: Vec<String> = (2..4)
        .flat_map(|day| {
            (9..17).flat_map(move |hour| {
                [0, 20, 40].map(|minute| format!("199709{day:02}T{hour:02}{minute:02}"))
            })
        })
        .collect();
    let expect = format!("{}...", every_twenty.join(" "));
    check(
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        &expect,
    );
    check("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", &expect);
}
