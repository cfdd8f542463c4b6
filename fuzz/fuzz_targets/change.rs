#![no_main]

use std::sync::LazyLock;

use interplay_tests::{Setup, scenario, targets};
use libfuzzer_sys::fuzz_target;

static CHECKOUT: LazyLock<Setup> = LazyLock::new(|| scenario("checkout"));

fuzz_target!(|bytes: &[u8]| targets::change(&CHECKOUT.scenario, bytes));
