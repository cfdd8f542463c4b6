//! `clients`: loads and journeys.

use super::fields::{Decoder, Fields};
use super::steps::steps;
use crate::scenario::diagnostic::{Expected, Feature, Place, Problem};
use crate::scenario::document::{Arrivals, Client, DurationDistribution, Load};
use crate::scenario::limits::{MAX_COUNT, MAX_USERS};
use crate::scenario::tree::Node;

pub(super) fn client(d: &mut Decoder<'_>, node: &Node) -> Option<Client> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    d.place = Place::Journey;
    d.publishes_to = None;
    let title = fields
        .optional(d, "title", Decoder::text)
        .unwrap_or_default();
    let load = if fields.has("users") && fields.has("arrivals") {
        d.error(
            node,
            Problem::SeveralVerbs {
                found: vec!["arrivals".to_owned(), "users".to_owned()],
            },
        )
    } else if fields.has("users") {
        d.need(node, Feature::ClosedLoad);
        let users = fields.required(d, "users", |d, node| d.small(node, 1, MAX_USERS));
        let think = fields.optional(d, "think", Decoder::distribution);
        let think = think.unwrap_or(DurationDistribution::Constant(
            crate::kernel::SimDuration::ZERO,
        ));
        users.map(|users| Load::Closed { users, think })
    } else {
        fields.required(d, "arrivals", arrivals).map(Load::Open)
    };
    let journey = fields.required(d, "do", steps);
    fields.close(d);
    Some(Client {
        title,
        load: load?,
        journey: journey?,
    })
}

fn arrivals(d: &mut Decoder<'_>, node: &Node) -> Option<Arrivals> {
    if let Some(text) = node.as_text() {
        return match text.split_once(' ') {
            Some(("poisson", rate)) => d.rate_of(node, rate).map(Arrivals::Poisson),
            Some(("constant", rate)) => d.rate_of(node, rate).map(Arrivals::Constant),
            _ => d.unexpected(node, Expected::Arrivals),
        };
    }
    let (verb, argument) = d.verb(
        node,
        &["poisson", "constant", "ramp", "burst"],
        &[],
        Expected::Arrivals,
    )?;
    d.within(verb, |d| match verb {
        "poisson" => d.rate(argument).map(Arrivals::Poisson),
        "constant" => d.rate(argument).map(Arrivals::Constant),
        "ramp" => {
            d.need(argument, Feature::Ramp);
            let mut fields = Fields::open(d, argument, Expected::Map)?;
            let from = fields.required(d, "from", Decoder::rate);
            let to = fields.required(d, "to", Decoder::rate);
            let over = fields.required(d, "over", Decoder::positive_duration);
            fields.close(d);
            Some(Arrivals::Ramp {
                from: from?,
                to: to?,
                over: over?,
            })
        }
        _ => {
            d.need(argument, Feature::Ramp);
            let mut fields = Fields::open(d, argument, Expected::Map)?;
            let size = fields.required(d, "size", |d, node| d.small(node, 1, MAX_COUNT));
            let every = fields.required(d, "every", Decoder::positive_duration);
            fields.close(d);
            Some(Arrivals::Burst {
                size: size?,
                every: every?,
            })
        }
    })
}
