//! Words: what is looked at is called so, what stands under the cursor, and what a chart says to
//! those who do not see it.

use interplay_protocol::Stage;
use sim_core::kernel::{SimDuration, SimTime};
use sim_core::observe::series::{Subject, heat_bounds};
use sim_core::world::NodeId;

use super::axis::Axis;
use super::charts::{Chart, Line};
use super::paint::Source;
use crate::i18n::{Locale, count, duration, moment, text};
use crate::player::Stretch;
use crate::timeline::scale::{Scale, decimals};
use crate::views::flow::scene::title;

/// Where nothing is known.
const NOTHING: &str = "–";
/// States that a summary names.
const MOST_STATES: usize = 12;

/// What is looked at.
pub(super) fn subject(locale: Locale, stage: &Stage, subject: Subject) -> String {
    let topology = &stage.topology;
    let node = |id: NodeId| {
        let node = topology.nodes.get(id.index());
        node.map(|node| title(node, locale)).unwrap_or_default()
    };
    match subject {
        Subject::All => text!(locale, metrics.all),
        Subject::Node(id) => node(id),
        Subject::Endpoint(id) => topology
            .endpoints
            .get(id.index())
            .map_or_else(String::new, |endpoint| endpoint.name.clone()),
        Subject::Edge(id) => topology
            .edges
            .get(id.index())
            .map_or_else(String::new, |edge| {
                format!("{} → {}", node(edge.from), node(edge.to))
            }),
    }
}

/// From when to when something lasts, to be told apart in steps of `span`.
pub(super) fn stretch(locale: Locale, seen: Stretch, span: SimDuration) -> String {
    let decimals = decimals(span);
    format!(
        "{} – {}",
        moment(locale, seen.from, decimals),
        moment(locale, seen.until, decimals)
    )
}

/// The value of a line at a moment.
pub(super) fn value(
    locale: Locale,
    source: &Source,
    chart: Chart,
    line: &Line,
    at: SimTime,
) -> String {
    let series = source.series;
    let found = series.place(at).and_then(|place| {
        let begins = series.begins(place);
        let ends = series.begins(place + 1).min(series.to);
        let secs = ends.since(begins).as_secs_f64();
        let point = series.points.get(place).filter(|_| secs > 0.0)?;
        (line.value)(point, secs)
    });
    found.map_or_else(
        || NOTHING.to_owned(),
        |value| chart.unit().say(locale, value),
    )
}

/// How many took as long as the height of a place in the heat map says.
pub(super) fn heat(
    locale: Locale,
    source: &Source,
    axis: &Axis,
    at: SimTime,
    share: f64,
) -> Option<String> {
    let series = source.series;
    let point = series.points.get(series.place(at)?)?;
    let wanted = SimDuration::from_secs_f64(axis.value(share));
    let (bounds, count_of) = (0..sim_core::observe::series::HEAT_ROWS)
        .map(|row| (heat_bounds(row), row))
        .find(|((from, until), _)| *from <= wanted && wanted < *until)
        .map(|(bounds, row)| {
            let found = point.heat.iter().find(|(other, _)| *other == row);
            (bounds, found.map_or(0, |(_, count)| *count))
        })?;
    Some(format!(
        "{} – {}: {}",
        duration(locale, bounds.0),
        duration(locale, bounds.1),
        count(count_of.into())
    ))
}

/// The state of everything that has states at a moment.
pub(super) fn states(locale: Locale, source: &Source, at: SimTime) -> Vec<(String, String)> {
    let rows = source.rows(locale).into_iter();
    rows.map(|row| {
        let state = row.state_at(at).to_owned();
        (row.name, state)
    })
    .collect()
}

/// What a chart shows, in words.
pub(super) fn summary(locale: Locale, source: &Source, chart: Chart, scale: &Scale) -> String {
    let seen = scale.seen;
    let parts: Vec<String> = if chart == Chart::States {
        let rows = source.rows(locale).into_iter();
        let spans = rows.flat_map(|row| {
            let name = row.name;
            row.spans.into_iter().map(move |span| (name.clone(), span))
        });
        spans
            .filter(|(_, span)| span.from < seen.until && span.until > seen.from)
            .take(MOST_STATES)
            .map(|(name, span)| {
                text!(
                    locale,
                    metrics.summary_state,
                    name = name,
                    state = span.said,
                    from = moment(locale, span.from, 1),
                    to = moment(locale, span.until, 1)
                )
            })
            .collect()
    } else {
        let lines = source.lines(chart, scale).into_iter();
        lines
            .filter_map(|line| range(locale, source, chart, line, scale))
            .collect()
    };
    let said = if parts.is_empty() {
        text!(locale, metrics.nothing)
    } else {
        parts.join("; ")
    };
    format!("{}. {said}", chart.title(locale))
}

/// Between which values a line lies, and when it is highest.
fn range(
    locale: Locale,
    source: &Source,
    chart: Chart,
    line: &Line,
    scale: &Scale,
) -> Option<String> {
    let mut found: Option<(f64, f64, usize)> = None;
    for (place, point, secs) in source.seen(scale) {
        if let Some(value) = (line.value)(point, secs) {
            let (least, most, at) = found.unwrap_or((value, value, place));
            let at = if value > most { place } else { at };
            found = Some((least.min(value), most.max(value), at));
        }
    }
    let (least, most, at) = found?;
    let unit = chart.unit();
    Some(text!(
        locale,
        metrics.summary_line,
        name = (line.words)(locale),
        least = unit.say(locale, least),
        most = unit.say(locale, most),
        at = moment(locale, source.series.begins(at), 1)
    ))
}
