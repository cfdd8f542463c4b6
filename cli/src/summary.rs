//! The result of a run as a person reads it: tables, a course over time, a ledger.

use std::fmt::Write as _;

use sim_core::kernel::{Exhausted, SimDuration};
use sim_core::observe::properties::Judged;
use sim_core::observe::{
    Bucket, CallSummary, ClientSummary, EndpointSummary, NodeSummary, Outcomes, Overview, Spread,
    Summary,
};
use sim_core::scenario::Scenario;
use sim_core::scenario::document::Language;
use sim_core::world::{Ended, Run};

use crate::judged;
use crate::numbers::{decimal, moment, percent, short};
use crate::reader::Reader;
use crate::sparkline::sparkline;
use crate::table::{Cell, heading_of, table};

/// What came of a run.
pub(crate) struct Result<'a> {
    pub(crate) title: &'a str,
    pub(crate) seed: u64,
    pub(crate) run: &'a Run,
    /// Nothing if somebody interrupted it.
    pub(crate) ended: Option<Ended>,
    pub(crate) summary: &'a Summary,
    pub(crate) overview: &'a Overview,
    pub(crate) scenario: &'a Scenario,
    pub(crate) judged: &'a Judged,
}

pub(crate) fn text(result: &Result<'_>, reader: Reader) -> String {
    let mut out = head(result, reader);
    let page = Page { reader };
    let summary = result.summary;
    page.clients(&mut out, &summary.clients);
    page.endpoints(&mut out, &summary.endpoints);
    page.calls(&mut out, &summary.calls);
    page.nodes(&mut out, &summary.nodes);
    page.course(&mut out, result.overview);
    page.ledger(&mut out, summary);
    judged::append(&mut out, result.judged, result.run, result.scenario, reader);
    out
}

/// What was run, how it ended, and what its figures are measured over.
fn head(result: &Result<'_>, reader: Reader) -> String {
    let language = reader.language;
    let Result {
        title,
        seed,
        run,
        summary,
        ..
    } = result;
    let (events, digest) = (run.handled(), run.digest());
    let ended = ended(result.ended, run, language);
    let (from, to) = (moment(language, summary.from), moment(language, summary.to));
    let title = heading_of(title);
    match language {
        Language::En => format!(
            "{title}\n{ended}, {events} events, seed {seed}, digest {digest}\n\
             figures from {from} to {to}\n\n"
        ),
        Language::Ru => format!(
            "{title}\n{ended}, событий: {events}, зерно {seed}, дайджест {digest}\n\
             показатели с {from} до {to}\n\n"
        ),
    }
}

fn ended(ended: Option<Ended>, run: &Run, language: Language) -> String {
    let now = moment(language, run.now());
    match (ended, language) {
        (None, Language::En) => format!("interrupted at t={now}"),
        (None, Language::Ru) => format!("прогон прерван на t={now}"),
        (Some(Ended::AtHorizon), Language::En) => format!("ran to its horizon (t={now})"),
        (Some(Ended::AtHorizon), Language::Ru) => format!("прогон дошёл до конца (t={now})"),
        (Some(ended @ Ended::Stopped { .. }), Language::En) => ended.to_string(),
        (Some(Ended::Stopped { budget, .. }), Language::Ru) => {
            let limit = match budget {
                Exhausted::Events(limit) => format!("{limit} событий"),
                Exhausted::Alive(limit) => format!("{limit} задач и сообщений одновременно"),
            };
            format!("прогон остановлен на t={now}: исчерпан лимит в {limit}")
        }
    }
}

/// Where tables are written for a reader.
#[derive(Clone, Copy)]
struct Page {
    reader: Reader,
}

impl Page {
    const fn either<'a>(self, english: &'a str, russian: &'a str) -> &'a str {
        self.reader.either(english, russian)
    }

    fn clients(self, out: &mut String, clients: &[ClientSummary]) {
        let headings = [
            self.either("client", "клиент"),
            self.either("journeys", "запросы"),
            self.either("a second", "в секунду"),
            "ok",
            self.either("declined", "отказы"),
            self.either("errors", "ошибки"),
            self.either("timeouts", "таймауты"),
            self.either("open", "не завершены"),
            "p50",
            "p90",
            "p99",
            "p99.9",
        ];
        let row = |client: &ClientSummary| {
            let mut row = vec![
                client.name.clone().into(),
                client.journeys.into(),
                self.rate(client.throughput),
                client.ok.into(),
                Cell::Rare(client.declined),
                Cell::Rare(client.errors),
                Cell::Rare(client.timeouts),
                Cell::Rare(client.open),
            ];
            let spans = [client.p50, client.p90, client.p99, client.p999];
            row.extend(self.spans(client.journeys > 0, spans));
            row
        };
        table(out, &headings, &clients.iter().map(row).collect::<Vec<_>>());
    }

    fn endpoints(self, out: &mut String, endpoints: &[EndpointSummary]) {
        let mut headings = vec![
            self.either("endpoint", "точка входа"),
            self.either("requests", "запросы"),
            self.either("a second", "в секунду"),
        ];
        headings.extend(self.outcome_headings());
        headings.extend(["p50", "p90", "p99", "p99.9"]);
        let row = |endpoint: &EndpointSummary| {
            let mut row = vec![
                endpoint.name.clone().into(),
                endpoint.requests.into(),
                self.rate(endpoint.throughput),
            ];
            row.extend(outcomes(&endpoint.outcomes));
            // What was turned away or killed took no time that could be told.
            row.extend(self.spread(endpoint.took));
            row
        };
        let rows: Vec<_> = endpoints.iter().map(row).collect();
        table(out, &headings, &rows);
    }

    fn calls(self, out: &mut String, calls: &[CallSummary]) {
        let arrow = if self.reader.unicode { "→" } else { "->" };
        let mut headings = vec![
            self.either("call", "вызов"),
            self.either("calls", "вызовы"),
            self.either("attempts", "попытки"),
        ];
        headings.extend(self.outcome_headings());
        headings.push(self.either("late", "опоздало"));
        headings.extend(["p50", "p90", "p99", "p99.9"]);
        let row = |call: &CallSummary| {
            let mut row = vec![
                format!("{} {arrow} {}", call.from, call.to).into(),
                call.calls.into(),
                call.attempts.into(),
            ];
            row.extend(outcomes(&call.outcomes));
            row.push(Cell::Rare(call.late));
            row.extend(self.spread(call.took));
            row
        };
        table(out, &headings, &calls.iter().map(row).collect::<Vec<_>>());
    }

    fn nodes(self, out: &mut String, nodes: &[NodeSummary]) {
        let headings = [
            self.either("service or queue", "сервис или очередь"),
            self.either("done", "выполнено"),
            self.either("failed", "неудачи"),
            self.either("rejected", "отклонено"),
            self.either("busy", "занятость"),
            self.either("waiting", "ждут"),
            self.either("most", "не более"),
        ];
        let row = |node: &NodeSummary| {
            let busy = node
                .utilisation
                .map_or_else(String::new, |share| percent(self.reader.language, share));
            vec![
                node.name.clone().into(),
                node.done.into(),
                Cell::Rare(node.failed),
                Cell::Rare(node.rejected),
                busy.into(),
                decimal(self.reader.language, node.mean_waiting, 2).into(),
                u64::from(node.max_waiting).into(),
            ]
        };
        table(out, &headings, &nodes.iter().map(row).collect::<Vec<_>>());
    }

    /// What ended, how long it took and what waited, over time.
    fn course(self, out: &mut String, overview: &Overview) {
        let language = self.reader.language;
        let span = overview.span();
        let a_second = |count: u32| f64::from(count) / span.as_secs_f64().max(f64::MIN_POSITIVE);
        let rate = |most: f64| decimal(language, most, 1);
        let seconds = |most: f64| short(language, SimDuration::from_secs_f64(most));
        let whole = |most: f64| format!("{most:.0}");
        let lines: [Line<'_>; 4] = [
            (
                self.either("ended a second", "завершено в секунду"),
                &|bucket| a_second(bucket.done + bucket.failed),
                &rate,
            ),
            (
                self.either("failed a second", "неудачно в секунду"),
                &|bucket| a_second(bucket.failed),
                &rate,
            ),
            ("p99", &|bucket| bucket.p99.as_secs_f64(), &seconds),
            (
                self.either("waiting", "ждут"),
                &|bucket| f64::from(bucket.waiting),
                &whole,
            ),
        ];
        let width = lines.iter().map(|(name, ..)| name.chars().count()).max();
        let width = width.unwrap_or(0);
        let each = short(language, span);
        let title = match language {
            Language::En => format!("over time, {each} a character"),
            Language::Ru => format!("во времени, {each} на знак"),
        };
        let _ = writeln!(out, "{}", heading_of(&title));
        let bar = if self.reader.unicode { '│' } else { '|' };
        for (name, value, write) in lines {
            let values: Vec<f64> = overview.buckets().iter().map(value).collect();
            let most = values.iter().copied().fold(0.0, f64::max);
            let drawn = sparkline(&values, self.reader.unicode);
            let most = match language {
                Language::En => format!("at most {}", write(most)),
                Language::Ru => format!("не более {}", write(most)),
            };
            let _ = writeln!(out, "{name:<width$}  {bar}{drawn}{bar} {most}");
        }
        out.push('\n');
    }

    fn ledger(self, out: &mut String, summary: &Summary) {
        let ledger = &summary.ledger;
        let sent = [
            (self.either("sent", "отправлено"), ledger.sent),
            (self.either("copied", "продублировано"), ledger.duplicated),
            (self.either("delivered", "доставлено"), ledger.delivered),
            (self.either("late", "опоздало"), ledger.late),
            (self.either("rejected", "отклонено"), ledger.rejected),
            (self.either("lost", "потеряно"), ledger.lost),
            (self.either("in flight", "в пути"), summary.in_flight),
        ];
        let queued = [
            (self.either("enqueued", "поставлено"), ledger.enqueued),
            (
                self.either("acknowledged", "подтверждено"),
                ledger.acknowledged,
            ),
            (self.either("discarded", "отброшено"), ledger.discarded),
            (self.either("expired", "истекло"), ledger.expired),
        ];
        self.counts(out, self.either("messages", "сообщения"), &sent);
        if ledger.enqueued > 0 {
            self.counts(out, self.either("queues", "очереди"), &queued);
        }
    }

    fn counts(self, out: &mut String, of: &str, counts: &[(&str, u64)]) {
        let counts: Vec<String> = counts
            .iter()
            .map(|(name, count)| match self.reader.language {
                Language::En => format!("{count} {name}"),
                Language::Ru => format!("{name} {count}"),
            })
            .collect();
        let _ = writeln!(out, "{}: {}", heading_of(of), counts.join(", "));
    }

    fn outcome_headings(self) -> [&'static str; 11] {
        [
            "ok",
            self.either("declined", "отказы"),
            self.either("error", "ошибки"),
            self.either("refused", "не соединились"),
            self.either("reset", "обрывы"),
            self.either("full", "переполнение"),
            self.either("open", "разомкнут"),
            self.either("limited", "сверх лимита"),
            self.either("shed", "сброшены"),
            self.either("timeout", "таймауты"),
            self.either("invalid", "не тот тип"),
        ]
    }

    fn rate(self, a_second: f64) -> Cell {
        decimal(self.reader.language, a_second, 1).into()
    }

    fn spread(self, took: Spread) -> [Cell; 4] {
        let spans = [took.p50, took.p90, took.p99, took.p999];
        self.spans(took.max > SimDuration::ZERO, spans)
    }

    /// Percentiles; nothing where there is nothing to take them of.
    fn spans(self, any: bool, spans: [SimDuration; 4]) -> [Cell; 4] {
        spans.map(|span| {
            Cell::Shown(if any {
                short(self.reader.language, span)
            } else {
                String::new()
            })
        })
    }
}

/// A line over time: its name, what it draws, and how that is written.
type Line<'a> = (
    &'a str,
    &'a dyn Fn(&Bucket) -> f64,
    &'a dyn Fn(f64) -> String,
);

fn outcomes(outcomes: &Outcomes) -> [Cell; 11] {
    let Outcomes {
        ok,
        declined,
        error,
        refused,
        reset,
        full,
        open,
        limited,
        shed,
        timeout,
        invalid,
    } = *outcomes;
    [
        ok.into(),
        Cell::Rare(declined),
        Cell::Rare(error),
        Cell::Rare(refused),
        Cell::Rare(reset),
        Cell::Rare(full),
        Cell::Rare(open),
        Cell::Rare(limited),
        Cell::Rare(shed),
        Cell::Rare(timeout),
        Cell::Rare(invalid),
    ]
}
