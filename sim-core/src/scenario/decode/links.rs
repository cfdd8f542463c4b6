//! `links`: what the network between two things is like.

use super::fields::{Decoder, Fields};
use crate::scenario::diagnostic::{Expected, RefKind};
use crate::scenario::document::{Link, LinkSettings, Links, Name};
use crate::scenario::tree::Node;

pub(super) fn links(d: &mut Decoder<'_>, node: &Node) -> Option<Links> {
    let default = node
        .get("default")
        .and_then(|node| d.within("default", |d| default(d, node)))
        .unwrap_or_default();
    let named = d.named(node, link)?;
    Some(Links { default, named })
}

fn default(d: &mut Decoder<'_>, node: &Node) -> Option<LinkSettings> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let settings = settings(d, &mut fields);
    fields.close(d);
    Some(settings)
}

fn link(d: &mut Decoder<'_>, node: &Node) -> Option<Link> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let from = fields.required(d, "from", end);
    let to = fields.required(d, "to", end);
    let settings = settings(d, &mut fields);
    fields.close(d);
    Some(Link {
        from: from?,
        to: to?,
        settings,
    })
}

fn end(d: &mut Decoder<'_>, node: &Node) -> Option<Name> {
    d.reference(node, RefKind::Participant)
}

fn settings(d: &mut Decoder<'_>, fields: &mut Fields<'_>) -> LinkSettings {
    let latency = fields.optional(d, "latency", Decoder::distribution);
    let loss = fields.optional(d, "loss", Decoder::share);
    let duplicate = fields.optional(d, "duplicate", Decoder::share);
    let reordering = fields.optional(d, "reordering", Decoder::share);
    let bandwidth = fields.optional(d, "bandwidth", Decoder::bandwidth);
    LinkSettings {
        latency,
        loss,
        duplicate,
        reordering,
        bandwidth,
    }
}
