//! The story: captions at moments of a run, with what they are about, and the ways to go on, back
//! and out of it. It plays like a film that can be stopped and changed: whoever turns a knob
//! stays where they are, and the story goes on.
//!
//! The stage's moments and the time flow in, commands flow out; what is told now flows to the
//! stage and the knobs, which show it (`told`). When it waits, and how fast it is played, is for
//! `player::film`.

use interplay_protocol::{MomentView, Stage};
use leptos::prelude::*;
use sim_core::kernel::SimTime;

use crate::desk::Desk;
use crate::i18n::{Locale, language, moment, said, say, text};
use crate::player::{Command, Player};
use crate::ui::icons::{Drawn, Icon};
use crate::views::flow::scene::title;

/// Where in the story the reader is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    /// The moment whose caption is seen; nothing before the first one.
    moment: Option<usize>,
    /// Whether the story is followed.
    on: bool,
    /// Whether it waits for the reader.
    waits: bool,
}

/// The moment that is told now, by its place; nothing if there is no story, or it is let be.
pub(crate) fn told(desk: Desk) -> Memo<Option<usize>> {
    let place = place(desk);
    Memo::new(move |_| place.get().filter(|place| place.on)?.moment)
}

/// Something of the moment that is told now.
pub(crate) fn of_told<T>(
    desk: Desk,
    told: Option<usize>,
    take: impl FnOnce(&MomentView) -> T,
) -> Option<T> {
    let place = told?;
    desk.stage
        .with(|stage| stage.as_ref()?.story.get(place).map(take))
}

/// Goes one moment on or back. Says whether there is a story to go through.
pub(crate) fn turn(desk: Desk, on: bool) -> bool {
    let Some((place, count)) = untrack(|| Some((place_of(desk)?, moments(desk)?))) else {
        return false;
    };
    let next = match (place.moment, on) {
        (None, true) => Some(0),
        (None, false) => None,
        (Some(now), true) => Some(now + 1).filter(|next| *next < count),
        (Some(now), false) => before(desk, now),
    };
    if let Some(next) = next {
        desk.command(Command::Moment(next));
    }
    true
}

/// Follows the story, or lets it be. Says whether there is one.
pub(crate) fn follow(desk: Desk, on: Option<bool>) -> bool {
    let Some(place) = untrack(|| place_of(desk)) else {
        return false;
    };
    desk.command(Command::FollowStory(on.unwrap_or(!place.on)));
    true
}

/// Where going back from a moment leads: to its beginning if it has gone by, else to the one
/// before, as with tracks of music.
fn before(desk: Desk, now: usize) -> Option<usize> {
    let at = desk.ask(|player| Some((player.time(), player.stage().story.get(now)?.at)));
    match at.flatten() {
        Some((time, at)) if time > at => Some(now),
        _ => now.checked_sub(1),
    }
}

fn moments(desk: Desk) -> Option<usize> {
    desk.ask(|player| player.stage().story.len())
}

fn place(desk: Desk) -> Memo<Option<Place>> {
    Memo::new(move |_| {
        desk.stage.track();
        desk.moment.track();
        desk.playing.track();
        place_of(desk)
    })
}

fn place_of(desk: Desk) -> Option<Place> {
    desk.ask(|player| {
        let story = &player.stage().story;
        let film = player.film();
        let moment = film.moment(player.time());
        let waits = !player.is_playing()
            && film.is_on()
            && moment
                .and_then(|place| story.get(place))
                .is_some_and(|moment| moment.pause && moment.at == player.time());
        (!story.is_empty()).then_some(Place {
            moment,
            on: film.is_on(),
            waits,
        })
    })
    .flatten()
}

/// The caption below the stage, with the way on, back and out of the story.
#[component]
pub(crate) fn Story() -> impl IntoView {
    let desk = Desk::of_here();
    let place = place(desk);
    let is_on = Memo::new(move |_| place.get().is_some_and(|place| place.on));
    let there = Memo::new(move |_| place.get().is_some());
    view! {
        <Show when=move || there.get() && is_on.get()>
            <section class="story" aria-label=said!(desk, story.title)>
                <Captions place=place />
                <Ways place=place />
            </section>
        </Show>
        <Show when=move || there.get() && !is_on.get()>
            <button class="story-again" data-action="story" on:click=move |_| { follow(desk, Some(true)); }>
                <Drawn icon=Icon::Story />
                {said!(desk, story.title)}
            </button>
        </Show>
        <p class="unseen" role="status" aria-live="polite" data-said="story">{move || in_words(desk, place.get())}</p>
    }
}

/// All captions in one place, of which one is seen: the place is as high as the highest, so that
/// nothing moves from one moment to the next.
#[component]
fn Captions(place: Memo<Option<Place>>) -> impl IntoView {
    let desk = Desk::of_here();
    let now = Memo::new(move |_| place.get().and_then(|place| place.moment));
    let captions = move || {
        let language = language(desk.locale.get());
        desk.stage.with(|stage| {
            let story = stage.iter().flat_map(|stage| &stage.story);
            story
                .map(|moment| moment.say.get(language).to_owned())
                .enumerate()
                .map(|(number, said)| {
                    view! { <p class="caption" class:current=move || now.get() == Some(number)>{said}</p> }
                })
                .collect_view()
        })
    };
    view! {
        <div class="captions">
            {captions}
            <p class="caption hush" class:current=move || now.get().is_none()>{said!(desk, story.soon)}</p>
        </div>
    }
}

/// The ways through the story.
#[component]
fn Ways(place: Memo<Option<Place>>) -> impl IntoView {
    let desk = Desk::of_here();
    let now = Memo::new(move |_| place.get().and_then(|place| place.moment));
    let waits = Memo::new(move |_| place.get().is_some_and(|place| place.waits));
    let count = Memo::new(move |_| {
        desk.stage
            .with(|stage| stage.as_ref().map_or(0, |stage| stage.story.len()))
    });
    let is_last = move || now.get().is_some_and(|now| now + 1 >= count.get());
    let is_first = move || now.get().is_none();
    let dot = move |number: usize| {
        view! {
            <li>
                <button
                    class="dot"
                    class:past=move || now.get().is_some_and(|now| number < now)
                    aria-current=move || (now.get() == Some(number)).then_some("step")
                    aria-label=move || dot_in_words(desk, number)
                    title=move || dot_in_words(desk, number)
                    on:click=move |_| desk.command(Command::Moment(number))
                ></button>
            </li>
        }
    };
    view! {
        <div class="ways">
            <button
                class="quiet"
                disabled=is_first
                title=move || format!("{} (Page Up)", say!(desk, story.previous))
                aria-label=said!(desk, story.previous)
                data-action="story-previous"
                on:click=move |_| { turn(desk, false); }
            >
                <Drawn icon=Icon::Previous />
            </button>
            <ol class="dots" aria-label=said!(desk, story.moments)>
                {move || (0..count.get()).map(dot).collect_view()}
            </ol>
            <button
                class="quiet"
                disabled=is_last
                title=move || format!("{} (Page Down)", say!(desk, story.next))
                aria-label=said!(desk, story.next)
                data-action="story-next"
                on:click=move |_| { turn(desk, true); }
            >
                <Drawn icon=Icon::Next />
            </button>
            <button
                class="primary go-on"
                class:gone=move || !waits.get()
                disabled=move || !waits.get()
                title=move || format!("{} ({})", say!(desk, story.go_on), say!(desk, help.space))
                data-action="story-continue"
                on:click=move |_| desk.command(Command::Play)
            >
                {said!(desk, story.go_on)}
            </button>
            <button
                class="quiet"
                title=move || format!("{} (S)", say!(desk, story.dismiss))
                aria-label=said!(desk, story.dismiss)
                data-action="story-dismiss"
                on:click=move |_| { follow(desk, Some(false)); }
            >
                <Drawn icon=Icon::Close />
            </button>
        </div>
    }
}

/// Which moment a dot stands for.
fn dot_in_words(desk: Desk, number: usize) -> String {
    let locale = desk.locale.get();
    let all = moments(desk).unwrap_or_default();
    let at = of_told(desk, Some(number), |moment| moment.at).unwrap_or(SimTime::ZERO);
    text!(
        locale,
        story.moment,
        number = number + 1,
        count = all,
        at = moment(locale, at, 1)
    )
}

/// What a screen reader says when another moment is told: the caption, and what is shown.
fn in_words(desk: Desk, place: Option<Place>) -> String {
    let locale = desk.locale.get();
    let number = place
        .filter(|place| place.on)
        .and_then(|place| place.moment);
    let said = number.and_then(|number| {
        desk.ask(|player: &Player| {
            let stage = player.stage();
            let moment = stage.story.get(number)?;
            Some(told_in_words(locale, stage, moment))
        })
        .flatten()
    });
    said.unwrap_or_default()
}

fn told_in_words(locale: Locale, stage: &Stage, moment: &MomentView) -> String {
    let caption = moment.say.get(language(locale));
    let nodes = moment.shown.nodes.iter();
    let names: Vec<_> = nodes
        .filter_map(|node| stage.topology.nodes.get(node.index()))
        .map(|node| title(node, locale))
        .collect();
    if names.is_empty() {
        caption.to_owned()
    } else {
        format!(
            "{caption} {}",
            text!(locale, story.shows, what = names.join(", "))
        )
    }
}
