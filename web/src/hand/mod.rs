//! By hand: what the reader does to the system while it runs, and to what it is made of.
//!
//! A picked node flows in; edits of the document flow out. What is done at the cursor becomes
//! an entry of the timeline, so what has happened until then stays as it was, and everything
//! can be shared, replayed and undone.

pub(crate) mod act;
mod entries;
mod menu;
mod structure;

use leptos::prelude::*;
use sim_core::kernel::SimTime;
use sim_core::scenario::editing::Edit;
use sim_core::world::{Node, NodeId};

use crate::desk::Desk;
use crate::i18n::{Locale, said, say, text};
use crate::player::Player;
use crate::views::flow::scene::title;
use act::{Act, Kind, endpoints, next_moment, others};

pub(crate) use entries::{Entries, RemoveEntry};
pub(crate) use menu::{HandMenu, MenuAt};
pub(crate) use structure::{AddService, Structure};

/// How long something lasts: the choices, in seconds, and which is chosen at first.
const LASTS: [u32; 5] = [1, 2, 5, 10, 30];
const LASTS_FIRST: u32 = 5;
/// How many times slower.
const TIMES: [u32; 5] = [2, 5, 10, 50, 200];
const TIMES_FIRST: u32 = 10;
/// How many percent fail.
const PERCENT: [u32; 4] = [10, 25, 50, 100];
const PERCENT_FIRST: u32 = 50;
/// The most instances that are offered.
const MOST_INSTANCES: u32 = 20;

impl Desk {
    /// Does something to a node (or one of its instances, `shop.2`) at the cursor, for so many
    /// seconds or to the end of the run.
    pub(crate) fn act(self, act: &Act, target: &str, seconds: Option<u32>) {
        let Some(now) = self.ask(Player::time) else {
            return;
        };
        let at = next_moment(now);
        self.edit_at(Edit::AddEntry(act.entry(at, target, seconds)), Some(at));
    }

    /// Whether there is time left in which something could happen; a signal.
    pub(crate) fn has_future(self) -> bool {
        self.moment.track();
        let left = |player: &Player| next_moment(player.time()) < player.stage().horizon;
        self.ask(left).unwrap_or_default()
    }
}

/// What can be done to a node now.
#[component]
pub(crate) fn Hand(id: NodeId) -> impl IntoView {
    let desk = Desk::of_here();
    let seconds = RwSignal::new(Some(LASTS_FIRST));
    let instance = RwSignal::new(None::<u32>);
    let kinds = move || node(desk, id, |node| Kind::of(node).to_vec()).unwrap_or_default();
    let instances = move || {
        node(
            desk,
            id,
            |node| if is_service(node) { node.entities } else { 1 },
        )
        .unwrap_or(1)
    };
    let buttons = move || {
        kinds()
            .into_iter()
            .map(|kind| view! { <Doing id=id kind=kind seconds=seconds instance=instance /> })
            .collect_view()
    };
    view! {
        <Show when=move || !kinds().is_empty()>
            <section class="hand" aria-label=said!(desk, hand.title)>
                <h3 title=said!(desk, hand.hint)>{said!(desk, hand.title)}</h3>
                <Show
                    when=move || desk.has_future()
                    fallback=move || view! { <p class="hush">{said!(desk, hand.too_late)}</p> }
                >
                    <div class="hand-how">
                        <Show when=move || { instances() > 1 }>
                            <label>
                                <span>{said!(desk, hand.whom)}</span>
                                <select
                                    data-hand="instance"
                                    on:change=move |event| instance.set(event_target_value(&event).parse().ok())
                                >
                                    <option value="">{said!(desk, hand.all_instances)}</option>
                                    {move || {
                                        (1..=instances().min(MOST_INSTANCES))
                                            .map(|number| view! { <option value=number.to_string()>{format!("№ {number}")}</option> })
                                            .collect_view()
                                    }}
                                </select>
                            </label>
                        </Show>
                        <label>
                            <span>{said!(desk, hand.lasts)}</span>
                            <select
                                data-hand="lasts"
                                on:change=move |event| seconds.set(event_target_value(&event).parse().ok())
                            >
                                {LASTS
                                    .map(|choice| {
                                        view! {
                                            <option value=choice.to_string() selected={choice == LASTS_FIRST}>
                                                {move || say!(desk, hand.seconds, count = choice)}
                                            </option>
                                        }
                                    })
                                    .into_iter()
                                    .collect_view()}
                                <option value="">{said!(desk, hand.to_the_end)}</option>
                            </select>
                        </label>
                    </div>
                    <div class="hand-acts">{buttons}</div>
                </Show>
            </section>
        </Show>
    }
}

/// A button that does something, with how much beside it.
#[component]
fn Doing(
    id: NodeId,
    kind: Kind,
    seconds: RwSignal<Option<u32>>,
    instance: RwSignal<Option<u32>>,
) -> impl IntoView {
    let desk = Desk::of_here();
    let choices = Memo::new(move |_| choices(desk, id, kind));
    let chosen = RwSignal::new(first_choice(kind).map(|number| number.to_string()));
    let value = move || {
        chosen
            .get_untracked()
            .or_else(|| choices.with_untracked(|all| all.first().map(|(value, _)| value.clone())))
            .unwrap_or_default()
    };
    let act = move |_| {
        let Some(act) = act_of(kind, &value()) else {
            return;
        };
        let target = node(desk, id, |node| match instance.get_untracked() {
            Some(number) if kind.of_instances() => format!("{}.{number}", node.name),
            _ => node.name.clone(),
        });
        if let Some(target) = target {
            desk.act(
                &act,
                &target,
                seconds.get_untracked().filter(|_| kind.lasts()),
            );
        }
    };
    // Where there is nothing to choose, as for a service without endpoints, it cannot be done.
    let possible = move || !kind_has_choices(kind) || choices.with(|choices| !choices.is_empty());
    view! {
        <Show when=possible>
            <div class="hand-act">
                <button data-act=kind.name() title=move || meaning(desk.locale.get(), kind) on:click=act>
                    {move || name(desk.locale.get(), kind)}
                </button>
                <Show when=move || kind_has_choices(kind)>
                    <select
                        aria-label=move || name(desk.locale.get(), kind)
                        data-hand=kind.name()
                        on:change=move |event| chosen.set(Some(event_target_value(&event)))
                    >
                        {move || {
                            let now = chosen.get_untracked();
                            choices
                                .get()
                                .into_iter()
                                .map(|(value, said)| {
                                    let selected = now.as_ref() == Some(&value);
                                    view! { <option value=value selected=selected>{said}</option> }
                                })
                                .collect_view()
                        }}
                    </select>
                </Show>
            </div>
        </Show>
    }
}

const fn kind_has_choices(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Slow | Kind::Errors | Kind::Partition | Kind::Scale | Kind::Send
    )
}

const fn first_choice(kind: Kind) -> Option<u32> {
    match kind {
        Kind::Slow => Some(TIMES_FIRST),
        Kind::Errors => Some(PERCENT_FIRST),
        _ => None,
    }
}

/// What can be chosen beside a button: values, and how they are said.
fn choices(desk: Desk, id: NodeId, kind: Kind) -> Vec<(String, String)> {
    let locale = desk.locale.get();
    let plain = |numbers: &[u32], say: &dyn Fn(u32) -> String| {
        let pair = |number: &u32| (number.to_string(), say(*number));
        numbers.iter().map(pair).collect::<Vec<_>>()
    };
    match kind {
        Kind::Slow => plain(&TIMES, &|times| format!("× {times}")),
        Kind::Errors => plain(&PERCENT, &|percent| format!("{percent}\u{a0}%")),
        Kind::Scale => {
            let now = node(desk, id, |node| node.entities).unwrap_or(1);
            let mut counts: Vec<_> = (0..=MOST_INSTANCES).filter(|count| *count != now).collect();
            // One more is what people try first.
            counts.sort_by_key(|count| count.abs_diff(now + 1));
            counts.truncate(8);
            plain(&counts, &|count| {
                text!(locale, node.instances, count = count)
            })
        }
        Kind::Partition => desk.stage.with(|stage| {
            let Some(stage) = stage else {
                return Vec::new();
            };
            let said = |other: NodeId| {
                let node = stage.topology.nodes.get(other.index())?;
                Some((node.name.clone(), title(node, locale)))
            };
            others(stage, id).into_iter().filter_map(said).collect()
        }),
        Kind::Send => desk.stage.with(|stage| {
            let endpoints = stage.as_ref().map(|stage| endpoints(stage, id));
            let pair = |name: String| {
                let own = name.split_once('.').map_or(name.as_str(), |(_, own)| own);
                (name.clone(), own.to_owned())
            };
            endpoints
                .unwrap_or_default()
                .into_iter()
                .map(pair)
                .collect()
        }),
        Kind::Crash | Kind::Pause | Kind::Full => Vec::new(),
    }
}

fn act_of(kind: Kind, value: &str) -> Option<Act> {
    let number = || value.parse::<u32>().ok();
    Some(match kind {
        Kind::Crash => Act::Crash,
        Kind::Pause => Act::Pause,
        Kind::Full => Act::Full,
        Kind::Slow => Act::Slow(number()?),
        Kind::Errors => Act::Errors(number()?),
        Kind::Scale => Act::Scale(number()?),
        Kind::Partition => Act::Partition(some(value)?),
        Kind::Send => Act::Send(some(value)?),
    })
}

fn some(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

/// What a kind of act is called.
fn name(locale: Locale, kind: Kind) -> String {
    match kind {
        Kind::Crash => text!(locale, hand.crash),
        Kind::Slow => text!(locale, hand.slow),
        Kind::Errors => text!(locale, hand.errors),
        Kind::Pause => text!(locale, hand.pause),
        Kind::Full => text!(locale, hand.full),
        Kind::Partition => text!(locale, hand.partition),
        Kind::Scale => text!(locale, hand.scale),
        Kind::Send => text!(locale, hand.send),
    }
}

/// What a kind of act does.
fn meaning(locale: Locale, kind: Kind) -> String {
    match kind {
        Kind::Crash => text!(locale, hand.crash_means),
        Kind::Slow => text!(locale, hand.slow_means),
        Kind::Errors => text!(locale, hand.errors_means),
        Kind::Pause => text!(locale, hand.pause_means),
        Kind::Full => text!(locale, hand.full_means),
        Kind::Partition => text!(locale, hand.partition_means),
        Kind::Scale => text!(locale, hand.scale_means),
        Kind::Send => text!(locale, hand.send_means),
    }
}

fn is_service(node: &Node) -> bool {
    use sim_core::world::NodeKind;
    matches!(
        node.kind,
        NodeKind::Service { .. } | NodeKind::External { .. }
    )
}

/// Asks a node of the stage something; a signal.
fn node<T>(desk: Desk, id: NodeId, ask: impl FnOnce(&Node) -> T) -> Option<T> {
    desk.stage
        .with(|stage| stage.as_ref()?.topology.nodes.get(id.index()).map(ask))
}

/// The moment from which on a knob that is turned now counts.
pub(crate) fn moment_of_turning(now: SimTime, set: impl IntoIterator<Item = SimTime>) -> SimTime {
    // Who has just turned it stands at the moment from which on it counts.
    let here = set.into_iter().any(|at| at == now);
    if here { now } else { next_moment(now) }
}
