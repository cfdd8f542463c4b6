//! What must hold: `properties` and `alerts`, and the questions they ask about the run.

use super::fields::{Decoder, Fields, Mentioned, shortened};
use super::timeline::within_horizon;
use crate::kernel::SimDuration;
use crate::scenario::diagnostic::{Expected, Feature, Problem, RefKind};
use crate::scenario::document::{Alert, Conserved, Named, Occasion, Property, Slo, When};
use crate::scenario::expr::{Expr, ExprKind, Expression, Function};
use crate::scenario::limits::{MAX_COUNT, MAX_FIGURES, MAX_PROPERTIES};
use crate::scenario::tree::Node;
use crate::scenario::units;

/// All properties.
pub(super) fn properties(d: &mut Decoder<'_>, node: &Node) -> Option<Named<Property>> {
    so_many(d, node)?;
    d.named(node, property)
}

/// All alerts.
pub(super) fn alerts(d: &mut Decoder<'_>, node: &Node) -> Option<Named<Alert>> {
    so_many(d, node)?;
    d.named(node, alert)
}

/// What is judged is kept in mind while a run goes on, so there are not too many of them.
fn so_many(d: &mut Decoder<'_>, node: &Node) -> Option<()> {
    let count = node.as_map().map_or(0, |map| map.entries.len());
    let limit = MAX_PROPERTIES;
    if count > limit {
        return d.error(node, Problem::TooMany { count, limit });
    }
    Some(())
}

fn property(d: &mut Decoder<'_>, node: &Node) -> Option<Property> {
    const KINDS: [&str; 12] = [
        "slo",
        "always",
        "never",
        "eventually",
        "leads-to",
        "at",
        "expectations",
        "no-loss",
        "at-most",
        "in-order",
        "conserved",
        "ends",
    ];
    let (kind, argument) = d.verb(node, &KINDS, &[], Expected::Map)?;
    d.within(kind, |d| match kind {
        "slo" => slo(d, argument).map(Property::Slo),
        "expectations" => d
            .reference(argument, RefKind::Client)
            .map(Property::Expectations),
        "always" => d.question(argument).map(Property::Always),
        "never" => d.question(argument).map(Property::Never),
        "conserved" => conserved(d, argument).map(Property::Conserved),
        _ => {
            let mut fields = Fields::open(d, argument, Expected::Map)?;
            let property = compound(d, kind, &mut fields);
            fields.close(d);
            property
        }
    })
}

fn slo(d: &mut Decoder<'_>, node: &Node) -> Option<Slo> {
    const PERCENTILES: [(&str, u16); 5] = [
        ("p50", 500),
        ("p90", 900),
        ("p95", 950),
        ("p99", 990),
        ("p999", 999),
    ];
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let of = fields.required(d, "of", |d, node| {
        let of = d.thing(node)?;
        // How long a message stays in a queue is no answer to anybody.
        if d.symbols().has(RefKind::Queue, &of) {
            return d.error(node, no_figure("slo", &of));
        }
        d.answers(node, &of)?;
        Some(of)
    });
    let mut latency = Vec::new();
    for (name, per_mille) in PERCENTILES {
        latency.extend(
            fields
                .optional(d, name, Decoder::duration)
                .map(|bound| (per_mille, bound)),
        );
    }
    let slo = Slo {
        of: String::new(),
        latency,
        error_rate: fields.optional(d, "error-rate", Decoder::share),
        availability: fields.optional(d, "availability", Decoder::share),
        throughput: fields.optional(d, "throughput", Decoder::rate),
        over: fields.optional(d, "over", Decoder::positive_duration),
    };
    fields.close(d);
    Some(Slo { of: of?, ..slo })
}

fn conserved(d: &mut Decoder<'_>, node: &Node) -> Option<Conserved> {
    if node.as_text() == Some("messages") {
        return Some(Conserved::Messages);
    }
    d.member(node, RefKind::Queue).map(Conserved::Queue)
}

fn compound(d: &mut Decoder<'_>, kind: &str, fields: &mut Fields<'_>) -> Option<Property> {
    match kind {
        "in-order" => {
            let of = fields.required(d, "of", |d, node| d.member(node, RefKind::Source));
            let per = fields.required(d, "per", Decoder::name);
            Some(Property::InOrder { of: of?, per: per? })
        }
        "no-loss" => {
            let from = fields.required(d, "from", place);
            let to = fields.required(d, "to", place);
            let within = fields.optional(d, "within", Decoder::duration);
            Some(Property::NoLoss {
                from: from?,
                to: to?,
                within,
            })
        }
        "at-most" => {
            let times = fields.required(d, "times", |d, node| d.small(node, 0, MAX_COUNT));
            let of = fields.required(d, "of", place);
            let per = fields.required(d, "per", Decoder::name);
            Some(Property::AtMost {
                times: times?,
                of: of?,
                per: per?,
            })
        }
        "ends" => {
            let saga = fields.required(d, "saga", |d, node| d.reference(node, RefKind::Saga));
            let within = fields.required(d, "within", Decoder::duration);
            Some(Property::Ends {
                saga: saga?,
                within: within?,
            })
        }
        "at" => {
            let moment = fields.required(d, "moment", when);
            let expect = fields.required(d, "expect", Decoder::question);
            Some(Property::At {
                moment: moment?,
                expect: expect?,
            })
        }
        "leads-to" => {
            let from = fields.required(d, "from", occasion);
            let to = fields.required(d, "to", occasion);
            let within = fields.required(d, "within", Decoder::duration);
            Some(Property::LeadsTo {
                from: from?,
                to: to?,
                within: within?,
            })
        }
        _ => {
            let expect = fields.required(d, "expect", Decoder::question);
            let within = fields.required(d, "within", Decoder::duration);
            Some(Property::Eventually {
                expect: expect?,
                within: within?,
            })
        }
    }
}

/// Where something enters, comes out, or is done.
fn place(d: &mut Decoder<'_>, node: &Node) -> Option<String> {
    let text = d.thing(node)?;
    if !d.symbols().has(RefKind::Queue, &text) {
        d.answers(node, &text)?;
    }
    Some(text)
}

/// A thing by its name, or a question.
fn occasion(d: &mut Decoder<'_>, node: &Node) -> Option<Occasion> {
    let text = node.as_text().unwrap_or_default();
    if d.symbols().has(RefKind::Thing, text) || is_reference(text) {
        place(d, node).map(Occasion::Thing)
    } else {
        d.question(node).map(Occasion::Question)
    }
}

/// Whether a text can only be the name of a thing: no expression is a lone lookup that answers
/// yes or no.
fn is_reference(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(units::is_name)
}

fn when(d: &mut Decoder<'_>, node: &Node) -> Option<When> {
    let at = match node.as_text().and_then(units::date) {
        // Before the run there is only what is said to have happened, such as events.
        Some(date) if d.epoch.is_some_and(|epoch| date.0 < epoch.0) => {
            d.need(node, Feature::Properties);
            return Some(When::Date(date));
        }
        _ => d.moment(node)?,
    };
    within_horizon(d, node, at);
    Some(When::Time(at))
}

fn alert(d: &mut Decoder<'_>, node: &Node) -> Option<Alert> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let when = fields.required(d, "when", Decoder::question);
    let lasts = fields
        .optional(d, "for", Decoder::duration)
        .unwrap_or(SimDuration::ZERO);
    fields.close(d);
    Some(Alert { when: when?, lasts })
}

fn no_figure(figure: &str, of: &str) -> Problem {
    Problem::NoFigure {
        figure: figure.to_owned(),
        of: shortened(of),
    }
}

impl Decoder<'_> {
    /// A question about the run: an expression whose names are arguments of its figures.
    pub(super) fn question(&mut self, node: &Node) -> Option<Expression> {
        let expression = self.expression(node)?;
        self.asked(node, expression.source(), expression.root())?;
        Some(expression)
    }

    fn asked(&mut self, node: &Node, source: &str, part: &Expr) -> Option<()> {
        match &part.kind {
            ExprKind::Function { function, args, .. } if function.is_of_the_run() => {
                let of = args
                    .first()
                    .map(|arg| arg.span.start as usize..arg.span.end as usize);
                let of = of.and_then(|range| source.get(range)).unwrap_or_default();
                self.figure(node, *function, of)
            }
            ExprKind::Name(_) | ExprKind::Lookup(..) => {
                let range = part.span.start as usize..part.span.end as usize;
                let name = source.get(range).unwrap_or_default();
                let owner = name.split('.').next().unwrap_or_default();
                if self.symbols().has(RefKind::Thing, owner) {
                    // What is in stores and streams is not in the records of a run.
                    self.need(node, Feature::Figures);
                    // A value may begin with `=`, which is no part of the expression.
                    let before = node.as_text().map_or(0, str::len) - source.len();
                    let start = before + part.span.start as usize;
                    let (kind, name) = (RefKind::Thing, owner.to_owned());
                    self.mention(
                        node,
                        start..start + owner.len(),
                        Mentioned::Thing { kind, name },
                    );
                    return Some(());
                }
                let nearest = self.nearest_thing(owner);
                let found = shortened(owner);
                self.error(node, Problem::UnknownName { found, nearest })
            }
            _ => {
                let mut known = Some(());
                for part in part.parts() {
                    known = known.and(self.asked(node, source, part));
                }
                known
            }
        }
    }

    /// Checks that `function` has a value for the thing called `of`.
    fn figure(&mut self, node: &Node, function: Function, of: &str) -> Option<()> {
        self.figures += 1;
        let (count, limit) = (self.figures, MAX_FIGURES);
        if count > limit {
            return self.error(node, Problem::TooMany { count, limit });
        }
        let symbols = self.symbols();
        let has = |kinds: &[RefKind]| kinds.iter().any(|kind| symbols.has(*kind, of));
        let instance = self.is_instance(of);
        if !instance && !symbols.has(RefKind::Thing, of) {
            let nearest = self.nearest_thing(of);
            let problem = Problem::UnknownReference {
                wanted: RefKind::Thing,
                found: shortened(of),
                nearest,
            };
            return self.error(node, problem);
        }
        let fits = match function {
            Function::State if self.breakers.contains(of) => true,
            Function::Depth | Function::State => {
                has(&[RefKind::Queue, RefKind::Service, RefKind::Store]) || instance
            }
            Function::Busy => has(&[RefKind::Service, RefKind::Store]) || instance,
            Function::Rate | Function::ErrorRate if has(&[RefKind::Queue]) => true,
            Function::Lag => false,
            _ if instance => true,
            _ if has(&[RefKind::Queue]) => false,
            _ => return self.answers(node, of),
        };
        if fits {
            return Some(());
        }
        let later = [
            RefKind::Aggregate,
            RefKind::Projection,
            RefKind::Saga,
            RefKind::Topic,
            RefKind::Group,
            RefKind::Stream,
            RefKind::Exchange,
        ];
        if has(&later) {
            self.need(node, Feature::Figures);
            return Some(());
        }
        self.error(node, no_figure(function.name(), of))
    }

    /// Checks that the thing called `of` answers somebody: a client's journeys count as well.
    fn answers(&mut self, node: &Node, of: &str) -> Option<()> {
        use RefKind::{
            Aggregate, Channel, Client, Endpoint, Exchange, Group, Link, Marks, Note, Participant,
            Policy, Projection, Property, Saga, Service, Store, Stream, Table, Topic, Type,
        };
        let symbols = self.symbols();
        let has = |kinds: &[RefKind]| kinds.iter().any(|kind| symbols.has(*kind, of));
        if has(&[Client, Service, Endpoint, Store, Table]) {
            return Some(());
        }
        if has(&[
            Aggregate, Projection, Saga, Topic, Group, Stream, Marks, Channel, Exchange,
        ]) {
            self.need(node, Feature::Figures);
            return Some(());
        }
        // What is left of the things are subscriptions and jobs.
        if has(&[Policy, Type, Note, Property, Link, Participant]) {
            return self.error(node, no_figure("rate", of));
        }
        Some(())
    }

    /// Whether `text` names an instance of a service, such as `shop.2`.
    fn is_instance(&self, text: &str) -> bool {
        text.rsplit_once('.').is_some_and(|(service, number)| {
            let instances = self.instances.get(service);
            let number = number.parse::<u32>().ok();
            instances
                .zip(number)
                .is_some_and(|(all, number)| (1..=*all).contains(&number))
        })
    }

    fn nearest_thing(&self, found: &str) -> Option<String> {
        self.advice(found, self.symbols().names(RefKind::Thing))
    }
}
