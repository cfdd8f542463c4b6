//! Which edges follow the flow and which go back against it.
//!
//! In: the graph, with all its cycles. Out: a place in an order for every node; an edge is
//! drawn from left to right exactly if it goes up in this order, so nothing later meets a
//! cycle.
//!
//! The rule is that of Gansner, Koutsofios, North and Vo, "A Technique for Drawing Directed
//! Graphs" (IEEE Trans. Software Eng. 19(3), 1993), section 2.1: walk depth first from where
//! the flow begins and turn the edges that close a cycle. A smaller set could be turned
//! (Eades, Lin and Smyth, 1993), but it would often turn a request because two call-backs
//! outvote it.

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::DfsPostOrder;

use super::graph::{Column, Graph};

/// The place of every node in an order that all edges follow except those that close a cycle
/// or go against a wish for a column.
pub(super) fn flow_order(graph: &Graph) -> Vec<usize> {
    let mut sequence = reverse_postorder(graph);
    sequence.sort_by_key(|&node| graph.nodes()[node].column);
    let mut order = vec![0; sequence.len()];
    for (place, node) in sequence.into_iter().enumerate() {
        order[node] = place;
    }
    order
}

/// Nodes in reverse order of finishing a depth-first walk: only edges that close a cycle lead
/// backwards in it.
fn reverse_postorder(graph: &Graph) -> Vec<usize> {
    let calls = calls(graph);
    let mut walk = DfsPostOrder::empty(&calls);
    let mut finished = Vec::with_capacity(calls.node_count());
    for root in roots(graph) {
        walk.move_to(NodeIndex::new(root));
        while let Some(node) = walk.next(&calls) {
            finished.push(node.index());
        }
    }
    finished.reverse();
    finished
}

/// The edges as petgraph keeps them. Its walk then takes them in input order.
fn calls(graph: &Graph) -> DiGraph<(), ()> {
    let mut calls = DiGraph::with_capacity(graph.nodes().len(), graph.edges().len());
    for _ in graph.nodes() {
        calls.add_node(());
    }
    for &(from, to) in graph.edges() {
        calls.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
    }
    calls
}

/// Where walks begin: who wants to be first, then who is called by nobody, then everybody.
fn roots(graph: &Graph) -> impl Iterator<Item = usize> {
    let nodes = graph.nodes();
    let mut called = vec![false; nodes.len()];
    for &(from, to) in graph.edges() {
        called[to] |= from != to;
    }
    let wishing = (0..nodes.len()).filter(|&node| nodes[node].column == Column::First);
    let uncalled = (0..nodes.len()).filter(move |&node| !called[node]);
    wishing.chain(uncalled).chain(0..nodes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::graph::NodeBox;

    fn order(columns: &[Column], edges: &[(usize, usize)]) -> Vec<usize> {
        let nodes = columns
            .iter()
            .map(|&column| NodeBox::new(1.0, 1.0).in_column(column))
            .collect();
        flow_order(&Graph::new(nodes, edges.to_vec()).unwrap())
    }

    fn turned(columns: &[Column], edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
        let order = order(columns, edges);
        let against = |&&(from, to): &&(usize, usize)| order[from] > order[to];
        edges.iter().filter(against).copied().collect()
    }

    #[test]
    fn nothing_is_turned_without_a_cycle() {
        let edges = [(3, 1), (1, 0), (3, 0), (0, 2), (1, 2)];
        assert_eq!(turned(&[Column::Free; 4], &edges), []);
    }

    #[test]
    fn a_ring_is_cut_where_it_returns_to_the_first_node() {
        assert_eq!(
            turned(&[Column::Free; 3], &[(0, 1), (1, 2), (2, 0)]),
            [(2, 0)]
        );
    }

    #[test]
    fn call_backs_are_turned_and_not_the_request_they_answer() {
        // shopper 0 -> gateway 1 -> orders 2 -> {payment 3, inventory 4} -> gateway
        let edges = [(0, 1), (1, 2), (2, 3), (2, 4), (3, 1), (4, 1)];
        assert_eq!(turned(&[Column::Free; 5], &edges), [(3, 1), (4, 1)]);
    }

    #[test]
    fn a_wish_for_a_column_outweighs_an_edge() {
        let columns = [Column::Last, Column::Free, Column::First];
        assert_eq!(turned(&columns, &[(0, 1), (1, 2)]), [(0, 1), (1, 2)]);
    }
}
