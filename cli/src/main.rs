//! `interplay`: run, check and share scenarios.
fn main() {}
