//! The `kalends` binary: command line, configuration, wiring and lifecycle.

mod config;

fn main() {}
