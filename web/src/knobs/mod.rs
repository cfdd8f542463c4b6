//! Knobs: settings the author exposes. Turning one runs the scenario again on the same
//! seed, and the reader stays at the same moment.

mod dial;

use gloo_timers::callback::Timeout;
use interplay_protocol::KnobView;
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use sim_core::scenario::editing::Edit;

use crate::desk::Desk;
use crate::hand::act::written;
use crate::hand::moment_of_turning;
use crate::i18n::{language, said, say};
use crate::player::Player;
use crate::story;
use crate::ui::icons::{Drawn, Icon};
use dial::Dial;

/// How long a knob rests before the scenario runs again: dragging it does not start a run
/// for every pixel.
const REST_MS: u32 = 70;

/// Turning that pauses for less is one turn.
const ONE_TURN_MS: f64 = 1_000.0;

/// The knobs of the scenario that is open.
#[component]
pub(crate) fn Knobs() -> impl IntoView {
    let desk = Desk::of_here();
    // By path, so that a slider keeps the focus when its scenario runs again.
    let paths = Memo::new(move |_| {
        desk.stage.with(|stage| {
            let knobs = stage.as_ref().map(|stage| stage.knobs.iter());
            knobs
                .into_iter()
                .flatten()
                .map(|knob| knob.path.clone())
                .collect::<Vec<_>>()
        })
    });
    let changed = move || {
        desk.source.with(|source| {
            source
                .as_ref()
                .is_some_and(|source| !source.changes.is_empty())
        })
    };
    view! {
        <Show when=move || !paths.with(Vec::is_empty)>
            <section class="knobs" aria-label=said!(desk, knobs.title)>
                <header>
                    <h3 title=said!(desk, knobs.same_seed)>{said!(desk, knobs.title)}</h3>
                    <button
                        class="quiet small"
                        class:gone=move || !changed()
                        disabled=move || !changed()
                        on:click=move |_| desk.reset_knobs()
                    >
                        {said!(desk, knobs.reset_all)}
                    </button>
                </header>
                <Branching />
                <For each=move || paths.get() key=String::clone let:path>
                    <Exposed path=path />
                </For>
            </section>
        </Show>
    }
}

/// The choice of what turning a knob means: another run from the beginning, or another way on
/// from here.
#[component]
fn Branching() -> impl IntoView {
    let desk = Desk::of_here();
    let option = move |branches: bool| {
        let label = move || {
            if branches {
                say!(desk, knobs.from_here)
            } else {
                say!(desk, knobs.everywhere)
            }
        };
        let hint = move || {
            if branches {
                say!(desk, knobs.from_here_means)
            } else {
                say!(desk, knobs.everywhere_means)
            }
        };
        view! {
            <label title=hint class:chosen=move || desk.branching.get() == branches>
                <input
                    type="radio"
                    name="branching"
                    data-branching=branches.to_string()
                    prop:checked=move || desk.branching.get() == branches
                    on:change=move |_| desk.branching.set(branches)
                />
                {label}
            </label>
        }
    };
    view! {
        <fieldset class="branching">
            <legend class="unseen">{said!(desk, knobs.counts)}</legend>
            {option(false)}
            {option(true)}
        </fieldset>
    }
}

/// A knob that the author exposes.
#[component]
fn Exposed(path: String) -> impl IntoView {
    let desk = Desk::of_here();
    let wanted = path.clone();
    let knob = Memo::new(move |_| {
        desk.stage.with(|stage| {
            let knobs = &stage.as_ref()?.knobs;
            knobs.iter().find(|knob| knob.path == wanted).cloned()
        })
    });
    let label = Signal::derive(move || {
        let knob = knob.get();
        knob.map(|knob| knob.label.get(language(desk.locale.get())).to_owned())
            .unwrap_or_default()
    });
    view! { <Knob path=path knob=knob label=label /> }
}

/// A knob: a slider with its label, its value, and the way back to the author's value.
#[component]
pub(crate) fn Knob(
    /// The path of its setting.
    path: String,
    /// What it turns; nothing while it is not known, or not there any more.
    #[prop(into)]
    knob: Signal<Option<KnobView>>,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let desk = Desk::of_here();
    let path = StoredValue::new(path);
    let turned = Turned {
        desk,
        path,
        wanted: StoredValue::new(None),
        since: StoredValue::new(None),
        shown: RwSignal::new(None),
    };
    // What the run uses is what is shown, once it does.
    Effect::new(move || {
        knob.track();
        turned.shown.set(None);
    });
    let dial = move || knob.get().map(|knob: KnobView| Dial::new(&knob));
    let value = move || {
        turned
            .shown
            .get()
            .or_else(|| knob.with(|knob| Some(value_in_force(desk, knob.as_ref()?))))
            .unwrap_or_default()
    };
    let written = move |number: f64| {
        dial()
            .map(|dial| dial.shown(desk.locale.get(), number))
            .unwrap_or_default()
    };
    let is_original = move || {
        knob.get()
            .is_none_or(|knob| dial().is_some_and(|dial| dial.same(value(), knob.original)))
    };
    let told = story::told(desk);
    let is_told = move || {
        story::of_told(desk, told.get(), |moment| {
            path.with_value(|path| moment.shown.knobs.contains(path))
        })
        .unwrap_or_default()
    };
    let original = move || written(knob.get().map_or(0.0, |knob| knob.original));
    let moved = move |event: leptos::ev::Event| {
        let place = event_target_value(&event).parse::<f64>();
        if let (Ok(place), Some(dial)) = (place, dial()) {
            turned.to(dial.value_at(place), &dial);
        }
    };
    // Where turning counts from the cursor on, so does turning back.
    let reset = move || {
        let author = knob.get_untracked().map(|knob| knob.original);
        match (author, dial()) {
            (Some(author), Some(dial)) if desk.branching.get_untracked() => {
                turned.branch(dial.written(author));
            }
            _ => desk.turn(&path.get_value(), None),
        }
    };
    view! {
        <div class="knob" class:changed=move || !is_original() class:told=is_told>
            <label>
                <span class="label">{label}</span>
                <output class="value">{move || written(value())}</output>
                <input
                    type="range"
                    min="0"
                    max=move || dial().map_or(0.0, |dial| dial.places()).to_string()
                    step="1"
                    prop:value=move || dial().map_or(0.0, |dial| dial.place_of(value())).to_string()
                    aria-valuetext=move || written(value())
                    data-knob=path.get_value()
                    on:input=moved
                />
            </label>
            <button
                class="quiet small"
                class:gone=is_original
                disabled=is_original
                title=move || say!(desk, knobs.reset, value = original())
                aria-label=move || say!(desk, knobs.reset, value = original())
                on:click=move |_| reset()
            >
                <Drawn icon=Icon::Undo />
            </button>
        </div>
    }
}

/// A knob being turned.
#[derive(Clone, Copy)]
struct Turned {
    desk: Desk,
    path: StoredValue<String>,
    /// What it is to be set to when it rests.
    wanted: StoredValue<Option<String>>,
    /// From when on it counts while it is being turned, and when it was turned last, in
    /// milliseconds of the page.
    since: StoredValue<Option<(SimTime, f64)>>,
    /// What it shows until the run uses it.
    shown: RwSignal<Option<f64>>,
}

impl Turned {
    fn to(self, value: f64, dial: &Dial) {
        self.shown.set(Some(value));
        let first = self.wanted.with_value(Option::is_none);
        self.wanted.set_value(Some(dial.written(value)));
        if first {
            let turn = move || {
                let wanted = self.wanted.try_update_value(Option::take).flatten();
                match wanted {
                    Some(value) if self.desk.branching.get_untracked() => self.branch(value),
                    Some(value) => self.desk.turn(&self.path.get_value(), Some(value)),
                    None => {}
                }
            };
            Timeout::new(REST_MS, turn).forget();
        }
    }

    /// Has the value count from the cursor on; all of one turn counts from where it began.
    fn branch(self, value: String) {
        let path = self.path.get_value();
        let clock = web_sys::window().and_then(|window| window.performance());
        let millis = clock.map_or(0.0, |clock| clock.now());
        let begun = self.since.get_value();
        let going_on = begun.filter(|(_, turned)| millis - turned < ONE_TURN_MS);
        let at = going_on.map(|(at, _)| at).or_else(|| {
            self.desk.ask(|player| {
                let knobs = player.stage().knobs.iter();
                let set = knobs.filter(|knob| knob.path == path);
                let set = set.flat_map(|knob| &knob.later).map(|later| later.at);
                moment_of_turning(player.time(), set)
            })
        });
        let Some(at) = at else { return };
        self.since.set_value(Some((at, millis)));
        let edit = Edit::SetFrom {
            at: written(at),
            path,
            value,
        };
        self.desk.edit_at(edit, Some(at));
    }
}

/// The value of a knob: that of the beginning, or that of the cursor where turning counts from
/// there; a signal.
fn value_in_force(desk: Desk, knob: &KnobView) -> f64 {
    if !desk.branching.get() || knob.later.is_empty() {
        return knob.value;
    }
    desk.moment.track();
    let now = desk.ask(Player::time).unwrap_or_default();
    knob.value_at(now)
}
