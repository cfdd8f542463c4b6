//! The desk: what the rooms of the page share.
//!
//! What a person does flows in as method calls, what the worker says flows in as events;
//! signals flow out for what changes a few times a second, and plain Rust state behind them
//! for what is drawn every frame. There is one desk a page, and it lasts as long as the page;
//! so a [`Desk`] is a reference that every closure may keep.

mod drafting;
mod hearing;
mod notice;
mod opening;

use std::ops::Deref;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use interplay_protocol::{Generation, KnobView, Request, Stage};
use leptos::prelude::*;
use sim_core::kernel::{RecordId, SimDuration, SimTime};
use sim_core::observe::{Cursor, MarkKind};
use sim_core::world::{GuardId, Outcome, Reading, Record};

use crate::code::Drawer;
use crate::draft::Draft;
use crate::frames::{Frames, Phase};
use crate::hand::MenuAt;
use crate::i18n::{Locale, locale_of};
use crate::library::own::Own;
use crate::player::bridge::Bridge;
use crate::player::{Command, Player, Stretch};
use crate::share::Sharing;
use crate::trial::Trials;
use crate::ui::storage::{recall, remember};
use crate::ui::theme::{Theme, media_matches};
use crate::views::flow::Wish;
use crate::views::flow::hit::Picked;
use crate::views::metrics::Board;

pub(crate) use notice::{Invalid, LARGEST_FILE_KIB, Notice, budget};
pub(crate) use opening::{Expected, Origin, Source};

/// What is on its way before a scenario can be seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Busy {
    /// Nothing.
    No,
    /// A scenario is being fetched or read.
    Opening,
}

/// A question about causes, and its answer when it has come.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Causes {
    /// The record asked about.
    pub(crate) record: RecordId,
    /// The record and what led to it, back to the beginning.
    pub(crate) chain: Option<Vec<(RecordId, Record)>>,
}

/// Settings that can be turned.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Settings {
    /// Below which paths of the document.
    pub(crate) below: Vec<String>,
    /// The settings, in the order of the document.
    pub(crate) found: Vec<KnobView>,
}

/// What the machines of a policy have in memory.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Readings {
    /// The policy, by name.
    pub(crate) policy: String,
    /// Of each machine.
    pub(crate) found: Vec<(GuardId, Reading)>,
}

/// What a message says, with the name of what it is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Said {
    /// What it is for, or whose answer it is.
    pub(crate) about: Option<String>,
    /// How it ended, for an answer.
    pub(crate) outcome: Option<Outcome>,
    /// The values it carries.
    pub(crate) data: String,
    /// How large it is.
    pub(crate) bytes: u32,
}

/// A sheet over the stage on a narrow screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sheet {
    /// The list of scenarios.
    Library,
    /// The inspector with the knobs.
    Inspector,
}

/// The desk; copies are the same one.
#[derive(Clone, Copy)]
pub(crate) struct Desk(&'static Handles);

impl Deref for Desk {
    type Target = Handles;

    fn deref(&self) -> &Handles {
        self.0
    }
}

/// What lies on the desk.
pub(crate) struct Handles {
    /// The language of the page.
    pub(crate) locale: RwSignal<Locale>,
    /// Light or dark.
    pub(crate) theme: RwSignal<Theme>,
    /// Whether the page is shown without chrome, inside another one.
    pub(crate) embed: RwSignal<bool>,
    /// What is seen of the scenario that runs.
    pub(crate) stage: RwSignal<Option<Rc<Stage>>, LocalStorage>,
    /// What is open.
    pub(crate) source: RwSignal<Option<Source>>,
    /// What is on its way.
    pub(crate) busy: RwSignal<Busy>,
    /// The cursor or its time has changed; a few times a second while playing.
    pub(crate) moment: RwSignal<u32>,
    /// The run has come further, or has ended.
    pub(crate) progress: RwSignal<u32>,
    /// More is known of the stretch that the timeline shows.
    pub(crate) glanced: RwSignal<u32>,
    /// Whether time passes.
    pub(crate) playing: RwSignal<bool>,
    /// Simulated seconds a second of the screen.
    pub(crate) speed: RwSignal<f64>,
    /// What is played over and over.
    pub(crate) looped: RwSignal<Option<Stretch>>,
    /// The stretch of the run that the timeline shows; nothing if it shows all of it.
    pub(crate) seen: RwSignal<Option<Stretch>>,
    /// Whether the reader types the time to be at.
    pub(crate) typing: RwSignal<bool>,
    /// What kind of mark the reader jumps to; any if none is chosen.
    pub(crate) quarry: RwSignal<Option<MarkKind>>,
    /// Whether the player waits for the simulator.
    pub(crate) waiting: RwSignal<bool>,
    /// What is picked on the stage.
    pub(crate) picked: RwSignal<Option<Picked>>,
    /// A question about causes.
    pub(crate) causes: RwSignal<Option<Causes>>,
    /// The settings of what is picked, once the worker has told them.
    pub(crate) settings: RwSignal<Option<Settings>>,
    /// The message that is followed, by the record that sent it.
    pub(crate) followed: RwSignal<Option<RecordId>>,
    /// The message that was asked about last, and what it says once that is known.
    pub(crate) content: RwSignal<Option<(RecordId, Option<Said>)>>,
    /// What the machines of a policy have in memory, as it was asked last.
    pub(crate) readings: RwSignal<Option<Readings>>,
    /// Why the document cannot be run.
    pub(crate) invalid: RwSignal<Option<Rc<Invalid>>, LocalStorage>,
    /// The versions of the document that is open.
    pub(crate) draft: RwSignal<Option<Draft>>,
    /// Something the reader has to know.
    pub(crate) notice: RwSignal<Option<Notice>>,
    /// Whether the list of scenarios is open (wide screens).
    pub(crate) library_open: RwSignal<bool>,
    /// The sheet that is open (narrow screens).
    pub(crate) sheet: RwSignal<Option<Sheet>>,
    /// The code editor, open or closed.
    pub(crate) code: Drawer,
    /// The metrics, open or closed.
    pub(crate) metrics: Board,
    /// Whether the keyboard's help is open.
    pub(crate) help: RwSignal<bool>,
    /// Whether the palette of commands is open.
    pub(crate) palette: RwSignal<bool>,
    /// Whether the page is shown to an audience: large, and without chrome.
    pub(crate) presenting: RwSignal<bool>,
    /// The stage is to be fitted to the window; counts the wishes.
    pub(crate) fit: RwSignal<u32>,
    /// What else is to be done with the stage.
    pub(crate) wish: RwSignal<Option<Wish>>,
    /// What belongs to the reader.
    pub(crate) own: Own,
    /// What is shared, and how.
    pub(crate) sharing: Sharing,
    /// What is tried with many seeds.
    pub(crate) trials: Trials,
    /// Whether a knob that is turned counts from the cursor on, not from the beginning.
    pub(crate) branching: RwSignal<bool>,
    /// What can be done to a node, at a place of the screen.
    pub(crate) hand_menu: RwSignal<Option<MenuAt>>,
    /// Whether the ways to change what a node is are unfolded; they stay so for the next node.
    pub(crate) structure_open: RwSignal<bool>,
    frames: StoredValue<Frames, LocalStorage>,
    player: StoredValue<Option<Player>, LocalStorage>,
    bridge: StoredValue<Option<Bridge>, LocalStorage>,
    generation: StoredValue<u32>,
    /// The latest question about a policy's machines: which policy, at which cursor, and whether
    /// it was answered.
    readings_asked: StoredValue<Option<(String, Cursor, bool)>>,
    /// Counts what was to be opened, so that only the latest is.
    openings: StoredValue<u32>,
    /// What is to be done to the document.
    edits: StoredValue<drafting::Desktop>,
    /// When the worker died lately, in milliseconds of the page.
    deaths: StoredValue<Vec<f64>>,
    /// How the next run that opens is to start, and the digest it should have.
    expected: StoredValue<opening::Expected>,
}

/// How often signals follow the cursor while it moves, in milliseconds.
const PUBLISH_EVERY: f64 = 120.0;

/// How long a passing notice stays.
const FORGOTTEN_AFTER_MS: u32 = 4_000;

impl Desk {
    /// A desk with nothing on it.
    pub(crate) fn new() -> Self {
        let locale = recall("language")
            .or_else(browser_language)
            .and_then(|tag| locale_of(&tag));
        let handles = Handles {
            locale: RwSignal::new(locale.unwrap_or(Locale::en)),
            theme: RwSignal::new(Theme::initial()),
            embed: RwSignal::new(false),
            stage: RwSignal::new_local(None),
            source: RwSignal::new(None),
            busy: RwSignal::new(Busy::No),
            moment: RwSignal::new(0),
            progress: RwSignal::new(0),
            glanced: RwSignal::new(0),
            playing: RwSignal::new(false),
            speed: RwSignal::new(1.0),
            looped: RwSignal::new(None),
            seen: RwSignal::new(None),
            typing: RwSignal::new(false),
            quarry: RwSignal::new(None),
            waiting: RwSignal::new(false),
            picked: RwSignal::new(None),
            causes: RwSignal::new(None),
            settings: RwSignal::new(None),
            followed: RwSignal::new(None),
            content: RwSignal::new(None),
            readings: RwSignal::new(None),
            invalid: RwSignal::new_local(None),
            draft: RwSignal::new(None),
            notice: RwSignal::new(None),
            library_open: RwSignal::new(recall("library").as_deref() != Some("closed")),
            sheet: RwSignal::new(None),
            code: Drawer::new(),
            metrics: Board::new(),
            help: RwSignal::new(false),
            palette: RwSignal::new(false),
            presenting: RwSignal::new(false),
            fit: RwSignal::new(0),
            wish: RwSignal::new(None),
            own: Own::new(),
            sharing: Sharing::new(),
            trials: Trials::new(),
            branching: RwSignal::new(false),
            hand_menu: RwSignal::new(None),
            structure_open: RwSignal::new(false),
            frames: StoredValue::new_local(Frames::default()),
            player: StoredValue::new_local(None),
            bridge: StoredValue::new_local(None),
            readings_asked: StoredValue::new(None),
            generation: StoredValue::new(0),
            openings: StoredValue::new(0),
            edits: StoredValue::new(drafting::Desktop::default()),
            deaths: StoredValue::new(Vec::new()),
            expected: StoredValue::new(opening::Expected::default()),
        };
        let desk = Self(Box::leak(Box::new(handles)));
        desk.start_worker();
        desk.keep_time();
        desk.watch_trials();
        desk
    }

    /// The desk of the component that asks.
    pub(crate) fn of_here() -> Self {
        expect_context::<Self>()
    }

    /// A text in the reader's language.
    pub(crate) fn said(self, text: fn(Locale) -> &'static str) -> Signal<String> {
        Signal::derive(move || text(self.locale.get()).to_owned())
    }

    /// Asks the player something, if a run is open.
    pub(crate) fn ask<T>(self, question: impl FnOnce(&Player) -> T) -> Option<T> {
        self.player
            .with_value(|player| player.as_ref().map(question))
    }

    /// Changes time: the only way.
    pub(crate) fn command(self, command: Command) {
        self.player.update_value(|player| {
            if let Some(player) = player {
                player.command(command);
            }
        });
        self.publish();
        self.ask_worker();
        self.wake();
    }

    /// The timeline shows a stretch of the run, or the whole.
    pub(crate) fn look(self, seen: Option<Stretch>) {
        self.player.update_value(|player| {
            if let Some(player) = player {
                player.look(seen);
            }
        });
        set_if_new(self.seen, seen);
        self.ask_worker();
        self.wake();
    }

    /// The timeline goes along with the playhead, if it has to.
    pub(crate) fn follow(self) {
        let next = self
            .player
            .try_update_value(|player| player.as_mut().and_then(Player::follow));
        if let Some(next) = next.flatten() {
            set_if_new(self.seen, Some(next));
            self.ask_worker();
        }
    }

    /// Plays, or pauses if it plays.
    pub(crate) fn toggle(self) {
        let playing = self.ask(Player::is_playing).unwrap_or_default();
        self.command(if playing {
            Command::Pause
        } else {
            Command::Play
        });
    }

    /// Moves by so many seconds of the screen.
    pub(crate) fn skip(self, seconds: f64) {
        let to = self.ask(|player| {
            let span = SimDuration::from_secs_f64(seconds.abs() * player.speed());
            let nanos = player.time().as_nanos();
            SimTime::from_nanos(if seconds < 0.0 {
                nanos.saturating_sub(span.as_nanos())
            } else {
                nanos.saturating_add(span.as_nanos())
            })
        });
        if let Some(to) = to {
            self.command(Command::SeekTime(to));
        }
    }

    /// Is where a record has just happened, and shows what it happened to.
    pub(crate) fn jump(self, record: RecordId) {
        self.command(Command::SeekCursor(Cursor(record.0.saturating_add(1))));
    }

    /// Asks why a record happened.
    pub(crate) fn ask_why(self, record: RecordId) {
        self.causes.set(Some(Causes {
            record,
            chain: None,
        }));
        if let Some(generation) = self.running() {
            self.send(Request::Causes { generation, record });
        }
    }

    /// Asks which settings there are below paths of the document.
    pub(crate) fn ask_settings(self, below: Vec<String>) {
        self.send(Request::Settings {
            generation: self.generation(),
            below,
        });
    }

    /// Picks something on the stage, or nothing.
    pub(crate) fn pick(self, picked: Option<Picked>) {
        if self.picked.get_untracked() != picked {
            self.picked.set(picked);
            self.causes.set(None);
        }
        self.wake();
    }

    /// Follows the message that a record sent through all it leads to, or none any more.
    pub(crate) fn follow_message(self, message: Option<RecordId>) {
        if self.followed.get_untracked() != message {
            self.followed.set(message);
        }
        self.wake();
    }

    /// Asks what a message says, unless that is known or asked already.
    pub(crate) fn ask_content(self, message: RecordId) {
        let asked = self
            .content
            .with_untracked(|content| content.as_ref().map(|(known, _)| *known));
        if asked != Some(message) {
            self.content.set(Some((message, None)));
            self.send(Request::Content {
                generation: self.generation(),
                message,
            });
        }
    }

    /// Asks what the machines of a policy have in memory at this moment, unless that is known; the
    /// next question waits for the answer to the one before.
    pub(crate) fn ask_readings(self, policy: String) {
        let Some(cursor) = self.ask(Player::cursor) else {
            return;
        };
        let is_new = self.readings_asked.with_value(|asked| {
            asked
                .as_ref()
                .is_none_or(|(of, at, answered)| (of, *at) != (&policy, cursor) && *answered)
        });
        if is_new {
            self.readings_asked
                .set_value(Some((policy.clone(), cursor, false)));
            self.send(Request::Readings {
                generation: self.generation(),
                cursor,
                policy,
            });
        }
    }

    /// Speaks another language, and remembers it.
    pub(crate) fn speak(self, locale: Locale) {
        remember("language", crate::i18n::tag(locale));
        self.locale.set(locale);
    }

    /// Opens or closes the list of scenarios, and remembers it.
    pub(crate) fn show_library(self, open: bool) {
        remember("library", if open { "open" } else { "closed" });
        self.library_open.set(open);
    }

    /// Tells the reader something.
    pub(crate) fn tell(self, notice: Notice) {
        self.notice.set(Some(notice));
    }

    /// Tells the reader something that needs no answer, and takes it away after a while.
    pub(crate) fn mention(self, notice: Notice) {
        self.tell(notice.clone());
        let forget = move || {
            if self.notice.get_untracked().as_ref() == Some(&notice) {
                self.notice.set(None);
            }
        };
        Timeout::new(FORGOTTEN_AFTER_MS, forget).forget();
    }

    /// The frame loop.
    pub(crate) fn frames(self) -> Frames {
        self.frames.get_value()
    }

    /// Sees to it that there is a next frame.
    pub(crate) fn wake(self) {
        self.frames.with_value(Frames::wake);
    }

    /// Adds a part of every frame for as long as the component lives.
    pub(crate) fn every_frame(self, phase: Phase, part: impl FnMut(f64) -> bool + 'static) {
        let id = self.frames.with_value(|frames| frames.add(phase, part));
        on_cleanup(move || {
            self.frames.try_with_value(|frames| frames.remove(id));
        });
    }

    fn generation(self) -> Generation {
        Generation(self.generation.get_value())
    }

    /// The generation of the run that is looked at.
    fn running(self) -> Option<Generation> {
        self.ask(Player::generation)
    }

    pub(crate) fn send(self, request: Request) {
        self.bridge.with_value(|bridge| {
            if let Some(bridge) = bridge {
                bridge.send(request);
            }
        });
    }

    /// Lets time pass in the frame loop, and has signals follow it now and then.
    fn keep_time(self) {
        let mut since_published = 0.0;
        self.frames().add(Phase::Time, move |millis| {
            let mut moving = false;
            self.player.try_update_value(|player| {
                if let Some(player) = player {
                    moving = player.frame(millis);
                }
            });
            since_published += millis;
            if since_published >= PUBLISH_EVERY || !moving {
                since_published = 0.0;
                self.publish();
            }
            self.ask_worker();
            moving
        });
    }

    /// Has the signals say what the player says. A signal that would not change is not set.
    fn publish(self) {
        let Some((playing, speed, looped, waiting)) = self.ask(|player| {
            (
                player.is_playing(),
                player.speed(),
                player.looped(),
                player.reel().is_waiting(),
            )
        }) else {
            return;
        };
        set_if_new(self.playing, playing);
        set_if_new(self.speed, speed);
        set_if_new(self.looped, looped);
        set_if_new(self.waiting, waiting);
        self.moment.update(|count| *count = count.wrapping_add(1));
    }

    fn ask_worker(self) {
        let question = || {
            self.player
                .try_update_value(|player| player.as_mut().and_then(Player::question))
                .flatten()
        };
        while let Some(question) = question() {
            self.send(question);
        }
        let gave_up = self
            .player
            .try_update_value(|player| player.as_mut().is_some_and(Player::gives_up_hunt));
        if gave_up == Some(true) {
            self.mention(Notice::NothingFurther);
        }
    }
}

/// Whether the reader's system asks for less motion.
pub(crate) fn wants_less_motion() -> bool {
    media_matches("(prefers-reduced-motion: reduce)")
}

fn set_if_new<T: PartialEq + Copy + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.get_untracked() != value {
        signal.set(value);
    }
}

fn browser_language() -> Option<String> {
    web_sys::window()?.navigator().language()
}
