//! Series against figures: what is drawn over time adds up to what is reported at the end.

use interplay_tests::{Setup, document, golden_scenarios, scenario};
use sim_core::kernel::{Budgets, Observer, SimDuration, SimTime};
use sim_core::observe::series::{Level, Series, Subject, Survey, csv, heat_bounds, subjects};
use sim_core::observe::{Cursor, Figures, Outcomes, Summary, Trace, waiting_in};
use sim_core::world::{EdgeKind, EndpointId, NodeId, NodeKind, Run, Topology};

/// A run that has ended, with its trace and its figures.
struct Seen {
    trace: Trace,
    topology: Topology,
    summary: Summary,
    end: SimTime,
}

impl Seen {
    fn of(setup: &Setup) -> Self {
        let mut run = Run::start(&setup.scenario, Budgets::default())
            .unwrap_or_else(|problems| panic!("{problems:?}"));
        let topology = run.topology().clone();
        let warm_up = SimTime::ZERO.after(setup.scenario.document().warm_up);
        let mut trace = Trace::new(topology.entities.len());
        while run.ended().is_none() {
            run.advance(100_000, &mut trace);
        }
        let mut figures = Figures::new(&topology, warm_up);
        for record in trace.records() {
            figures.record(*record);
        }
        let end = run.now();
        Self {
            trace,
            summary: figures.summary(&topology, end),
            topology,
            end,
        }
    }

    fn survey(&self, subject: Subject, (from, to): (SimTime, SimTime), buckets: u64) -> Survey {
        let first = self
            .trace
            .records()
            .partition_point(|record| record.at < from);
        let before = self.trace.picture(Cursor(first as u32));
        let span = SimDuration::from_nanos(to.since(from).as_nanos().div_ceil(buckets));
        Survey::new(&self.topology, subject, (from, to), span, &before)
    }

    fn series(&self, subject: Subject, stretch: (SimTime, SimTime), buckets: u64) -> Series {
        let mut survey = self.survey(subject, stretch, buckets);
        while survey.advance(self.trace.records(), 1_000) {}
        survey.series(stretch.1)
    }

    /// What was measured, in so many buckets.
    fn measured(&self, subject: Subject, buckets: u64) -> Series {
        self.series(subject, (self.summary.from, self.end), buckets)
    }

    fn endpoint(&self, name: &str, kind: EdgeKind) -> EndpointId {
        let mut endpoints = self.topology.endpoints.iter();
        let place = endpoints.position(|endpoint| endpoint.name == name && endpoint.kind == kind);
        EndpointId(place.unwrap_or_else(|| panic!("no endpoint {name}")) as u32)
    }
}

fn outcomes(series: &Series) -> Outcomes {
    let mut all = Outcomes::default();
    for point in &series.points {
        all.add(&point.outcomes);
    }
    all
}

fn nodes(topology: &Topology) -> impl Iterator<Item = (NodeId, &str, NodeKind)> {
    let nodes = topology.nodes.iter().enumerate();
    nodes.map(|(place, node)| (NodeId(place as u32), node.name.as_str(), node.kind))
}

#[test]
fn the_sums_of_every_series_are_the_figures_in_every_golden_scenario() {
    for (name, text) in golden_scenarios() {
        let seen = Seen::of(&document(&text));
        for client in &seen.summary.clients {
            let node = seen.topology.node(&client.name).unwrap();
            let series = seen.measured(Subject::Node(node), 97);
            let all = outcomes(&series);
            assert_eq!(all.total(), client.journeys, "{name}: {}", client.name);
            assert_eq!(all.ok, client.ok, "{name}: {}", client.name);
            assert_eq!(all.timeout, client.timeouts, "{name}: {}", client.name);
            assert_eq!(
                all.declined + all.invalid,
                client.declined,
                "{name}: {}",
                client.name
            );
            assert_eq!(series.spread.p99, client.p99, "{name}: {}", client.name);
            assert_eq!(series.spread.mean, client.mean, "{name}: {}", client.name);
        }
        for endpoint in &seen.summary.endpoints {
            let id = seen.endpoint(&endpoint.name, endpoint.kind);
            let series = seen.measured(Subject::Endpoint(id), 97);
            assert_eq!(
                outcomes(&series),
                endpoint.outcomes,
                "{name}: {}",
                endpoint.name
            );
            assert_eq!(series.spread, endpoint.took, "{name}: {}", endpoint.name);
        }
        for (id, edge) in seen.topology.edges.iter().enumerate() {
            let [from, to] =
                [edge.from, edge.to].map(|node| &seen.topology.nodes[node.index()].name);
            let reached = |to: &str| {
                let id = seen.endpoint(to, edge.kind);
                seen.topology.endpoints[id.index()].node == edge.to
            };
            let calls = seen.summary.calls.iter();
            let calls: Vec<_> = calls
                .filter(|calls| {
                    calls.from == *from && calls.kind == edge.kind && reached(&calls.to)
                })
                .collect();
            let series = seen.measured(Subject::Edge(sim_core::world::EdgeId(id as u32)), 97);
            let found = [
                outcomes(&series).total(),
                series
                    .points
                    .iter()
                    .map(|point| u64::from(point.attempts))
                    .sum(),
                series
                    .points
                    .iter()
                    .map(|point| u64::from(point.late))
                    .sum(),
            ];
            let expected = [
                calls.iter().map(|calls| calls.calls).sum(),
                calls.iter().map(|calls| calls.attempts).sum(),
                calls.iter().map(|calls| calls.late).sum::<u64>(),
            ];
            assert_eq!(found, expected, "{name}: {from} > {to}");
        }
        for node in &seen.summary.nodes {
            let id = seen.topology.node(&node.name).unwrap();
            if seen.topology.nodes[id.index()].kind != NodeKind::Queue {
                continue;
            }
            let series = seen.measured(Subject::Node(id), 97);
            let all = outcomes(&series);
            assert_eq!(all.ok, node.done, "{name}: {}", node.name);
            assert_eq!(
                all.error + all.timeout,
                node.failed,
                "{name}: {}",
                node.name
            );
        }
    }
}

#[test]
fn what_waits_and_what_is_busy_is_on_average_what_the_figures_say() {
    for name in ["checkout", "work-queue", "full-threads", "shipping-crash"] {
        let seen = Seen::of(&scenario(name));
        for node in &seen.summary.nodes {
            let id = seen.topology.node(&node.name).unwrap();
            let series = seen.measured(Subject::Node(id), 64);
            let length = |place: usize| {
                let until = series.begins(place + 1).min(series.to);
                until.since(series.begins(place)).as_secs_f64()
            };
            let all = series.to.since(series.from).as_secs_f64();
            let points = series.points.iter().enumerate();
            let waiting: f64 = points
                .map(|(place, point)| f64::from(point.waiting.mean) * length(place))
                .sum();
            assert!(
                (waiting / all - node.mean_waiting).abs() <= 1e-3 + node.mean_waiting * 1e-3,
                "{name} {}: {} instead of {}",
                node.name,
                waiting / all,
                node.mean_waiting
            );
        }
    }
}

#[test]
fn levels_are_those_of_the_picture_wherever_a_stretch_begins() {
    let seen = Seen::of(&scenario("shipping-crash"));
    for secs in [0, 7, 19, 23, 31, 44] {
        let at = SimTime::ZERO.after(SimDuration::from_secs(secs));
        // Nothing happens in a stretch that ends where it begins, but what is there is seen.
        let picture = seen.trace.picture(Cursor(
            seen.trace
                .records()
                .partition_point(|record| record.at < at) as u32,
        ));
        let level = |level: Level| (level.mean as u32, level.max);
        for (node, name, kind) in nodes(&seen.topology) {
            let survey = Survey::new(
                &seen.topology,
                Subject::Node(node),
                (at, at),
                SimDuration::from_nanos(1),
                &picture,
            );
            let series = survey.series(at);
            let of_node = |value: fn(&sim_core::observe::EntityState) -> u32| -> u32 {
                let entities = picture.entities.iter().zip(&seen.topology.node_of);
                entities
                    .filter(|(_, of)| **of == node)
                    .map(|(state, _)| value(state))
                    .sum()
            };
            let waiting = of_node(|state| state.waiting + state.ready);
            let active = match kind {
                NodeKind::Queue => of_node(|state| state.unacked),
                NodeKind::Store { .. } => of_node(|state| state.busy),
                _ => of_node(|state| state.tasks),
            };
            let point = &series.points[0];
            assert_eq!(
                level(point.waiting),
                (waiting, waiting),
                "{name} at {secs} s"
            );
            assert_eq!(level(point.active), (active, active), "{name} at {secs} s");
        }
        let whole = Survey::new(
            &seen.topology,
            Subject::All,
            (at, at),
            SimDuration::from_nanos(1),
            &picture,
        );
        assert_eq!(whole.series(at).points[0].waiting.max, waiting_in(&picture));
    }
}

#[test]
fn a_stretch_that_begins_in_the_middle_goes_on_as_the_whole_does() {
    for (name, text) in golden_scenarios() {
        let seen = Seen::of(&document(&text));
        let whole = (SimTime::ZERO, seen.end);
        let half = SimTime::from_nanos(seen.end.as_nanos() / 2 / 64 * 64);
        for subject in [Subject::All].into_iter().chain(subjects(&seen.topology)) {
            let all = seen.series(subject, whole, 2);
            if all.points.len() < 2 {
                continue;
            }
            let late = seen.series(subject, (all.begins(1).max(half), seen.end), 1);
            assert_eq!(all.points[1], late.points[0], "{name}: {subject:?}");
        }
    }
}

#[test]
fn it_makes_no_difference_in_which_portions_records_come_or_how_often_somebody_looks() {
    let seen = Seen::of(&scenario("retry-storm"));
    let stretch = (SimTime::ZERO, seen.end);
    let at_once = seen.series(Subject::All, stretch, 200);
    let mut survey = seen.survey(Subject::All, stretch, 200);
    let mut portion = 1;
    loop {
        let more = survey.advance(seen.trace.records(), portion);
        let at = seen.trace.records()[survey.cursor().0 as usize - 1].at;
        let so_far = survey.series(at);
        assert!(so_far.points.len() <= 200 && so_far.to == at);
        if !more {
            break;
        }
        portion = portion * 3 + 1;
    }
    assert_eq!(survey.series(seen.end), at_once);
}

#[test]
fn quantiles_lie_in_the_rows_of_their_heat_and_counts_agree() {
    let seen = Seen::of(&scenario("slow-payment"));
    let series = seen.measured(Subject::All, 12);
    let mut with_many = 0;
    for point in &series.points {
        let counted: u32 = point.heat.iter().map(|(_, count)| count).sum();
        assert_eq!(counted, point.took.count);
        assert_eq!(u64::from(point.took.count), point.outcomes.total());
        let share_below = |at: SimDuration| -> u32 {
            let rows = point.heat.iter();
            rows.filter(|(row, _)| heat_bounds(*row).0 <= at)
                .map(|(_, count)| count)
                .sum()
        };
        if point.took.count > 0 {
            let took = point.took;
            assert!(took.p50 <= took.p90 && took.p90 <= took.p99 && took.p999 <= took.max);
            assert!(share_below(took.p50) * 2 >= took.count);
            assert_eq!(share_below(took.max), took.count);
            with_many += u32::from(took.count > 20);
        }
    }
    assert!(with_many > 8);
}

#[test]
fn exact_quantiles_and_those_of_the_histogram_agree_to_a_thousandth() {
    let seen = Seen::of(&scenario("slow-payment"));
    let series = seen.measured(Subject::All, 1);
    let (exact, histogram) = (series.points[0].took, series.spread);
    for (exact, found) in [
        (exact.p50, histogram.p50),
        (exact.p90, histogram.p90),
        (exact.p99, histogram.p99),
        (exact.p999, histogram.p999),
        (exact.max, histogram.max),
    ] {
        let off = exact.as_nanos().abs_diff(found.as_nanos());
        assert!(
            off * 1_000 <= exact.as_nanos(),
            "{found} instead of {exact}"
        );
    }
}

#[test]
fn three_attempts_for_each_call_are_seen_as_an_amplification_of_three() {
    let text = "scenario: 1\ntitle: Amplified\nseed: 1\nhorizon: 10s\n\
        clients: {user: {arrivals: constant 10/s, do: {call: {to: shop.buy, with: [again]}}}}\n\
        policies: {again: {retry: {attempts: 3, wait: 10ms}}}\n\
        services: {shop: {endpoints: {buy: {do: [{work: 1ms}, {fail: 500}]}}}}\n";
    let seen = Seen::of(&document(text));
    let shop = seen.topology.node("shop").unwrap();
    for subject in [Subject::All, Subject::Node(shop)] {
        let series = seen.series(subject, (SimTime::ZERO, seen.end), 10);
        let busy = series.points.iter().filter(|point| point.calls > 0);
        let ratios: Vec<_> = busy
            .map(|point| f64::from(point.attempts) / f64::from(point.calls))
            .collect();
        assert!(
            ratios.len() > 8 && ratios.iter().all(|ratio| (ratio - 3.0).abs() < 1e-9),
            "{ratios:?}"
        );
    }
}

#[test]
fn a_table_has_a_row_for_each_bucket_and_its_counters_end_at_the_sums() {
    let seen = Seen::of(&scenario("circuit-breaker"));
    let series = seen.measured(Subject::All, 60);
    let text = csv::write(&series);
    let mut lines = text.lines();
    let names: Vec<_> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), series.points.len());
    assert!(rows.iter().all(|row| row.len() == names.len()));
    let cell = |row: &[&str], name: &str| -> f64 {
        let place = names.iter().position(|found| *found == name).unwrap();
        row[place].parse().unwrap()
    };
    let last = rows.last().unwrap();
    let all = outcomes(&series);
    for (name, expected) in [
        ("interplay_requests_total", all.total()),
        ("interplay_requests_ok_total", all.ok),
        ("interplay_requests_breaker_open_total", all.open),
        ("interplay_request_duration_seconds_count", all.total()),
    ] {
        assert!((cell(last, name) - expected as f64).abs() < 0.5, "{name}");
    }
    let journeys: u64 = seen
        .summary
        .clients
        .iter()
        .map(|client| client.journeys)
        .sum();
    assert_eq!(all.total(), journeys);
    assert!((cell(last, "time_seconds") - seen.end.as_secs_f64()).abs() < 1e-9);
    for name in names.iter().filter(|name| name.ends_with("_total")) {
        let grows = rows
            .windows(2)
            .all(|pair| cell(&pair[0], name) <= cell(&pair[1], name));
        assert!(grows, "{name} is no counter");
    }
}

#[test]
fn before_the_first_request_buckets_are_empty_and_there_are_no_quantiles() {
    let text = "scenario: 1\ntitle: Nothing\nseed: 1\nhorizon: 5s\n\
        services: {shop: {endpoints: {buy: {do: {work: 1ms}}}}}\n\
        clients: {user: {arrivals: constant 0.1/s, do: {call: shop.buy}}}\n";
    let seen = Seen::of(&document(text));
    let series = seen.measured(Subject::All, 5);
    assert_eq!(series.points.len(), 5);
    assert!(
        series
            .points
            .iter()
            .all(|point| point.took.count == 0 && point.heat.is_empty() && point.begun == 0)
    );
    let table = csv::write(&series);
    assert_eq!(table.lines().count(), 6);
    // Nothing is known of durations, which is not the same as zero.
    assert!(table.lines().nth(1).unwrap().contains(",0,0,,,,,,"));
}

#[test]
fn every_column_of_the_table_is_described() {
    let described = include_str!("../../docs/metrics.md");
    for column in csv::COLUMNS {
        let (stem, suffix) = column.name.rsplit_once('_').unwrap_or_default();
        let in_full = described.contains(&format!("`{}`", column.name));
        let beside_others = described.contains(&format!("`{stem}_p50`"))
            && described.contains(&format!("`_{suffix}`"));
        assert!(in_full || beside_others, "{}", column.name);
    }
}
