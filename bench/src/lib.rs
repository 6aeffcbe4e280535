//! Benchmarks against peers and bare baselines: what they share.
//!
//! A figure is worth something beside another one that was measured in the same run, so every benchmark that has a
//! target measures two things in turns ([`pairs`]). To add one: a folder in `benches/` whose `main.rs` says what is
//! compared and what is left out, a `[[bench]]` in `Cargo.toml`, and its figures in `README.md`.

pub mod binary;
pub mod busy_people;
pub mod kalends;
pub mod loopback;
pub mod node;
pub mod pairs;
pub mod redis;
pub mod server;
pub mod throwaway;
