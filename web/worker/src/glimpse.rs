//! A document in a list: its title and a sketch, without running it.

use interplay_protocol::Glimpse;
use sim_core::kernel::Budgets;
use sim_core::scenario::Scenario;
use sim_core::sketch::Sketch;
use sim_core::world::Run;

use crate::job::changed;

/// What is seen of a document in a list, with the changes made to it; nothing if it cannot be
/// run.
pub(crate) fn of(text: &str, changes: &[(String, String)]) -> Option<Glimpse> {
    let scenario = changed(&Scenario::parse(text).ok()?, changes).ok()?;
    scenario.runnable().ok()?;
    let run = Run::start(&scenario, Budgets::default()).ok()?;
    Some(Glimpse {
        title: scenario.document().title.clone(),
        sketch: Sketch::of(run.topology()),
        text: scenario.text().to_owned(),
    })
}
