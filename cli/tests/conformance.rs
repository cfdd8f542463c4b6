//! `interplay conformance` as people and scripts use it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn conformance(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_interplay"))
        .arg("conformance")
        .args(arguments)
        // Whatever the locale of whoever runs the tests.
        .env("LC_ALL", "en_US.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that refuses its input early closes the pipe: that is its right.
    let _ = child
        .stdin
        .take()
        .expect("it has an input")
        .write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

fn oracle(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/oracles")
        .join(name)
        .display()
        .to_string()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

/// A recording of the course's breaker with one wrong answer.
const WRONG: &str = r#"{"cases": [{"failureThreshold": 1, "timeout": 500, "steps": [
    {"t": 10, "fails": true, "outcome": "failure", "state": "CLOSED", "failureCount": 1}]}]}"#;

#[test]
fn recordings_the_model_agrees_with_are_a_table_and_a_success() {
    let files = [
        "resilience4j-breaker.json",
        "course-breaker.json",
        "queueing-theory.json",
    ];
    let files = files.map(oracle);
    let output = conformance(&files.each_ref().map(String::as_str), "");
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rows: Vec<Vec<&str>> = printed
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().skip(1).collect())
        .collect();
    assert_eq!(
        rows,
        [
            ["resilience4j-breaker", "60", "60", "none"],
            ["course-breaker", "40", "40", "none"],
            ["queueing-theory", "20", "20", "none"]
        ]
    );
}

#[test]
fn a_disagreement_is_told_with_its_place_and_fails() {
    let output = conformance(&["-"], WRONG);
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    let difference = "cases[0].steps[0].state: OPEN, expected CLOSED";
    assert!(printed.contains(difference), "{printed}");
}

#[test]
fn as_json_there_is_an_object_for_each_file() {
    let good = oracle("course-breaker.json");
    let output = conformance(&["--json", &good, "-", "/nowhere.json"], WRONG);
    assert_eq!(output.status.code(), Some(1));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found[0]["kind"], "course-breaker");
    assert_eq!(found[0]["agreeing"], 40);
    assert!(found[0]["disagreement"].is_null());
    assert_eq!(found[1]["disagreement"]["found"], "OPEN");
    assert!(
        found[2]["error"]
            .as_str()
            .is_some_and(|error| error.contains("nowhere"))
    );
}

#[test]
fn what_is_not_recognised_broken_or_endless_is_an_error_that_says_so() {
    let endless = r#"[{"clients": 4000000000, "algo": "None", "time_mean": 1, "time_sd": 1,
        "calls_mean": 1, "calls_sd": 1}]"#;
    for (input, said) in [
        ("scenario: 1", "not JSON"),
        ("{\"cases\": []}", "not recognised"),
        (
            &WRONG.replace("\"t\": 10,", ""),
            "missing field `t` at line 2",
        ),
        (endless, "too large to be replayed"),
        ("\u{0}", "not JSON"),
        (&"[".repeat(1_000_000), "not JSON"),
        (&" ".repeat(17 << 20), "longer than 16 MiB"),
    ] {
        let output = conformance(&["-"], input);
        let printed = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{printed}");
        assert!(printed.contains(said), "{said}: {printed}");
    }
}

#[test]
fn it_speaks_russian() {
    let output = conformance(&["--lang", "ru", "-"], WRONG);
    let printed = text(&output.stdout);
    assert!(printed.contains("первое расхождение"), "{printed}");
    assert!(printed.contains("OPEN, ожидалось CLOSED"), "{printed}");
    let output = conformance(&["--lang", "ru", "-"], "{}");
    let printed = text(&output.stderr);
    assert!(printed.contains("запись не опознана"), "{printed}");
}

#[test]
fn without_a_file_there_is_nothing_to_check() {
    assert_eq!(conformance(&[], "").status.code(), Some(2));
}
