//! Lanes: everything a timeline draws of a stretch of a run, in one fold.
//!
//! Records flow in; buckets, marks and bands flow out. One of them follows a whole run from
//! its beginning; another one is made of a stretch of the trace when somebody looks closer.

use super::{Bands, Marks, Overview, Picture, waiting_in};
use crate::kernel::{RecordId, SimDuration, SimTime};
use crate::resilience::breaker::State as BreakerState;
use crate::world::{Condition, GuardId, Record, Topology};

/// Everything a timeline draws of a stretch of a run.
#[derive(Clone, Debug)]
pub struct Lanes {
    /// Journeys, latencies, what waits.
    pub overview: Overview,
    /// What is worth a look.
    pub marks: Marks,
    /// Who was not well, and when.
    pub bands: Bands,
}

/// So many marks of one kind have room in a bucket.
const SLOTS: u64 = 4;

impl Lanes {
    /// The lanes of a whole run up to `horizon`, in about `buckets` stretches.
    pub fn of_run(topology: &Topology, horizon: SimDuration, buckets: u32) -> Self {
        let overview = Overview::new(horizon, buckets);
        Self::with(overview, topology, [], [])
    }

    /// The lanes from `from` on, where everything is as in `picture`, in stretches of `span`.
    pub fn starting(
        topology: &Topology,
        picture: &Picture,
        from: SimTime,
        span: SimDuration,
    ) -> Self {
        let overview = Overview::starting(from, span, waiting_in(picture));
        let conditions = picture.entities.iter().map(|entity| entity.condition);
        let breakers = picture.breakers.iter();
        let breakers = breakers.map(|(breaker, gauge)| (*breaker, gauge.state));
        Self::with(overview, topology, conditions, breakers)
    }

    fn with(
        overview: Overview,
        topology: &Topology,
        conditions: impl IntoIterator<Item = Condition>,
        breakers: impl IntoIterator<Item = (GuardId, BreakerState)>,
    ) -> Self {
        let slot = SimDuration::from_nanos(overview.span().as_nanos() / SLOTS);
        Self {
            marks: Marks::new(overview.from(), slot),
            bands: Bands::new(topology, overview.from(), slot, conditions, breakers),
            overview,
        }
    }

    /// Takes in a record.
    pub fn apply(&mut self, id: RecordId, record: &Record) {
        self.overview.apply(record);
        self.marks.apply(id, record);
        self.bands.apply(record);
    }
}
