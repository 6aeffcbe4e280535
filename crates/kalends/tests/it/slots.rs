//! `kalends slots` as people and scripts call it.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

/// A Tuesday of someone who is open from nine to noon and has a lesson at ten.
fn tuesday() -> Value {
    json!({
        "timeZone": "Europe/Zurich", "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z",
        "openHours": [{"days": [2], "start": "09:00", "end": "12:00"}],
        "busy": [["2026-12-01T09:00:00Z", "2026-12-01T09:20:00Z"]],
        "durationMinutes": 30,
    })
}

/// The Tuesday with some fields changed; null takes a field away.
fn changed(change: &Value) -> Value {
    let mut question = tuesday();
    for (field, value) in change.as_object().unwrap() {
        question[field] = value.clone();
    }
    question
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    question
}

fn ask(arguments: &[&str], input: &str) -> Output {
    run(
        &[&["slots", "compute", "--input", "-"], arguments].concat(),
        input,
    )
}

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What is free and offered on the changed Tuesday, as times of UTC.
#[track_caller]
fn check(change: &Value, free: &[[&str; 2]], slots: &[&str]) {
    let output = ask(&["--json"], &changed(change).to_string());
    assert!(output.status.success(), "{change}: {output:?}");
    let at = |time: &&str| format!("2026-12-01T{time}:00Z");
    let expect = json!({
        "free": free.iter().map(|span| span.iter().map(at).collect()).collect::<Vec<Vec<_>>>(),
        "slots": slots.iter().map(at).collect::<Vec<_>>(),
    });
    assert_eq!(
        serde_json::from_slice::<Value>(&output.stdout).unwrap(),
        expect,
        "{change}"
    );
    assert_eq!(said(&output.stderr), "");
}

#[test]
fn the_answer_is_free_time_and_the_starts_of_slots() {
    let free: &[[&str; 2]] = &[["08:00", "09:00"], ["09:20", "11:00"]];
    check(&json!({}), free, &["08:00", "08:30", "09:30", "10:00", "10:30"]);
    check(
        &json!({"roundToMinutes": 0}),
        free,
        &["08:00", "08:30", "09:20", "09:50", "10:20"],
    );
    check(
        &json!({"bufferBeforeMinutes": 15, "stepMinutes": 15}),
        free,
        &["08:00", "08:15", "08:30", "09:45", "10:00", "10:15", "10:30"],
    );
    check(
        &json!({"now": "2026-12-01T08:10:00Z", "minimumNoticeMinutes": 60, "horizonMinutes": 120}),
        free,
        &["09:30", "10:00"],
    );
    check(
        &json!({"minimumNoticeMinutes": 525_600, "horizonMinutes": 0}),
        free,
        &["08:00", "08:30", "09:30", "10:00", "10:30"],
    );
}

#[test]
fn hours_and_busy_time_may_come_in_any_form() {
    check(&json!({"openHours": []}), &[], &[]);
    check(
        &json!({"overrides": [{"date": "2026-12-01", "intervals": []}]}),
        &[],
        &[],
    );
    check(
        &json!({"overrides": [{"date": "2026-12-01", "intervals": [["10:30", "11:00"], ["14:00", "14:30"]]}]}),
        &[["09:30", "10:00"], ["13:00", "13:30"]],
        &["09:30", "13:00"],
    );
    check(
        &json!({
            "openHours": null, "busy": [], "from": "2026-12-01T22:00:00Z",
            "to": "2026-12-01T23:00:00Z", "timeZone": null,
        }),
        &[["22:00", "23:00"]],
        &["22:00", "22:30"],
    );
    check(
        &json!({"openHours": null, "busy": [["2026-12-01T08:00:00Z", "2026-12-01T22:00:00Z"]],
            "overrides": [{"date": "2026-12-01", "intervals": [["08:00", "10:00"], ["23:00", "24:00"]]},
                {"date": "2026-12-02", "intervals": []}]}),
        &[["07:00", "08:00"], ["22:00", "23:00"]],
        &["07:00", "07:30", "22:00", "22:30"],
    );
    check(
        &json!({"busy": [
            ["2026-12-01T10:00:00Z", "2026-12-01T11:00:00+00:00"], ["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"],
            ["2026-12-01T10:00:00+01:00", "2026-12-01T10:00:00Z"], ["2026-12-01T08:15:00Z", "2026-12-01T08:15:00Z"],
            ["2026-12-01T09:30:00Z", "2026-12-01T10:30:00Z"], ["2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"],
        ]}),
        &[["08:00", "09:00"]],
        &["08:00", "08:30"],
    );
}

/// What is answered to the changed Tuesday.
fn answered(change: &Value) -> Value {
    let output = ask(&["--json"], &changed(change).to_string());
    assert!(output.status.success(), "{change}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_answer_that_was_cut_says_so() {
    let answer = answered(&json!({"maxResults": 1}));
    assert_eq!(
        (&answer["slots"], &answer["more"]),
        (&json!(["2026-12-01T08:00:00Z"]), &json!(true))
    );
}

#[test]
fn people_may_be_given_as_the_api_names_them() {
    let people = json!([
        {"userId": "ada", "busy": [["2026-12-01T08:00:00Z", "2026-12-01T08:30:00Z"]]},
        {"userId": "charles", "timeZone": "UTC", "openHours": [{"days": [2], "start": "08:30", "end": "10:30"}]},
    ]);
    let all = answered(&json!({"people": people}));
    assert_eq!(
        all,
        json!({
            "free": [["2026-12-01T08:30:00Z", "2026-12-01T09:00:00Z"], ["2026-12-01T09:20:00Z", "2026-12-01T10:30:00Z"]],
            "slots": ["2026-12-01T08:30:00Z", "2026-12-01T09:30:00Z", "2026-12-01T10:00:00Z"],
        }),
        "busy time beside `people` is everybody's"
    );
    let one = answered(&json!({
        "people": people, "groups": [{"name": "teacher", "userIds": ["ada", "charles"], "required": 1}],
        "maxResults": 2,
    }));
    assert_eq!(
        one["free"][0],
        json!(["2026-12-01T08:30:00Z", "2026-12-01T09:00:00Z"])
    );
    assert_eq!(
        one["offers"][0],
        json!({
            "start": "2026-12-01T08:30:00Z", "end": "2026-12-01T09:00:00Z",
            "groups": [{"name": "teacher", "canCome": ["ada", "charles"], "chosen": ["ada"]}],
        })
    );
    let periods = answered(&json!({"shape": "periods"}));
    assert_eq!(
        periods["periods"],
        json!([
            ["2026-12-01T08:00:00Z", "2026-12-01T09:00:00Z"],
            ["2026-12-01T09:20:00Z", "2026-12-01T11:00:00Z"]
        ])
    );
    let sequence = answered(&json!({"durationMinutes": null, "sequence": [
        {"durationMinutes": 30, "userIds": ["ada"]},
        {"durationMinutes": 30, "userIds": ["charles"], "gapMinutes": {"max": 30}},
    ], "people": people}));
    assert_eq!(sequence["slots"][0], "2026-12-01T08:30:00Z");
    assert_eq!(sequence["offers"][0]["steps"][1]["start"], "2026-12-01T09:30:00Z");
}

#[test]
fn an_instant_is_explained_rule_by_rule() {
    let explain = |at: &str, more: &[&str]| {
        let arguments = [&["slots", "explain", "--input", "-", "--at", at], more].concat();
        run(&arguments, &tuesday().to_string())
    };
    let output = explain("2026-12-01T09:10:00Z", &[]);
    assert!(output.status.success(), "{output:?}");
    let text = said(&output.stdout);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "Not offered: person is busy from Tue 2026-12-01 10:00 to Tue 2026-12-01 10:20."
    );
    assert!(lines.contains(&"  ok  Enough people are open."), "{text}");
    assert!(
        lines.contains(&"  no  person is busy from Tue 2026-12-01 10:00 to Tue 2026-12-01 10:20."),
        "{text}"
    );
    let output = explain("2026-12-01T08:30:00Z", &["--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["offered"], answer.get("reason")), (&json!(true), None));
    assert_eq!(answer["rules"][4]["findings"][0]["because"]["weekly"], json!([0]));
    let output = explain("half past ten", &[]);
    assert_eq!(output.status.code(), Some(2));
}

/// What is said of the field, with exit code 2 and nothing on standard output.
#[track_caller]
fn refused(input: &str, expect: &str) {
    let output = ask(&["--json"], input);
    assert_eq!(output.status.code(), Some(2), "{input}: {output:?}");
    assert_eq!(said(&output.stdout), "");
    let error = said(&output.stderr);
    assert!(
        error.starts_with(&format!("kalends: {expect}")),
        "{input}: {error}"
    );
}

#[test]
fn a_wrong_question_is_refused_by_the_name_of_its_field() {
    refused("", "The body is not JSON: ");
    refused("{\"from\": ", "The body is not JSON: ");
    refused("[]", "body: must be a JSON object");
    for (change, expect) in [
        (json!({"durationMinutes": null}), "durationMinutes: is required"),
        (
            json!({"durationMinutes": 0}),
            "durationMinutes: must be from 1 to 10080",
        ),
        (
            json!({"durationMinutes": "30"}),
            "durationMinutes: must be a whole number",
        ),
        (
            json!({"durationMinutes": -30}),
            "durationMinutes: is out of range",
        ),
        (
            json!({"roundToMinutes": 61}),
            "roundToMinutes: must be from 1 to 60",
        ),
        (json!({"stepMinutes": 0}), "stepMinutes: must be from 1"),
        (
            json!({"bufferBeforeMinutes": 1441}),
            "bufferBeforeMinutes: must be from 0 to 1440",
        ),
        (json!({"maxResults": 0}), "maxResults: must be at least 1"),
        (json!({"colour": "red"}), "colour: is not a field of this request"),
        (
            json!({"to": "2026-12-01T00:00:00Z"}),
            "to: must be after the start",
        ),
        (
            json!({"to": "2028-12-01T00:00:00Z"}),
            "to: must be at most 400 days after from",
        ),
        (json!({"from": "2026-12-01T00:00:00"}), "from: "),
        (json!({"from": "yesterday"}), "from: "),
        (json!({"timeZone": "Mars/Olympus"}), "timeZone: "),
        (json!({"timeZone": null}), "timeZone: is required"),
        (json!({"openHours": {"days": [1]}}), "openHours: must be a list"),
        (
            json!({"openHours": [{"days": [0], "start": "09:00", "end": "12:00"}]}),
            "openHours[0].days: ",
        ),
        (
            json!({"openHours": [{"days": [], "start": "09:00", "end": "12:00"}]}),
            "openHours[0].days: ",
        ),
        (
            json!({"openHours": [{"days": [1], "start": "9", "end": "12:00"}]}),
            "openHours[0].start: ",
        ),
        (
            json!({"openHours": [{"days": [1], "start": "22:00", "end": "02:00"}]}),
            "openHours[0].end: ",
        ),
        (
            json!({"openHours": [{"days": [1], "start": "22:00"}]}),
            "openHours[0].end: is required",
        ),
        (
            json!({"overrides": [{"date": "2026-02-30", "intervals": []}]}),
            "overrides[0].date: ",
        ),
        (
            json!({"overrides": [{"date": "2026-12-01", "intervals": [["09:00"]]}]}),
            "overrides[0].intervals[0]",
        ),
        (
            json!({"busy": [["2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z"],
                ["2026-12-01T12:00:00Z", "2026-12-01T11:00:00Z"]]}),
            "busy[1]: must not end before it starts",
        ),
        (
            json!({"people": [{"userId": "ada", "busy": [["2026-12-01T09:00:00Z", "2026-12-01T08:00:00Z"]]}]}),
            "people[0].busy[0]: must not end before it starts",
        ),
        (
            json!({"people": [{"userId": "ada", "openHours": [{"days": [9], "start": "09:00", "end": "10:00"}]}]}),
            "people[0].openHours[0].days: ",
        ),
        (
            json!({"people": [{"userId": "ada", "timeZone": "Mars"}]}),
            "people[0].timeZone: ",
        ),
        (
            json!({"people": [{"userId": "ada"}, {"userId": "ada"}]}),
            "people[1].userId: ",
        ),
        (
            json!({"people": [{"userId": "ada"}], "userIds": ["charles"]}),
            "people[0].userId: ",
        ),
        (
            json!({"groups": [{"userIds": ["ada"], "required": 2}]}),
            "groups[0].required: ",
        ),
        (
            json!({"groups": [{"userIds": ["ada", "ada"]}]}),
            "groups[0].userIds: ",
        ),
        (json!({"groups": []}), "groups: "),
        (
            json!({"sequence": []}),
            "durationMinutes: does not go with sequence",
        ),
        (
            json!({"maxStalenessSeconds": 5}),
            "maxStalenessSeconds: is not a field of this request",
        ),
        (json!({"busy": [["2026-12-01T09:00:00Z"]]}), "busy[0]"),
        (
            json!({"busy": [["2026-12-01T09:00:00Z", "soon"]]}),
            "busy[0][1]: ",
        ),
    ] {
        refused(&changed(&change).to_string(), expect);
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(["slots", "compute", "--json", "--input", "no-such-file.json"])
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output.stderr).contains("no-such-file.json cannot be read"));
}

#[test]
fn people_read_a_list_by_the_clock_of_the_question() {
    let output = ask(&[], &changed(&json!({"maxResults": 3})).to_string());
    assert!(output.status.success());
    assert_eq!(
        said(&output.stdout),
        "free, by the clock of Europe/Zurich:\n  Tue 2026-12-01 09:00 to Tue 2026-12-01 10:00\n  \
         Tue 2026-12-01 10:20 to Tue 2026-12-01 12:00\n3 slots, and more:\n  Tue 2026-12-01 09:00 - 09:30\n  \
         Tue 2026-12-01 09:30 - 10:00\n  Tue 2026-12-01 10:30 - 11:00\n"
    );
}
