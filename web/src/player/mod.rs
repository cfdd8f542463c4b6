//! The player: which run is shown, where in it, and how time passes.
//!
//! Commands of a person, frames of the screen and answers of the worker flow in; the
//! picture at the cursor and questions for the worker flow out. It knows nothing of the
//! document object model, so that all of it is tested without a browser.

pub(crate) mod bridge;
mod clock;
mod closer;
mod film;
mod hunt;
mod looping;
mod reel;
pub(crate) mod speed;

use std::rc::Rc;

use interplay_protocol::{Ending, Generation, Glance, Request, Stage};
use sim_core::kernel::{RecordId, SimDuration, SimTime};
use sim_core::observe::{Cursor, Picture, Window};
use sim_core::world::{MessageKind, Record, What};

use clock::Clock;
pub(crate) use clock::Command;
use closer::Closer;
use film::{Film, Reached};
pub(crate) use hunt::Jump;
use hunt::{Found, Hunt};
pub(crate) use looping::Stretch;
pub(crate) use reel::Goal;
use reel::{Appetite, FASTEST_RATE, Reel};

/// Seconds of the screen before the first message of a run that has just been opened.
const LEAD: f64 = 0.6;

/// Where a run is opened, and whether it plays.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Start {
    /// Where; at the beginning if nowhere in particular.
    pub(crate) goal: Option<Goal>,
    /// Whether time passes at once.
    pub(crate) playing: bool,
    /// How fast; as fits the run if nothing is said.
    pub(crate) speed: Option<f64>,
}

/// A run that is open.
#[derive(Clone, Debug)]
pub(crate) struct Player {
    generation: Generation,
    stage: Rc<Stage>,
    reel: Reel,
    clock: Clock,
    film: Film,
    glance: Glance,
    ending: Option<Rc<Ending>>,
    /// A question is on its way; the next one waits, so that only the latest is asked.
    asked: bool,
    /// The speed is chosen, and time passes, when the first records are here.
    start: Option<Start>,
    /// What is played over and over.
    looped: Option<Stretch>,
    /// The loop there was last.
    last_loop: Option<Stretch>,
    /// A jump whose goal the worker searches for.
    hunt: Option<Hunt>,
    /// The stretch that the timeline shows.
    closer: Closer,
}

impl Player {
    /// A run that has just begun, which goes on where `before` was if that has the same nodes.
    pub(crate) fn open(
        generation: Generation,
        stage: Rc<Stage>,
        start: Start,
        before: Option<&Self>,
    ) -> Self {
        let entities = stage.topology.entities.len();
        let reel = match (start.goal, before) {
            (Some(goal), Some(before)) => Reel::resumed(entities, goal, before.picture().clone()),
            (Some(goal), None) => Reel::resumed(entities, goal, Picture::new(entities)),
            (None, _) => Reel::new(entities),
        };
        let clock = Clock::paused(start.speed.unwrap_or(1.0));
        let mut film = Film::new(&stage);
        if let Some(before) = before.filter(|before| before.stage.story == stage.story) {
            film = film.resumed(&before.film);
        }
        let (glance, ending, asked, start) = (Glance::default(), None, false, Some(start));
        // The same document with something changed: its loop stays, as far as it fits.
        let same = before.filter(|_| start.is_some_and(|start| start.goal.is_some()));
        let fits = |stretch: &Stretch| stretch.until <= stage.horizon;
        let looped = same.and_then(|before| before.looped).filter(fits);
        let last_loop = same.and_then(|before| before.last_loop).filter(fits);
        let mut closer = Closer::default();
        closer.look(
            same.and_then(|before| before.closer.seen()).filter(fits),
            reel.time(),
        );
        Self {
            generation,
            stage,
            reel,
            clock,
            film,
            glance,
            ending,
            asked,
            start,
            looped,
            last_loop,
            hunt: None,
            closer,
        }
    }

    /// Which run it is.
    pub(crate) const fn generation(&self) -> Generation {
        self.generation
    }

    /// What is seen of it before anything happens.
    pub(crate) const fn stage(&self) -> &Rc<Stage> {
        &self.stage
    }

    /// The stretch of the trace that is here.
    pub(crate) const fn reel(&self) -> &Reel {
        &self.reel
    }

    /// The picture at the cursor.
    pub(crate) const fn picture(&self) -> &Picture {
        self.reel.picture()
    }

    /// The time shown.
    pub(crate) fn time(&self) -> SimTime {
        self.reel.time()
    }

    /// The cursor.
    pub(crate) const fn cursor(&self) -> Cursor {
        self.reel.cursor()
    }

    /// Whether time passes, or will as soon as records are here.
    pub(crate) fn is_playing(&self) -> bool {
        self.start
            .map_or(self.clock.is_playing(), |start| start.playing)
    }

    /// Simulated seconds a second of the screen.
    pub(crate) const fn speed(&self) -> f64 {
        self.clock.speed()
    }

    /// The run at a glance, so far.
    pub(crate) const fn glance(&self) -> &Glance {
        &self.glance
    }

    /// The story, as far as time is concerned.
    pub(crate) const fn film(&self) -> &Film {
        &self.film
    }

    /// The stretch that the timeline shows at a glance, if more is known of it than of the
    /// whole run.
    pub(crate) fn closer(&self) -> Option<&Glance> {
        self.closer.glance(self.reel.simulated())
    }

    /// The timeline shows a stretch, or the whole run again.
    pub(crate) fn look(&mut self, seen: Option<Stretch>) {
        self.closer.look(seen, self.time());
    }

    /// The stretch that the timeline shows; nothing if it shows the whole run.
    pub(crate) const fn seen(&self) -> Option<Stretch> {
        self.closer.seen()
    }

    /// The timeline goes along with the playhead. Says where to, if it has to move.
    pub(crate) fn follow(&mut self) -> Option<Stretch> {
        let (now, playing) = (self.time(), self.is_playing());
        let next = self.closer.following(now, playing, self.stage.horizon)?;
        self.look(Some(next));
        Some(next)
    }

    /// What is played over and over.
    pub(crate) const fn looped(&self) -> Option<Stretch> {
        self.looped
    }

    /// How the run ended, once it has.
    pub(crate) const fn ending(&self) -> Option<&Rc<Ending>> {
        self.ending.as_ref()
    }

    /// Where to open the same scenario again so that the reader stays where they are.
    pub(crate) fn resume(&self) -> Start {
        let speed = Some(self.clock.speed()).filter(|_| self.start.is_none());
        Start {
            goal: Some(Goal::Time(self.time())),
            playing: self.is_playing(),
            speed,
        }
    }

    /// The only way to change time.
    pub(crate) fn command(&mut self, command: Command) {
        if command.moves() {
            self.hunt = None;
            self.closer.attend();
        }
        match command {
            Command::Play => self.play(),
            Command::Pause => self.set_playing(false),
            Command::SetSpeed(speed) => {
                self.film.chosen(speed);
                self.set_speed(speed);
            }
            Command::FollowStory(on) => self.film.follow(on),
            Command::Moment(place) => {
                if let Some(reached) = self.film.at_place(place) {
                    self.reel.seek_time(reached.at.min(self.stage.horizon));
                    self.cue(reached);
                }
            }
            Command::SeekTime(time) => self.reel.seek_time(time.min(self.stage.horizon)),
            Command::SeekCursor(cursor) => self.stand_at(cursor),
            Command::Step => {
                self.set_playing(false);
                if self.cursor() < self.reel.end() {
                    self.reel.seek_cursor(Cursor(self.cursor().0 + 1));
                }
            }
            Command::StepBack => self.stand_at(Cursor(self.cursor().0.saturating_sub(1))),
            Command::Loop(stretch) => self.set_loop(stretch),
            Command::ToggleLoop => {
                let stretch = self
                    .last_loop
                    .or(self.closer.seen())
                    .unwrap_or_else(|| self.loop_or_run());
                self.set_loop(self.looped.is_none().then_some(stretch));
            }
            Command::LoopFromHere => {
                let stretch = self.loop_or_run().starting(self.time(), self.stage.horizon);
                self.set_loop(Some(stretch));
            }
            Command::LoopUntilHere => {
                let stretch = self.loop_or_run().ending(self.time(), self.stage.horizon);
                self.set_loop(Some(stretch));
            }
            Command::Jump(jump) => {
                self.set_playing(false);
                // What is shown as just having happened is not what comes before it.
                let shown = self
                    .reel
                    .latest()
                    .is_some_and(|(_, record)| record.at == self.time());
                let back = u32::from(!jump.forward && shown);
                let from = Cursor(self.cursor().0.saturating_sub(back));
                self.hunt = Some(Hunt::begin(jump, from));
            }
        }
    }

    fn play(&mut self) {
        match self.looped.filter(|stretch| !stretch.contains(self.time())) {
            Some(stretch) => self.reel.seek_time(stretch.from),
            None if self.reel.is_bound_for_end() => self.reel.seek_time(SimTime::ZERO),
            None => {}
        }
        self.set_playing(true);
    }

    fn stand_at(&mut self, cursor: Cursor) {
        self.set_playing(false);
        self.reel.seek_cursor(cursor);
    }

    fn set_loop(&mut self, stretch: Option<Stretch>) {
        self.looped = stretch;
        self.last_loop = stretch.or(self.last_loop);
    }

    fn loop_or_run(&self) -> Stretch {
        let horizon = self.stage.horizon;
        self.looped
            .unwrap_or_else(|| Stretch::between(SimTime::ZERO, horizon, horizon))
    }

    /// Lets a frame of `millis` milliseconds pass. Says whether another one is needed.
    pub(crate) fn frame(&mut self, millis: f64) -> bool {
        if !self.clock.is_playing() {
            return false;
        }
        let now = self.reel.time();
        let target = now.after(self.clock.elapse(millis));
        let looped = self.looped.filter(|stretch| stretch.contains(now));
        let reach = looped.map_or(target, |stretch| target.min(stretch.until));
        // Whoever goes round in a loop is not held up by the story at every round.
        let reached = if looped.is_none() {
            self.film.reached(now, reach)
        } else {
            None
        };
        let reach = reached.map_or(reach, |reached| reached.at);
        if self.reel.density() * self.clock.speed() > FASTEST_RATE {
            self.reel.hop(reach);
        } else {
            self.reel.advance(reach);
        }
        // What has not been loaded yet has not been reached.
        if let Some(reached) = reached.filter(|reached| self.reel.time() >= reached.at) {
            self.cue(reached);
        }
        let is_over = self.is_over();
        if let Some(stretch) = looped
            && (self.reel.time() >= stretch.until || is_over)
        {
            self.reel
                .seek_time(stretch.wrapped(target.max(stretch.until)));
        } else if is_over {
            self.clock.set_playing(false);
        }
        self.clock.is_playing()
    }

    /// Takes note of how far the run has come.
    pub(crate) fn progress(
        &mut self,
        simulated: SimTime,
        end: Cursor,
        glance: Glance,
        ending: Option<Box<Ending>>,
    ) {
        self.reel.progress(simulated, end, ending.is_some());
        self.glance = glance;
        self.ending = ending.map(|ending| Rc::new(*ending));
        if self.ending.is_some() && end == Cursor::default() {
            // Nothing ever happens in this run, so no window will come to begin with.
            self.begin();
        }
    }

    /// Takes in where the worker found what somebody jumps to. Says so if there is nothing.
    pub(crate) fn found(&mut self, record: Option<RecordId>, end: Cursor) -> bool {
        let complete = self.ending.is_some();
        let found = self
            .hunt
            .as_mut()
            .map_or(Found::Patience, |hunt| hunt.hear(record, end, complete));
        match found {
            Found::Patience => false,
            Found::Nothing => {
                self.hunt = None;
                true
            }
            Found::Record(record) => {
                self.hunt = None;
                self.stand_at(Cursor(record.0.saturating_add(1)));
                false
            }
        }
    }

    /// Whether somebody waits for a jump that leads nowhere; it is forgotten then.
    pub(crate) fn gives_up_hunt(&mut self) -> bool {
        let complete = self.ending.is_some();
        let hopeless = self
            .hunt
            .is_some_and(|hunt| hunt.is_hopeless(self.reel.end(), complete));
        if hopeless {
            self.hunt = None;
        }
        hopeless
    }

    /// Takes in a stretch of the run at a glance.
    pub(crate) fn take_closer(&mut self, glance: Glance) {
        self.closer.take(glance);
    }

    /// Takes in a stretch of the trace.
    pub(crate) fn take(&mut self, window: Window) {
        self.asked = false;
        self.reel.take(window);
        if self.reel.is_there() {
            self.begin();
        }
    }

    /// Lets time pass, now that there are records to choose a speed by.
    fn begin(&mut self) {
        if let Some(start) = self.start.take() {
            let opening = || speed::opening(self.reel.records());
            let speed = match start.speed {
                Some(speed) => speed,
                None => self.film.opening(self.reel.time(), opening()),
            };
            self.clock.set_speed(speed);
            let waits = start.goal.is_none() && self.film.waits_at(self.reel.time());
            self.clock.set_playing(start.playing && !waits);
            if !waits && start.goal.is_none() {
                self.skip_the_wait();
            }
        }
    }

    /// Goes to just before the first message: at a speed at which messages can be seen,
    /// nothing would happen for a while.
    fn skip_the_wait(&mut self) {
        let is_sent = |record: &&Record| match record.what {
            What::MessageSent { kind, .. } => kind != MessageKind::Control,
            _ => false,
        };
        if let Some(first) = self.reel.records().iter().find(is_sent) {
            let lead = SimDuration::from_secs_f64(LEAD * self.clock.speed());
            let at = first.at.as_nanos().saturating_sub(lead.as_nanos());
            self.reel.seek_time(SimTime::from_nanos(at));
        }
    }

    /// What to ask the worker now, if anything; taking it counts as asking.
    pub(crate) fn question(&mut self) -> Option<Request> {
        let (generation, end) = (self.generation, self.reel.end());
        let hunting = self
            .hunt
            .as_mut()
            .and_then(|hunt| hunt.question(generation, end));
        hunting
            .or_else(|| self.ask_for_records())
            .or_else(|| self.closer.question(generation, self.reel.simulated()))
    }

    fn ask_for_records(&mut self) -> Option<Request> {
        if self.asked {
            return None;
        }
        let rate = self.reel.density() * self.clock.speed();
        let question = self
            .reel
            .question(self.generation, Appetite::for_rate(rate));
        self.asked = question.is_some();
        question
    }

    /// Whether the end of the run is shown.
    pub(crate) fn is_over(&self) -> bool {
        self.reel.is_there() && self.reel.is_bound_for_end()
    }

    /// Has the story have its way at one of its moments.
    fn cue(&mut self, reached: Reached) {
        if let Some(speed) = reached.speed {
            self.set_speed(speed);
        }
        if reached.pause {
            self.set_playing(false);
        }
    }

    fn set_speed(&mut self, speed: f64) {
        if let Some(start) = &mut self.start {
            start.speed = Some(speed);
        }
        self.clock.set_speed(speed);
    }

    fn set_playing(&mut self, playing: bool) {
        if let Some(start) = &mut self.start {
            start.playing = playing;
        } else {
            self.clock.set_playing(playing);
        }
    }
}

#[cfg(test)]
mod tests;
