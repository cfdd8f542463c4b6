//! The board: what the metrics view keeps beside the desk, and how it asks the worker.
//!
//! What is looked at flows in from the desk (what is selected, which stretch the timeline shows,
//! how far the run has come); questions flow out one at a time, so that only the latest is asked;
//! a series flows back.

use std::collections::BTreeSet;
use std::rc::Rc;

use interplay_protocol::{Generation, Request, Stage};
use leptos::prelude::*;
use sim_core::observe::series::{Series, Subject};
use sim_core::world::EndpointId;

use super::charts::Chart;
use super::paint::Source;
use super::subjects::of_picked;
use crate::desk::Desk;
use crate::player::{Player, Stretch};
use crate::timeline;

/// So many pixels of a chart are one bucket.
const PIXELS: f64 = 2.0;

/// What was asked.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Question {
    generation: Generation,
    subject: Subject,
    stretch: Stretch,
    buckets: u32,
}

/// What the metrics view keeps.
pub(crate) struct Board {
    /// Whether it is open: whether it stands in the place of the flow.
    pub(crate) open: RwSignal<bool>,
    /// What is drawn.
    pub(super) series: RwSignal<Option<Rc<Series>>, LocalStorage>,
    /// The endpoint that was chosen last; it counts while its service is selected.
    pub(super) endpoint: RwSignal<Option<EndpointId>>,
    /// Lines that are not drawn.
    pub(super) hidden: RwSignal<BTreeSet<(Chart, &'static str)>>,
    /// The stretch that is being chosen with a pointer.
    pub(super) dragged: RwSignal<Option<Stretch>>,
    /// How wide charts are, in pixels.
    pub(super) width: RwSignal<f64>,
    asked: StoredValue<Option<Question>>,
    answered: StoredValue<Option<Question>>,
}

impl Board {
    /// A board that is not open.
    pub(crate) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            series: RwSignal::new_local(None),
            endpoint: RwSignal::new(None),
            hidden: RwSignal::new(BTreeSet::new()),
            dragged: RwSignal::new(None),
            width: RwSignal::new(0.0),
            asked: StoredValue::new(None),
            answered: StoredValue::new(None),
        }
    }

    /// Takes in an answer.
    pub(crate) fn take(&self, series: Series) {
        self.answered.set_value(self.asked.get_value());
        self.asked.set_value(None);
        self.series.set(Some(Rc::new(series)));
    }

    /// Another stage opens: what is drawn of the one before stays only if it has the same parts.
    pub(crate) fn opened(&self, before: Option<&Stage>, next: &Stage) {
        let is_same = before.is_some_and(|before| before.topology == next.topology);
        if !is_same {
            self.series.set(None);
            self.endpoint.set(None);
        }
    }

    /// Lets go of the stretch that is being chosen. Says whether there was one.
    pub(crate) fn let_go(&self) -> bool {
        let was = self.dragged.get_untracked().is_some();
        if was {
            self.dragged.set(None);
        }
        was
    }
}

/// What is looked at, tracked.
pub(super) fn subject(desk: Desk) -> Subject {
    let (picked, endpoint) = (desk.picked.get(), desk.metrics.endpoint.get());
    desk.stage.with(|stage| {
        stage.as_ref().map_or(Subject::All, |stage| {
            of_picked(&stage.topology, picked, endpoint)
        })
    })
}

/// Asks something of what is drawn, if there is something.
pub(super) fn with_source<T>(desk: Desk, question: impl FnOnce(&Source) -> T) -> Option<T> {
    let series = desk.metrics.series.get_untracked()?;
    desk.ask(|player| {
        question(&Source {
            stage: player.stage(),
            series: &series,
            glance: player.closer().unwrap_or_else(|| player.glance()),
            ending: player.ending().map(|ending| &**ending),
            simulated: player.reel().simulated(),
        })
    })
}

/// Asks the worker whenever what is here is not what is looked at.
pub(super) fn keep_asking(desk: Desk) {
    Effect::new(move || {
        let board = &desk.metrics;
        board.series.track();
        desk.stage.track();
        desk.seen.track();
        desk.progress.track();
        let (subject, width) = (subject(desk), board.width.get());
        let Some((stretch, _)) = timeline::seen(desk).filter(|_| width > 0.0) else {
            return;
        };
        let Some((generation, simulated)) =
            desk.ask(|player: &Player| (player.generation(), player.reel().simulated()))
        else {
            return;
        };
        let question = Question {
            generation,
            subject,
            stretch,
            buckets: (width / PIXELS) as u32,
        };
        let waits = board.asked.get_value();
        if waits.is_some_and(|asked| asked.generation == generation) {
            return;
        }
        let known = board.series.with_untracked(|series| {
            let told = series.as_ref().map(|series| series.to);
            told.is_some_and(|to| to >= stretch.until.min(simulated))
        });
        if known && board.answered.get_value() == Some(question) {
            return;
        }
        board.asked.set_value(Some(question));
        desk.send(Request::Series {
            generation,
            subject,
            from: stretch.from,
            to: stretch.until,
            buckets: question.buckets,
        });
    });
}
