//! Rows: which lanes there are, which of them are open, and where each of them stands.
//!
//! What there is to show flows in, heights flow out; nothing is measured, so all of it is
//! tested without a browser.

use sim_core::kernel::{RecordId, SimTime};
use sim_core::observe::{Machine, MarkKind};

/// The ruler with its ticks.
pub(crate) const AXIS: f64 = 20.0;
/// A lane that is closed.
const CLOSED: f64 = 15.0;
/// One level of entries.
pub(crate) const LEVEL: f64 = 16.0;
/// Marks of all kinds in one row.
const MARKS: f64 = 20.0;
/// Marks of one kind, and the states of one machine.
pub(crate) const ONE: f64 = 14.0;
/// A lane with a curve.
const CURVE: f64 = 27.0;
/// Between two lanes.
pub(crate) const GAP: f64 = 4.0;

/// Levels of entries at most, so that the stage keeps its room.
pub(crate) const MOST_LEVELS: usize = 4;
/// Machines with a row of their own at most.
pub(crate) const MOST_MACHINES: usize = 6;
/// Alerts and violated properties with a row of their own at most.
pub(crate) const MOST_CHECKS: usize = 5;

/// How much room there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Density {
    /// All lanes, with their names.
    Full,
    /// On a narrow screen or in another page: what happens, marks, journeys.
    Compact,
}

/// A lane.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Lane {
    /// What the document says happens.
    Entries,
    /// Who is not well.
    States,
    /// When alerts were firing, and what was violated.
    Checks,
    /// What is worth a look.
    Marks,
    /// Journeys that ended.
    Journeys,
    /// How long they took.
    Latency,
    /// What waits.
    Waiting,
}

impl Lane {
    /// All lanes from top to bottom.
    pub(crate) const ALL: [Self; 7] = [
        Self::Entries,
        Self::States,
        Self::Checks,
        Self::Marks,
        Self::Journeys,
        Self::Latency,
        Self::Waiting,
    ];

    /// What it is called where it is remembered whether it is open.
    const fn key(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::States => "states",
            Self::Checks => "checks",
            Self::Marks => "marks",
            Self::Journeys => "journeys",
            Self::Latency => "latency",
            Self::Waiting => "waiting",
        }
    }
}

/// Which lanes are open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Open([bool; Lane::ALL.len()]);

impl Default for Open {
    fn default() -> Self {
        Self(Lane::ALL.map(|lane| lane != Lane::Marks))
    }
}

impl Open {
    /// Whether a lane is open.
    pub(crate) const fn has(self, lane: Lane) -> bool {
        self.0[lane as usize]
    }

    /// Opens a lane that is closed, and the other way round.
    pub(crate) const fn toggled(mut self, lane: Lane) -> Self {
        self.0[lane as usize] = !self.0[lane as usize];
        self
    }

    /// As it is remembered: the names of the lanes that are not as they are at first.
    pub(crate) fn written(self) -> String {
        let changed = Lane::ALL
            .into_iter()
            .filter(|lane| self.has(*lane) != Self::default().has(*lane));
        changed.map(Lane::key).collect::<Vec<_>>().join(" ")
    }

    /// As it was remembered.
    pub(crate) fn read(text: &str) -> Self {
        let mut open = Self::default();
        for lane in Lane::ALL {
            if text.split(' ').any(|key| key == lane.key()) {
                open = open.toggled(lane);
            }
        }
        open
    }
}

/// An alert that was firing, or a property that was violated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Check {
    /// Its name.
    pub(crate) name: String,
    /// When, and until when if it did not stay so; the record that is put down to.
    pub(crate) times: Vec<(SimTime, Option<SimTime>, Option<RecordId>)>,
    /// Whether it is a property: the moment it was first violated at is all that is known.
    pub(crate) violated: bool,
}

/// What there is to show.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Contents {
    /// Levels of entries; none if there are no entries.
    pub(crate) levels: usize,
    /// Machines that were not always well.
    pub(crate) machines: Vec<Machine>,
    /// Alerts and properties, once the run has ended.
    pub(crate) checks: Vec<Check>,
    /// Kinds of marks that there are.
    pub(crate) kinds: Vec<MarkKind>,
}

/// Where a lane stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Row {
    /// Which lane.
    pub(crate) lane: Lane,
    /// Where it begins.
    pub(crate) top: f64,
    /// How high it is.
    pub(crate) height: f64,
    /// Whether it is open.
    pub(crate) open: bool,
}

impl Row {
    /// Whether a place lies in it.
    pub(crate) fn holds(&self, y: f64) -> bool {
        self.top - GAP / 2.0 <= y && y < self.top + self.height + GAP / 2.0
    }
}

/// All lanes.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::struct_field_names, reason = "rows are what it has")]
pub(crate) struct Rows {
    /// From top to bottom.
    pub(crate) rows: Vec<Row>,
    /// How high all of it is.
    pub(crate) height: f64,
    /// What there is to show.
    pub(crate) contents: Contents,
}

impl Rows {
    /// The lanes for what there is to show.
    pub(crate) fn new(density: Density, open: Open, contents: Contents) -> Self {
        let mut rows = Vec::with_capacity(Lane::ALL.len());
        let mut top = AXIS;
        for lane in Lane::ALL {
            let open = density == Density::Compact || open.has(lane);
            let Some(height) = height_of(lane, density, open, &contents) else {
                continue;
            };
            rows.push(Row {
                lane,
                top,
                height,
                open,
            });
            top += height + GAP;
        }
        Self {
            rows,
            height: top,
            contents,
        }
    }

    /// The lane at a height, and how far below its top.
    pub(crate) fn at(&self, y: f64) -> Option<(&Row, f64)> {
        let row = self.rows.iter().find(|row| row.holds(y))?;
        Some((row, (y - row.top).max(0.0)))
    }
}

/// How high a lane is; nothing if it is not shown at all.
fn height_of(lane: Lane, density: Density, open: bool, contents: &Contents) -> Option<f64> {
    let compact = density == Density::Compact;
    Some(match lane {
        Lane::Entries if contents.levels == 0 => return None,
        Lane::Entries if !open => CLOSED,
        Lane::Entries => LEVEL * contents.levels.min(if compact { 2 } else { MOST_LEVELS }) as f64,
        Lane::States if contents.machines.is_empty() || compact => return None,
        Lane::States if open => ONE * contents.machines.len().min(MOST_MACHINES) as f64,
        Lane::Checks if contents.checks.is_empty() || compact => return None,
        Lane::Checks if open => ONE * contents.checks.len().min(MOST_CHECKS) as f64,
        Lane::Marks if compact || !open => MARKS,
        Lane::Marks => (ONE * contents.kinds.len() as f64).max(MARKS),
        Lane::Latency | Lane::Waiting if compact => return None,
        _ if open => CURVE,
        _ => CLOSED,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::world::NodeId;

    fn contents(levels: usize, machines: u32) -> Contents {
        Contents {
            levels,
            machines: (0..machines)
                .map(|node| Machine::Node(NodeId(node)))
                .collect(),
            checks: vec![Check {
                name: "slow".to_owned(),
                times: vec![(SimTime::ZERO, None, None)],
                violated: false,
            }],
            kinds: vec![MarkKind::Lost, MarkKind::Late],
        }
    }

    #[test]
    fn lanes_do_not_cover_each_other_and_stay_within_the_height() {
        let rows = Rows::new(Density::Full, Open::default(), contents(3, 2));
        assert_eq!(rows.rows.len(), Lane::ALL.len());
        for pair in rows.rows.windows(2) {
            assert!(pair[0].top + pair[0].height < pair[1].top);
        }
        let last = rows.rows.last().unwrap();
        assert!(last.top + last.height <= rows.height);
        let (row, below) = rows.at(last.top + 5.0).unwrap();
        assert_eq!((row.lane, below), (Lane::Waiting, 5.0));
    }

    #[test]
    fn what_there_is_nothing_of_has_no_lane_and_much_of_it_has_no_more_than_its_room() {
        let none = Rows::new(Density::Full, Open::default(), contents(0, 0));
        assert!(
            none.rows
                .iter()
                .all(|row| !matches!(row.lane, Lane::Entries | Lane::States))
        );
        let many = Rows::new(Density::Full, Open::default(), contents(90, 300));
        assert!(many.height < 330.0, "{}", many.height);
    }

    #[test]
    fn a_narrow_screen_keeps_entries_marks_and_journeys() {
        let rows = Rows::new(Density::Compact, Open::default(), contents(2, 2));
        let lanes: Vec<_> = rows.rows.iter().map(|row| row.lane).collect();
        assert_eq!(lanes, [Lane::Entries, Lane::Marks, Lane::Journeys]);
    }

    #[test]
    fn what_is_open_is_remembered() {
        let open = Open::default().toggled(Lane::Latency).toggled(Lane::Marks);
        assert_eq!(Open::read(&open.written()), open);
        assert_eq!(Open::read(""), Open::default());
        assert!(!open.has(Lane::Latency) && open.has(Lane::Marks));
    }
}
