//! What the fuzzers have found worth keeping, replayed: one input a line, escaped as in a byte string.

#[path = "../fuzzing/expansion.rs"]
mod expansion;
#[path = "../fuzzing/laws.rs"]
mod laws;
#[path = "../fuzzing/parse.rs"]
mod parse;
#[path = "../fuzzing/rule.rs"]
mod rule;

#[track_caller]
fn replay(kept: &str, check: fn(&[u8])) {
    let inputs: Vec<Vec<u8>> = kept.lines().map(unescaped).collect();
    assert!(inputs.len() > 50, "only {} inputs", inputs.len());
    for input in &inputs {
        check(input);
    }
}

/// The bytes that `escape_ascii` wrote.
fn unescaped(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = line.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'\\' {
            bytes.push(first);
            continue;
        }
        let (&kind, after) = rest.split_first().unwrap();
        rest = after;
        bytes.push(match kind {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let (digits, after) = rest.split_at(2);
                rest = after;
                u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    bytes
}

#[test]
fn kept_inputs_are_unescaped() {
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(unescaped(&all.escape_ascii().to_string()), all);
}

#[test]
fn kept_calendar_files_hold() {
    replay(include_str!("../../../../fuzz/kept/parse.txt"), parse::check);
}

#[test]
fn kept_rules_hold() {
    replay(include_str!("../../../../fuzz/kept/rule.txt"), rule::check);
}

#[test]
fn kept_series_hold() {
    replay(
        include_str!("../../../../fuzz/kept/expansion.txt"),
        expansion::check,
    );
}
