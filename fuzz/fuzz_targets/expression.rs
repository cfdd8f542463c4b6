#![no_main]

use interplay_tests::targets;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| targets::read_expression(bytes));
