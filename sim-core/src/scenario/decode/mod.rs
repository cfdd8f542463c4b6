//! From tree to document: every section by its grammar.
//!
//! An expanded tree and the names it declares flow in; the document, everything wrong
//! with it and everything it needs that cannot be run yet flow out. Reading goes on
//! after an error, so that all of them are told at once; a document comes out only if
//! there was none. References are checked here, where their place in the text is at hand.

mod brokers;
mod care;
mod checks;
mod clients;
mod data_steps;
mod distributions;
mod fields;
mod kafka;
mod links;
mod policies;
mod properties;
mod sagas;
mod scalars;
mod services;
mod steps;
mod stores;
mod timeline;
mod types;
mod values;

pub(crate) use fields::{Mention, Mentioned, Need, Outcome};
pub(crate) use scalars::setting_path;
pub(crate) use timeline::is_none;

use super::diagnostic::{Expected, Feature, Problem};
use super::document::{Document, Links, Name, Policy};
use super::limits::MAX_HORIZON;
use super::symbols::Symbols;
use super::tree::{Node, Span};
use super::units;
use crate::kernel::SimDuration;
use fields::{Decoder, Fields};

/// What a document lasts if it does not say.
const DEFAULT_HORIZON: SimDuration = SimDuration::from_secs(60);

/// Reads a whole document. What is wrong and what is needed stays in the decoder.
pub(crate) fn decode(root: &Node, symbols: &Symbols) -> (Option<Document>, Outcome) {
    let mut decoder = Decoder::new(symbols);
    let document = document(&mut decoder, root);
    let outcome = decoder.finish();
    let clean = !outcome
        .found
        .iter()
        .any(|found| found.severity == super::diagnostic::Severity::Error);
    (document.filter(|_| clean), outcome)
}

/// Every place in which a document speaks of things and settings that are there.
pub(crate) fn mentions(root: &Node, symbols: &Symbols) -> Vec<Mention> {
    let mut decoder = Decoder::taking_notes(symbols);
    document(&mut decoder, root);
    decoder.take_mentions()
}

#[expect(clippy::too_many_lines, reason = "a line or two for each section")]
fn document(d: &mut Decoder<'_>, root: &Node) -> Option<Document> {
    let mut fields = Fields::open(d, root, Expected::Map)?;
    fields.required(d, "scenario", Decoder::format);
    let title = fields
        .optional(d, "title", Decoder::text)
        .unwrap_or_default();
    let description = fields
        .optional(d, "description", Decoder::text)
        .unwrap_or_default();
    let seed = fields
        .optional(d, "seed", |d, node| d.count(node, 0, u64::MAX))
        .unwrap_or_default();
    let horizon = fields
        .optional(d, "horizon", |d, node| {
            d.duration_within(node, SimDuration::from_nanos(1), MAX_HORIZON)
        })
        .unwrap_or(DEFAULT_HORIZON);
    d.horizon = horizon;
    let warm_up = fields
        .optional(d, "warm-up", |d, node| {
            d.duration_within(node, SimDuration::ZERO, horizon)
        })
        .unwrap_or_default();
    d.epoch = fields.optional(d, "epoch", Decoder::date);
    let types = fields
        .optional(d, "types", types::types)
        .unwrap_or_default();
    let services = fields
        .optional(d, "services", |d, node| d.named(node, services::service))
        .unwrap_or_default();
    d.instances = services
        .iter()
        .map(|(name, service)| {
            let most = service.scale.as_ref().map_or(0, |scale| scale.max);
            (name.as_str().to_owned(), service.instances.max(most))
        })
        .collect();
    let clients = fields
        .optional(d, "clients", |d, node| d.named(node, clients::client))
        .unwrap_or_default();
    let stores = fields
        .optional(d, "stores", |d, node| d.named(node, stores::store))
        .unwrap_or_default();
    let aggregates = fields
        .optional(d, "aggregates", |d, node| d.named(node, stores::aggregate))
        .unwrap_or_default();
    let projections = fields
        .optional(d, "projections", |d, node| {
            d.named(node, stores::projection)
        })
        .unwrap_or_default();
    let brokers = fields
        .optional(d, "brokers", |d, node| d.named(node, brokers::broker))
        .unwrap_or_default();
    let sagas = fields
        .optional(d, "sagas", |d, node| d.named(node, sagas::saga))
        .unwrap_or_default();
    let policies = fields
        .optional(d, "policies", |d, node| d.named(node, policies::policy))
        .unwrap_or_default();
    d.breakers = policies
        .iter()
        .filter(|(_, policy)| matches!(policy, Policy::Breaker(_)))
        .map(|(name, _)| name.as_str().to_owned())
        .collect();
    policies::chains_end(d, fields.get("policies"), &policies);
    let links = fields
        .optional(d, "links", links::links)
        .unwrap_or_else(Links::default);
    let costs = fields
        .optional(d, "costs", checks::costs)
        .unwrap_or_default();
    let board = fields
        .optional(d, "board", checks::board)
        .unwrap_or_default();
    let timeline = fields
        .optional(d, "timeline", timeline::timeline)
        .unwrap_or_default();
    let properties = fields
        .optional(d, "properties", properties::properties)
        .unwrap_or_default();
    let alerts = fields
        .optional(d, "alerts", properties::alerts)
        .unwrap_or_default();
    let knobs = fields
        .optional(d, "knobs", |d, node| d.named(node, timeline::knob))
        .unwrap_or_default();
    let story = fields
        .optional(d, "story", checks::story)
        .unwrap_or_default();
    let tasks = fields
        .optional(d, "tasks", |d, node| d.named(node, checks::task))
        .unwrap_or_default();
    let variants = fields
        .optional(d, "variants", |d, node| d.named(node, timeline::changes))
        .unwrap_or_default();
    let views = fields
        .optional(d, "views", checks::views)
        .unwrap_or_default();
    let layout = fields
        .optional(d, "layout", checks::layout)
        .unwrap_or_default();
    if title.is_empty() {
        let start = Span {
            end: root.span.start,
            ..root.span
        };
        d.warning(start, Problem::NoTitle);
    }
    // The queue's own cost is the only one that something is charged with so far.
    if let Some(node) = fields.get("costs") {
        const CHARGED: [&str; 5] = [
            "rabbitmq-publish",
            "table-read",
            "table-write",
            "table-scan",
            "table-commit",
        ];
        let charged = |name: &Name| CHARGED.contains(&name.as_str());
        d.within("costs", |d| {
            d.need_if(!costs.keys().all(charged), node, Feature::Costs);
        });
    }
    fields.close(d);
    Some(Document {
        title,
        description,
        seed,
        horizon,
        warm_up,
        epoch: d.epoch,
        types,
        clients,
        services,
        stores,
        aggregates,
        projections,
        brokers,
        sagas,
        policies,
        links,
        costs,
        board,
        timeline,
        knobs,
        properties,
        alerts,
        story,
        tasks,
        variants,
        views,
        layout,
    })
}

impl Decoder<'_> {
    /// The version of the format.
    fn format(&mut self, node: &Node) -> Option<()> {
        match node.as_text().and_then(units::whole) {
            Some(1) => Some(()),
            Some(other) => self.error(
                node,
                Problem::Version {
                    found: other.to_string(),
                },
            ),
            None => self.unexpected(node, Expected::Format),
        }
    }
}
