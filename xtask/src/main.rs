//! The one door for people.
fn main() {}
