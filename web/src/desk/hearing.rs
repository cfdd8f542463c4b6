//! Hearing: what the worker says, and what is done when it dies.

use std::rc::Rc;

use interplay_protocol::{Response, Stage};
use leptos::prelude::*;
use sim_core::kernel::RecordId;
use sim_core::world::{Content, EndpointId, NodeId};

use super::notice::{Invalid, Notice};
use super::{Busy, Desk, Readings, Said, Settings};
use crate::inspector::subject;
use crate::player::Player;
use crate::player::bridge::{Bridge, Event};
use crate::views::flow::hit::Picked;

/// So many deaths of the worker in so many milliseconds are too many.
const TOO_MANY_DEATHS: usize = 3;
const DEATHS_COUNT_FOR: f64 = 20_000.0;

impl Desk {
    /// Starts a worker in the place of any other.
    pub(super) fn start_worker(self) {
        self.bridge.set_value(Some(Bridge::start(move |event| {
            // Not within the bridge's own call: a new worker would drop what is running.
            match event {
                Event::Said(response) => self.hear(*response),
                Event::Broke => set_timeout(move || self.bury(), std::time::Duration::ZERO),
                Event::Unreachable => self.give_up(Notice::WorkerUnreachable),
                Event::OtherBuild => self.give_up(Notice::OtherBuild),
            }
        })));
    }

    fn hear(self, response: Response) {
        let current = self.generation();
        // That of the run which is looked at: an older one while the next is being read, or if
        // the next cannot be run.
        let running = self.running();
        match response {
            Response::Opened { generation, stage } if generation == current => self.opened(*stage),
            Response::Invalid {
                generation,
                remarks,
                text,
            } if generation == current => {
                self.busy.set(Busy::No);
                if !self.expected.with_value(|expected| expected.in_place) {
                    self.close();
                }
                self.invalid.set(Some(Rc::new(Invalid { remarks, text })));
            }
            Response::Progress {
                generation,
                simulated,
                end,
                overview,
                ending,
            } if running == Some(generation) => {
                let digest = ending.as_ref().map(|ending| ending.digest.clone());
                self.with_player(|player| player.progress(simulated, end, overview, ending));
                self.progress.update(|count| *count = count.wrapping_add(1));
                if let Some(digest) = digest {
                    self.check_digest(&digest);
                }
            }
            Response::Window { generation, window } if running == Some(generation) => {
                self.with_player(|player| player.take(window));
            }
            Response::Causes { generation, chain } if running == Some(generation) => {
                self.causes.update(|causes| {
                    if let (Some(causes), Some((first, _))) = (causes, chain.first())
                        && causes.record == *first
                    {
                        causes.chain = Some(chain);
                    }
                });
            }
            Response::Lanes { generation, glance } if generation == current => {
                self.with_player(|player| player.take_closer(glance));
                self.glanced.update(|count| *count = count.wrapping_add(1));
            }
            Response::Series { generation, series } if running == Some(generation) => {
                self.metrics.take(*series);
            }
            Response::Found {
                generation,
                record,
                end,
            } if generation == current => {
                let mut nothing = false;
                self.with_player(|player| nothing = player.found(record, end));
                if nothing {
                    self.mention(Notice::NothingFurther);
                }
            }
            Response::Glimpse { ticket, glimpse } => {
                self.looked(ticket, glimpse.map(|glimpse| *glimpse));
            }
            Response::Code { text, code } => self.sharing.drawn(text, code),
            Response::Settings {
                generation,
                below,
                settings: found,
            } if generation == current => self.settings.set(Some(Settings { below, found })),
            Response::Edited { ticket, outcome } => self.edited(ticket, outcome),
            Response::Content {
                generation,
                message,
                content: Some(content),
            } if generation == current => self.told(message, content),
            Response::Readings {
                generation,
                cursor,
                policy,
                readings: found,
            } if generation == current => {
                self.readings_asked
                    .set_value(Some((policy.clone(), cursor, true)));
                self.readings.set(Some(Readings { policy, found }));
            }
            // Of a run that is no longer looked at.
            _ => {}
        }
    }

    /// What a message says is known now.
    fn told(self, message: RecordId, content: Content) {
        let name = |endpoint: EndpointId| {
            self.stage.with_untracked(|stage| {
                let endpoints = &stage.as_ref()?.topology.endpoints;
                Some(endpoints.get(endpoint.0 as usize)?.name.clone())
            })
        };
        let Content {
            endpoint,
            outcome,
            data,
            bytes,
        } = content;
        let said = Said {
            about: endpoint.and_then(name),
            outcome,
            data,
            bytes,
        };
        self.content.update(|known| {
            if let Some(known) = known.as_mut().filter(|(asked, _)| *asked == message) {
                known.1 = Some(said);
            }
        });
    }

    fn opened(self, stage: Stage) {
        let stage = Rc::new(stage);
        self.pick_again(&stage);
        self.stage
            .with_untracked(|before| self.metrics.opened(before.as_deref(), &stage));
        let (generation, start) = (self.generation(), self.next_start());
        self.player.update_value(|player| {
            let opened = Player::open(generation, Rc::clone(&stage), start, player.as_ref());
            *player = Some(opened);
        });
        self.seen.set(self.ask(Player::seen).flatten());
        self.busy.set(Busy::No);
        self.invalid.set(None);
        self.followed.set(None);
        self.content.set(None);
        self.readings_asked.set_value(None);
        self.readings.set(None);
        self.stage.set(Some(stage));
        self.progress.update(|count| *count = count.wrapping_add(1));
        self.select_expected();
        self.publish();
        self.wake();
    }

    /// What is picked is found by its name in another stage: things have other numbers there when
    /// one was added.
    fn pick_again(self, next: &Stage) {
        let Some(picked) = self.picked.get_untracked() else {
            return;
        };
        let found = self.stage.with_untracked(|before| {
            let before = before.as_ref()?;
            let name = subject::name(before, picked)?;
            subject::named(next, &name).or_else(|| match picked {
                Picked::Node(_) => renamed(before, &name, next).map(Picked::Node),
                _ => None,
            })
        });
        if found != Some(picked) {
            self.picked.set(found);
        }
    }

    fn close(self) {
        self.player.set_value(None);
        self.stage.set(None);
        self.picked.set(None);
        self.playing.set(false);
    }

    fn with_player(self, act: impl FnOnce(&mut Player)) {
        self.player.update_value(|player| {
            if let Some(player) = player {
                act(player);
            }
        });
        self.ask_worker();
        self.publish();
        self.wake();
    }

    /// Says so if this is not the run that a link promised.
    fn check_digest(self, digest: &str) {
        let promised = self.expected.with_value(|expected| expected.digest.clone());
        if promised.is_some_and(|promised| promised != digest) {
            self.tell(Notice::DigestDiffers);
        }
    }

    /// The worker died: another one takes its place, and what was open is opened again,
    /// unless that is what kills it.
    fn bury(self) {
        let now = web_sys::window()
            .and_then(|window| window.performance())
            .map_or(0.0, |clock| clock.now());
        self.deaths.update_value(|deaths| {
            deaths.retain(|death| now - death < DEATHS_COUNT_FOR);
            deaths.push(now);
        });
        let too_many = self
            .deaths
            .with_value(|deaths| deaths.len() >= TOO_MANY_DEATHS);
        self.start_worker();
        match self.source.get_untracked() {
            Some(source) if !too_many => {
                self.reopen(source);
                self.tell(Notice::WorkerBroke);
            }
            _ => {
                self.busy.set(Busy::No);
                self.tell(Notice::WorkerGaveUp);
            }
        }
    }

    fn give_up(self, notice: Notice) {
        self.busy.set(Busy::No);
        self.tell(notice);
    }
}

/// The node that was called `name` and has another name now: the only new one, if no other is
/// gone.
fn renamed(before: &Stage, name: &str, now: &Stage) -> Option<NodeId> {
    let (before, now) = (&before.topology, &now.topology);
    let mut gone = before
        .nodes
        .iter()
        .filter(|node| now.node(&node.name).is_none());
    let mut new = now
        .nodes
        .iter()
        .filter(|node| before.node(&node.name).is_none());
    let (gone, new) = ((gone.next()?, gone.next()), (new.next()?, new.next()));
    match (gone, new) {
        ((gone, None), (new, None)) if gone.name == name => now.node(&new.name),
        _ => None,
    }
}
