//! Random scenarios for the laws that must hold in every one.

use std::fmt::Write as _;

use proptest::prelude::*;

/// A random shop: what the parts are is fixed, everything about them is drawn.
pub fn any_document() -> impl Strategy<Value = String> {
    let service = (1_u32..4, any::<bool>(), 1_u32..4, 0_u32..6, 0_u32..40);
    (
        (1_u32..60, any::<u64>(), 0_u32..30, 0_u32..30, 0_u32..30, 0_u32..4),
        prop::collection::vec(service, 3),
        (1_u32..4, 20_u32..400, 0_u32..3, 0_u32..3, prop::sample::select(vec!["all", "any", "none", "1"])),
        prop::collection::vec((0_u32..20, 0_u32..3_000, 1_u32..2_000, 0_u32..3), 0..5),
    )
        .prop_map(|((rate, seed, loss, duplicate, reordering, bandwidth), services, (attempts, timeout, prefetch, ttl, join), faults)| {
            let bandwidth = ["", ", bandwidth: 20kB/s", ", bandwidth: 1Mbit/s", ", bandwidth: 1Gbit/s"][bandwidth as usize];
            let (propagates, cancels) = (seed % 3 > 0, seed % 5 > 2);
            let mut text = format!(
                "scenario: 1\ntitle: Any\nseed: {}\nhorizon: 4s\n\
                 clients: {{users: {{arrivals: poisson {rate}/s, do: {{call: {{to: a.go, with: [again, patience]}}}}}}}}\n\
                 policies: {{again: {{retry: {{attempts: {attempts}, wait: 20ms, jitter: 50%, only: [error, timeout, full]}}}}, \
                 patience: {{timeout: {{after: {timeout}ms, propagate: {propagates}, cancel: {cancels}}}}}}}\n\
                 links: {{default: {{latency: {{exponential: 5ms}}, loss: {loss}%, duplicate: {duplicate}%, reordering: {reordering}%{bandwidth}}}}}\n\
                 services:\n",
                seed >> 1
            );
            for (name, (instances, blocking, workers, queue, work)) in ["a", "b", "c"].iter().zip(services) {
                let care = match (seed / 7 + u64::from(work)) % 5 {
                    0 => "    outliers: {failures: 2, every: 200ms, out-for: 300ms, at-most: 50%}\n",
                    1 => "    health: {every: 150ms, timeout: 50ms, failures: 2, live: {every: 400ms, failures: 2, timeout: 50ms}}\n    start-up: 120ms\n",
                    2 => "    scale: {utilisation: 40%, max: 5, every: 300ms, delay: 100ms, shrink-after: 600ms}\n    start-up: 70ms\n    balance: least-requests\n",
                    3 => "    outliers: {failures: 1, every: 100ms, out-for: 200ms, at-most: 80%, panic: 30%}\n    health: {every: 100ms, failures: 1, ready: depth(c) < 3}\n    balance: random\n",
                    _ => "",
                };
                let mode = if blocking { "blocking" } else { "async" };
                let does = match *name {
                    "a" => format!(
                        "[{{work: {work}ms}}, {{parallel: {{join: {join}, do: [{{call: {{to: b.go, with: patience}}}}, {{call: c.go}}, {{wait: 3ms}}]}}}}, \
                         {{publish: {{to: mail.jobs, type: Job}}}}]"
                    ),
                    "b" => format!(
                        "[{{work: {{exponential: {}ms}}}}, {{publish: {{to: mail.jobs, type: Job, confirm: true, with: patience, then: {{timeout: {{reply: 202}}}}}}}}]",
                        work + 1
                    ),
                    _ => format!("[{{work: {work}ms}}, {{choose: [{{chance: 20%, do: {{fail: error}}}}, {{chance: 20%, do: {{reply: 404}}}}]}}]"),
                };
                let _ = write!(
                    text,
                    "  {name}:\n    instances: {instances}\n{care}    workers: {{{mode}: {workers}, queue: {queue}}}\n    \
                     endpoints: {{go: {{do: {does}}}}}\n    versions: {{v2: {{endpoints.go.do: [{{work: 1ms}}, {{choose: [{{chance: 10%, do: {{fail: error}}}}]}}]}}}}\n"
                );
                if *name == "c" {
                    let _ = writeln!(
                        text,
                        "    subscriptions: {{jobs: {{from: mail.jobs, prefetch: {prefetch}, handles: {{Job: [{{work: {work}ms}}, \
                         {{choose: [{{chance: 10%, do: {{nack: {{requeue: false}}}}}}, {{chance: 10%, do: {{fail: error}}}}]}}]}}}}}}"
                    );
                }
            }
            let ttl = if ttl == 0 { "classic".to_owned() } else { format!("{{classic: {{ttl: {}ms}}}}", ttl * 100) };
            let _ = writeln!(text, "brokers: {{mail: {{rabbitmq: {{queues: {{jobs: {ttl}}}}}}}}}");
            if !faults.is_empty() {
                text.push_str("timeline:\n");
            }
            for (kind, at, lasts, who) in faults {
                let who = ["a", "b", "c"][who as usize % 3];
                let what = match kind {
                    0 | 1 => format!("for: {lasts}ms, fault: {{crash: {who}}}"),
                    2 => format!("for: {lasts}ms, fault: {{crash: {who}.1}}"),
                    3 => format!("for: {lasts}ms, fault: {{slow: {{what: {who}, times: 20}}}}"),
                    4 => format!("for: {lasts}ms, fault: {{errors: {{what: {who}, rate: 50%}}}}"),
                    5 => format!("for: {lasts}ms, fault: {{errors: {{what: {who}, rate: 20%, status: resource-exhausted}}}}"),
                    6 => format!("for: {lasts}ms, fault: {{pause: {who}}}"),
                    7 => format!("for: {lasts}ms, fault: {{pause: {who}.1}}"),
                    8 => format!("for: {lasts}ms, fault: {{full: {who}}}"),
                    9 => format!("for: {lasts}ms, fault: {{full: mail.jobs}}"),
                    10 => format!("for: {lasts}ms, fault: {{partition: [[users, {who}], [b, mail]]}}"),
                    11 => format!("for: {lasts}ms, fault: {{partition: {{from: {who}, to: [a.1, c, users, mail]}}}}"),
                    12 => format!("for: {lasts}ms, fault: {{lossy: {{link: default, loss: 60%}}}}"),
                    14 => format!("scale: {{{who}: {}}}", lasts % 5),
                    15 => format!("scale: {{a: {}, c: {}}}", lasts % 3, lasts % 4),
                    16 => format!("deploy: {{service: {who}, version: v2, each: {}ms}}", lasts / 4),
                    17 => format!("deploy: {{service: {who}, version: base}}"),
                    18 => format!("for: {lasts}ms, deploy: {{service: {who}, version: v2, canary: 30%}}"),
                    13 => "fault: {partition: [c, mail]}".to_owned(),
                    _ => "set: {links.default.loss: 1%}".to_owned(),
                };
                let _ = writeln!(text, "  - {{at: {at}ms, {what}}}");
            }
            text
        })
}
