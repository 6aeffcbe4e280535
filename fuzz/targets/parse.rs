//! Any bytes as a calendar file. What must hold stands beside the tests, which replay the kept corpus.
#![no_main]

#[path = "../../crates/core/tests/fuzzing/laws.rs"]
mod laws;
#[path = "../../crates/core/tests/fuzzing/parse.rs"]
mod parse;

libfuzzer_sys::fuzz_target!(|input: &[u8]| parse::check(input));
