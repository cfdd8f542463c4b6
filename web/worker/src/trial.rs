//! A document with one seed of many, judged by its properties; and what its tasks ask for.
//!
//! Whoever tries many seeds does so in workers that do nothing else, and ends those who are at
//! work when nobody wants to know any more: so a run here goes on to its end at one go.

use interplay_protocol::{Remark, Response, TaskView};
use sim_core::kernel::Budgets;
use sim_core::observe::Properties;
use sim_core::observe::properties::Ruling;
use sim_core::scenario::Scenario;
use sim_core::scenario::diagnostic::Diagnostics;
use sim_core::scenario::document::{Name, Task};
use sim_core::world::{Ended, Run};

use crate::job::{EVENT_BUDGET, Listener, changed};

/// The answer to who asks what comes of the properties called `holds`, or of all if that is none,
/// with one seed.
pub(crate) fn answer(
    text: &str,
    changes: &[(String, String)],
    seed: u64,
    holds: &[String],
) -> Response {
    let rulings = judge(text, changes, seed, holds);
    Response::Judged {
        seed,
        rulings: rulings.map_err(|found| found.iter().map(Remark::of).collect()),
    }
}

fn judge(
    text: &str,
    changes: &[(String, String)],
    seed: u64,
    holds: &[String],
) -> Result<Vec<Ruling>, Diagnostics> {
    let mut changes = changes.to_vec();
    changes.retain(|(path, _)| path != "seed");
    changes.push(("seed".to_owned(), seed.to_string()));
    let scenario = changed(&Scenario::parse(text)?, &changes)?;
    scenario.runnable()?;
    let budgets = Budgets {
        events: EVENT_BUDGET,
        ..Budgets::default()
    };
    let mut run = Run::start(&scenario, budgets)?;
    let mut properties = Properties::new(scenario.document(), run.topology());
    let complete = run.finish(&mut Listener::Judge(&mut properties)) == Ended::AtHorizon;
    let mut rulings = properties.judged(run.now(), complete).rulings();
    rulings.retain(|ruling| holds.is_empty() || holds.contains(&ruling.name));
    Ok(rulings)
}

/// The most places that are named where something was changed that a task does not allow.
const MOST_BESIDE: usize = 5;

/// What the tasks of `scenario` ask for, which was made from the text of its `author`.
pub(crate) fn tasks(scenario: &Scenario, author: &Scenario) -> Vec<TaskView> {
    let view = |(name, task): (&Name, &Task)| TaskView {
        name: name.to_string(),
        goal: task.goal.clone(),
        holds: task.holds.iter().map(ToString::to_string).collect(),
        seeds: task.seeds,
        needed: task.pass.at_least_of(task.seeds),
        editable: task.editable.iter().map(ToString::to_string).collect(),
        beside: scenario.changed_beside(author, &task.editable, MOST_BESIDE),
    };
    scenario.document().tasks.iter().map(view).collect()
}
