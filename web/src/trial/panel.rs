//! What there is to achieve, and how far many seeds agree that it is.
//!
//! The tasks of the scenario flow in, and what the trial under way has come to; wishes to try,
//! to stop and to look at a seed flow out.

use interplay_protocol::TaskView;
use leptos::prelude::*;
use sim_core::observe::properties::Over;

use super::{End, Question, Trial, Worst};
use crate::desk::Desk;
use crate::i18n::{language, moment, said, say, text};

/// How many seeds all properties can be tried with.
const NUMBERS: [u32; 3] = [20, 100, 500];

/// The tasks, and a trial of all properties.
#[component]
pub(crate) fn Trials() -> impl IntoView {
    let desk = Desk::of_here();
    let tasks = Memo::new(move |_| {
        desk.stage
            .with(|stage| stage.as_ref().map(|stage| stage.tasks.clone()))
            .unwrap_or_default()
    });
    let any = Memo::new(move |_| {
        desk.stage.with(|stage| {
            stage
                .as_ref()
                .is_some_and(|stage| !stage.properties.is_empty())
        })
    });
    view! {
        {move || tasks.get().into_iter().map(|task| view! { <Task task=task /> }).collect_view()}
        <Show when=move || any.get()>
            <All />
        </Show>
    }
}

/// A task: its goal, what may be turned for it, and whether it is done.
#[component]
fn Task(task: TaskView) -> impl IntoView {
    let desk = Desk::of_here();
    let (name, goal) = (task.name.clone(), task.goal.clone());
    let question = StoredValue::new(Question::of(&task));
    let beside = task.beside.join(", ");
    let allowed = task.beside.is_empty();
    let (seeds, needed) = (task.seeds, task.needed);
    let codes = |names: Vec<String>| {
        let codes = names
            .into_iter()
            .map(|name| view! { <code>{name}</code> " " });
        codes.collect_view()
    };
    view! {
        <section class="task" data-task=task.name>
            <h3>{said!(desk, trial.task)}</h3>
            <p>{move || goal.get(language(desk.locale.get())).to_owned()}</p>
            <dl class="terms">
                <div>
                    <dt>{said!(desk, trial.holds)}</dt>
                    <dd>{codes(task.holds)}</dd>
                </div>
                <div>
                    <dt>{said!(desk, trial.editable)}</dt>
                    <dd>{codes(task.editable)}</dd>
                </div>
                <div>
                    <dt>{said!(desk, trial.mark)}</dt>
                    <dd>{move || say!(desk, trial.needed, needed = needed, count = seeds)}</dd>
                </div>
            </dl>
            <Show when=move || !allowed>
                <p class="beside">{say!(desk, trial.beside, what = beside.clone())}</p>
            </Show>
            <Buttons question=question seeds=seeds can=allowed />
            <Outcome task=Some(name) />
        </section>
    }
}

/// All properties, with as many seeds as the reader likes.
#[component]
fn All() -> impl IntoView {
    let desk = Desk::of_here();
    let button = move |seeds: u32| {
        view! {
            <button
                class="small"
                data-try=seeds.to_string()
                on:click=move |_| desk.try_seeds(Question::of_all(seeds))
            >
                {seeds}
            </button>
        }
    };
    view! {
        <div class="trial-all">
            <span class="hush">{said!(desk, trial.all)}</span>
            <span class="numbers">{NUMBERS.map(button).collect_view()}</span>
        </div>
        <Outcome task=None />
    }
}

/// Begin, or stop.
#[component]
fn Buttons(question: StoredValue<Question>, seeds: u32, can: bool) -> impl IntoView {
    let desk = Desk::of_here();
    view! {
        <button
            class="primary"
            data-judge=""
            disabled=!can
            on:click=move |_| desk.try_seeds(question.get_value())
        >
            {move || say!(desk, trial.judge, count = seeds)}
        </button>
    }
}

/// What the trial of a task, or of all properties, has come to.
#[component]
fn Outcome(task: Option<String>) -> impl IntoView {
    let desk = Desk::of_here();
    let trial = Memo::new(move |_| {
        desk.trials.trial.with(|trial| {
            let trial = trial.as_ref()?;
            (trial.question.task == task).then(|| trial.clone())
        })
    });
    let any = Memo::new(move |_| trial.with(Option::is_some));
    view! {
        <Show when=move || any.get()>
            <Told trial=trial />
        </Show>
    }
}

/// What it has come to so far. Seeds end many times a second, so the buttons stay where they are
/// and only what is said changes.
#[component]
fn Told(trial: Memo<Option<Trial>>) -> impl IntoView {
    let desk = Desk::of_here();
    let of = move |number: fn(&Trial) -> u64| trial.with(|trial| trial.as_ref().map_or(0, number));
    let runs = move || of(|trial| trial.over.runs);
    let seeds = move || of(|trial| trial.question.seeds.into());
    let passed = move || of(|trial| trial.over.passed);
    let under_way = Memo::new(move |_| {
        trial.with(|trial| trial.as_ref().is_some_and(|trial| trial.end.is_none()))
    });
    let passes = Memo::new(move |_| trial.with(|trial| trial.as_ref().and_then(Trial::passes)));
    let class = move || match passes.get() {
        Some(true) => "verdict held",
        Some(false) => "verdict violated",
        None => "verdict inconclusive",
    };
    let sign = move || match passes.get() {
        Some(true) => "✓",
        Some(false) => "✕",
        None => "?",
    };
    let verdict = move || {
        let locale = desk.locale.get();
        let (passed, runs) = (passed(), runs());
        match passes.get() {
            Some(true) => text!(locale, trial.done, passed = passed, count = runs),
            Some(false) => text!(locale, trial.not_done, passed = passed, count = runs),
            None => text!(locale, trial.so_far, passed = passed, count = runs),
        }
    };
    let failed = Memo::new(move |_| {
        let locale = desk.locale.get();
        trial.with(|trial| match trial.as_ref()?.end.as_ref()? {
            End::Failed(remarks) => Some(remarks.first().map_or_else(
                || text!(locale, trial.no_worker),
                |remark| remark.get(language(locale)).message.clone(),
            )),
            End::Complete | End::Stopped => None,
        })
    });
    let lines = move || {
        trial.with(|trial| {
            let over = trial.iter().flat_map(|trial| &trial.over.properties);
            over.map(|over| line(desk, over, runs())).collect_view()
        })
    };
    let worst = Memo::new(move |_| trial.with(|trial| trial.as_ref()?.worst.clone()));
    view! {
        <div
            class="trial-outcome"
            data-runs=move || runs().to_string()
            data-passed=move || passed().to_string()
        >
            <Show when=move || under_way.get()>
                <div class="under-way">
                    <progress
                        max=move || seeds().to_string()
                        value=move || runs().to_string()
                        aria-label=said!(desk, trial.progress)
                    ></progress>
                    <span class="hush">{move || format!("{} / {}", runs(), seeds())}</span>
                    <button class="small" data-stop="" on:click=move |_| desk.finish_trial(End::Stopped)>
                        {said!(desk, trial.stop)}
                    </button>
                </div>
            </Show>
            {move || failed.get().map(|why| view! { <p class="beside" role="alert">{why}</p> })}
            <p class=class role="status">
                <span aria-hidden="true">{sign}</span>
                " "
                {verdict}
            </p>
            <ul class="verdicts">{lines}</ul>
            {move || worst.get().map(|worst| view! { <Open worst=worst /> })}
        </div>
    }
}

/// One property over the seeds, with a bar of those it held with.
fn line(desk: Desk, over: &Over, runs: u64) -> impl IntoView + use<> {
    let locale = desk.locale.get();
    let (class, sign) = if over.violated > 0 {
        ("violated", "✕")
    } else if over.inconclusive > 0 {
        ("inconclusive", "?")
    } else {
        ("held", "✓")
    };
    let holds = text!(locale, trial.holds_for, held = over.held, count = runs);
    let unclear = (over.inconclusive > 0)
        .then(|| text!(locale, trial.unclear_for, count = over.inconclusive));
    view! {
        <li class=class data-over=over.name.clone()>
            <span aria-hidden="true">{sign}</span>
            <span>
                <code>{over.name.clone()}</code>
                " "
                {holds}
                {unclear.map(|unclear| format!(", {unclear}"))}
            </span>
        </li>
    }
}

/// The seed to look at.
#[component]
fn Open(worst: Worst) -> impl IntoView {
    let desk = Desk::of_here();
    let Worst {
        seed, property, at, ..
    } = worst;
    let label = move || {
        let locale = desk.locale.get();
        let at = moment(locale, at, 1);
        text!(
            locale,
            trial.open_worst,
            seed = seed,
            property = property.clone(),
            at = at
        )
    };
    view! {
        <button data-open-worst=seed.to_string() on:click=move |_| desk.look_at_seed(seed, at)>
            {label}
        </button>
    }
}
