//! Clients: arrivals, and the journeys they begin.

use super::interpreter::Source;
use super::{Cx, Event, World};
use crate::kernel::{EventQueue, Identity, Observer, SimDuration, SimTime};
use crate::world::{Record, What, tell};

/// How far a client has come.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientState {
    /// How many journeys it has begun.
    pub(super) begun: u64,
    /// Which schedule of the next arrival holds.
    schedule: u32,
    /// How many mean gaps still had to pass when the next arrival was scheduled.
    exposure: f64,
    scheduled_at: SimTime,
}

impl World {
    pub(super) fn schedule_first_arrivals(&mut self, queue: &mut EventQueue<Event>) {
        for client in 0..self.clients.len() {
            self.plan_arrival(client, SimTime::ZERO, queue);
        }
    }

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
        let described = &self.program.clients[place];
        let (entity, journey) = (described.entity, described.journey);
        let identity = Identity::root(described.key, state.begun);
        state.begun += 1;
        self.plan_arrival(place, cx.now, cx.queue);
        let record = tell(cx, entity, None, What::JourneyBegan);
        let slot = self.begin_task(identity, entity, journey, Source::Journey, record, cx.now);
        self.go_on(slot, cx);
    }

    /// Reschedules the next arrivals when rates may have changed at `now`: what remains of
    /// a gap is stretched or squeezed in proportion, which keeps a Poisson stream Poisson.
    pub(super) fn replan_arrivals(
        &mut self,
        rates_before: &[f64],
        now: SimTime,
        queue: &mut EventQueue<Event>,
    ) {
        for (client, &before) in rates_before.iter().enumerate() {
            let rate = self.program.clients[client].rate();
            #[expect(clippy::float_cmp, reason = "the same setting has the same bits")]
            if rate == before {
                continue;
            }
            let state = &mut self.clients[client];
            let passed = now.since(state.scheduled_at).as_secs_f64() * before;
            state.exposure = (state.exposure - passed).max(0.0);
            state.scheduled_at = now;
            self.schedule_arrival(client, queue);
        }
    }

    fn plan_arrival(&mut self, client: usize, now: SimTime, queue: &mut EventQueue<Event>) {
        let described = &self.program.clients[client];
        let state = &mut self.clients[client];
        state.exposure = described.exposure(Identity::root(described.key, state.begun));
        state.scheduled_at = now;
        self.schedule_arrival(client, queue);
    }

    fn schedule_arrival(&mut self, client: usize, queue: &mut EventQueue<Event>) {
        let described = &self.program.clients[client];
        let state = &mut self.clients[client];
        state.schedule = state.schedule.wrapping_add(1);
        let rate = described.rate();
        // A client at rest is woken by the next change of its rate.
        if rate > 0.0 {
            let at = state
                .scheduled_at
                .after(SimDuration::from_secs_f64(state.exposure / rate));
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
