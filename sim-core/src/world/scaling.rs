//! Scaling: how many instances a service has, by how much they have to do.
//!
//! What instances have to do flows in, sampled; another number of them flows out, to `rollout`.
//! The rules are those of `resilience::autoscaling`. What is measured is an average over a period
//! that ended a while ago, and an instance that is wanted but does not work yet counts as one
//! that has nothing to do: so what has been ordered is not ordered twice.

use std::collections::{BTreeMap, VecDeque};

use super::program::{Measures, ScalingCare};
use super::record::Measure;
use super::{Cx, Event, World, tell};
use crate::kernel::{Draw, EntityId, EventQueue, Identity, Key, Observer, SimDuration, SimTime};
use crate::resilience::autoscaling::{Autoscaler, Scaled};
use crate::world::{Record, What};

/// How often instances are looked at in each period: at a moment drawn from each part of it, so
/// that what happens at regular moments is not always or never seen.
const SAMPLES: u64 = 60;

/// How a service scales.
#[derive(Clone, Debug)]
struct Scaler {
    machine: Autoscaler,
    /// How many samples were taken.
    taken: u64,
    /// When the part of a period begins in which the next one is taken.
    part: SimTime,
    /// What all instances together had to do, and when.
    samples: VecDeque<(SimTime, u64)>,
    /// What was measured last, on average of an instance.
    measured: f64,
}

/// How services scale.
#[derive(Clone, Debug, Default)]
pub(super) struct Scalers(BTreeMap<u32, Scaler>);

/// What a service that scales has in its memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scaling {
    /// How many instances there are to be.
    pub(super) instances: u32,
    /// What was measured last, on average of an instance.
    pub(super) measured: f64,
    /// When is looked next.
    pub(super) due: SimTime,
}

impl Scalers {
    /// About how many bytes a clone occupies.
    pub(super) fn bytes(&self) -> usize {
        let samples = self.0.values().map(|scaler| scaler.samples.len());
        samples.sum::<usize>() * size_of::<(SimTime, u64)>()
    }

    /// Somebody else says how many instances a service is to have.
    pub(super) fn set(&mut self, service: u32, instances: u32) {
        if let Some(scaler) = self.0.get_mut(&service) {
            scaler.machine.set(instances);
        }
    }

    /// What a service has in its memory, if it scales.
    pub(super) fn of(&self, service: u32) -> Option<Scaling> {
        let scaler = self.0.get(&service)?;
        Some(Scaling {
            instances: scaler.machine.instances(),
            measured: scaler.measured,
            due: scaler.machine.due(),
        })
    }
}

impl Scaler {
    /// When the next sample is taken, and what begins after it.
    fn next_sample(&mut self, care: &ScalingCare, now: SimTime) -> SimTime {
        let part = (care.settings.period.as_nanos() / SAMPLES).max(1);
        let identity = Identity::root(Key::of("sample"), self.taken);
        let drawn = Draw::new(care.sampled, identity).below(part);
        let moment = self.part.after(SimDuration::from_nanos(drawn));
        self.taken += 1;
        self.part = self.part.after(SimDuration::from_nanos(part));
        moment.max(now)
    }
}

impl Measures {
    /// What was measured, as it is told.
    pub(super) fn told(self, value: f64) -> Measure {
        let thousandths = (value * 1_000.0).round() as u32;
        match self {
            Self::Utilisation { .. } => Measure::Busy(thousandths),
            Self::Waiting | Self::Queue(_) => Measure::Waiting(thousandths),
        }
    }
}

impl World {
    /// Begins to measure the services that scale.
    pub(super) fn begin_to_scale(&mut self, queue: &mut EventQueue<Event>) {
        for (place, service) in self.program.services.iter().enumerate() {
            // Versions stand behind the services as they are written.
            if place >= self.next_instance.len() {
                break;
            }
            let Some(care) = &service.care.scaling else {
                continue;
            };
            let machine = Autoscaler::new(&care.settings, service.begins, SimTime::ZERO);
            queue.schedule(machine.due(), service.first, Event::ScalerLooks);
            let mut scaler = Scaler {
                machine,
                taken: 0,
                part: SimTime::ZERO,
                samples: VecDeque::new(),
                measured: f64::NAN,
            };
            let next = scaler.next_sample(care, SimTime::ZERO);
            queue.schedule(next, service.first, Event::ScalerSamples);
            self.scalers.0.insert(place as u32, scaler);
        }
    }

    /// What the instances of a service have to do together.
    fn sampled(&self, service: u32, measures: Measures) -> u64 {
        let described = &self.program.services[service as usize];
        let first = described.first.index();
        let instances = &self.instances[first..first + described.instances as usize];
        let there = instances.iter().filter(|instance| instance.is_present());
        match measures {
            Measures::Utilisation { .. } => there.map(|it| u64::from(it.busy())).sum(),
            Measures::Waiting => there.map(|it| u64::from(it.waiting())).sum(),
            Measures::Queue(queue) => {
                let queue = self.queues.get(queue as usize);
                queue.map_or(0, |queue| queue.queue().ready() as u64)
            }
        }
    }

    /// It is looked what the instances of the service whose first one this is have to do.
    pub(super) fn scaler_samples<O>(&mut self, first: EntityId, cx: &mut Cx<'_, O>) {
        let Some((service, _)) = self.program.service_of[first.index()] else {
            return;
        };
        let Some(care) = &self.program.services[service as usize].care.scaling else {
            return;
        };
        let sample = self.sampled(service, care.measures);
        let Some(scaler) = self.scalers.0.get_mut(&service) else {
            return;
        };
        scaler.samples.push_back((cx.now, sample));
        let next = scaler.next_sample(care, cx.now);
        cx.queue.schedule(next, first, Event::ScalerSamples);
    }

    /// It is looked whether a service has as many instances as it needs.
    pub(super) fn scaler_looks<O: Observer<Record>>(
        &mut self,
        first: EntityId,
        cx: &mut Cx<'_, O>,
    ) {
        let Some((service, _)) = self.program.service_of[first.index()] else {
            return;
        };
        let (Some(care), Some(scaler)) = (
            &self.program.services[service as usize].care.scaling,
            self.scalers.0.get_mut(&service),
        ) else {
            return;
        };
        let until = before(cx.now, care.delay);
        let from = before(until, care.settings.period);
        while scaler.samples.front().is_some_and(|(at, _)| *at < from) {
            scaler.samples.pop_front();
        }
        let known = scaler.samples.iter().take_while(|(at, _)| *at < until);
        let (sum, count) = known.fold((0, 0), |(sum, count), (_, sample)| {
            (sum + sample, count + 1_u64)
        });
        let each = match care.measures {
            Measures::Utilisation { workers } => u64::from(workers),
            Measures::Waiting | Measures::Queue(_) => 1,
        };
        let capacity = count * u64::from(scaler.machine.instances()) * each;
        // Nothing measured is no number, which changes nothing.
        scaler.measured = sum as f64 / capacity as f64;
        let decided = scaler.machine.look(&care.settings, cx.now, scaler.measured);
        cx.queue
            .schedule(scaler.machine.due(), first, Event::ScalerLooks);
        let Some(Scaled {
            from,
            to,
            measured,
            target,
        }) = decided
        else {
            return;
        };
        let what = What::Scaled {
            from: from as u16,
            to: to as u16,
            measured: care.measures.told(measured),
            target: care.measures.told(target),
        };
        let record = tell(cx, first, None, what);
        self.scale(service, to, record, cx);
    }
}

/// So long before, but not before the beginning.
fn before(moment: SimTime, span: SimDuration) -> SimTime {
    SimTime::from_nanos(moment.as_nanos().saturating_sub(span.as_nanos()))
}
