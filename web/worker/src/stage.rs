//! The stage: what is seen of a scenario before anything happens.
//!
//! A scenario that can be run flows in; who there is, where they stand, what may be turned
//! and what will happen flow out.

use interplay_protocol::{
    EntryKind, EntryView, GroupView, KnobView, Later, Remark, Stage, TaskView,
};
use sim_core::layout::{
    Column, Graph, Layout, NodeBox, Options, Point, Rect, Route, Size, Trunk, lay_out_grouped,
    with_places,
};
use sim_core::scenario::document::{
    Document, Fault, Happening, Knob, Name, Strategy, Target, Text, TimelineEntry,
};
use sim_core::scenario::tree::{self, Node as Tree};
use sim_core::scenario::{Quantity, Scenario, SettingPath};
use sim_core::sketch::Sketch;
use sim_core::world::{Node, NodeId, NodeKind, Run, Topology};

use crate::groups;
use crate::story;
use crate::trial;

/// How high a node is drawn, in pixels: a name and two gauges.
const NODE_HEIGHT: f32 = 90.0;
/// How wide a node is drawn, at least and at most.
const NODE_WIDTH: (f32, f32) = (148.0, 260.0);
/// About how wide a letter of a name is, in pixels, and one that is not of ASCII (Cyrillic is
/// wider); the page cuts names that are longer.
const LETTER: f32 = 9.2;
const WIDE_LETTER: f32 = 10.6;
/// What a name shares its line with: the sign of its kind, and room at both ends.
const BESIDE_NAME: f32 = 52.0;
/// The number of instances, if there are several.
const INSTANCES: f32 = 30.0;
/// Room between columns, so that a message on its way can be followed.
const LAYER_GAP: f32 = 84.0;
/// The same when the flow goes downwards, and the room between nodes side by side.
const TALL_LAYER_GAP: f32 = 64.0;
const TALL_NODE_GAP: f32 = 20.0;

/// The stage of `scenario`, which was made from `original` by changing settings, and that from
/// the text of its `author` if it is not that text.
pub(crate) fn of(
    original: &Scenario,
    scenario: &Scenario,
    author: Option<&str>,
    run: &Run,
) -> Stage {
    let document = scenario.document();
    let topology = run.topology().clone();
    let shown: Vec<_> = (0..topology.nodes.len() as u32)
        .map(NodeId)
        .filter(|node| topology.is_shown(*node))
        .collect();
    let groups = groups::of(shown.iter().map(|node| &topology.nodes[node.index()]));
    let (layout, tall) = layouts(&topology, &shown, &groups, document);
    Stage {
        title: document.title.clone(),
        description: document.description.clone(),
        text: scenario.text().to_owned(),
        seed: document.seed,
        horizon: run.horizon(),
        layout,
        tall,
        sketch: Sketch::of(&topology),
        groups,
        shown,
        topology,
        knobs: document
            .knobs
            .values()
            .filter_map(|knob| knob_view(knob, original, scenario))
            .collect(),
        entries: entries(scenario, author),
        story: story::of(document, run.topology()),
        properties: document
            .properties
            .keys()
            .map(ToString::to_string)
            .collect(),
        tasks: tasks(original, scenario, author),
        contacts: run.topology().contacts(document),
        policies: document.policies.keys().map(ToString::to_string).collect(),
        links: story::links(document),
        warnings: scenario.warnings().iter().map(Remark::of).collect(),
    }
}

/// What there is to be achieved, and what of the changes made does not count.
fn tasks(original: &Scenario, scenario: &Scenario, author: Option<&str>) -> Vec<TaskView> {
    if scenario.document().tasks.is_empty() {
        return Vec::new();
    }
    let theirs = author.and_then(|text| Scenario::parse(text).ok());
    trial::tasks(scenario, theirs.as_ref().unwrap_or(original))
}

/// The layout from left to right, and the one downwards,
/// with nodes where the document says, as the middles of their boxes in the first one.
fn layouts(
    topology: &Topology,
    shown: &[NodeId],
    groups: &[GroupView],
    document: &Document,
) -> (Layout, Layout) {
    let boxes: Vec<_> = shown
        .iter()
        .map(|node| node_box(&topology.nodes[node.index()]))
        .collect();
    let place = |node: NodeId| shown.iter().position(|other| *other == node);
    // A node with an edge is shown, so no edge is left out and their numbers stay.
    let edges: Vec<_> = topology
        .edges
        .iter()
        .filter_map(|edge| Some((place(edge.from)?, place(edge.to)?)))
        .collect();
    let mut group_of = vec![None; shown.len()];
    for (group, members) in groups.iter().enumerate() {
        for member in &members.members {
            group_of[*member as usize] = Some(group);
        }
    }
    let lay_out = |boxes, options| {
        Graph::new(boxes, edges.clone())
            .map(|graph| lay_out_grouped(&graph, &group_of, &options))
            .unwrap_or_default()
    };
    // Downwards is from left to right with the axes exchanged, before and after.
    let turned = boxes
        .iter()
        .map(|node| NodeBox {
            width: node.height,
            height: node.width,
            ..*node
        })
        .collect();
    let wide = lay_out(
        boxes,
        Options {
            layer_gap: LAYER_GAP,
            ..Options::default()
        },
    );
    let tall = lay_out(
        turned,
        Options {
            layer_gap: TALL_LAYER_GAP,
            node_gap: TALL_NODE_GAP,
            ..Options::default()
        },
    );
    let chosen: Vec<_> = shown
        .iter()
        .enumerate()
        .filter_map(|(place, node)| {
            let [x, y] = *document.layout.get(&topology.nodes[node.index()].name)?;
            Some((place, Point::new(x as f32, y as f32)))
        })
        .collect();
    let turned: Vec<_> = chosen
        .iter()
        .map(|(node, middle)| (*node, Point::new(middle.y, middle.x)))
        .collect();
    (
        with_places(&wide, &edges, &chosen),
        with_places(&exchanged(&tall), &edges, &turned),
    )
}

fn exchanged(layout: &Layout) -> Layout {
    let point = |point: &Point| Point::new(point.y, point.x);
    let rect = |rect: &Rect| Rect {
        x: rect.y,
        y: rect.x,
        width: rect.height,
        height: rect.width,
    };
    let route = |route: &Route| Route::new(route.points().iter().map(point).collect());
    let trunk = |trunk: &Trunk| Trunk {
        edges: trunk.edges.clone(),
        route: route(&trunk.route),
    };
    Layout {
        nodes: layout.nodes.iter().map(rect).collect(),
        edges: layout.edges.iter().map(route).collect(),
        groups: layout.groups.iter().map(rect).collect(),
        trunks: layout.trunks.iter().map(trunk).collect(),
        origin: point(&layout.origin),
        size: Size {
            width: layout.size.height,
            height: layout.size.width,
        },
    }
}

fn node_box(node: &Node) -> NodeBox {
    let measured = |text: &str| -> f32 {
        text.chars()
            .map(|letter| {
                if letter.is_ascii() {
                    LETTER
                } else {
                    WIDE_LETTER
                }
            })
            .sum()
    };
    let Text { en, ru } = &node.title;
    // As the page calls it: a queue by its own name, without its broker's.
    let name = node
        .name
        .rsplit_once('.')
        .map_or(node.name.as_str(), |(_, name)| name);
    let said = en
        .iter()
        .chain(ru)
        .map(|title| measured(title))
        .fold(0.0, f32::max);
    let longest = if node.title.is_empty() {
        measured(name)
    } else {
        said
    };
    let number = if node.entities > 1 { INSTANCES } else { 0.0 };
    let width = (longest + BESIDE_NAME + number).clamp(NODE_WIDTH.0, NODE_WIDTH.1);
    let column = match node.kind {
        NodeKind::Hand | NodeKind::Client => Column::First,
        _ => Column::Free,
    };
    NodeBox::new(width, NODE_HEIGHT).in_column(column)
}

/// A knob, if its setting is a quantity now and was one before.
fn knob_view(knob: &Knob, original: &Scenario, scenario: &Scenario) -> Option<KnobView> {
    let author = Quantity::of(original.setting(&knob.set)?)?;
    let now = Quantity::of(scenario.setting(&knob.set)?)?;
    let unit = Quantity {
        prefix: String::new(),
        number: 1.0,
        unit: author.unit.clone(),
    }
    .in_base_units();
    let number = |quantity: &Quantity| quantity.in_base_units() / unit;
    Some(KnobView {
        path: knob.set.to_string(),
        label: knob.label.clone(),
        prefix: author.prefix.clone(),
        unit: author.unit.clone(),
        value: number(&now),
        original: number(&author),
        from: number(&Quantity::of(&knob.from)?),
        to: number(&Quantity::of(&knob.to)?),
        step: knob
            .step
            .as_ref()
            .and_then(Quantity::of)
            .map_or(0.0, |step| number(&step)),
        later: later(&knob.set, scenario, &author),
    })
}

/// The values that the timeline sets a setting to, in the unit of the author's value.
pub(crate) fn later(path: &SettingPath, scenario: &Scenario, author: &Quantity) -> Vec<Later> {
    let unit = author.with_number(1.0).in_base_units();
    let value = |entry: &TimelineEntry| {
        let Happening::Set(settings) = &entry.what else {
            return None;
        };
        let (_, value) = settings.iter().find(|(set, _)| set == path)?;
        Some(Quantity::of(value)?.in_base_units() / unit)
    };
    let entries = scenario.document().timeline.iter();
    entries
        .filter_map(|entry| {
            Some(Later {
                at: entry.at,
                until: entry.lasts.map(|lasts| entry.at.after(lasts)),
                value: value(entry)?,
            })
        })
        .collect()
}

/// The entries of the timeline; those that the author's text has not are the reader's.
fn entries(scenario: &Scenario, author: Option<&str>) -> Vec<EntryView> {
    let listed = |tree: &Tree| {
        let entries = tree.get("timeline").and_then(Tree::as_list);
        entries.unwrap_or_default().to_vec()
    };
    let mut theirs = author.and_then(|text| Some(listed(&tree::parse(text).ok()?)));
    let written = listed(scenario.tree());
    let mut views: Vec<_> = scenario
        .document()
        .timeline
        .iter()
        .map(entry_view)
        .collect();
    for (view, entry) in views.iter_mut().zip(&written) {
        let Some(theirs) = &mut theirs else { continue };
        // An entry that is there twice is theirs once.
        match theirs.iter().position(|their| their == entry) {
            Some(place) => drop(theirs.remove(place)),
            None => view.yours = true,
        }
    }
    views
}

fn entry_view(entry: &TimelineEntry) -> EntryView {
    let (kind, what) = match &entry.what {
        Happening::Fault(Fault::Slow { what, times }) => (EntryKind::Slow(*times), target(what)),
        Happening::Fault(Fault::Errors { what, rate, .. }) => {
            (EntryKind::Errors(rate.as_f64()), target(what))
        }
        Happening::Fault(Fault::Crash(what)) => (EntryKind::Crash, target(what)),
        Happening::Fault(Fault::Pause(what)) => (EntryKind::Pause, target(what)),
        Happening::Fault(Fault::Full(what)) => (EntryKind::Full, target(what)),
        Happening::Fault(Fault::FullQueue(queue)) => {
            (EntryKind::Full, format!("{}.{}", queue.owner, queue.member))
        }
        Happening::Fault(Fault::Partition(partition)) => {
            let side = |side: &[Target]| side.iter().map(target).collect::<Vec<_>>().join(", ");
            let one_way = partition.one_way;
            let what = format!("{} | {}", side(&partition.from), side(&partition.to));
            (EntryKind::Partition { one_way }, what)
        }
        Happening::Fault(Fault::Lossy { link, loss }) => {
            let link = link.as_ref().map_or("default", Name::as_str);
            (EntryKind::Lossy(loss.as_f64()), link.to_owned())
        }
        Happening::Set(settings) => {
            let listed: Vec<_> = settings
                .iter()
                .map(|(path, value)| format!("{path} = {value}"))
                .collect();
            (EntryKind::Set, listed.join(", "))
        }
        Happening::Scale(counts) => {
            let counts = counts.iter();
            let listed: Vec<_> = counts
                .map(|(name, count)| format!("{name} = {count}"))
                .collect();
            (EntryKind::Scale, listed.join(", "))
        }
        Happening::Deploy(deploy) => {
            let version = deploy.version.as_ref().map_or("base", Name::as_str);
            let what = format!("{} | {version}", deploy.service);
            match deploy.strategy {
                Strategy::Rolling { .. } => (EntryKind::Deploy, what),
                Strategy::Canary(share) => (EntryKind::Canary(share.as_f64()), what),
            }
        }
        Happening::Send(call) => (
            EntryKind::Send,
            format!("{}.{}", call.to.owner, call.to.member),
        ),
        // Not in a document that can be run.
        _ => (EntryKind::Set, String::new()),
    };
    EntryView {
        at: entry.at,
        until: entry.lasts.map(|lasts| entry.at.after(lasts)),
        kind,
        what,
        yours: false,
    }
}

fn target(target: &Target) -> String {
    match target.instance {
        Some(instance) => format!("{}.{instance}", target.service),
        None => target.service.to_string(),
    }
}
