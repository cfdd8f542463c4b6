//! How many instructions an event costs, against limits.
//!
//! In: the scenes of `benches/workloads`, run once each under valgrind. Out: a line for each; a
//! failure if one is over its limit. Instructions are the same on every run of a binary, whatever
//! else the machine does, so they can be held to a limit; times cannot.
//!
//! Each scene has an aim and a limit, as in `size.rs`: whoever makes one cheaper lowers its limit.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::bench;
use crate::process::Job;
use crate::project::Project;
use crate::report::say;
use crate::setup::Tools;

/// What an event of a scene may cost, reading and compiling the document included.
struct Budget {
    scene: &'static str,
    aim: u64,
    limit: u64,
}

/// Limits are what was measured and 5 % more, for another compiler. The kernel's aim is 1.3 times
/// what the bare loop of `benches/src/bare.rs` takes.
const BUDGETS: [Budget; 5] = [
    Budget {
        scene: "kernel",
        aim: 300,
        limit: 232,
    },
    Budget {
        scene: "M/M/1",
        aim: 1_000,
        limit: 877,
    },
    Budget {
        scene: "three tiers",
        aim: 1_000,
        limit: 998,
    },
    Budget {
        scene: "work queue",
        aim: 1_000,
        limit: 877,
    },
    Budget {
        scene: "shop",
        aim: 1_000,
        limit: 1_047,
    },
];

/// A scene takes seconds.
const LIMIT: Duration = Duration::from_mins(3);

pub(super) fn run(project: &Project, _: &Tools) -> Result<()> {
    bench::build(project)?;
    let mut over = Vec::new();
    for Budget { scene, aim, limit } in BUDGETS {
        let cost = cost(project, scene)?;
        say(format_args!(
            "{scene:12} {cost:5} instructions an event (aim {aim}, limit {limit})"
        ));
        if cost > limit {
            over.push(format!(
                "{scene} costs {cost} instructions an event, more than {limit}"
            ));
        }
    }
    if over.is_empty() {
        return Ok(());
    }
    bail!("{}", over.join("; "))
}

fn cost(project: &Project, scene: &str) -> Result<u64> {
    let log = project.log("instructions");
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let printed = Job::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no"])
        .arg("--cachegrind-out-file=/dev/null")
        .arg(format!("--log-file={}", log.display()))
        .arg(bench::program(project))
        .args(["--once", scene])
        .folder(&project.root)
        .limit(LIMIT)
        .capture()?;
    let events: u64 = printed
        .trim()
        .parse()
        .context("the benchmark printed no number")?;
    let told = fs::read_to_string(&log).with_context(|| format!("no {}", log.display()))?;
    let instructions = instructions(&told).context("valgrind told no number of instructions")?;
    Ok(instructions / events.max(1))
}

/// The number in valgrind's line `==1== I   refs:      76,506,267`.
fn instructions(told: &str) -> Option<u64> {
    let (_, number) = told.lines().find_map(|line| line.split_once("refs:"))?;
    number.trim().replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_in_what_valgrind_tells() {
        let told = "==1== Cachegrind\n==1== I   refs:      76,506,267\n";
        assert_eq!(instructions(told), Some(76_506_267));
        assert_eq!(instructions("==1== killed"), None);
    }
}
