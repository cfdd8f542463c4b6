//! A scene for tests, of this crate and of the page: two nodes of 100 by 40 pixels, and a line from one to the other.

use std::rc::Rc;

use interplay_protocol::Stage;
use sim_core::kernel::{EntityId, SimTime};
use sim_core::layout::{Layout, Point, Rect, Route, Size};
use sim_core::scenario::document::Text;
use sim_core::world::{
    Cause, Direction, Edge, EdgeId, EdgeKind, MessageKind, Node, NodeId, NodeKind, Record,
    Topology, What,
};

use crate::scene::Scene;

/// So many milliseconds after the start.
pub fn millis(count: u64) -> SimTime {
    SimTime::from_nanos(count * 1_000_000)
}

/// A command from the first node to the second.
pub fn sent(at: u64, takes: u64, lost: bool) -> Record {
    let what = What::MessageSent {
        edge: EdgeId(0),
        direction: Direction::Forward,
        kind: MessageKind::Command,
        repeat: false,
        lost,
        arrives: millis(at + takes),
    };
    Record {
        at: millis(at),
        entity: EntityId(0),
        cause: Cause::NONE,
        what,
    }
}

/// The scene.
pub fn scene() -> Scene {
    Scene::new(stage())
}

/// A run of a second.
pub fn stage() -> Rc<Stage> {
    let node = |name: &str, first: u32| Node {
        name: name.to_owned(),
        title: Text::default(),
        kind: NodeKind::Client,
        first_entity: EntityId(first),
        entities: 1,
    };
    let rect = |x: f32| Rect {
        x,
        y: 0.0,
        width: 100.0,
        height: 40.0,
    };
    let topology = Topology {
        nodes: vec![node("a", 0), node("b", 1)],
        edges: vec![Edge {
            from: NodeId(0),
            to: NodeId(1),
            kind: EdgeKind::Call,
        }],
        endpoints: Vec::new(),
        entities: vec!["a".to_owned(), "b".to_owned()],
        node_of: vec![NodeId(0), NodeId(1)],
        guards: Vec::new(),
        versions: Vec::new(),
    };
    let layout = Layout {
        nodes: vec![rect(0.0), rect(300.0)],
        edges: vec![Route::new(vec![
            Point::new(100.0, 20.0),
            Point::new(300.0, 20.0),
        ])],
        size: Size {
            width: 400.0,
            height: 40.0,
        },
        ..Layout::default()
    };
    let below = |y: f32| Rect {
        x: 0.0,
        y,
        width: 100.0,
        height: 40.0,
    };
    let tall = Layout {
        nodes: vec![below(0.0), below(200.0)],
        edges: vec![Route::new(vec![
            Point::new(50.0, 40.0),
            Point::new(50.0, 200.0),
        ])],
        size: Size {
            width: 100.0,
            height: 240.0,
        },
        ..Layout::default()
    };
    Rc::new(Stage {
        title: Text::default(),
        description: Text::default(),
        text: String::new(),
        seed: 0,
        horizon: millis(1_000),
        topology,
        shown: vec![NodeId(0), NodeId(1)],
        layout,
        tall,
        sketch: sim_core::sketch::Sketch::default(),
        groups: Vec::new(),
        knobs: Vec::new(),
        entries: Vec::new(),
        story: Vec::new(),
        properties: Vec::new(),
        tasks: Vec::new(),
        contacts: Vec::new(),
        policies: Vec::new(),
        links: Vec::new(),
        warnings: Vec::new(),
    })
}
