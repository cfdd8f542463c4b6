//! Helpers shared by the headless scenario tests.
