//! Outliers: instances whose answers fail are left out for a while.
//!
//! How requests ended flows in, as the balancer sees it: an answer, or that none came in time.
//! Who is left out, and who is back, flows out. The rules are those of
//! `resilience::balancing`; there is one balancer for all callers, so one judge for each service.

use std::collections::BTreeMap;

use super::program::OutlierCare;
use super::{Cx, Event, World, tell};
use crate::kernel::{EntityId, EventQueue, Observer, RecordId, SimTime};
use crate::resilience::balancing::{Ejected, OutlierDetection};
use crate::world::{Outcome, Record, What};

/// What is known of the instances of a service.
#[derive(Clone, Debug)]
struct Judge {
    detection: OutlierDetection,
    /// Those that are left out, each with the record that says so.
    out: BTreeMap<usize, RecordId>,
}

/// What is known of instances, by service.
#[derive(Clone, Debug, Default)]
pub(super) struct Judges(BTreeMap<u32, Judge>);

impl Judges {
    /// Whether nobody is judged.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// About how many bytes a clone occupies.
    pub(super) fn bytes(&self) -> usize {
        let instances = |judge: &Judge| judge.detection.hosts() * size_of::<[u64; 4]>();
        self.0.values().map(instances).sum()
    }

    /// An instance is gone.
    pub(super) fn forget(&mut self, service: u32, number: u32) {
        if let Some(judge) = self.0.get_mut(&service) {
            judge.detection.forget(number as usize);
            judge.out.remove(&(number as usize));
        }
    }

    /// How often an instance has been left out, and until when it is, if it is.
    pub(super) fn ejections(&self, service: u32, number: u32) -> (u32, Option<SimTime>) {
        let judge = self.0.get(&service);
        judge.map_or((0, None), |judge| {
            judge.detection.ejections(number as usize)
        })
    }
}

/// Whether the balancer takes an outcome for a failure: as Envoy does, whatever is or becomes
/// a 5xx.
const fn fails(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Error(_) | Outcome::Refused | Outcome::Reset | Outcome::Timeout | Outcome::Full
    )
}

impl World {
    /// Begins to judge the instances of the services that want it.
    pub(super) fn begin_to_judge(&mut self, queue: &mut EventQueue<Event>) {
        for (place, service) in self.program.services.iter().enumerate() {
            // Versions stand behind the services as they are written.
            if place >= self.next_instance.len() {
                break;
            }
            let Some(OutlierCare { settings, .. }) = &service.care.outliers else {
                continue;
            };
            let detection = OutlierDetection::new(settings, service.instances, SimTime::ZERO);
            queue.schedule(detection.due(), service.first, Event::OutlierSweep);
            let out = BTreeMap::new();
            self.outliers
                .0
                .insert(place as u32, Judge { detection, out });
        }
    }

    /// A request to `instance` ended.
    #[inline]
    pub(super) fn judge<O: Observer<Record>>(
        &mut self,
        instance: EntityId,
        outcome: Outcome,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        if !self.outliers.is_empty() {
            self.judge_one(instance, outcome, cause, cx);
        }
    }

    #[cold]
    fn judge_one<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        outcome: Outcome,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let Some((service, number)) = self.program.service_of[entity.index()] else {
            return;
        };
        let described = &self.program.services[service as usize];
        let (Some(outliers), Some(judge)) =
            (&described.care.outliers, self.outliers.0.get_mut(&service))
        else {
            return;
        };
        // Canaries, and those that leave, are nobody's choice.
        if number >= described.instances || !self.instances[entity.index()].is_member() {
            return;
        }
        let has_failed = fails(outcome);
        let first = described.first.index();
        let instances = &self.instances[first..first + described.instances as usize];
        let members = instances.iter().filter(|instance| instance.is_member());
        // How many there are matters only to whoever may be left out.
        let members = if has_failed { members.count() } else { 0 };
        let host = (number as usize, members as u32);
        let settings = &outliers.settings;
        let ejected = judge.detection.record(settings, cx.now, host, has_failed);
        if let Some(Ejected {
            failures,
            times,
            until,
            ..
        }) = ejected
        {
            let what = What::Ejected {
                failures,
                times,
                until,
            };
            let record = tell(cx, entity, Some(cause), what);
            judge.out.insert(number as usize, record);
            self.change_standing(entity, |instance| instance.set_ejected(true));
        }
    }

    /// It is looked who comes back to the service whose first instance this is.
    pub(super) fn sweep_outliers<O: Observer<Record>>(
        &mut self,
        first: EntityId,
        cx: &mut Cx<'_, O>,
    ) {
        let Some((service, _)) = self.program.service_of[first.index()] else {
            return;
        };
        let care = &self.program.services[service as usize].care;
        let (Some(outliers), Some(judge)) = (&care.outliers, self.outliers.0.get_mut(&service))
        else {
            return;
        };
        let mut back = Vec::new();
        judge
            .detection
            .sweep(&outliers.settings, cx.now, |host| back.push(host));
        cx.queue
            .schedule(judge.detection.due(), first, Event::OutlierSweep);
        let back: Vec<_> = back
            .into_iter()
            .map(|host| (EntityId(first.0 + host as u32), judge.out.remove(&host)))
            .collect();
        for (entity, cause) in back {
            self.change_standing(entity, |instance| instance.set_ejected(false));
            tell(cx, entity, cause, What::EjectionOver);
        }
    }
}
