//! What `kalends-core` promises to its callers, shown from outside.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod channel_year;
mod claims;
mod conflict;
mod event;
mod feed_to_slots;
mod feed_vectors;
mod feed_windows;
mod fuzz_corpus;
mod hostile;
mod made;
mod overrides;
mod push;
mod rfc_examples;
mod rule_laws;
mod rule_vectors;
mod slots;
mod two_way;
mod window_algebra;
