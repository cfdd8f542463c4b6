//! A column for every node.
//!
//! In: a connected part without cycles. Out: a layer for every node, counted from the left
//! without a gap; every bundle leads to a higher layer, and the sum of all lengths is as
//! small as it can be, so that a node stands next to those it talks to.
//!
//! The rule is the network simplex of Gansner, Koutsofios, North and Vo (1993), section 2.3,
//! from a longest-path start. Cut values are not kept up to date but summed anew for each
//! exchange: the cut value of a tree edge is what flows out of the subtree behind it less
//! what flows in, and edges within the subtree cancel.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::flow::Flow;
use super::graph::Column;

/// How many steps the exchanges of one part may take together: an exchange looks at every
/// node and arc once. Any state on the way is a valid answer, merely with longer edges.
const MAX_WORK: usize = 12_000_000;

/// The layer of each node, by its index in `flow`.
pub(super) fn assign(flow: &Flow) -> Vec<usize> {
    let mut net = Network::new(flow);
    net.stretch(&sequence(flow));
    net.grow_tree();
    let exchanges = MAX_WORK / (net.layer.len() + net.arcs.len() + 1);
    for _ in 0..exchanges {
        if !net.exchange() {
            break;
        }
    }
    close_gaps(&net.layer[..flow.node_count()])
}

/// The nodes in the order of the flow.
fn sequence(flow: &Flow) -> Vec<usize> {
    let mut sequence: Vec<_> = flow.node_indices().collect();
    sequence.sort_by_key(|&node| flow[node].order);
    sequence.into_iter().map(NodeIndex::index).collect()
}

/// Numbers the layers that are in use from 0.
fn close_gaps(layers: &[i64]) -> Vec<usize> {
    let mut number: BTreeMap<i64, usize> = layers.iter().map(|&layer| (layer, 0)).collect();
    for (count, value) in number.values_mut().enumerate() {
        *value = count;
    }
    layers.iter().map(|layer| number[layer]).collect()
}

/// "`head` is at least one layer to the right of `tail`", and how much each further layer costs.
struct Arc {
    tail: usize,
    head: usize,
    weight: i64,
}

/// The nodes, then a left and a right wall if anybody wishes to stand at one.
struct Network {
    arcs: Vec<Arc>,
    /// The arcs at each node.
    touching: Vec<Vec<usize>>,
    layer: Vec<i64>,
    /// Which arcs form the spanning tree; all of these are one layer long.
    in_tree: Vec<bool>,
}

/// The spanning tree seen from node 0.
struct Survey {
    /// The nodes, each before those below it; a subtree is a run of neighbours.
    order: Vec<usize>,
    /// The place of each node in `order`.
    place: Vec<usize>,
    /// The arc that leads to each node.
    arc: Vec<Option<usize>>,
    /// How many nodes the subtree of each node has.
    size: Vec<usize>,
}

impl Network {
    fn new(flow: &Flow) -> Self {
        let mut arcs: Vec<Arc> = flow
            .edge_references()
            .map(|bundle| Arc {
                tail: bundle.source().index(),
                head: bundle.target().index(),
                weight: bundle.weight().len() as i64,
            })
            .collect();
        let walls = add_walls(flow, &mut arcs);
        let nodes = flow.node_count() + walls;
        let mut touching = vec![Vec::new(); nodes];
        for (index, arc) in arcs.iter().enumerate() {
            touching[arc.tail].push(index);
            touching[arc.head].push(index);
        }
        Self {
            in_tree: vec![false; arcs.len()],
            layer: vec![0; nodes],
            arcs,
            touching,
        }
    }

    /// The longest-path start: every node one layer after the last of those before it.
    fn stretch(&mut self, sequence: &[usize]) {
        let nodes = sequence.len();
        let walls = nodes..self.layer.len();
        // A wall on the left has arcs to all, one on the right has arcs from all.
        let (left, right): (Vec<_>, Vec<_>) = walls.partition(|&wall| {
            self.touching[wall]
                .iter()
                .all(|&arc| self.arcs[arc].tail == wall)
        });
        for &node in left.iter().chain(sequence).chain(&right) {
            for &index in &self.touching[node] {
                let arc = &self.arcs[index];
                if arc.tail == node {
                    self.layer[arc.head] = self.layer[arc.head].max(self.layer[node] + 1);
                }
            }
        }
    }

    /// How much longer than need be an arc is.
    fn slack(&self, arc: &Arc) -> i64 {
        self.layer[arc.head] - self.layer[arc.tail] - 1
    }

    /// Makes a spanning tree of arcs without slack, moving what is already joined towards
    /// the nearest of the rest.
    fn grow_tree(&mut self) {
        let mut joined = vec![false; self.layer.len()];
        joined[0] = true;
        self.join_tight(0, &mut joined);
        while let Some((index, slack)) = self.nearest(&joined) {
            let Arc { tail, head, .. } = self.arcs[index];
            let (shift, next) = if joined[tail] {
                (slack, head)
            } else {
                (-slack, tail)
            };
            for (layer, _) in self
                .layer
                .iter_mut()
                .zip(&joined)
                .filter(|(_, here)| **here)
            {
                *layer += shift;
            }
            self.in_tree[index] = true;
            joined[next] = true;
            self.join_tight(next, &mut joined);
        }
    }

    /// Joins everything that arcs without slack reach from `start`.
    fn join_tight(&mut self, start: usize, joined: &mut [bool]) {
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            for &index in &self.touching[node] {
                let arc = &self.arcs[index];
                let other = arc.tail + arc.head - node;
                if !joined[other] && self.slack(arc) == 0 {
                    joined[other] = true;
                    self.in_tree[index] = true;
                    open.push(other);
                }
            }
        }
    }

    /// The shortest arc between what is joined and what is not, with its slack.
    fn nearest(&self, joined: &[bool]) -> Option<(usize, i64)> {
        self.arcs
            .iter()
            .enumerate()
            .filter(|(_, arc)| joined[arc.tail] != joined[arc.head])
            .map(|(index, arc)| (index, self.slack(arc)))
            .min_by_key(|&(_, slack)| slack)
    }

    /// Replaces a tree arc that should be longer by the arc that stops it; false if there is none.
    fn exchange(&mut self) -> bool {
        let survey = self.survey();
        let Some((below, leaving)) = self.leaving(&survey) else {
            return false;
        };
        let subtree = survey.place[below]..survey.place[below] + survey.size[below];
        let moves_left = self.arcs[leaving].tail == below;
        let stops = |arc: &Arc| {
            let tail_in = subtree.contains(&survey.place[arc.tail]);
            let head_in = subtree.contains(&survey.place[arc.head]);
            tail_in != head_in && head_in == moves_left
        };
        let entering = (0..self.arcs.len())
            .filter(|&index| stops(&self.arcs[index]))
            .min_by_key(|&index| self.slack(&self.arcs[index]));
        let Some(entering) = entering else {
            return false;
        };
        let slack = self.slack(&self.arcs[entering]);
        let shift = if moves_left { -slack } else { slack };
        for &node in &survey.order[subtree] {
            self.layer[node] += shift;
        }
        self.in_tree[leaving] = false;
        self.in_tree[entering] = true;
        true
    }

    /// Walks the spanning tree from node 0.
    fn survey(&self) -> Survey {
        let nodes = self.layer.len();
        let mut survey = Survey {
            order: Vec::with_capacity(nodes),
            place: vec![0; nodes],
            arc: vec![None; nodes],
            size: vec![1; nodes],
        };
        let mut open = vec![0];
        while let Some(node) = open.pop() {
            survey.place[node] = survey.order.len();
            survey.order.push(node);
            for &index in &self.touching[node] {
                if self.in_tree[index] && survey.arc[node] != Some(index) {
                    let other = self.other_end(index, node);
                    survey.arc[other] = Some(index);
                    open.push(other);
                }
            }
        }
        for &node in survey.order.iter().rev() {
            if let Some(arc) = survey.arc[node] {
                survey.size[self.other_end(arc, node)] += survey.size[node];
            }
        }
        survey
    }

    fn other_end(&self, arc: usize, node: usize) -> usize {
        self.arcs[arc].tail + self.arcs[arc].head - node
    }

    /// The tree arc with the lowest cut value below zero, with the node below it.
    fn leaving(&self, survey: &Survey) -> Option<(usize, usize)> {
        let mut outflow = vec![0_i64; self.layer.len()];
        for arc in &self.arcs {
            outflow[arc.tail] += arc.weight;
            outflow[arc.head] -= arc.weight;
        }
        let mut lowest: Option<(i64, usize, usize)> = None;
        for &node in survey.order.iter().rev() {
            let Some(arc) = survey.arc[node] else {
                continue;
            };
            let above = self.other_end(arc, node);
            outflow[above] += outflow[node];
            let cut = if above == self.arcs[arc].head {
                outflow[node]
            } else {
                -outflow[node]
            };
            if cut < lowest.map_or(0, |(least, ..)| least) {
                lowest = Some((cut, node, arc));
            }
        }
        lowest.map(|(_, node, arc)| (node, arc))
    }
}

/// Adds a wall on the left if a node wants to be first, one on the right if a node wants to
/// be last: everything is between the walls, and the wish outweighs all edges. Returns how
/// many walls there are.
fn add_walls(flow: &Flow, arcs: &mut Vec<Arc>) -> usize {
    let wish = 1 + arcs.iter().map(|arc| arc.weight).sum::<i64>();
    let mut walls = 0;
    for column in [Column::First, Column::Last] {
        if flow.node_weights().all(|node| node.shape.column != column) {
            continue;
        }
        let wall = flow.node_count() + walls;
        walls += 1;
        for node in flow.node_indices() {
            let wished = flow[node].shape.column == column;
            let (tail, head) = if column == Column::First {
                (wall, node.index())
            } else {
                (node.index(), wall)
            };
            let weight = if wished { wish } else { 0 };
            arcs.push(Arc { tail, head, weight });
        }
    }
    walls
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::cycles::flow_order;
    use crate::layout::flow::parts;
    use crate::layout::graph::{Graph, NodeBox};

    fn layers(columns: &[Column], edges: &[(usize, usize)]) -> Vec<usize> {
        let nodes = columns
            .iter()
            .map(|&column| NodeBox::new(1.0, 1.0).in_column(column))
            .collect();
        let graph = Graph::new(nodes, edges.to_vec()).unwrap();
        assign(&parts(&graph, &flow_order(&graph))[0])
    }

    #[test]
    fn a_chain_has_a_layer_for_each_node() {
        let edges = [(2, 1), (1, 0)];
        assert_eq!(layers(&[Column::Free; 3], &edges), [2, 1, 0]);
    }

    #[test]
    fn a_side_chain_stands_next_to_what_it_calls() {
        // 0 -> 1 -> 2 -> 3, and 4 -> 5 -> 3: longest path alone would leave 4 and 5 on the left.
        let edges = [(0, 1), (1, 2), (2, 3), (4, 5), (5, 3)];
        assert_eq!(layers(&[Column::Free; 6], &edges), [0, 1, 2, 3, 1, 2]);
    }

    #[test]
    fn who_wants_to_be_first_stays_on_the_left() {
        let mut columns = [Column::Free; 5];
        columns[4] = Column::First;
        let edges = [(0, 1), (1, 2), (2, 3), (4, 3)];
        assert_eq!(layers(&columns, &edges), [0, 1, 2, 3, 0]);
    }

    #[test]
    fn who_wants_to_be_last_goes_to_the_right() {
        let mut columns = [Column::Free; 5];
        columns[4] = Column::Last;
        let edges = [(0, 1), (1, 2), (2, 3), (0, 4)];
        assert_eq!(layers(&columns, &edges), [0, 1, 2, 3, 3]);
    }

    #[test]
    fn one_node_is_one_layer() {
        assert_eq!(layers(&[Column::Last], &[]), [0]);
    }
}
