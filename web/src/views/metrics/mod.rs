//! The metrics view: how the system, or a part of it, did over time. Charts with one cursor, which
//! is the player's: values are those under the pointer, or else at the playhead; a click is there
//! in time, a drag looks closer, and the timeline goes along.
//!
//! ```text
//! what is selected, what the timeline shows -> board -> worker -> series
//! series, bands, verdicts -> paint (on change) -> canvases
//! pointer -> hover (values), seek, look
//! ```

mod axis;
mod board;
mod charts;
mod export;
mod naming;
mod paint;
mod pointer;
mod subjects;

use leptos::ev;
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use sim_core::kernel::SimTime;
use sim_core::observe::series::{Subject, subjects as parts};
use web_sys::HtmlCanvasElement;

use crate::desk::Desk;
use crate::frames::Phase;
use crate::i18n::{duration, said, say, text};
use crate::player::Player;
use crate::timeline::{self, prepared, scale::Scale};
use crate::ui::icons::{Drawn, Icon};
use crate::views::flow::observe_size;
pub(crate) use board::Board;
use board::{subject, with_source};
use charts::{Chart, Line};
use paint::{LEFT, Painter, RIGHT, Style};
use pointer::Gestures;

/// Where the pointer is.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Hover {
    /// At which moment.
    at: SimTime,
    /// On which chart.
    chart: Chart,
    /// How far below its top.
    y: f64,
}

/// What the charts share; copies are the same one.
#[derive(Clone, Copy)]
struct View {
    desk: Desk,
    hover: RwSignal<Option<Hover>>,
}

impl View {
    fn scale(self) -> Option<Scale> {
        let width = self.desk.metrics.width.get_untracked();
        let (seen, horizon) = timeline::seen(self.desk).filter(|_| width > 0.0)?;
        Some(Scale {
            left: LEFT,
            width: (width - LEFT - RIGHT).max(1.0),
            seen,
            horizon,
        })
    }

    /// The same, tracked.
    fn scale_now(self) -> Option<Scale> {
        self.desk.metrics.width.track();
        self.desk.seen.track();
        self.desk.stage.track();
        self.scale()
    }

    /// The moment whose values are read, tracked.
    fn read_at(self) -> SimTime {
        self.hover.get().map_or_else(
            || {
                self.desk.moment.track();
                self.desk.ask(Player::time).unwrap_or_default()
            },
            |hover| hover.at,
        )
    }

    fn is_shown(self, chart: Chart, line: &Line) -> bool {
        let hidden = &self.desk.metrics.hidden;
        hidden.with_untracked(|hidden| !hidden.contains(&(chart, line.id)))
    }
}

/// Shows the metrics, or the flow again.
pub(crate) fn toggle(desk: Desk) {
    desk.metrics.open.update(|open| *open = !*open);
    desk.wake();
}

/// The button that does so.
#[component]
pub(crate) fn MetricsButton() -> impl IntoView {
    let desk = Desk::of_here();
    let label = move || {
        if desk.metrics.open.get() {
            say!(desk, metrics.hide)
        } else {
            say!(desk, metrics.show)
        }
    };
    view! {
        <button
            class="with-text"
            aria-pressed=move || desk.metrics.open.get().to_string()
            title=move || format!("{} (M)", label())
            aria-label=label
            data-action="metrics"
            on:click=move |_| toggle(desk)
        >
            <Drawn icon=Icon::Chart />
            <span class="wide-only">{said!(desk, metrics.title)}</span>
        </button>
    }
}

/// The metrics, while they are open.
#[component]
pub(crate) fn Metrics() -> impl IntoView {
    let desk = Desk::of_here();
    let shown = move || desk.metrics.open.get() && desk.stage.with(Option::is_some);
    view! {
        <Show when=shown>
            <Panel />
        </Show>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let desk = Desk::of_here();
    let view = View {
        desk,
        hover: RwSignal::new(None),
    };
    let charts = NodeRef::<Div>::new();
    board::keep_asking(desk);
    let shown = Memo::new(move |_| {
        let subject = subject(desk);
        desk.stage.with(|stage| {
            let topology = stage.as_ref().map(|stage| &stage.topology);
            let is_of = |chart: &Chart| topology.is_some_and(|of| chart.is_of(subject, of));
            Chart::ALL.into_iter().filter(is_of).collect::<Vec<_>>()
        })
    });
    view! {
        <section
            class="metrics"
            aria-label=said!(desk, metrics.label)
            data-buckets=move || desk.metrics.series.with(|series| series.as_ref().map(|series| series.points.len().to_string()))
            data-until=move || desk.metrics.series.with(|series| series.as_ref().map(|series| series.to.as_nanos().to_string()))
        >
            <Head charts=charts />
            <div class="charts" node_ref=charts>
                <For each=move || shown.get() key=|chart| *chart let:chart>
                    <ChartView view=view chart=chart />
                </For>
            </div>
        </section>
    }
}

/// What is looked at, when, and what can be done with it.
#[component]
fn Head(charts: NodeRef<Div>) -> impl IntoView {
    let desk = Desk::of_here();
    let choices = move || {
        let locale = desk.locale.get();
        let looked_at = subject(desk);
        desk.stage.with(|stage| {
            let Some(stage) = stage.as_ref() else {
                return Vec::new();
            };
            let mut all = vec![Subject::All];
            all.extend(parts(&stage.topology));
            // The calls along an edge are chosen on the stage.
            if !all.contains(&looked_at) {
                all.push(looked_at);
            }
            all.into_iter()
                .map(|one| {
                    let name = naming::subject(locale, stage, one);
                    let name = match one {
                        Subject::Endpoint(_) => format!("\u{2003}{name}"),
                        _ => name,
                    };
                    (one, name, one == looked_at)
                })
                .collect()
        })
    };
    let choose = move |event: ev::Event| {
        let place = event_target_value(&event).parse::<usize>().unwrap_or(0);
        let chosen = desk.stage.with_untracked(|stage| {
            let topology = &stage.as_ref()?.topology;
            let parts = parts(topology);
            let subject = place
                .checked_sub(1)
                .map_or(Some(Subject::All), |place| parts.get(place).copied())?;
            Some(subjects::picked_of(topology, subject))
        });
        if let Some((picked, endpoint)) = chosen {
            desk.metrics.endpoint.set(endpoint);
            desk.pick(picked);
        }
    };
    let stretch = move || {
        desk.seen.track();
        desk.stage.track();
        let locale = desk.locale.get();
        let series = &desk.metrics.series;
        let span = series.with(|series| series.as_ref().map(|series| series.span))?;
        let seen = naming::stretch(locale, timeline::seen(desk)?.0, span);
        let span = duration(locale, span);
        Some(text!(locale, metrics.stretch, seen = seen, span = span))
    };
    let nothing = move || desk.metrics.series.with(Option::is_none);
    let save_picture = move |_| {
        if let Some(charts) = charts.get_untracked() {
            export::save_picture(desk, &charts);
        }
    };
    view! {
        <header class="metrics-head">
            <select aria-label=said!(desk, metrics.subject) on:change=choose data-field="subject">
                {move || {
                    choices()
                        .into_iter()
                        .enumerate()
                        .map(|(place, (_, name, chosen))| {
                            view! { <option value=place.to_string() selected=chosen>{name}</option> }
                        })
                        .collect_view()
                }}
            </select>
            <p class="hush">{stretch}</p>
            <button
                class="small"
                class:gone=move || desk.seen.get().is_none()
                data-action="metrics-whole"
                title=move || format!("{} (Z)", say!(desk, timeline.zoom_whole))
                on:click=move |_| desk.look(None)
            >
                {said!(desk, metrics.whole)}
            </button>
            <span class="grow" />
            <button class="quiet" disabled=nothing title=said!(desk, metrics.copy_table) aria-label=said!(desk, metrics.copy_table) data-action="metrics-copy" on:click=move |_| export::copy_table(desk)>
                <Drawn icon=Icon::Copy />
            </button>
            <button class="quiet" disabled=nothing title=said!(desk, metrics.save_table) data-action="metrics-csv" on:click=move |_| export::save_table(desk)>
                <Drawn icon=Icon::Download />
                "CSV"
            </button>
            <button class="quiet" disabled=nothing title=said!(desk, metrics.save_picture) data-action="metrics-png" on:click=save_picture>
                <Drawn icon=Icon::Download />
                "PNG"
            </button>
        </header>
    }
}

#[component]
fn ChartView(view: View, chart: Chart) -> impl IntoView {
    let desk = view.desk;
    let (plot, canvas) = (NodeRef::<Div>::new(), NodeRef::<Canvas>::new());
    let (head, cross) = (NodeRef::<Div>::new(), NodeRef::<Div>::new());
    Effect::new(move || {
        let Some(plot) = plot.get() else { return };
        let element: web_sys::Element = (*plot).clone().into();
        observe_size(&plot, move || {
            let width = f64::from(element.client_width());
            if (desk.metrics.width.get_untracked() - width).abs() > 0.5 && width > 0.0 {
                desk.metrics.width.set(width);
            }
        });
    });
    let height = Memo::new(move |_| {
        desk.metrics.series.track();
        desk.glanced.track();
        with_source(desk, |source| source.height(chart)).unwrap_or(118.0)
    });
    paint_when_outdated(view, chart, canvas, height);
    move_lines(view, head, cross);
    let summary = move || {
        // The series comes after whatever else has changed, once.
        desk.metrics.series.track();
        let (locale, scale) = (desk.locale.get(), view.scale());
        let said = scale.and_then(|scale| {
            with_source(desk, |source| {
                naming::summary(locale, source, chart, &scale)
            })
        });
        said.unwrap_or_else(|| chart.title(locale))
    };
    let chosen = move || {
        let scale = view.scale_now()?;
        let chosen = desk.metrics.dragged.get()?;
        let (from, until) = (scale.x_cut(chosen.from), scale.x_cut(chosen.until));
        Some(format!("left:{from}px;width:{}px", until - from))
    };
    let gestures = Gestures::new(view, chart);
    view! {
        <figure class="chart" data-chart=chart.id()>
            <figcaption>
                <h3>{move || chart.title(desk.locale.get())}</h3>
                <Keys view=view chart=chart />
            </figcaption>
            <div
                class="plot"
                role="img"
                tabindex="0"
                aria-label=summary
                style:height=move || format!("{}px", height.get())
                node_ref=plot
                on:pointerdown=move |event| gestures.down(&event)
                on:pointermove=move |event| gestures.moved(&event)
                on:pointerup=move |event| gestures.up(&event)
                on:pointercancel=move |_| gestures.cancel()
                on:pointerleave=move |_| gestures.leave()
                on:dblclick=move |_| desk.look(None)
                on:wheel=move |event| gestures.wheel(&event)
            >
                <canvas aria-hidden="true" node_ref=canvas />
                <div class="chosen" style=move || chosen().unwrap_or_else(|| "display:none".to_owned()) />
                <div class="cross" node_ref=cross />
                <div class="at" node_ref=head />
            </div>
        </figure>
    }
}

/// The lines of a chart, each with its value; pressing one hides it.
#[component]
fn Keys(view: View, chart: Chart) -> impl IntoView {
    let desk = view.desk;
    let present = Memo::new(move |_| {
        desk.metrics.series.track();
        let Some(scale) = view.scale() else {
            return Vec::new();
        };
        let present = with_source(desk, |source| {
            let ids = source.lines(chart, &scale);
            ids.into_iter().map(|line| line.id).collect::<Vec<_>>()
        });
        present.unwrap_or_default()
    });
    let value = move |line: &'static Line| {
        desk.metrics.series.track();
        let (locale, at) = (desk.locale.get(), view.read_at());
        with_source(desk, |source| {
            naming::value(locale, source, chart, line, at)
        })
        .unwrap_or_default()
    };
    let under = move || {
        let hover = view.hover.get().filter(|_| chart == Chart::Heat)?;
        let scale = view.scale().filter(|_| hover.chart == chart)?;
        let locale = desk.locale.get();
        with_source(desk, |source| {
            let axis = source.axis(chart, &scale, &[]);
            let share = paint::share_at(hover.y, source.height(chart));
            naming::heat(locale, source, &axis, hover.at, share)
        })
        .flatten()
    };
    let states = move || {
        desk.metrics.series.track();
        desk.glanced.track();
        let (locale, at) = (desk.locale.get(), view.read_at());
        with_source(desk, |source| naming::states(locale, source, at)).unwrap_or_default()
    };
    let nothing = move || match chart {
        Chart::Failures => present.with(Vec::is_empty),
        Chart::States => states().is_empty(),
        _ => false,
    };
    let key = move |id: &'static str| {
        let line = chart.lines().iter().find(|line| line.id == id)?;
        let id = (chart, line.id);
        let is_off = move || desk.metrics.hidden.with(|hidden| hidden.contains(&id));
        let toggle = move |_| {
            desk.metrics.hidden.update(|hidden| {
                if !hidden.remove(&id) {
                    hidden.insert(id);
                }
            });
        };
        let said = view! {
            <li>
                <button class="key" class:off=is_off aria-pressed=move || (!is_off()).to_string() data-line=line.id on:click=toggle>
                    <i style=format!("background-color:var({})", line.colour) aria-hidden="true" />
                    <span>{move || (line.words)(desk.locale.get())}</span>
                    <b>{move || value(line)}</b>
                </button>
            </li>
        };
        Some(said)
    };
    view! {
        <ul class="lines">
            {move || present.get().into_iter().map(key).collect_view()}
            {move || {
                (chart == Chart::States)
                    .then(|| {
                        states()
                            .into_iter()
                            .map(|(name, state)| view! { <li class="key"><span>{name}</span><b>{state}</b></li> })
                            .collect_view()
                    })
            }}
            {move || under().map(|said| view! { <li class="key under"><b>{said}</b></li> })}
            {move || nothing().then(|| view! { <li class="hush">{say!(desk, metrics.nothing)}</li> })}
        </ul>
    }
}

/// Paints a chart in the frame loop when it is out of date.
fn paint_when_outdated(view: View, chart: Chart, canvas: NodeRef<Canvas>, height: Memo<f64>) {
    let desk = view.desk;
    let outdated = StoredValue::new(true);
    Effect::new(move || {
        view.scale_now();
        height.track();
        canvas.track();
        desk.metrics.series.track();
        desk.metrics.hidden.track();
        desk.progress.track();
        desk.glanced.track();
        desk.locale.track();
        desk.theme.track();
        outdated.set_value(true);
        desk.wake();
    });
    desk.every_frame(Phase::Paint, move |_| {
        if outdated.get_value()
            && let Some(canvas) = canvas.get_untracked()
        {
            outdated.set_value(false);
            paint(view, chart, &canvas, height.get_untracked());
        }
        false
    });
}

fn paint(view: View, chart: Chart, canvas: &HtmlCanvasElement, height: f64) -> Option<()> {
    let desk = view.desk;
    let scale = view.scale()?;
    let context = prepared(canvas, scale.right() + RIGHT, height)?;
    let style = Style::now()?;
    with_source(desk, |source| {
        let painter = Painter {
            context: &context,
            style: &style,
            locale: desk.locale.get_untracked(),
            scale,
            height,
            source,
        };
        painter.paint(chart, |line| view.is_shown(chart, line));
    })
}

/// Moves the playhead, and the line under the pointer, in the frame loop.
fn move_lines(view: View, head: NodeRef<Div>, cross: NodeRef<Div>) {
    let desk = view.desk;
    Effect::new(move || {
        view.hover.track();
        view.scale_now();
        desk.wake();
    });
    let mut written = [None, None];
    desk.every_frame(Phase::Document, move |_| {
        let Some(scale) = view.scale() else {
            return false;
        };
        let now = desk.ask(Player::time);
        let hover = view.hover.get_untracked().map(|hover| hover.at);
        let density = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        for (place, (line, at)) in [(head, now), (cross, hover)].into_iter().enumerate() {
            let x = at
                .filter(|at| scale.shows(*at))
                .map(|at| (scale.x_cut(at) * density).round() / density);
            if written[place] != Some(x)
                && let Some(line) = line.get_untracked()
            {
                let style = web_sys::HtmlElement::style(&line);
                // Fails only for a style sheet that may not be written.
                let _ = style.set_property("opacity", if x.is_some() { "1" } else { "0" });
                if let Some(x) = x {
                    let _ = style.set_property("transform", &format!("translateX({x}px)"));
                }
                written[place] = Some(x);
            }
        }
        false
    });
}

/// Takes the zoom away, if the metrics are open and something is zoomed. Says whether.
pub(crate) fn see_all(desk: Desk) -> bool {
    let zoomed = desk.metrics.open.get_untracked() && desk.seen.get_untracked().is_some();
    if zoomed {
        desk.look(None);
    }
    zoomed
}
