//! The command line as people and scripts use it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sim_core::scenario::share::{Link, Source};

fn interplay(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_interplay"))
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

fn checkout() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../static/scenarios/checkout.yaml")
        .display()
        .to_string()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

#[test]
fn run_prints_a_table_of_clients_and_services() {
    let output = interplay(&["run", &checkout()], "");
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for word in [
        "Checkout",
        "ran to its horizon",
        "shoppers",
        "warehouse.parcels",
        "digest",
    ] {
        assert!(printed.contains(word), "no `{word}` in\n{printed}");
    }
}

#[test]
fn run_as_json_has_the_digest_and_the_same_seed_gives_the_same_one() {
    let digest = |seed: &str| {
        let output = interplay(&["run", "--json", "--seed", seed, &checkout()], "");
        let json: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("it prints JSON");
        json["digest"].as_str().expect("it has a digest").to_owned()
    };
    assert_eq!(digest("1"), digest("1"));
    assert_ne!(digest("1"), digest("2"));
    assert_eq!(digest("1").len(), 16);
}

#[test]
fn run_until_ends_earlier() {
    let output = interplay(&["run", "--json", "--until", "1500ms", &checkout()], "");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    assert_eq!(json["simulated_ns"], 1_500_000_000_u64);
}

#[test]
fn a_trace_has_a_head_and_then_one_record_a_line_each_caused_by_an_earlier_one() {
    let output = interplay(&["run", "--until", "2s", "--trace", "-", &checkout()], "");
    let printed = text(&output.stdout);
    let mut lines = printed
        .lines()
        .map(|line| -> serde_json::Value { serde_json::from_str(line).expect("JSON") });
    assert_eq!(lines.next().expect("a head")["trace"], 1);
    let mut records = 0;
    for (id, line) in lines.enumerate() {
        assert_eq!(line["id"], id);
        assert!(
            line["cause"].as_u64().is_none_or(|cause| cause < id as u64),
            "{line}"
        );
        records += 1;
    }
    assert!(records > 100, "{records} records");
}

#[test]
fn check_names_the_place_of_a_mistake_and_the_nearest_name() {
    let document = "scenario: 1\ntitle: Typo\nclients: {a: {arrivals: poisson 1/s, do: {call: shp.buy}}}\n\
                    services: {shop: {endpoints: {buy: {do: {work: 1ms}}}}}\n";
    let output = interplay(&["check", "-"], document);
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stderr);
    assert!(printed.contains("standard input:3:"), "{printed}");
    assert!(printed.contains("did you mean `shop"), "{printed}");
}

#[test]
fn check_warns_of_a_service_that_nobody_reaches() {
    let document = "scenario: 1\ntitle: Alone\nclients: {a: {arrivals: poisson 1/s, do: {call: shop.buy}}}\n\
                    services:\n  shop: {endpoints: {buy: {do: {work: 1ms}}}}\n  attic: {endpoints: {dust: {do: {work: 1ms}}}}\n";
    let output = interplay(&["check", "-"], document);
    assert!(output.status.success());
    let printed = text(&output.stdout);
    assert!(
        printed.contains("nobody ever reaches `attic`") && printed.contains("standard input:6:"),
        "{printed}"
    );
}

#[test]
fn what_cannot_be_run_yet_is_said_with_its_place() {
    let document =
        "scenario: 1\ntitle: Kafka\nbrokers: {events: {kafka: {topics: {orders: {}}}}}\n";
    let output = interplay(&["run", "-"], document);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("not yet runnable: needs kafka topics"),
        "{}",
        text(&output.stderr)
    );
}

/// A document in which `set` changes this setting at 1 s.
fn with_set(set: &str) -> String {
    format!(
        "scenario: 1\ntitle: Shape\nclients: {{a: {{arrivals: poisson 1/s, do: {{call: shop.buy}}}}}}\n\
         services:\n  shop: {{instances: 1, endpoints: {{buy: {{do: [{{work: 1ms}}, {{publish: {{to: mail.jobs, type: Job}}}}]}}}}}}\n  \
         desk: {{subscriptions: {{jobs: {{from: mail.jobs, handles: {{Job: ack}}}}}}}}\n\
         brokers: {{mail: {{rabbitmq: {{queues: {{jobs: {{classic: {{ttl: 1h}}}}, other: classic}}}}}}}}\n\
         timeline: [{{at: 1s, set: {{{set}}}}}]\n"
    )
}

#[test]
fn settings_that_would_change_who_there_is_cannot_be_set_on_the_timeline() {
    for set in [
        "services.shop.instances: 3",
        "services.desk.subscriptions.jobs.from: mail.other",
        "brokers.mail.rabbitmq.queues.jobs.classic.ttl: 1s",
        "seed: 5",
        "horizon: 2s",
    ] {
        let output = interplay(&["check", "-"], &with_set(set));
        assert_eq!(output.status.code(), Some(1), "{set}");
        let printed = text(&output.stderr);
        assert!(
            printed.contains("cannot change while the world runs"),
            "{set}: {printed}"
        );
    }
    let output = interplay(
        &["check", "-"],
        &with_set("services.shop.endpoints.buy.do.0.work: 5ms"),
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn a_setting_that_cannot_be_run_cannot_be_set_on_the_timeline_either() {
    let set = "services.shop.speaks: http/2";
    let output = interplay(&["run", "-"], &with_set(set));
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("not yet runnable"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn chains_of_chains_end_where_there_are_too_many_policies_anyway() {
    let mut document = "scenario: 1\ntitle: Chains\nclients: {a: {arrivals: poisson 1/s, do: {call: {to: shop.buy, with: c0}}}}\n\
                        services: {shop: {endpoints: {buy: {do: {work: 1ms}}}}}\npolicies:\n  t: {timeout: 1s}\n"
        .to_owned();
    for n in 0..60 {
        let next = n + 1;
        document.push_str(
            &[
                "  c",
                &n.to_string(),
                ": {chain: [c",
                &next.to_string(),
                ", c",
                &next.to_string(),
                "]}\n",
            ]
            .concat(),
        );
    }
    document += "  c60: {chain: [t, t]}\n";
    let output = interplay(&["check", "-"], &document);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("at most"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_delivery_cannot_be_settled_in_a_parallel_branch() {
    let document = with_set("policies.x.timeout: 1s")
        .replace(
            "handles: {Job: ack}",
            "handles: {Job: {parallel: [ack, {work: 1ms}]}}",
        )
        .replace("timeline:", "policies: {x: {timeout: 2s}}\ntimeline:");
    let output = interplay(&["check", "-"], &document);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("a parallel branch"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_run_that_would_never_end_is_stopped_by_its_budget() {
    // Two services that ask each other without end, in no time at all.
    let document = "scenario: 1\ntitle: Circle\nclients: {a: {arrivals: poisson 100/s, do: {call: ping.go}}}\n\
                    services:\n  ping: {workers: {async: 1}, endpoints: {go: {do: {call: pong.go}}}}\n  \
                    pong: {workers: {async: 1}, endpoints: {go: {do: {call: ping.go}}}}\n\
                    links: {default: {latency: 0s}}\n";
    let output = interplay(&["run", "--json", "-"], document);
    assert_eq!(output.status.code(), Some(3));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    assert_eq!(json["complete"], false);
    assert!(
        json["ended"]
            .as_str()
            .expect("it says why")
            .contains("budget"),
        "{}",
        json["ended"]
    );
}

fn shared(document: &str) -> Link {
    let base = "https://example.org/interplay/";
    let output = interplay(&["share", "--base", base, "-"], document);
    let printed = text(&output.stdout);
    let fragment = printed
        .trim()
        .strip_prefix("https://example.org/interplay/#");
    Link::decode(fragment.expect("it begins with the base")).expect("the fragment is a link")
}

#[test]
fn share_prints_a_link_that_holds_the_document() {
    let document = "scenario: 1\ntitle: Mine\nclients: {a: {users: 1, do: {wait: 1s}}}\n";
    assert_eq!(shared(document).source, Source::Text(document.to_owned()));
}

#[test]
fn a_preset_with_another_seed_is_shared_as_that_and_runs_the_same_from_the_link() {
    let preset = std::fs::read_to_string(checkout()).expect("the scenario is there");
    let lines = preset.lines().map(|line| match line.split_once(": ") {
        Some(("seed", _)) => "seed: 4711 # my birthday",
        _ => line,
    });
    let document = lines.collect::<Vec<_>>().join("\n");
    let link = shared(&document);
    assert_eq!(link.source, Source::Preset("checkout".to_owned()));
    assert_eq!(link.changes, [("seed".to_owned(), "4711".to_owned())]);

    let address = format!(
        "https://example.org/#{}",
        link.encode().expect("it is short")
    );
    let run = ["run", "--until", "5s", "--json"];
    let from_file = interplay(&[&run[..], &["-"]].concat(), &document);
    let from_link = interplay(&[&run[..], &[&address]].concat(), "");
    assert!(from_link.status.success(), "{}", text(&from_link.stderr));
    assert_eq!(text(&from_link.stdout), text(&from_file.stdout));
    let again = interplay(&["share", &address], "");
    assert_eq!(text(&again.stdout).trim(), address);
}

#[test]
fn a_link_to_a_preset_that_there_is_not_is_said_so_in_both_languages() {
    let link = Link::new("9.0.0", Source::Preset("of-the-future".to_owned()));
    let address = format!("#{}", link.encode().expect("it is short"));
    for (language, says) in [("en", "does not come with"), ("ru", "в этой программе нет")]
    {
        let output = interplay(&["open", "--lang", language, &address], "");
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(
            said.contains("of-the-future") && said.contains(says),
            "{said}"
        );
    }
}

#[test]
fn a_file_that_is_not_there_is_said_so() {
    let output = interplay(&["run", "no-such-file.yaml"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no-such-file.yaml: cannot be read"));
}

#[test]
fn everything_printed_exists_in_russian() {
    let output = interplay(&["run", "--lang", "ru", &checkout()], "");
    let printed = text(&output.stdout);
    for word in [
        "Оформление заказа",
        "прогон дошёл до конца",
        "не завершены",
        "сообщения",
    ] {
        assert!(printed.contains(word), "no `{word}` in\n{printed}");
    }
    let output = interplay(&["run", "--lang", "ru", "-"], "scenario: 1\nclints: {}\n");
    assert!(
        text(&output.stderr).contains("неизвестное поле"),
        "{}",
        text(&output.stderr)
    );
    let output = interplay(&["run", "--lang", "ru", "no-such-file"], "");
    assert!(
        text(&output.stderr).contains("не читается"),
        "{}",
        text(&output.stderr)
    );
    let output = interplay(&["--lang", "ru", "--help"], "");
    assert!(
        text(&output.stdout).contains("Коды возврата"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn the_help_tells_what_each_exit_code_means() {
    let output = interplay(&["--help"], "");
    assert!(output.status.success());
    let printed = text(&output.stdout);
    for code in ["0  ", "1  ", "2  ", "3  ", "130"] {
        assert!(printed.contains(code), "no `{code}` in\n{printed}");
    }
}

#[test]
fn a_command_used_wrongly_ends_with_code_two_and_says_how_it_is_used() {
    for arguments in [
        &["dance"][..],
        &["run"],
        &["run", "--until", "soon", "x"],
        &[],
    ] {
        let output = interplay(arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn check_as_json_has_the_place_of_each_problem_for_editors() {
    let output = interplay(&["check", "--json", "-"], "scenario: 1\nclints: {}\n");
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["runnable"], false);
    let found = report["diagnostics"].as_array().expect("a list");
    let clints = found
        .iter()
        .find(|one| {
            one["message"]
                .as_str()
                .is_some_and(|text| text.contains("clints"))
        })
        .expect("the misspelt field is told");
    assert_eq!(clints["line"], 2);
    assert!(clints["start"].as_u64() < clints["end"].as_u64());
}

#[test]
fn the_tables_have_each_endpoint_and_each_call_and_the_course_over_time() {
    let printed = text(&interplay(&["run", &checkout()], "").stdout);
    for word in [
        "payment.charge",
        "orders → payment.charge",
        "over time",
        "p99.9",
        "│",
    ] {
        assert!(printed.contains(word), "no `{word}` in\n{printed}");
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let printed = text(&interplay(&["completions", shell], "").stdout);
        assert!(
            printed.contains("completions") && printed.contains("until"),
            "{shell}"
        );
    }
}

#[test]
fn a_file_that_is_far_too_large_is_refused_without_being_read_whole() {
    let output = interplay(&["check", "-"], &"# nothing\n".repeat(10_000_000));
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("longer than 16 MiB"),
        "{}",
        text(&output.stderr)
    );
}

/// A bank that crashes, with a property that holds, one that does not, and a task for each.
const BANK: &str = "
scenario: 1
title: {en: The bank, ru: Банк}
seed: 3
horizon: 20s
clients: {people: {arrivals: poisson 10/s, do: {call: bank.pay}}}
services: {bank: {workers: {blocking: 1}, endpoints: {pay: {do: {work: 20ms}}}}}
timeline: [{at: 10s, for: 3s, fault: {crash: bank}}]
properties:
  up: {always: state(bank) == 'up'}
  fast: {slo: {of: bank.pay, p50: 100ms}}
  idle: {always: depth(bank) <= 1}
alerts: {down: {when: state(bank) == 'down', for: 1s}}
tasks:
  easy: {goal: {en: Be fast, ru: Быть быстрым}, editable: services.bank, holds: fast, seeds: 3}
  hard: {goal: {en: Stay up, ru: Не падать}, editable: services.bank, holds: [up, fast], seeds: 2}
";

#[test]
fn a_violated_property_is_told_with_what_led_there_and_with_exit_code_four() {
    let output = interplay(&["run", "-"], BANK);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(4));
    for line in [
        "  10s      1  `state(bank) == 'up'` was wrong; state(bank) = \"down\"",
        "bank.1: up → down",
        "entry 1 of the timeline begins",
        "interplay open '#",
        "down       1  11s – 13s",
    ] {
        assert!(printed.contains(line), "no `{line}` in\n{printed}");
    }
    let held = BANK.replace(
        "fault: {crash: bank}",
        "fault: {slow: {what: bank, times: 2}}",
    );
    let held = held
        .replace("== 'up'", "!= 'down'")
        .replace("<= 1", "<= 99");
    assert_eq!(interplay(&["run", "-"], &held).status.code(), Some(0));
}

#[test]
fn properties_and_alerts_are_part_of_the_json() {
    let output = interplay(&["run", "--json", "--lang", "ru", "-"], BANK);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let up = &json["properties"][0];
    assert_eq!(up["name"], "up");
    assert_eq!(up["verdict"], "violated");
    assert_eq!(up["at_ns"], 10_000_000_000_u64);
    assert_eq!(up["until_ns"], 13_000_000_000_u64);
    assert_eq!(up["causes"][0]["record"], up["record"]);
    assert_eq!(json["properties"][1]["verdict"], "held");
    let firing = &json["alerts"][0]["firings"][0];
    assert_eq!(firing["from_ns"], 11_000_000_000_u64);
    assert_eq!(firing["until_ns"], 13_000_000_000_u64);
}

#[test]
fn many_seeds_are_told_in_a_line_for_each_property_and_the_first_bad_one_in_full() {
    let output = interplay(&["run", "--seeds", "5..14", "-"], BANK);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(4));
    for line in [
        "seeds 5 to 14, 10 runs",
        "up: holds for 0 of 10 seeds, violated with 5, 6, 7, 8, 9, ...",
        "fast: holds for 10 of 10 seeds\n",
        "bank.1: up → down",
    ] {
        assert!(printed.contains(line), "no `{line}` in\n{printed}");
    }
    assert!(printed.contains("\nseed 5\n"), "{printed}");
    let json = interplay(&["run", "--seeds", "3", "--json", "-"], BANK);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("it prints JSON");
    assert_eq!(json["runs"], 3);
    assert_eq!(
        json["properties"][0]["violating"],
        serde_json::json!([1, 2, 3])
    );
    assert_eq!(json["first_violating"]["seed"], 1);
    let russian = text(&interplay(&["run", "--seeds", "2", "--lang", "ru", "-"], BANK).stdout);
    assert!(
        russian.contains("fast: выполнено на 2 из 2 зёрен"),
        "{russian}"
    );
}

#[test]
fn a_task_is_done_if_its_properties_hold_for_all_of_its_seeds() {
    let easy = interplay(&["run", "--task", "easy", "-"], BANK);
    assert_eq!(easy.status.code(), Some(0), "{}", text(&easy.stderr));
    let printed = text(&easy.stdout);
    assert!(printed.contains("easy: Be fast\nseeds 1 to 3"), "{printed}");
    let done = "\ndone: all of it for 3 of 3 seeds\n";
    assert!(printed.ends_with(done), "{printed}");
    let hard = interplay(&["run", "--task", "hard", "-"], BANK);
    assert_eq!(hard.status.code(), Some(4));
    let printed = text(&hard.stdout);
    assert!(
        printed.contains("\nnot done: all of it for 0 of "),
        "{printed}"
    );
    assert!(!printed.contains("idle"), "{printed}");
    // With a mark that none need reach, the same is done.
    let lenient = BANK.replace("hard: {", "hard: {pass: 0%, ");
    assert_ne!(lenient, BANK);
    let lenient = interplay(&["run", "--task", "hard", "-"], &lenient);
    assert_eq!(lenient.status.code(), Some(0), "{}", text(&lenient.stdout));
}

#[test]
fn many_seeds_need_properties_and_a_task_that_is_there() {
    let refused = |arguments: &[&str], input: &str| {
        let output = interplay(arguments, input);
        assert_eq!(output.status.code(), Some(2));
        text(&output.stderr)
    };
    let told = refused(&["run", "--seeds", "3", &checkout_without_properties()], "");
    assert!(told.contains("no `properties`"), "{told}");
    assert!(refused(&["run", "--task", "none", "-"], BANK).contains("no task \"none\""));
    assert!(refused(&["run", "--seeds", "0", "-"], BANK).contains("`0`"));
    assert!(refused(&["run", "--seeds", "3", "--seed", "1", "-"], BANK).contains("cannot be used"));
}

/// A scenario that comes with the program and says nothing of what must hold.
fn checkout_without_properties() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../benches/workloads/m-m-1.yaml")
        .display()
        .to_string()
}
