//! The kalends binary.
fn main() {}
