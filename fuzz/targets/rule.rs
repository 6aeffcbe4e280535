//! Any text as a recurrence rule. What must hold stands beside the tests, which replay the kept corpus.
#![no_main]

#[path = "../../crates/core/tests/fuzzing/laws.rs"]
mod laws;
#[path = "../../crates/core/tests/fuzzing/rule.rs"]
mod rule;

libfuzzer_sys::fuzz_target!(|input: &[u8]| rule::check(input));
