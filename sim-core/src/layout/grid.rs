//! Columns of cells: nodes, and bends where a bundle passes a column on its way.
//!
//! In: a connected part and the layer of each node. Out: a grid in which every link leads
//! from one column to the very next, as Sugiyama, Tagawa and Toda (1981) call a *proper*
//! hierarchy. The number of bends is bounded: bundles that would need more than are left go
//! around the part instead of through it, the longest ones first.

use petgraph::graph::{EdgeIndex, NodeIndex};

use super::flow::{Bundle, Flow};
use super::geometry::{Px, Spacing, whole};

/// Index of a cell. Cell `i` is node `i` of the part as long as there are nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CellId(u32);

impl CellId {
    /// The cell with this index.
    pub(super) fn new(index: usize) -> Self {
        Self(index as u32)
    }

    /// Its index in every table of cells.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

impl From<NodeIndex> for CellId {
    fn from(node: NodeIndex) -> Self {
        Self::new(node.index())
    }
}

/// Something that takes room in a column.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// Whether a bundle passes here; otherwise a node stands here.
    pub(super) bend: bool,
    /// Its column.
    pub(super) layer: usize,
    /// How far it reaches above its middle.
    pub(super) above: Px,
    /// How far it reaches below its middle.
    pub(super) below: Px,
}

/// A link seen from one of its ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// The other end.
    pub(super) to: CellId,
    /// How many edges it stands for.
    pub(super) weight: u64,
    /// Whether one of them goes from left to right.
    pub(super) with_flow: bool,
}

/// How a bundle gets from its left node to its right one.
#[derive(Clone, Debug)]
pub(super) enum Path {
    /// Through these cells, both nodes included.
    Through(Vec<CellId>),
    /// Below everything.
    Around,
}

/// All cells of a part.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub(super) cells: Vec<Cell>,
    /// The cells of each column from top to bottom.
    pub(super) layers: Vec<Vec<CellId>>,
    /// Links of each cell to the column on its left.
    pub(super) left: Vec<Vec<Link>>,
    /// Links of each cell to the column on its right.
    pub(super) right: Vec<Vec<Link>>,
    /// The way of each bundle.
    pub(super) paths: Vec<Path>,
}

impl Grid {
    /// The cell's own column, size and kind.
    pub(super) fn cell(&self, id: CellId) -> &Cell {
        &self.cells[id.index()]
    }

    /// The least distance between the middles of a cell and the one below it.
    pub(super) fn separation(&self, upper: CellId, lower: CellId, spacing: &Spacing) -> Px {
        let (upper, lower) = (self.cell(upper), self.cell(lower));
        let gap = if upper.bend || lower.bend {
            spacing.edge_gap
        } else {
            spacing.node_gap
        };
        upper.below + gap + lower.above
    }

    fn add(&mut self, cell: Cell) -> CellId {
        let id = CellId::new(self.cells.len());
        self.layers[cell.layer].push(id);
        self.cells.push(cell);
        self.left.push(Vec::new());
        self.right.push(Vec::new());
        id
    }

    fn link(&mut self, left: CellId, right: CellId, bundle: &Bundle) {
        let link = |to: CellId| Link {
            to,
            weight: bundle.len() as u64,
            with_flow: bundle.iter().any(|lane| !lane.against),
        };
        self.right[left.index()].push(link(right));
        self.left[right.index()].push(link(left));
    }
}

/// Builds the grid of a part with at most `max_bends` bends.
pub(super) fn build(flow: &Flow, layers: &[usize], spacing: &Spacing, max_bends: usize) -> Grid {
    let mut grid = Grid {
        cells: Vec::new(),
        layers: vec![Vec::new(); layers.iter().max().map_or(0, |last| last + 1)],
        left: Vec::new(),
        right: Vec::new(),
        paths: vec![Path::Around; flow.edge_count()],
    };
    for node in flow.node_indices() {
        grid.add(node_cell(flow, node, layers[node.index()], spacing));
    }
    for bundle in through(flow, layers, max_bends) {
        let path = lay_path(&mut grid, flow, bundle, spacing);
        grid.paths[bundle.index()] = Path::Through(path);
    }
    grid
}

fn node_cell(flow: &Flow, node: NodeIndex, layer: usize, spacing: &Spacing) -> Cell {
    let half = whole(flow[node].shape.drawn_height() / 2.0);
    Cell {
        bend: false,
        layer,
        above: half + loops_height(flow[node].loops.len(), spacing),
        below: half,
    }
}

/// How far the loops of a node reach above it.
fn loops_height(loops: usize, spacing: &Spacing) -> Px {
    if loops == 0 {
        0
    } else {
        spacing.lane_gap * (loops as Px + 1)
    }
}

/// The bundles that go through the part, in their own order.
fn through(flow: &Flow, layers: &[usize], max_bends: usize) -> Vec<EdgeIndex> {
    let bends = |bundle: &EdgeIndex| {
        flow.edge_endpoints(*bundle).map_or(0, |(left, right)| {
            layers[right.index()] - layers[left.index()] - 1
        })
    };
    let mut shortest_first: Vec<EdgeIndex> = flow.edge_indices().collect();
    shortest_first.sort_by_key(bends);
    let mut total = 0;
    let mut through: Vec<EdgeIndex> = shortest_first
        .into_iter()
        .take_while(|bundle| {
            total += bends(bundle);
            total <= max_bends
        })
        .collect();
    through.sort_unstable();
    through
}

/// Adds the bends and links of one bundle.
fn lay_path(grid: &mut Grid, flow: &Flow, bundle: EdgeIndex, spacing: &Spacing) -> Vec<CellId> {
    let Some((from, to)) = flow.edge_endpoints(bundle) else {
        return Vec::new();
    };
    let (from, to) = (CellId::from(from), CellId::from(to));
    let half = (spacing.lane_gap * (flow[bundle].len() as Px - 1) + 1) / 2;
    let mut path = vec![from];
    for layer in grid.cell(from).layer + 1..grid.cell(to).layer {
        path.push(grid.add(Cell {
            bend: true,
            layer,
            above: half,
            below: half,
        }));
    }
    path.push(to);
    for pair in path.windows(2) {
        grid.link(pair[0], pair[1], &flow[bundle]);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::flow::parts;
    use crate::layout::graph::{Graph, NodeBox, Options};

    /// 0 -> 1 -> 2 -> 3 with shortcuts 0 -> 2 and 0 -> 3, the latter twice.
    fn shortcuts(max_bends: usize) -> Grid {
        let edges = vec![(0, 1), (1, 2), (2, 3), (0, 2), (0, 3), (0, 3)];
        let graph = Graph::new(vec![NodeBox::new(10.0, 21.0); 4], edges).unwrap();
        let flow = parts(&graph, &[0, 1, 2, 3]).remove(0);
        let spacing = Spacing::from(&Options::default());
        build(&flow, &[0, 1, 2, 3], &spacing, max_bends)
    }

    #[test]
    fn every_link_leads_to_the_next_column() {
        let grid = shortcuts(100);
        assert_eq!(grid.cells.len(), 4 + 1 + 2);
        for (index, links) in grid.right.iter().enumerate() {
            let layer = grid.cells[index].layer;
            assert!(
                links
                    .iter()
                    .all(|link| grid.cell(link.to).layer == layer + 1)
            );
        }
    }

    #[test]
    fn a_bend_is_as_high_as_its_lanes() {
        let grid = shortcuts(100);
        let heights: Vec<Px> = grid.cells[4..]
            .iter()
            .map(|cell| cell.above + cell.below)
            .collect();
        assert_eq!(heights, [0, 16, 16]);
    }

    #[test]
    fn the_longest_bundles_go_around_when_bends_run_out() {
        let around = |grid: &Grid| -> Vec<bool> {
            let is_around = |path: &Path| matches!(path, Path::Around);
            grid.paths.iter().map(is_around).collect()
        };
        assert_eq!(around(&shortcuts(3)), [false; 5]);
        assert_eq!(around(&shortcuts(2)), [false, false, false, false, true]);
        assert_eq!(around(&shortcuts(0)), [false, false, false, true, true]);
    }
}
