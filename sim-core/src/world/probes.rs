//! Probes: whether instances are alive and ready, as a platform that asks them finds out.
//!
//! Time flows in; who gets no requests any more, who gets some again, and who is started anew
//! flow out. The rules are those of `resilience::balancing`. A probe is asked on the instance's
//! own machine and answered by the process itself: it takes no time, no worker and no network,
//! but a process that is gone refuses it, one that stands still lets it run into its time-out,
//! and one that has no room for another request has none for a probe.

use std::collections::BTreeMap;

use super::figures::View;
use super::program::HealthCare;
use super::{Cx, Event, World, tell};
use crate::kernel::{EntityId, EventQueue, Observer, RecordId, SimTime};
use crate::resilience::balancing::{HealthChange, HealthCheck};
use crate::values::Surroundings;
use crate::world::{Condition, Record, What};

/// What is thought of an instance.
#[derive(Clone, Debug)]
struct Probed {
    readiness: HealthCheck,
    liveness: Option<HealthCheck>,
    /// Since when it is probed.
    since: SimTime,
    /// What changed its condition, or was found out about it, last.
    cause: Option<RecordId>,
}

/// What is thought of instances.
#[derive(Clone, Debug, Default)]
pub(super) struct Probes(BTreeMap<EntityId, Probed>);

impl Probes {
    /// About how many bytes a clone occupies.
    pub(super) fn bytes(&self) -> usize {
        self.0.len() * 2 * size_of::<Probed>()
    }

    /// An instance is gone.
    pub(super) fn forget(&mut self, entity: EntityId) {
        self.0.remove(&entity);
    }

    /// The condition of an instance changed: that is why its next probe fails, if it does.
    pub(super) fn condition_changed(&mut self, entity: EntityId, changed: RecordId) {
        if let Some(probed) = self.0.get_mut(&entity) {
            probed.cause = Some(changed);
        }
    }

    /// How many probes for readiness, and for liveness, failed in a row.
    pub(super) fn failures(&self, entity: EntityId) -> (u32, u32) {
        self.0.get(&entity).map_or((0, 0), |probed| {
            let liveness = probed.liveness.as_ref().map_or(0, HealthCheck::failures);
            (probed.readiness.failures(), liveness)
        })
    }
}

impl World {
    /// Begins to probe the instances of the services that want it. The run begins in the middle
    /// of things, so they are ready.
    pub(super) fn begin_to_probe(&mut self, queue: &mut EventQueue<Event>) {
        let program = std::sync::Arc::clone(&self.program);
        for service in &program.services[..self.next_instance.len()] {
            let Some(health) = &service.care.health else {
                continue;
            };
            for number in 0..service.begins.min(service.instances) {
                let entity = EntityId(service.first.0 + number);
                self.probe(entity, health, (SimTime::ZERO, None), queue);
            }
        }
    }

    /// Begins to probe an instance. What has no cause to have started was ready before.
    fn probe(
        &mut self,
        entity: EntityId,
        health: &HealthCare,
        (now, cause): (SimTime, Option<RecordId>),
        queue: &mut EventQueue<Event>,
    ) {
        let readiness = HealthCheck::new(&health.readiness, now, cause.is_none());
        let liveness = health.liveness.as_ref();
        let liveness = liveness.map(|settings| HealthCheck::new(settings, now, true));
        let checks = [(false, Some(&readiness)), (true, liveness.as_ref())];
        for (liveness, check) in checks {
            if let Some(check) = check {
                queue.schedule(check.due(), entity, Event::Probe { liveness });
            }
        }
        let probed = Probed {
            readiness,
            liveness,
            since: now,
            cause,
        };
        self.probes.0.insert(entity, probed);
    }

    /// An instance has started: it is not ready before it has said so.
    pub(super) fn probe_from_now_on<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let Some((service, number)) = self.program.service_of[entity.index()] else {
            return;
        };
        let program = std::sync::Arc::clone(&self.program);
        let described = &program.services[service as usize];
        let Some(health) = &described.care.health else {
            return;
        };
        // A canary gets its share of the requests from whoever deploys it.
        if number >= described.instances {
            return;
        }
        self.probe(entity, health, (cx.now, Some(cause)), cx.queue);
        self.readiness_changes(entity, false, 0, Some(cause), cx);
    }

    /// The moment to probe an instance has come, unless it was started anew meanwhile.
    pub(super) fn probe_is_due<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        liveness: bool,
        cx: &mut Cx<'_, O>,
    ) {
        let program = std::sync::Arc::clone(&self.program);
        let Some((settings, check)) = health_of(&program, entity)
            .and_then(|health| health.settings(liveness))
            .zip(self.check_of(entity, liveness))
            .filter(|(_, check)| check.due() == cx.now)
        else {
            return;
        };
        check.probe(settings, cx.now);
        let next = check.due();
        cx.queue.schedule(next, entity, Event::Probe { liveness });
        if self.instances[entity.index()].condition() == Condition::Paused {
            let unanswered = Event::ProbeUnanswered { liveness };
            let until = cx.now.after(settings.timeout);
            return cx.queue.schedule(until, entity, unanswered);
        }
        let answers = self.answers_well(entity, liveness, cx.now);
        self.probed(entity, liveness, answers, cx);
    }

    /// The time for the answer to a probe is over: if the instance stood still all the while,
    /// there was none.
    pub(super) fn probe_unanswered<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        liveness: bool,
        cx: &mut Cx<'_, O>,
    ) {
        let settings = health_of(&self.program, entity).and_then(|care| care.settings(liveness));
        let asked = self
            .probes
            .0
            .get(&entity)
            .zip(settings)
            .is_some_and(|(probed, settings)| probed.since.after(settings.timeout) <= cx.now);
        if !asked {
            return;
        }
        let still = self.instances[entity.index()].condition() == Condition::Paused;
        let answers = !still && self.answers_well(entity, liveness, cx.now);
        self.probed(entity, liveness, answers, cx);
    }

    fn check_of(&mut self, entity: EntityId, liveness: bool) -> Option<&mut HealthCheck> {
        let probed = self.probes.0.get_mut(&entity)?;
        if liveness {
            probed.liveness.as_mut()
        } else {
            Some(&mut probed.readiness)
        }
    }

    /// What a process that does not stand still says to a probe.
    fn answers_well(&self, entity: EntityId, liveness: bool, now: SimTime) -> bool {
        let instance = &self.instances[entity.index()];
        if instance.condition().is_gone() || self.has_no_room(entity) {
            return false;
        }
        let ready = health_of(&self.program, entity).and_then(|health| health.ready.as_ref());
        let Some(ready) = ready.filter(|_| !liveness) else {
            return true;
        };
        let view = View {
            world: self,
            owner: entity,
        };
        ready.holds(&Surroundings::of(now, &[]).with_figures(&view))
    }

    /// A probe was answered, or failed.
    fn probed<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        liveness: bool,
        succeeded: bool,
        cx: &mut Cx<'_, O>,
    ) {
        let program = std::sync::Arc::clone(&self.program);
        let settings = health_of(&program, entity).and_then(|health| health.settings(liveness));
        let Some((settings, check)) = settings.zip(self.check_of(entity, liveness)) else {
            return;
        };
        let change = check.record(settings, succeeded);
        // Whoever is not ready fails probe after probe: that is known.
        let counts = !succeeded && (check.is_healthy() || change.is_some());
        let failures = check.failures();
        let mut cause = self.probes.0.get(&entity).and_then(|probed| probed.cause);
        if counts {
            let what = What::ProbeFailed { liveness, failures };
            cause = Some(tell(cx, entity, cause, what));
        }
        if let Some(probed) = self.probes.0.get_mut(&entity) {
            probed.cause = if succeeded { None } else { cause };
        }
        match change {
            Some(HealthChange::BecameHealthy { successes }) if !liveness => {
                self.readiness_changes(entity, true, successes, cause, cx);
            }
            Some(HealthChange::BecameUnhealthy { failures }) if !liveness => {
                self.readiness_changes(entity, false, failures, cause, cx);
            }
            // Whoever leaves is not kept from it.
            Some(HealthChange::BecameUnhealthy { failures })
                if self.instances[entity.index()].is_present() =>
            {
                let restarted = tell(cx, entity, cause, What::Restarted { failures });
                self.probes.forget(entity);
                self.readiness_changes(entity, false, 0, Some(restarted), cx);
                self.restart(entity, restarted, cx);
            }
            _ => {}
        }
    }

    fn readiness_changes<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        ready: bool,
        probes: u32,
        cause: Option<RecordId>,
        cx: &mut Cx<'_, O>,
    ) {
        if self.instances[entity.index()].is_unready() != ready {
            return;
        }
        self.change_standing(entity, |instance| instance.set_unready(!ready));
        tell(cx, entity, cause, What::ReadinessChanged { ready, probes });
    }
}

fn health_of(program: &super::Program, entity: EntityId) -> Option<&HealthCare> {
    let (service, _) = program.service_of.get(entity.index()).copied().flatten()?;
    program.services[service as usize].care.health.as_ref()
}
