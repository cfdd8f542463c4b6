//! `clients`: loads and journeys.

use super::fields::{Decoder, Fields};
use super::steps::steps;
use crate::scenario::diagnostic::{Expected, Place, Problem};
use crate::scenario::document::{Client, DurationDistribution, Load};
use crate::scenario::limits::MAX_USERS;
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
        let users = fields.required(d, "users", |d, node| d.small(node, 1, MAX_USERS));
        let think = fields.optional(d, "think", Decoder::distribution);
        let think = think.unwrap_or(DurationDistribution::Constant(
            crate::kernel::SimDuration::ZERO,
        ));
        users.map(|users| Load::Closed { users, think })
    } else {
        fields
            .required(d, "arrivals", Decoder::arrivals)
            .map(Load::Open)
    };
    let journey = fields.required(d, "do", steps);
    fields.close(d);
    Some(Client {
        title,
        load: load?,
        journey: journey?,
    })
}
