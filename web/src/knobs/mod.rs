//! Knobs: settings the author exposes. Turning one runs the scenario again on the same
//! seed, and the reader stays at the same moment.

mod dial;

use gloo_timers::callback::Timeout;
use interplay_protocol::KnobView;
use leptos::prelude::*;

use crate::desk::Desk;
use crate::i18n::{language, said, say};
use crate::story;
use crate::ui::icons::{Drawn, Icon};
use dial::Dial;

/// How long a knob rests before the scenario runs again: dragging it does not start a run
/// for every pixel.
const REST_MS: u32 = 70;

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
                <For each=move || paths.get() key=String::clone let:path>
                    <Exposed path=path />
                </For>
            </section>
        </Show>
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
            .or_else(|| knob.get().map(|knob| knob.value))
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
                on:click=move |_| desk.turn(&path.get_value(), None)
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
                if wanted.is_some() {
                    self.desk.turn(&self.path.get_value(), wanted);
                }
            };
            Timeout::new(REST_MS, turn).forget();
        }
    }
}
