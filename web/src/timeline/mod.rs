//! The timeline: the run at a glance, as a whole or a stretch of it, and where in it the
//! reader is.
//!
//! The run at a glance flows in a few times a second, the time every frame; commands and the
//! stretch that is looked at flow out: a click or a drag is a wish to be there.
//!
//! ```text
//! glance, entries -> rows (which lanes, how high) -> paint (on change)
//! pointers, wheel -> gestures -> commands · zoom -> stretch to look at -> worker -> glance
//! ```

mod cluster;
mod controls;
mod faults;
pub(crate) mod finder;
mod gestures;
mod hover;
mod loop_bar;
mod paint;
mod rows;
pub(crate) mod scale;
mod strip;
mod typed;
pub(crate) mod zoom;

use interplay_protocol::Glance;
use leptos::ev;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::desk::Desk;
use crate::frames::Phase;
use crate::i18n::{moment, said, say};
use crate::player::{Player, Stretch};
use crate::ui::icons::{Drawn, Icon};
use crate::ui::storage::{recall, remember};
use crate::ui::theme::media_matches;
use crate::views::flow::observe_size;
use controls::Controls;
use gestures::Gestures;
use hover::describe;
use loop_bar::LoopBar;
pub(crate) use paint::bands::{Tone, machine_in_words, state_in_words};
use paint::{Colours, GUTTER, NARROW_GUTTER, Painter, RIGHT};
use rows::{Check, Contents, Density, Lane, MOST_LEVELS, Open, Row, Rows};
use scale::Scale;
use strip::Strip;

/// What the parts of the timeline share; copies are the same one.
#[derive(Clone, Copy)]
struct View {
    desk: Desk,
    track: NodeRef<Div>,
    /// How wide the lanes are, and how much there is room for.
    room: RwSignal<(f64, Density)>,
    /// Which lanes there are and where.
    rows: RwSignal<Rows>,
}

impl View {
    fn scale(self) -> Option<Scale> {
        let (width, density) = self.room.get_untracked();
        let (horizon, seen) = self
            .desk
            .ask(|player| (player.stage().horizon, player.seen()))?;
        let left = match density {
            Density::Full => GUTTER,
            Density::Compact => NARROW_GUTTER,
        };
        Some(Scale {
            left,
            width: (width - left - RIGHT).max(1.0),
            seen: zoom::seen_of(seen, horizon),
            horizon,
        })
    }

    /// Shows a stretch.
    fn look(self, seen: Stretch) {
        look(self.desk, seen);
    }

    /// Where on the lanes a pointer is.
    fn place(self, event: &ev::PointerEvent) -> (f64, f64) {
        self.track.get_untracked().map_or((0.0, 0.0), |track| {
            let rect = track.get_bounding_client_rect();
            (
                f64::from(event.client_x()) - rect.left(),
                f64::from(event.client_y()) - rect.top(),
            )
        })
    }

    /// Where the lanes begin on the screen.
    fn left(self) -> f64 {
        self.track
            .get_untracked()
            .map_or(0.0, |track| track.get_bounding_client_rect().left())
    }
}

/// The timeline shows a stretch of the run.
pub(crate) fn look(desk: Desk, seen: Stretch) {
    if let Some(horizon) = desk.ask(|player| player.stage().horizon) {
        desk.look(zoom::or_whole(seen, horizon));
    }
}

/// What is seen of the run, and when it ends.
pub(crate) fn seen(desk: Desk) -> Option<(Stretch, SimTime)> {
    desk.ask(|player| {
        let horizon = player.stage().horizon;
        (zoom::seen_of(player.seen(), horizon), horizon)
    })
}

/// Zooms about the playhead, or about the middle if that is not seen.
pub(crate) fn zoom_by(desk: Desk, factor: f64) {
    let now = desk.ask(Player::time);
    if let Some(((seen, horizon), now)) = seen(desk).zip(now) {
        let at = zoom::share(seen, now);
        let at = if (0.0..=1.0).contains(&at) { at } else { 0.5 };
        look(desk, zoom::zoomed(seen, at, factor, horizon));
    }
}

/// Moves the view by a share of it.
pub(crate) fn move_by(desk: Desk, share: f64) {
    if let Some((seen, horizon)) = seen(desk) {
        look(desk, zoom::moved(seen, share, horizon));
    }
}

/// The timeline with its controls.
#[component]
pub(crate) fn Timeline() -> impl IntoView {
    let desk = Desk::of_here();
    let (canvas, small, head) = (
        NodeRef::<Canvas>::new(),
        NodeRef::<Canvas>::new(),
        NodeRef::<Div>::new(),
    );
    let open = RwSignal::new(
        recall("lanes")
            .map(|text| Open::read(&text))
            .unwrap_or_default(),
    );
    let view = View {
        desk,
        track: NodeRef::new(),
        room: RwSignal::new((0.0, Density::Full)),
        rows: RwSignal::new(Rows::new(
            Density::Full,
            open.get_untracked(),
            Contents {
                levels: 0,
                machines: Vec::new(),
                checks: Vec::new(),
                kinds: Vec::new(),
            },
        )),
    };
    measure(view);
    Effect::new(move || {
        let (_, density) = view.room.get();
        let open = open.get();
        desk.progress.track();
        desk.stage.track();
        desk.seen.track();
        let contents = desk
            .ask(contents)
            .unwrap_or_else(|| view.rows.with_untracked(|rows| rows.contents.clone()));
        let rows = Rows::new(density, open, contents);
        if view.rows.with_untracked(|before| *before != rows) {
            view.rows.set(rows);
        }
    });
    paint_when_outdated(view, canvas, small);
    move_head(view, head);

    let gestures = Gestures::new(view);
    let hover: Hover = RwSignal::new(None);
    let on_move = move |event: ev::PointerEvent| {
        gestures.moved(&event);
        hover.set(look_under(view, gestures, &event));
    };
    let leave = move |event: &ev::PointerEvent| {
        if event.pointer_type() != "mouse" {
            hover.set(None);
        }
    };
    let is_full = move || view.room.get().1 == Density::Full;
    view! {
        <footer class="timeline" class:compact=move || !is_full()>
            <Controls />
            <Show when=is_full>
                <Strip view=view canvas=small />
            </Show>
            <div
                class="track"
                id="lanes"
                role="slider"
                tabindex="0"
                aria-label=said!(desk, player.timeline)
                aria-valuemin="0"
                aria-valuemax=move || horizon(desk).as_secs_f64().to_string()
                aria-valuenow=move || now(desk).as_secs_f64().to_string()
                aria-valuetext=move || moment(desk.locale.get(), now(desk), 3)
                data-from=move || seen_now(desk).map(|seen| seen.from.as_nanos().to_string())
                data-until=move || seen_now(desk).map(|seen| seen.until.as_nanos().to_string())
                node_ref=view.track
                style:height=move || format!("{}px", view.rows.with(|rows| rows.height))
                on:pointerdown=move |event| gestures.down(&event)
                on:pointermove=on_move
                on:pointerup=move |event| { gestures.up(&event); leave(&event); }
                on:pointercancel=move |event| { gestures.cancel(&event); leave(&event); }
                on:pointerleave=move |_| hover.set(None)
                on:dblclick=move |_| desk.look(None)
                on:wheel=move |event| gestures.wheel(&event)
            >
                <canvas aria-hidden="true" node_ref=canvas />
                <LoopBar view=view />
                <Ghost hover=hover />
                <div class="head" class:shown=move || desk.stage.with(Option::is_some) aria-hidden="true" node_ref=head />
            </div>
            <Readout view=view hover=hover />
            <Show when=is_full>
                <Toggles view=view open=open />
            </Show>
        </footer>
    }
}

/// The buttons that open and close lanes, over the names of these.
#[component]
fn Toggles(view: View, open: RwSignal<Open>) -> impl IntoView {
    let desk = view.desk;
    let toggle = move |lane| {
        open.update(|open| *open = open.toggled(lane));
        remember("lanes", &open.get_untracked().written());
    };
    let name = move |lane| match lane {
        Lane::Entries => say!(desk, player.faults),
        Lane::States => say!(desk, timeline.states),
        Lane::Checks => say!(desk, timeline.checks),
        Lane::Marks => say!(desk, timeline.marks),
        Lane::Journeys => say!(desk, player.journeys),
        Lane::Latency => say!(desk, player.latency),
        Lane::Waiting => say!(desk, player.waiting),
    };
    let row_of = move |lane: Lane| -> Option<Row> {
        view.rows
            .with(|rows| rows.rows.iter().find(|row| row.lane == lane).copied())
    };
    let style = move |lane| {
        row_of(lane).map_or_else(
            || "display:none".to_owned(),
            |row| format!("top:{}px;height:{}px", row.top, row.height),
        )
    };
    let height = move || format!("{}px", view.rows.with(|rows| rows.height));
    view! {
        <div class="toggles" role="group" aria-label=said!(desk, timeline.lanes) style:height=height>
            {Lane::ALL
                .map(|lane| {
                    view! {
                        <button
                            class="lane"
                            class:open=move || open.get().has(lane)
                            class:middle=matches!(lane, Lane::Journeys | Lane::Latency | Lane::Waiting)
                            style=move || style(lane)
                            aria-expanded=move || open.get().has(lane).to_string()
                            aria-label=move || name(lane)
                            title=move || name(lane)
                            on:click=move |_| toggle(lane)
                        >
                            <Drawn icon=Icon::Fold />
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// What lies under the pointer: where a click would lead, and what is said about it.
type Hover = RwSignal<Option<(f64, Vec<String>)>>;

/// Where a click would lead.
#[component]
fn Ghost(hover: Hover) -> impl IntoView {
    let x = Memo::new(move |_| hover.with(|hover| hover.as_ref().map(|(x, _)| *x)));
    view! {
        <Show when=move || x.get().is_some()>
            <div
                class="ghost"
                style:transform=move || format!("translateX({}px)", x.get().unwrap_or_default())
                aria-hidden="true"
            />
        </Show>
    }
}

/// What is said about the place under the pointer.
#[component]
fn Readout(view: View, hover: Hover) -> impl IntoView {
    move || {
        hover.get().map(|(x, lines)| {
            let (width, _) = view.room.get_untracked();
            let towards = if x > width / 2.0 { "left" } else { "right" };
            let lines = lines.into_iter().map(|line| view! { <span>{line}</span> });
            view! {
                <p class=format!("readout {towards}") style:left=format!("{x}px") aria-hidden="true">
                    {lines.collect_view()}
                </p>
            }
        })
    }
}

/// Keeps the width of the lanes up to date.
fn measure(view: View) {
    let View {
        desk, track, room, ..
    } = view;
    Effect::new(move || {
        let Some(track) = track.get() else { return };
        let embed = desk.embed.get();
        let element: web_sys::Element = (*track).clone().into();
        observe_size(&track, move || {
            let narrow = media_matches("(max-width: 720px)") || embed;
            let density = if narrow {
                Density::Compact
            } else {
                Density::Full
            };
            let now = (f64::from(element.client_width()), density);
            if room.get_untracked() != now {
                room.set(now);
            }
        });
    });
}

/// What there is to show of a run.
fn contents(player: &Player) -> Contents {
    let entries = &player.stage().entries;
    let levels = faults::levels(entries, player.stage().horizon, MOST_LEVELS);
    let glance = player.glance();
    let mut machines: Vec<_> = glance.bands.iter().map(|band| band.machine).collect();
    machines.sort_unstable();
    machines.dedup();
    let mut kinds: Vec<_> = glance.marks.iter().map(|mark| mark.kind).collect();
    kinds.retain(|kind| cluster::is_drawn(*kind));
    kinds.sort_unstable();
    kinds.dedup();
    Contents {
        levels: levels.iter().map(|level| level + 1).max().unwrap_or(0),
        machines,
        checks: checks(player),
        kinds,
    }
}

/// Which alerts were firing and which properties were violated, once the run has ended.
fn checks(player: &Player) -> Vec<Check> {
    let Some(ending) = player.ending() else {
        return Vec::new();
    };
    let firing = ending.alerts.iter().map(|alert| Check {
        name: alert.name.clone(),
        times: alert.firings.clone(),
        violated: false,
    });
    let violated = ending.judged.iter().filter_map(|judged| {
        let (at, record) = judged.at?;
        Some(Check {
            name: judged.name.clone(),
            times: vec![(at, None, record)],
            violated: true,
        })
    });
    let both = violated.chain(firing);
    both.filter(|check| !check.times.is_empty()).collect()
}

/// Paints the lanes in the frame loop when they are out of date: when the run has come
/// further, or somebody looks elsewhere, or words, colours or sizes have changed.
fn paint_when_outdated(view: View, canvas: NodeRef<Canvas>, small: NodeRef<Canvas>) {
    let desk = view.desk;
    let outdated = StoredValue::new(true);
    Effect::new(move || {
        view.room.track();
        view.rows.track();
        desk.progress.track();
        desk.glanced.track();
        desk.stage.track();
        desk.seen.track();
        desk.locale.track();
        desk.theme.track();
        small.track();
        outdated.set_value(true);
        desk.wake();
    });
    desk.every_frame(Phase::Paint, move |_| {
        if outdated.get_value()
            && let Some(canvas) = canvas.get_untracked()
            && let Some(colours) = Colours::now()
        {
            outdated.set_value(false);
            paint_lanes(view, &canvas, &colours);
            if let Some(small) = small.get_untracked() {
                paint_strip(desk, &small, &colours);
            }
        }
        false
    });
}

fn paint_lanes(view: View, canvas: &HtmlCanvasElement, colours: &Colours) {
    let desk = view.desk;
    let (width, density) = view.room.get_untracked();
    let rows = view.rows.get_untracked();
    let Some(context) = prepared(canvas, width, rows.height) else {
        return;
    };
    let Some(scale) = view.scale() else { return };
    desk.ask(|player| {
        let painter = Painter {
            context: &context,
            colours,
            locale: desk.locale.get_untracked(),
            scale,
            density,
            rows: &rows,
            glance: player.closer().unwrap_or_else(|| player.glance()),
            stage: player.stage(),
            simulated: player.reel().simulated(),
        };
        painter.paint();
    });
}

fn paint_strip(desk: Desk, canvas: &HtmlCanvasElement, colours: &Colours) {
    let (width, height) = (
        f64::from(canvas.client_width()),
        f64::from(canvas.client_height()),
    );
    let Some(context) = prepared(canvas, width, height) else {
        return;
    };
    desk.ask(|player| {
        let glance: &Glance = player.glance();
        let all = player.stage().horizon.as_nanos().max(1) as f64;
        let x = |at: SimTime| width * at.as_nanos() as f64 / all;
        for entry in &player.stage().entries {
            context.set_fill_style_str(&colours.slow);
            context.set_global_alpha(0.45);
            let until = entry.until.map_or(x(entry.at) + 2.0, x);
            context.fill_rect(x(entry.at), 0.0, (until - x(entry.at)).max(2.0), 3.0);
            context.set_global_alpha(1.0);
        }
        let counts = glance.buckets.iter();
        let most = counts.clone().map(|bucket| bucket.done + bucket.failed);
        let most = f64::from(most.max().unwrap_or(1).max(1));
        let span = glance.span.as_nanos() as f64;
        for (place, bucket) in counts.enumerate() {
            let left = width * span * place as f64 / all;
            let each = width * span / all;
            let tall = |count: u32| (height - 4.0) * f64::from(count) / most;
            let (done, failed) = (tall(bucket.done), tall(bucket.failed));
            context.set_fill_style_str(&colours.done);
            context.fill_rect(left, height - done, each, done);
            context.set_fill_style_str(&colours.failure);
            context.fill_rect(left, height - done - failed, each, failed);
        }
    });
}

/// A canvas of that size, empty, in the pixels of the page.
pub(crate) fn prepared(
    canvas: &HtmlCanvasElement,
    width: f64,
    height: f64,
) -> Option<CanvasRenderingContext2d> {
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
    canvas.set_width((width * ratio).round() as u32);
    canvas.set_height((height * ratio).round() as u32);
    let context = canvas.get_context("2d").ok().flatten()?;
    let context = context.dyn_into::<CanvasRenderingContext2d>().ok()?;
    // Fails only for numbers that are none.
    let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    Some(context)
}

/// Moves the playhead in the frame loop, and the view with it.
fn move_head(view: View, head: NodeRef<Div>) {
    let desk = view.desk;
    let mut written = None;
    desk.every_frame(Phase::Document, move |_| {
        desk.follow();
        let place = view
            .scale()
            .zip(desk.ask(Player::time))
            .map(|(scale, time)| {
                // In whole pixels of the screen: each step has the browser lay its layers
                // anew, which costs more than it shows.
                let density = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
                let x = (scale.x_cut(time) * density).round() / density;
                (x, scale.shows(time))
            });
        if place != written
            && let (Some(head), Some((x, shown))) = (head.get_untracked(), place)
        {
            let style = web_sys::HtmlElement::style(&head);
            // Fails only for a style sheet that may not be written.
            let _ = style.set_property("transform", &format!("translateX({x}px)"));
            let _ = style.set_property("opacity", if shown { "1" } else { "0" });
            written = place;
        }
        false
    });
}

/// What is said about the place under a pointer, and where that is.
fn look_under(
    view: View,
    gestures: Gestures,
    event: &ev::PointerEvent,
) -> Option<(f64, Vec<String>)> {
    let scale = view.scale()?;
    let (x, y) = view.place(event);
    if x < scale.left - RIGHT && !gestures.is_busy() {
        return None;
    }
    let at = scale.time(x);
    let target = gestures.target((x, y));
    let locale = view.desk.locale.get_untracked();
    let lines = view
        .desk
        .ask(|player| describe(player, locale, &scale, at, target.as_ref()))?;
    Some((scale.x(at), lines))
}

fn horizon(desk: Desk) -> SimTime {
    desk.stage.with(|stage| {
        stage
            .as_ref()
            .map(|stage| stage.horizon)
            .unwrap_or_default()
    })
}

fn now(desk: Desk) -> SimTime {
    desk.moment.track();
    desk.ask(Player::time).unwrap_or_default()
}

/// What is seen of the run, tracked.
fn seen_now(desk: Desk) -> Option<Stretch> {
    desk.seen.track();
    desk.stage.track();
    seen(desk).map(|(seen, _)| seen)
}
