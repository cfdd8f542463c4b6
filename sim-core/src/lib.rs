//! Interplay's deterministic simulator.
#![forbid(unsafe_code)]
