//! How fast the engine is, beside a bare event loop in the same run.
//!
//! Stored workloads go in; a table with times and, above all, ratios comes out: absolute
//! figures move from machine to machine. The rounds of all rows are interleaved, so that a
//! neighbour on the machine hits all alike; a time is that of the best round, a ratio the
//! median of the ratios within each round.

mod bare;
mod kernel;
mod peers;
mod world;

use std::time::Instant;

/// One thing that is timed.
struct Row {
    name: String,
    /// What it is compared with: the name of another row.
    beside: Option<&'static str>,
    /// Does the work; how many units (events, customers) it was.
    work: Box<dyn Fn() -> u64>,
    /// Nanoseconds a unit, by round.
    rounds: Vec<f64>,
}

impl Row {
    fn new(
        name: impl Into<String>,
        beside: Option<&'static str>,
        work: impl Fn() -> u64 + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            beside,
            work: Box::new(work),
            rounds: Vec::new(),
        }
    }

    fn measure(&mut self) {
        self.rounds.push(nanos_a_unit(&self.work));
    }

    fn best(&self) -> f64 {
        self.rounds.iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn ratio_to(&self, base: &Self) -> f64 {
        let rounds = self.rounds.iter().zip(&base.rounds);
        let mut ratios: Vec<f64> = rounds.map(|(this, base)| this / base).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }
}

fn nanos_a_unit(work: &impl Fn() -> u64) -> f64 {
    let start = Instant::now();
    let units = work();
    start.elapsed().as_secs_f64() * 1e9 / units as f64
}

const ROUNDS: usize = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        // For tools that count instructions: one scene, once; how many events that was.
        ["--once", scene] => println!("{}", once(scene)),
        // For those who compare: one scene, once; its nanoseconds an event.
        ["--time", scene] => println!("{}", nanos_a_unit(&|| once(scene))),
        // All, or the parts that are named.
        parts => report(&|part| parts.is_empty() || parts.contains(&part)),
    }
}

fn once(scene: &str) -> u64 {
    match scene {
        "kernel" => kernel::once(),
        _ => world::once(scene),
    }
}

fn report(wants: &dyn Fn(&str) -> bool) {
    if wants("kernel") {
        section(
            "M/M/1 at load 0.9: nanoseconds a customer",
            &mut kernel::single_queue(),
        );
    }
    if wants("network") {
        section(
            "128 stations, 30 s time-out at every visit: nanoseconds an event",
            &mut kernel::network(),
        );
    }
    if wants("scenes") {
        section(
            "Whole scenarios: nanoseconds an event",
            &mut world::scenes(),
        );
    }
    if wants("entities") {
        section(
            "4 000 entities: nanoseconds an event",
            &mut world::many_entities(),
        );
    }
    if wants("clones") {
        world::clones();
    }
    if wants("seeks") {
        world::seeks();
    }
}

fn section(title: &str, rows: &mut [Row]) {
    for _ in 0..ROUNDS {
        for row in &mut *rows {
            row.measure();
        }
    }
    println!("\n## {title}\n\n| what | ns | ratio |\n|---|---|---|");
    for row in &*rows {
        let base = row
            .beside
            .and_then(|name| rows.iter().find(|row| row.name == name));
        let ratio = base.map_or_else(
            || "1".to_owned(),
            |base| format!("{:.2}", row.ratio_to(base)),
        );
        println!("| {} | {:.1} | {ratio} |", row.name, row.best());
    }
}
