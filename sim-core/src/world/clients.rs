//! Clients: arrivals and users, and the journeys they begin.

use std::sync::Arc;

use super::interpreter::Source;
use super::program::{Load, Program};
use super::{Cx, Event, World};
use crate::kernel::{EntityId, EventQueue, Identity, Observer, SimTime};
use crate::world::{Record, What, tell};

/// How far a client has come.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientState {
    /// How many journeys have begun because somebody arrived.
    pub(super) begun: u64,
    /// Which schedule of the next arrival holds.
    schedule: u32,
    /// How many mean gaps still had to pass when the next arrival was scheduled.
    exposure: f64,
    scheduled_at: SimTime,
    /// The users of a closed load.
    users: Vec<User>,
}

impl ClientState {
    /// About how many bytes a clone occupies.
    pub(super) const fn bytes(&self) -> usize {
        self.users.len() * size_of::<User>()
    }
}

/// Somebody who begins one journey after another.
#[derive(Clone, Copy, Debug, Default)]
struct User {
    /// How many journeys were begun.
    begun: u32,
    /// Whether there is such a user at present.
    present: bool,
}

/// What the `ordinal`-th journey of a user is, structurally.
const fn ordinal_of(user: u32, ordinal: u32) -> u64 {
    ((user as u64) << 32) | ordinal as u64
}

impl World {
    /// Whoever is there at the start.
    pub(super) fn schedule_first_arrivals(&mut self, queue: &mut EventQueue<Event>) {
        for client in 0..self.clients.len() {
            match self.program.clients[client].load {
                Load::Open(_) => self.plan_arrival(client, SimTime::ZERO, queue),
                Load::Closed { .. } => self.welcome_users(client, SimTime::ZERO, queue),
            }
        }
    }

    #[inline(never)]
    pub(super) fn arrival<O: Observer<Record>>(
        &mut self,
        client: u32,
        schedule: u32,
        cx: &mut Cx<'_, O>,
    ) {
        let place = client as usize;
        let state = &mut self.clients[place];
        if state.schedule != schedule {
            return;
        }
        let identity = Identity::root(self.program.clients[place].key, state.begun);
        state.begun += 1;
        self.plan_arrival(place, cx.now, cx.queue);
        self.begin_journey(place, identity, None, cx);
    }

    /// A user has thought.
    #[inline(never)]
    pub(super) fn thought<O: Observer<Record>>(
        &mut self,
        client: u32,
        user: u32,
        cx: &mut Cx<'_, O>,
    ) {
        let place = client as usize;
        if self.dismissed(place, user) {
            return;
        }
        let Some(state) = self.clients[place].users.get_mut(user as usize) else {
            return;
        };
        let ordinal = ordinal_of(user, state.begun);
        state.begun = state.begun.wrapping_add(1);
        let identity = Identity::root(self.program.clients[place].key, ordinal);
        self.begin_journey(place, identity, Some(user), cx);
    }

    fn begin_journey<O: Observer<Record>>(
        &mut self,
        client: usize,
        identity: Identity,
        user: Option<u32>,
        cx: &mut Cx<'_, O>,
    ) {
        let described = &self.program.clients[client];
        let (entity, journey) = (described.entity, described.journey);
        let record = tell(cx, entity, None, What::JourneyBegan);
        let source = Source::Journey { user };
        let slot = self.begin_task(identity, entity, journey, source, record, cx.now);
        self.go_on(slot, cx);
    }

    /// A user's journey has ended: there is something to think about.
    pub(super) fn think(
        &mut self,
        owner: EntityId,
        user: u32,
        now: SimTime,
        queue: &mut EventQueue<Event>,
    ) {
        let clients = &self.program.clients;
        // Clients are the first entities after the timeline, in the order of the program.
        let Ok(client) = clients.binary_search_by_key(&owner, |client| client.entity) else {
            return;
        };
        if !self.dismissed(client, user) {
            self.plan_thought(client, user, now, queue);
        }
    }

    /// Whether a user is one too many; if so, nobody is there any more.
    fn dismissed(&mut self, client: usize, user: u32) -> bool {
        let wanted = match self.program.clients[client].load {
            Load::Closed { users, .. } => users,
            Load::Open(_) => 0,
        };
        let dismissed = user >= wanted;
        if dismissed && let Some(user) = self.clients[client].users.get_mut(user as usize) {
            user.present = false;
        }
        dismissed
    }

    /// Begins the thinking of users who are wanted and not there yet.
    fn welcome_users(&mut self, client: usize, now: SimTime, queue: &mut EventQueue<Event>) {
        let Load::Closed { users, .. } = self.program.clients[client].load else {
            return;
        };
        let state = &mut self.clients[client].users;
        if state.len() < users as usize {
            state.resize(users as usize, User::default());
        }
        for user in 0..users {
            let absent = self.clients[client].users.get_mut(user as usize);
            if let Some(absent) = absent.filter(|user| !user.present) {
                absent.present = true;
                self.plan_thought(client, user, now, queue);
            }
        }
    }

    fn plan_thought(&self, client: usize, user: u32, now: SimTime, queue: &mut EventQueue<Event>) {
        let described = &self.program.clients[client];
        let state = self.clients[client].users.get(user as usize);
        let (Load::Closed { think, .. }, Some(state)) = (&described.load, state) else {
            return;
        };
        let identity = Identity::root(described.key, ordinal_of(user, state.begun));
        let thought = Event::Thought {
            client: client as u32,
            user,
        };
        queue.schedule(now.after(think.draw(identity)), described.entity, thought);
    }

    /// Reschedules the next arrivals when rates may have changed at `now`: what remains of
    /// a gap is stretched or squeezed in proportion, which keeps a Poisson stream Poisson.
    /// Users who are one too many go after their journey.
    pub(super) fn replan_arrivals(
        &mut self,
        before: &Arc<Program>,
        now: SimTime,
        queue: &mut EventQueue<Event>,
    ) {
        let program = Arc::clone(&self.program);
        for (client, (old, new)) in before.clients.iter().zip(&program.clients).enumerate() {
            match (&old.load, &new.load) {
                (Load::Open(old), Load::Open(new)) if old != new => {
                    let state = &mut self.clients[client];
                    let passed = old.passed(state.scheduled_at, now);
                    state.exposure = (state.exposure - passed).max(0.0);
                    state.scheduled_at = now;
                    self.schedule_arrival(client, queue);
                }
                _ => self.welcome_users(client, now, queue),
            }
        }
    }

    #[inline]
    fn plan_arrival(&mut self, client: usize, now: SimTime, queue: &mut EventQueue<Event>) {
        let described = &self.program.clients[client];
        let Load::Open(arrivals) = &described.load else {
            return;
        };
        let state = &mut self.clients[client];
        let identity = Identity::root(described.key, state.begun);
        state.exposure = arrivals.exposure(state.begun, identity);
        state.scheduled_at = now;
        self.schedule_arrival(client, queue);
    }

    #[inline]
    fn schedule_arrival(&mut self, client: usize, queue: &mut EventQueue<Event>) {
        let described = &self.program.clients[client];
        let Load::Open(arrivals) = &described.load else {
            return;
        };
        let state = &mut self.clients[client];
        state.schedule = state.schedule.wrapping_add(1);
        // A client at rest is woken by the next change of its rate.
        if let Some(at) = arrivals.next(state.begun, state.exposure, state.scheduled_at) {
            queue.schedule(
                at,
                described.entity,
                Event::Arrival {
                    client: client as u32,
                    schedule: state.schedule,
                },
            );
        }
    }
}
