//! What is shown and what people do: `costs`, `board`, `story`, `tasks`, `views`, `layout`.

use indexmap::IndexMap;

use super::fields::{Decoder, Fields};
use super::timeline::within_horizon;
use crate::scenario::diagnostic::{Expected, Problem, RefKind};
use crate::scenario::document::{
    Board, Cost, Named, Note, NoteKind, Share, StoryEntry, Task, View, ViewKind,
};
use crate::scenario::limits::{FASTEST_PLAYBACK, MAX_SEEDS, SLOWEST_PLAYBACK};
use crate::scenario::tree::Node;
use crate::scenario::units;

pub(super) fn costs(d: &mut Decoder<'_>, node: &Node) -> Option<Named<Cost>> {
    d.named(node, |d, node| {
        let text = node.as_text().unwrap_or_default();
        if let Some(cost) = units::per_byte(text) {
            return Some(Cost::PerByte(cost));
        }
        match units::nanos(text) {
            Some(_) => d.duration(node).map(Cost::Fixed),
            None => d.unexpected(node, Expected::Cost),
        }
    })
}

pub(super) fn board(d: &mut Decoder<'_>, node: &Node) -> Option<Board> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let notes = fields
        .optional(d, "notes", |d, node| d.named(node, note))
        .unwrap_or_default();
    let flow =
        |d: &mut Decoder<'_>, node: &Node| d.list(node, |d, node| d.reference(node, RefKind::Note));
    let flows = fields
        .optional(d, "flows", |d, node| d.list(node, flow))
        .unwrap_or_default();
    fields.close(d);
    Some(Board { notes, flows })
}

fn note(d: &mut Decoder<'_>, node: &Node) -> Option<Note> {
    const KINDS: [(&str, NoteKind); 8] = [
        ("event", NoteKind::Event),
        ("command", NoteKind::Command),
        ("actor", NoteKind::Actor),
        ("aggregate", NoteKind::Aggregate),
        ("policy", NoteKind::Policy),
        ("read-model", NoteKind::ReadModel),
        ("external", NoteKind::External),
        ("hotspot", NoteKind::Hotspot),
    ];
    let (word, argument) = d.verb(
        node,
        &KINDS.map(|(word, _)| word),
        &["at", "is"],
        Expected::Map,
    )?;
    let kind = KINDS
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, kind)| *kind)?;
    let text = d.within(word, |d| d.text(argument));
    let at = match node.get("at") {
        Some(at) => d.within("at", |d| position(d, at)),
        None => {
            return d.error(
                node,
                Problem::Missing {
                    field: "at".to_owned(),
                },
            );
        }
    };
    let is = node.get("is").map(|is| d.within("is", |d| d.thing(is)));
    Some(Note {
        kind,
        text: text?,
        at: at?,
        is: is.flatten(),
    })
}

/// Where nodes stand. A node is a client, a service, a store or a queue.
pub(super) fn layout(d: &mut Decoder<'_>, node: &Node) -> Option<IndexMap<String, [i32; 2]>> {
    let mut places = IndexMap::new();
    for entry in d.entries(node)? {
        let place = d.within(&entry.key, |d| {
            let key = Node {
                span: entry.key_span,
                ..Node::scalar(entry.key.as_str())
            };
            let wanted = if entry.key.contains('.') {
                RefKind::Channel
            } else {
                RefKind::Participant
            };
            d.known(&key, wanted, &entry.key)?;
            position(d, &entry.value)
        });
        places.extend(place.map(|place| (entry.key.clone(), place)));
    }
    Some(places)
}

fn position(d: &mut Decoder<'_>, node: &Node) -> Option<[i32; 2]> {
    const FARTHEST: i32 = 1_000_000;
    let coordinates: Vec<i32> = node
        .as_list()
        .unwrap_or_default()
        .iter()
        .filter_map(|item| {
            units::whole(item.as_text()?).and_then(|number| i32::try_from(number).ok())
        })
        .filter(|number| (-FARTHEST..=FARTHEST).contains(number))
        .collect();
    match <[i32; 2]>::try_from(coordinates) {
        Ok(position) if node.as_list().is_some_and(|list| list.len() == 2) => Some(position),
        _ => d.unexpected(node, Expected::Position),
    }
}

pub(super) fn story(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<StoryEntry>> {
    d.list(node, |d, node| {
        let mut fields = Fields::open(d, node, Expected::Map)?;
        let at = fields.required(d, "at", Decoder::moment);
        let say = fields.required(d, "say", Decoder::text);
        let show = fields
            .optional(d, "show", |d, node| d.one_or_many(node, shown))
            .unwrap_or_default();
        let pause = fields
            .optional(d, "pause", Decoder::bool)
            .unwrap_or_default();
        let speed = fields.optional(d, "speed", |d, node| {
            d.real_within(node, SLOWEST_PLAYBACK, FASTEST_PLAYBACK)
        });
        if let (Some(at), Some(written)) = (at, node.get("at")) {
            d.within("at", |d| within_horizon(d, written, at));
        }
        fields.close(d);
        Some(StoryEntry {
            at: at?,
            say: say?,
            show,
            pause,
            speed,
        })
    })
}

/// What a moment of the story is about: a thing, an instance of a service, or a knob.
fn shown(d: &mut Decoder<'_>, node: &Node) -> Option<String> {
    let text = d.string(node)?;
    let is_instance = text.rsplit_once('.').is_some_and(|(service, number)| {
        let instances = d.instances.get(service);
        let number = number.parse::<u32>().ok();
        instances
            .zip(number)
            .is_some_and(|(all, number)| (1..=*all).contains(&number))
    });
    match text.rsplit_once('.') {
        Some((service, _)) if is_instance => d.known(node, RefKind::Service, service)?,
        _ => d.known(node, RefKind::Shown, &text)?,
    }
    Some(text)
}

pub(super) fn task(d: &mut Decoder<'_>, node: &Node) -> Option<Task> {
    let mut fields = Fields::open(d, node, Expected::Map)?;
    let goal = fields.required(d, "goal", Decoder::text);
    let editable = fields.required(d, "editable", |d, node| d.one_or_many(node, Decoder::path));
    let holds = fields.required(d, "holds", |d, node| {
        d.one_or_many(node, |d, node| d.reference(node, RefKind::Property))
    });
    let seeds = fields
        .optional(d, "seeds", |d, node| d.small(node, 1, MAX_SEEDS))
        .unwrap_or(1);
    let pass = fields
        .optional(d, "pass", Decoder::share)
        .unwrap_or(Share::ALL);
    fields.close(d);
    Some(Task {
        goal: goal?,
        editable: editable?,
        holds: holds?,
        seeds,
        pass,
    })
}

pub(super) fn views(d: &mut Decoder<'_>, node: &Node) -> Option<Vec<View>> {
    d.one_or_many(node, view)
}

fn view(d: &mut Decoder<'_>, node: &Node) -> Option<View> {
    const KINDS: [(&str, ViewKind); 13] = [
        ("flow", ViewKind::Flow),
        ("sequence", ViewKind::Sequence),
        ("states", ViewKind::States),
        ("partitions", ViewKind::Partitions),
        ("exchanges", ViewKind::Exchanges),
        ("saga", ViewKind::Saga),
        ("events", ViewKind::Events),
        ("read-models", ViewKind::ReadModels),
        ("board", ViewKind::Board),
        ("requests", ViewKind::Requests),
        ("metrics", ViewKind::Metrics),
        ("log", ViewKind::Log),
        ("compare", ViewKind::Compare),
    ];
    if node.as_text().is_some() {
        return d.word(node, &KINDS).map(|kind| View {
            kind,
            of: Vec::new(),
        });
    }
    let (word, argument) = d.verb(node, &KINDS.map(|(word, _)| word), &[], Expected::View)?;
    let kind = KINDS
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, kind)| *kind)?;
    let of = d.within(word, |d| {
        d.one_or_many(argument, |d, node| subject(d, node, kind))
    })?;
    Some(View { kind, of })
}

/// What a view is about. A stream of events is named by its aggregate and number
/// (`account.1`), a run to compare with by its variant.
fn subject(d: &mut Decoder<'_>, node: &Node, kind: ViewKind) -> Option<String> {
    let text = d.string(node)?;
    match kind {
        ViewKind::Compare if text == "base" => {}
        ViewKind::Compare => d.known(node, RefKind::Variant, &text)?,
        ViewKind::Events => {
            let aggregate = text
                .split_once('.')
                .map_or(text.as_str(), |(aggregate, _)| aggregate);
            d.known(node, RefKind::Aggregate, aggregate)?;
        }
        _ => d.known(node, RefKind::Thing, &text)?,
    }
    Some(text)
}
