//! Whole scenarios through the world: without a trace, streamed, and kept.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use interplay_scenes::{SCENES, scene, start};
use sim_core::kernel::{Observer, Silent, SimTime};
use sim_core::observe::{Cursor, Figures};
use sim_core::world::{Record, Run};

use crate::{Row, bare};

/// Hears of every record and keeps nothing but a sum.
struct Streamed(u64);

impl Observer<Record> for Streamed {
    const LISTENS: bool = true;

    fn record(&mut self, record: Record) {
        self.0 = self.0.wrapping_add(record.at.as_nanos()).rotate_left(1);
        black_box(&record);
    }
}

/// 28 chains of twelve services with twelve instances each: some 4 000 entities.
fn chains() -> String {
    let mut text = "scenario: 1\ntitle: Chains\nseed: 1\nhorizon: 4s\nclients:\n".to_owned();
    for chain in 0..28 {
        let _ = writeln!(
            text,
            "  c{chain}: {{arrivals: poisson 480/s, do: {{call: {{to: s{chain}-0.go, with: patience}}}}}}"
        );
    }
    text.push_str("services:\n");
    for chain in 0..28 {
        for link in 0..12 {
            let next = link + 1;
            let goes_on = if next < 12 {
                format!(", call: s{chain}-{next}.go")
            } else {
                String::new()
            };
            let _ = writeln!(
                text,
                "  s{chain}-{link}: {{instances: 12, endpoints: {{go: {{do: [work: {{exponential: 5ms}}{goes_on}]}}}}}}"
            );
        }
    }
    text.push_str(
        "policies: {patience: {timeout: 10s}}\nlinks: {default: {latency: {exponential: 1ms}}}\n",
    );
    text
}

/// One scene without a trace; how many events that was.
pub fn once(name: &str) -> u64 {
    let number = SCENES.iter().position(|(scene, _)| *scene == name);
    scene(number.unwrap_or_else(|| panic!("no scene `{name}`")) as u32) as u64
}

/// Runs a started run to its end; how many events that was.
fn finish<O: Observer<Record>>(run: &Run, observer: &mut O) -> u64 {
    let mut run = run.clone();
    run.finish(observer);
    run.handled()
}

/// Each scene beside the bare loop, by handled event.
pub fn scenes() -> Vec<Row> {
    const BARE: &str = "bare M/M/1 loop";
    let mut rows = vec![Row::new(BARE, None, || 2 * bare::single_queue(500_000))];
    for (name, text) in SCENES {
        rows.extend(ways_to_run(name, text, BARE));
    }
    rows
}

/// A scene of 4 000 entities beside a bare loop that holds as many events.
pub fn many_entities() -> Vec<Row> {
    const BARE: &str = "bare hold loop, as many pending";
    let text = chains();
    let mut run = start(&text);
    run.advance(300_000, &mut Silent);
    let pending = run.simulation().pending() as u64;
    let mut rows = vec![Row::new(BARE, None, move || bare::hold(pending, 1_000_000))];
    rows.extend(ways_to_run("4 000 entities", &text, BARE));
    rows
}

/// A scene with a trace and without, beside `bare`.
fn ways_to_run(name: &str, text: &str, bare: &'static str) -> Vec<Row> {
    let run = start(text);
    let [streamed, kept, again, figures] = std::array::from_fn(|_| run.clone());
    // As in the page, where each run is kept where the one before was.
    let memory = RefCell::new(Vec::new());
    vec![
        Row::new(format!("{name}, trace off"), Some(bare), move || {
            finish(&run, &mut Silent)
        }),
        Row::new(format!("{name}, trace streamed"), Some(bare), move || {
            let mut observer = Streamed(0);
            let handled = finish(&streamed, &mut observer);
            black_box(observer.0);
            handled
        }),
        Row::new(format!("{name}, records kept"), Some(bare), move || {
            let mut records = memory.borrow_mut();
            records.clear();
            finish(&again, &mut *records)
        }),
        Row::new(
            format!("{name}, records kept in new memory"),
            Some(bare),
            move || {
                let mut records: Vec<Record> = Vec::new();
                let handled = finish(&kept, &mut records);
                black_box(records.len());
                handled
            },
        ),
        Row::new(format!("{name}, figures"), Some(bare), move || {
            let mut observer = Figures::new(figures.topology(), SimTime::ZERO);
            let handled = finish(&figures, &mut observer);
            black_box(&observer);
            handled
        }),
    ]
}

/// What one keyframe costs.
pub fn clones() {
    println!("\n## A clone of the world\n\n| scene | entities | bytes | µs |\n|---|---|---|---|");
    for (name, text) in [
        ("shop", SCENES[3].1.to_owned()),
        ("4 000 entities", chains()),
    ] {
        let mut run = start(&text);
        run.advance(200_000, &mut Silent);
        let mut best = f64::MAX;
        for _ in 0..50 {
            let begin = Instant::now();
            black_box(run.simulation().clone());
            best = best.min(begin.elapsed().as_secs_f64() * 1e6);
        }
        println!(
            "| {name} | {} | {} | {best:.1} |",
            run.topology().entities.len(),
            run.simulation().bytes()
        );
    }
    println!("\nA record of the trace: {} bytes.", size_of::<Record>());
}

/// How long it takes to have the state at a cursor, over a run of a million events.
pub fn seeks() {
    let mut run = start(SCENES[3].1);
    while run.handled() < 1_000_000 && run.advance(50_000, &mut Silent).is_none() {}
    let records = run.simulation().records();
    let mut millis: Vec<f64> = (0..400_u64)
        .map(|seek| {
            // Positions spread evenly, in no order a cache could like.
            let cursor = Cursor((u64::from(records) * (seek * 163 % 400) / 400) as u32);
            let begin = Instant::now();
            black_box(run.at_cursor(cursor).digest());
            begin.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    millis.sort_unstable_by(f64::total_cmp);
    println!(
        "\n## Seeking in {} events ({} keyframes)\n\np50 {:.2} ms, p95 {:.2} ms, worst {:.2} ms",
        run.handled(),
        run.keyframes().frames().len(),
        millis[millis.len() / 2],
        millis[millis.len() * 95 / 100],
        millis[millis.len() - 1]
    );
}
