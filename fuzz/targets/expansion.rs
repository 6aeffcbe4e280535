//! Any series over any window. What must hold stands beside the tests, which replay the kept corpus.
#![no_main]

#[path = "../../crates/core/tests/fuzzing/laws.rs"]
mod laws;
#[path = "../../crates/core/tests/fuzzing/expansion.rs"]
mod expansion;

libfuzzer_sys::fuzz_target!(|input: &[u8]| expansion::check(input));
