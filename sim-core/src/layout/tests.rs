//! What holds for every picture, and how well-known diagrams look.
#![allow(clippy::float_cmp)]

use proptest::prelude::*;

use super::*;

const SHOP: [(usize, usize); 6] = [(0, 1), (1, 2), (2, 3), (2, 4), (2, 5), (5, 6)];

/// Boxes of the usual size with these edges.
fn diagram(nodes: usize, edges: &[(usize, usize)]) -> Graph {
    Graph::new(vec![NodeBox::new(120.0, 56.0); nodes], edges.to_vec()).unwrap()
}

fn laid_out(nodes: usize, edges: &[(usize, usize)]) -> Layout {
    lay_out(&diagram(nodes, edges), &Options::default())
}

fn overlap(one: &Rect, other: &Rect) -> bool {
    one.x < other.right()
        && other.x < one.right()
        && one.y < other.bottom()
        && other.y < one.bottom()
}

/// Whether a straight line meets the inside of a box (cut off by each border in turn, after
/// Liang and Barsky, 1984).
fn meets(start: Point, end: Point, shape: &Rect) -> bool {
    const CLEAR: f32 = 0.01;
    let (mut enters, mut leaves) = (0.0_f32, 1.0_f32);
    let axes = [
        (start.x, end.x, shape.x, shape.right()),
        (start.y, end.y, shape.y, shape.bottom()),
    ];
    for (from, to, low, high) in axes {
        let (low, high) = (low + CLEAR, high - CLEAR);
        if from == to {
            if from <= low || from >= high {
                return false;
            }
        } else {
            let (one, other) = ((low - from) / (to - from), (high - from) / (to - from));
            enters = enters.max(one.min(other));
            leaves = leaves.min(one.max(other));
        }
    }
    enters < leaves
}

/// The distance of a point from the border of a box, if it is on or outside of it.
fn off_the_border(point: Point, shape: &Rect) -> f32 {
    let dx = (shape.x - point.x).max(point.x - shape.right());
    let dy = (shape.y - point.y).max(point.y - shape.bottom());
    dx.max(dy).abs()
}

fn no_two_nodes_overlap(layout: &Layout) -> bool {
    let nodes = &layout.nodes;
    (0..nodes.len()).all(|one| (0..one).all(|other| !overlap(&nodes[one], &nodes[other])))
}

fn everything_is_inside(layout: &Layout) -> bool {
    let Size { width, height } = layout.size;
    let inside = |x: f32, y: f32| (0.0..=width).contains(&x) && (0.0..=height).contains(&y);
    let nodes = layout
        .nodes
        .iter()
        .all(|node| inside(node.x, node.y) && inside(node.right(), node.bottom()));
    let points = layout.edges.iter().flat_map(Route::points);
    nodes && points.into_iter().all(|point| inside(point.x, point.y))
}

fn routes_join_their_nodes(graph: &Graph, layout: &Layout) -> bool {
    let edges = graph.edges().iter().zip(&layout.edges);
    edges.into_iter().all(|(&(from, to), route)| {
        off_the_border(route.point_at(0.0), &layout.nodes[from]) < 0.01
            && off_the_border(route.point_at(1.0), &layout.nodes[to]) < 0.01
    })
}

/// Edges and the nodes they pass through, their own included.
fn pierced(layout: &Layout) -> Vec<(usize, usize)> {
    let mut pierced = Vec::new();
    for (edge, route) in layout.edges.iter().enumerate() {
        for (node, shape) in layout.nodes.iter().enumerate() {
            let legs = &mut route.points().windows(2);
            if legs.any(|leg| meets(leg[0], leg[1], shape)) {
                pierced.push((edge, node));
            }
        }
    }
    pierced
}

fn column() -> impl Strategy<Value = Column> {
    prop_oneof![
        6 => Just(Column::Free),
        1 => Just(Column::First),
        1 => Just(Column::Last),
    ]
}

fn node_box() -> impl Strategy<Value = NodeBox> {
    (1.0_f32..240.0, 1.0_f32..160.0, column())
        .prop_map(|(width, height, column)| NodeBox::new(width, height).in_column(column))
}

/// Any graph: cycles, loops, repeated edges, lone nodes, nothing at all.
fn any_graph() -> impl Strategy<Value = Graph> {
    prop::collection::vec(node_box(), 0..24).prop_flat_map(|nodes| {
        let count = nodes.len();
        let end = 0..count.max(1);
        prop::collection::vec((end.clone(), end), 0..=2 * count)
            .prop_map(move |edges| Graph::new(nodes.clone(), edges).unwrap())
    })
}

/// Any graph without cycles and wishes.
fn flowing_graph() -> impl Strategy<Value = Graph> {
    any_graph().prop_map(|graph| {
        let free = |node: &NodeBox| node.in_column(Column::Free);
        let nodes = graph.nodes().iter().map(free).collect();
        let up = |&(one, other): &(usize, usize)| (one.min(other), one.max(other));
        let edges = graph.edges().iter().map(up).filter(|(from, to)| from != to);
        Graph::new(nodes, edges.collect()).unwrap()
    })
}

proptest! {
    #[test]
    fn in_any_graph_nodes_keep_apart_and_routes_join_them_through_free_space(
        graph in any_graph(),
    ) {
        let layout = lay_out(&graph, &Options::default());
        prop_assert_eq!(layout.nodes.len(), graph.nodes().len());
        prop_assert_eq!(layout.edges.len(), graph.edges().len());
        prop_assert!(no_two_nodes_overlap(&layout));
        prop_assert!(everything_is_inside(&layout));
        prop_assert!(routes_join_their_nodes(&graph, &layout));
        prop_assert_eq!(pierced(&layout), []);
    }

    #[test]
    fn the_same_holds_when_most_edges_have_to_go_around(graph in any_graph(), bends in 0_usize..6) {
        let spacing = Spacing::from(&Options::default());
        let flows = flow::parts(&graph, &cycles::flow_order(&graph));
        let parts: Vec<Part> = flows.iter().map(|flow| place(flow, &spacing, bends)).collect();
        let layout = packing::pack(&graph, &parts, &spacing);
        prop_assert!(no_two_nodes_overlap(&layout));
        prop_assert!(everything_is_inside(&layout));
        prop_assert!(routes_join_their_nodes(&graph, &layout));
        prop_assert_eq!(pierced(&layout), []);
    }

    #[test]
    fn without_cycles_every_edge_goes_from_left_to_right(graph in flowing_graph()) {
        let layout = lay_out(&graph, &Options::default());
        for (&(from, to), route) in graph.edges().iter().zip(&layout.edges) {
            prop_assert!(layout.nodes[from].right() < layout.nodes[to].x);
            prop_assert!(route.points().windows(2).all(|leg| leg[0].x <= leg[1].x));
        }
    }

    #[test]
    fn nodes_do_not_overlap_even_without_gaps(graph in any_graph()) {
        let none = Options {
            layer_gap: 0.0, node_gap: 0.0, edge_gap: 0.0, lane_gap: 0.0, part_gap: 0.0, margin: 0.0,
        };
        let layout = lay_out(&graph, &none);
        prop_assert!(no_two_nodes_overlap(&layout));
        prop_assert!(everything_is_inside(&layout));
    }

    #[test]
    fn the_same_graph_is_the_same_picture(graph in any_graph()) {
        let text = || serde_json::to_string(&lay_out(&graph, &Options::default())).unwrap();
        prop_assert_eq!(text(), text());
    }

    #[test]
    fn a_picture_survives_being_written_and_read(graph in any_graph()) {
        let layout = lay_out(&graph, &Options::default());
        let text = serde_json::to_string(&layout).unwrap();
        prop_assert_eq!(serde_json::from_str::<Layout>(&text).unwrap(), layout);
    }
}

#[test]
fn an_empty_graph_is_nothing_but_margin() {
    let layout = laid_out(0, &[]);
    assert_eq!(layout.nodes, []);
    assert_eq!((layout.size.width, layout.size.height), (48.0, 48.0));
}

#[test]
fn a_chain_is_one_level_line() {
    let layout = laid_out(3, &[(0, 1), (1, 2)]);
    let places: Vec<(f32, f32)> = layout.nodes.iter().map(|node| (node.x, node.y)).collect();
    assert_eq!(places, [(24.0, 24.0), (232.0, 24.0), (440.0, 24.0)]);
    let ends = [Point::new(144.0, 52.0), Point::new(232.0, 52.0)];
    assert_eq!(layout.edges[0].points(), ends);
}

#[test]
fn a_diamond_has_its_arms_above_and_below_its_ends() {
    let layout = laid_out(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]);
    let middle = |node: usize| layout.nodes[node].center().y;
    assert_eq!(middle(0), middle(3));
    assert_eq!(middle(0) - middle(1), middle(2) - middle(0));
    assert_eq!(layout.nodes[1].x, layout.nodes[2].x);
}

#[test]
fn the_shop_reads_from_shoppers_to_shipping() {
    // shoppers 0, gateway 1, orders 2, payment 3, inventory 4, queue 5, shipping 6
    let layout = laid_out(7, &SHOP);
    let column = |node: usize| ((layout.nodes[node].x - 24.0) / 208.0) as u32;
    let row = |node: usize| layout.nodes[node].center().y;
    assert_eq!(
        (0..7).map(column).collect::<Vec<_>>(),
        [0, 1, 2, 3, 3, 3, 4]
    );
    assert_eq!(
        [row(0), row(1), row(2)],
        [row(4); 3],
        "the main line is level"
    );
    assert_eq!(row(5), row(6), "the queue's line is level");
    assert!(
        row(3) < row(4) && row(4) < row(5),
        "callees stand in the order of their edges"
    );
}

#[test]
fn call_backs_do_not_turn_the_shop_around() {
    let mut edges = SHOP.to_vec();
    edges.extend([(3, 1), (4, 1), (6, 0)]);
    let columns = |layout: &Layout| layout.nodes.iter().map(|node| node.x).collect::<Vec<_>>();
    assert_eq!(columns(&laid_out(7, &edges)), columns(&laid_out(7, &SHOP)));
}

#[test]
fn both_directions_of_a_pair_run_beside_each_other() {
    let layout = laid_out(2, &[(0, 1), (1, 0)]);
    let (request, call_back) = (&layout.edges[0], &layout.edges[1]);
    assert_eq!(request.point_at(0.5).y - call_back.point_at(0.5).y, 16.0);
    assert!(request.heading_at(0.5).x > 0.0 && call_back.heading_at(0.5).x < 0.0);
    // Messages on their right-hand sides move away from the other edge.
    let there = request.message_at(0.5, Travel::Along, 4.0);
    let back = call_back.message_at(0.5, Travel::Along, 4.0);
    assert_eq!(there.y - back.y, 24.0);
}

#[test]
fn many_lanes_still_end_at_the_side_of_a_small_node() {
    let edges = vec![(0, 1); 12];
    let graph = diagram(2, &edges);
    let layout = lay_out(&graph, &Options::default());
    assert!(routes_join_their_nodes(&graph, &layout));
    let mut starts: Vec<f32> = layout
        .edges
        .iter()
        .map(|route| route.point_at(0.0).y)
        .collect();
    starts.dedup();
    assert_eq!(starts.len(), 12);
}

#[test]
fn a_long_edge_passes_above_or_below_the_nodes_between() {
    let layout = laid_out(4, &[(0, 1), (1, 2), (2, 3), (0, 3)]);
    assert_eq!(pierced(&layout), []);
    let middle = layout.edges[3].point_at(0.5);
    assert!(off_the_border(middle, &layout.nodes[1]) >= 24.0);
    assert!(off_the_border(middle, &layout.nodes[2]) >= 24.0);
}

#[test]
fn loops_nest_above_their_node() {
    let layout = laid_out(1, &[(0, 0), (0, 0)]);
    let top = |edge: usize| layout.edges[edge].point_at(0.5).y;
    assert!(top(1) < top(0) && top(0) < layout.nodes[0].y);
}

#[test]
fn who_wants_to_be_first_or_last_stands_there_against_the_edges() {
    let nodes = vec![
        NodeBox::new(50.0, 50.0).in_column(Column::Last),
        NodeBox::new(50.0, 50.0),
        NodeBox::new(50.0, 50.0).in_column(Column::First),
    ];
    let graph = Graph::new(nodes, vec![(0, 1), (1, 2)]).unwrap();
    let layout = lay_out(&graph, &Options::default());
    assert!(layout.nodes[2].x < layout.nodes[1].x && layout.nodes[1].x < layout.nodes[0].x);
}

#[test]
fn sizes_that_cannot_be_drawn_do_not_spoil_the_picture() {
    let strange = [f32::NAN, f32::INFINITY, -5.0, 0.0];
    let nodes = strange
        .iter()
        .map(|&size| NodeBox::new(size, size))
        .collect();
    let graph = Graph::new(nodes, vec![(0, 1), (1, 2), (2, 3), (3, 0), (1, 1)]).unwrap();
    let layout = lay_out(&graph, &Options::default());
    assert!(no_two_nodes_overlap(&layout));
    assert!(everything_is_inside(&layout));
}

/// A fixed sequence of pairs that looks like chance (Knuth's MMIX multiplier).
fn scattered(nodes: usize, edges: usize) -> Vec<(usize, usize)> {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % nodes
    };
    (0..edges).map(|_| (next(), next())).collect()
}

#[test]
fn hundreds_of_nodes_keep_apart() {
    let graph = diagram(300, &scattered(300, 600));
    let layout = lay_out(&graph, &Options::default());
    assert!(no_two_nodes_overlap(&layout));
    assert_eq!(pierced(&layout), []);
}

#[test]
fn a_chain_of_thousands_with_shortcuts_comes_to_an_end() {
    let nodes = 3_000;
    let mut edges: Vec<_> = (1..nodes).map(|node| (node - 1, node)).collect();
    edges.extend(scattered(nodes, 1_000));
    let graph = diagram(nodes, &edges);
    let layout = lay_out(&graph, &Options::default());
    assert!(no_two_nodes_overlap(&layout));
    assert!(routes_join_their_nodes(&graph, &layout));
}
