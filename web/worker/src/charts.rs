//! Charts: the series that the page has asked for last, made in slices.
//!
//! A question flows in, the trace is read on from where it was left; a series flows out when it
//! has come to the end of what there is. Asked again while a run goes on, it only takes in what
//! has happened since.

use sim_core::kernel::{SimDuration, SimTime};
use sim_core::observe::series::{Series, Subject, Survey};
use sim_core::observe::{Cursor, Trace};
use sim_core::world::Topology;

use crate::closer::round_span;

/// Bounds of how many buckets an answer has.
const FEWEST: u32 = 16;
const MOST: u32 = 2_048;
/// Records between two looks at the clock.
const PORTION: usize = 4_000;

/// The series that was asked for last.
#[derive(Default)]
pub(crate) struct Charts {
    survey: Option<Survey>,
    asked: bool,
}

impl Charts {
    /// Somebody asks how `subject` did. Buckets are of a round length and begin at multiples of
    /// it, so that they stay where they are while somebody moves along.
    pub(crate) fn ask(
        &mut self,
        trace: &Trace,
        topology: &Topology,
        subject: Subject,
        (from, to): (SimTime, SimTime),
        buckets: u32,
    ) {
        let buckets = u64::from(buckets.clamp(FEWEST, MOST));
        let span = round_span(to.since(from).as_nanos().div_ceil(buckets));
        let from = SimTime::from_nanos(from.as_nanos() / span * span);
        let span = SimDuration::from_nanos(span);
        let question = (subject, (from, to), span);
        self.asked = true;
        if self
            .survey
            .as_ref()
            .is_some_and(|survey| survey.question() == question)
        {
            return;
        }
        let records = trace.records();
        let first = records.partition_point(|record| record.at < from);
        let before = trace.picture(Cursor(first as u32));
        self.survey = Some(Survey::new(topology, subject, (from, to), span, &before));
    }

    /// Whether somebody waits for an answer.
    pub(crate) const fn is_asked(&self) -> bool {
        self.asked
    }

    /// Reads on in the trace of a run that has come to `now`, until it is at the end or
    /// `is_over` says that others wait.
    pub(crate) fn advance(
        &mut self,
        trace: &Trace,
        now: SimTime,
        is_over: impl Fn() -> bool,
    ) -> Option<Series> {
        let survey = self.survey.as_mut().filter(|_| self.asked)?;
        while survey.advance(trace.records(), PORTION) {
            if is_over() {
                return None;
            }
        }
        self.asked = false;
        Some(survey.series(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::kernel::Budgets;
    use sim_core::scenario::Scenario;
    use sim_core::world::Run;

    const TEXT: &str = include_str!("../../../static/scenarios/slow-payment.yaml");

    #[test]
    fn a_series_made_in_slices_while_the_run_goes_on_is_that_of_the_whole_run() {
        let scenario = Scenario::parse(TEXT).unwrap();
        let mut run = Run::start(&scenario, Budgets::default()).unwrap();
        let topology = run.topology().clone();
        let mut trace = Trace::new(topology.entities.len());
        let stretch = (
            SimTime::ZERO,
            SimTime::ZERO.after(SimDuration::from_secs(60)),
        );
        let mut charts = Charts::default();
        while run.ended().is_none() {
            run.advance(5_000, &mut trace);
            charts.ask(&trace, &topology, Subject::All, stretch, 200);
            // Others always wait: one portion at a time.
            while charts.is_asked() {
                if let Some(series) = charts.advance(&trace, run.now(), || true) {
                    assert_eq!(series.to, run.now());
                }
            }
        }
        let ask = |charts: &mut Charts| {
            charts.ask(&trace, &topology, Subject::All, stretch, 200);
            charts.advance(&trace, run.now(), || false)
        };
        let (on, anew) = (ask(&mut charts), ask(&mut Charts::default()));
        assert!(on.is_some_and(|series| series.points.len() == 120));
        assert_eq!(ask(&mut charts), anew);
    }
}
