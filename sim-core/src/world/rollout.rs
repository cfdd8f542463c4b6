//! Rollout: instances that come and go because the timeline says so.
//!
//! Scaling and deploying are made of two things. An instance that *leaves* gets no new
//! requests, cancels its subscriptions, finishes what it has and what is on its way to it,
//! and is gone then, at the latest after a grace period. An instance that *comes* starts
//! cold, in the version it is to run, and subscribes to what it consumes. The balancer is
//! told of both at once; it is not told of crashes.

use std::collections::{BTreeMap, BTreeSet};

use super::instances::{Instance, Presence};
use super::program::{Care, EntryKind};
use super::variables::Payload;
use super::{Cx, Event, TIMELINE, World, tell};
use crate::kernel::{Draw, EntityId, Identity, Key, Observer, RecordId, SimDuration, SimTime};
use crate::resilience::balancing::{Balancer, Host};
use crate::scenario::document::Share;
use crate::values::{Formula, Surroundings};
use crate::world::{Condition, Record, What};

/// How long an instance may take to finish before it is killed: the default of Kubernetes
/// (`terminationGracePeriodSeconds`,
/// <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/>).
const GRACE: SimDuration = SimDuration::from_secs(30);

/// What an instance that leaves has still to do.
#[derive(Clone, Copy, Debug)]
struct Leaving {
    /// Tasks it works on, branches included.
    tasks: u32,
    /// Messages that are on their way to it.
    messages: u32,
    /// When it is killed.
    until: SimTime,
    /// Why it leaves.
    cause: RecordId,
}

/// An instance that starts.
#[derive(Clone, Copy, Debug)]
struct Starting {
    /// When it has started.
    at: SimTime,
    /// Why it starts.
    cause: RecordId,
}

/// Who comes and who goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Rollout {
    leaving: BTreeMap<EntityId, Leaving>,
    /// Those that come, or are restarted, and take their time for it.
    starting: BTreeMap<EntityId, Starting>,
    /// For each service, how many of the instances that requests are shared out among do not
    /// get any: because they are not there, or are left out; and one more while there is a
    /// canary.
    away: Vec<u32>,
    /// For each service, the entry that its canary is there for.
    canaries: BTreeMap<u32, u32>,
    /// The records of deployments that have begun, by entry.
    began: BTreeMap<u32, RecordId>,
}

impl Rollout {
    pub(super) fn new(services: usize) -> Self {
        Self {
            away: vec![0; services],
            ..Self::default()
        }
    }

    /// About how many bytes a clone occupies.
    pub(super) fn bytes(&self) -> usize {
        self.leaving.len() * 2 * size_of::<Leaving>()
            + self.starting.len() * 2 * size_of::<Starting>()
            + self.away.len() * size_of::<u32>()
    }

    /// Whether an instance is starting.
    pub(super) fn is_starting(&self, entity: EntityId) -> bool {
        self.starting.contains_key(&entity)
    }

    /// Whether nobody leaves.
    #[inline]
    pub(super) fn is_quiet(&self) -> bool {
        self.leaving.is_empty()
    }

    /// The account of `entity`, if it leaves: mostly nobody does.
    #[inline]
    fn leaving(&mut self, entity: EntityId) -> Option<&mut Leaving> {
        if self.is_quiet() {
            return None;
        }
        self.leaving_now(entity)
    }

    #[cold]
    fn leaving_now(&mut self, entity: EntityId) -> Option<&mut Leaving> {
        self.leaving.get_mut(&entity)
    }

    /// A task of `entity` began.
    #[inline]
    pub(super) fn task_began(&mut self, entity: EntityId) {
        if let Some(leaving) = self.leaving(entity) {
            leaving.tasks += 1;
        }
    }

    /// A task of `entity` ended.
    #[inline]
    pub(super) fn task_ended(&mut self, entity: EntityId) {
        if let Some(leaving) = self.leaving(entity) {
            leaving.tasks = leaving.tasks.saturating_sub(1);
        }
    }

    /// A message to `entity` was sent.
    #[inline]
    pub(super) fn sent_to(&mut self, entity: EntityId) {
        if let Some(leaving) = self.leaving(entity) {
            leaving.messages += 1;
        }
    }

    /// A message to `entity` has arrived, or got lost.
    #[inline]
    pub(super) fn arrived_at(&mut self, entity: EntityId) {
        if let Some(leaving) = self.leaving(entity) {
            leaving.messages = leaving.messages.saturating_sub(1);
        }
    }
}

impl World {
    /// Who is there at the start, and who is not yet.
    pub(super) fn begin_with_the_first<O: Observer<Record>>(&mut self, cx: &mut Cx<'_, O>) {
        for place in 0..self.program.service_of.len() {
            let Some((service, number)) = self.program.service_of[place] else {
                continue;
            };
            let described = &self.program.services[service as usize];
            if number < described.begins {
                continue;
            }
            if number < described.instances {
                self.rollout.away[service as usize] += 1;
            }
            let entity = EntityId(place as u32);
            let from = self.instances[place].condition();
            self.instances[place].begin_absent();
            let to = Condition::Absent;
            tell(cx, entity, None, What::ConditionChanged { from, to });
        }
    }

    /// The instance that gets a request, and whether it is there to take it: of all that the
    /// balancer knows of, since nobody has told it who has crashed.
    #[inline]
    pub(super) fn pick_instance(
        &mut self,
        (service, endpoint): (u32, u32),
        identity: Identity,
        payload: &Payload,
        now: SimTime,
    ) -> (EntityId, bool) {
        let described = &self.program.services[service as usize];
        let in_turn = matches!(described.balance, Balancer::RoundRobin { .. });
        if !in_turn || self.rollout.away[service as usize] > 0 {
            return self.pick_with_care((service, endpoint), identity, payload, now);
        }
        let (EntityId(first), instances) = (described.first, described.instances);
        let next = &mut self.next_instance[service as usize];
        let picked = EntityId(first + *next);
        *next += 1;
        if *next >= instances {
            *next = 0;
        }
        (picked, true)
    }

    /// The instance that takes the next request where they are not simply asked in turn.
    #[inline(never)]
    fn pick_with_care(
        &mut self,
        (service, endpoint): (u32, u32),
        identity: Identity,
        payload: &Payload,
        now: SimTime,
    ) -> (EntityId, bool) {
        let described = &self.program.services[service as usize];
        let (EntityId(first), instances) = (described.first, described.instances);
        if !matches!(described.balance, Balancer::RoundRobin { .. }) {
            return self.balanced((service, endpoint), identity, payload, now);
        }
        if self.goes_to_a_canary(service, identity) {
            return (EntityId(first + instances), true);
        }
        let panics = self.panics(service);
        let next = &mut self.next_instance[service as usize];
        for _ in 0..instances {
            let picked = EntityId(first + *next);
            *next = (*next + 1) % instances;
            let instance = &self.instances[picked.index()];
            if instance.gets_requests() || panics && instance.is_member() {
                return (picked, true);
            }
        }
        (EntityId(first + *next), false)
    }

    /// Whether so many instances of a service are left out because of their answers that nobody
    /// is: better to be answered badly than not at all
    /// (<https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/panic_threshold>).
    fn panics(&self, service: u32) -> bool {
        let described = &self.program.services[service as usize];
        let Some(outliers) = &described.care.outliers else {
            return false;
        };
        let first = described.first.index();
        let instances = &self.instances[first..first + described.instances as usize];
        let members = instances.iter().filter(|instance| instance.is_member());
        let inside = instances.iter().filter(|instance| instance.gets_requests());
        let all = u64::from(Share::ALL.millionths());
        inside.count() as u64 * all
            < members.count() as u64 * u64::from(outliers.panic.millionths())
    }

    #[cold]
    fn goes_to_a_canary(&self, service: u32, identity: Identity) -> bool {
        let described = &self.program.services[service as usize];
        if let Some(entry) = self.rollout.canaries.get(&service)
            && let EntryKind::Canary { share, .. } = self.program.entries[*entry as usize].what
        {
            let drawn = Draw::new(described.canary, identity).below(1_000_000);
            return drawn < u64::from(share.millionths());
        }
        false
    }

    /// The same where it is not just one after the other. What an instance has to do is what it
    /// works on and what waits there, as a balancer would see it that is told at once.
    #[inline(never)]
    fn balanced(
        &self,
        (service, endpoint): (u32, u32),
        identity: Identity,
        payload: &Payload,
        now: SimTime,
    ) -> (EntityId, bool) {
        let described = &self.program.services[service as usize];
        let (EntityId(first), instances) = (described.first, described.instances);
        if self.goes_to_a_canary(service, identity) {
            return (EntityId(first + instances), true);
        }
        let key = self.key_of(&described.keys, endpoint, payload, now);
        let mut balancer = match (&described.balance, key) {
            // Without a key any is as good as the other, as at Envoy.
            (Balancer::ConsistentHash(_), None) => Balancer::Random,
            (balancer, _) => balancer.clone(),
        };
        let panics = self.panics(service);
        let hosts: Vec<Host> = (0..instances)
            .map(|number| {
                let instance = &self.instances[(first + number) as usize];
                Host {
                    is_available: instance.gets_requests() || panics && instance.is_member(),
                    active: instance.busy() + instance.waiting(),
                }
            })
            .collect();
        let mut draw = Draw::new(described.balanced, identity);
        match balancer.pick(&hosts, key.unwrap_or_default(), &mut draw) {
            Some(place) => (EntityId(first + place as u32), true),
            None => (EntityId(first), false),
        }
    }

    /// The hash of what a request has in common with others, if it has that.
    fn key_of(
        &self,
        keys: &[Formula],
        endpoint: u32,
        payload: &Payload,
        now: SimTime,
    ) -> Option<u64> {
        let known = payload
            .as_ref()
            .map_or(&[][..], |payload| payload.as_slice());
        let around = Surroundings::of(now, known);
        let value = keys.get(endpoint as usize)?.evaluate(&around);
        self.effort
            .set(self.effort.get().saturating_add(around.effort()));
        (!value.is_null()).then(|| Key::of(&value.to_string()).value())
    }

    /// From now on there are `count` instances of a service.
    pub(super) fn scale<O: Observer<Record>>(
        &mut self,
        service: u32,
        count: u32,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let described = &self.program.services[service as usize];
        let (EntityId(first), instances) = (described.first, described.instances);
        let mut surplus = BTreeSet::new();
        for number in 0..instances {
            let entity = EntityId(first + number);
            let instance = &mut self.instances[entity.index()];
            match (instance.presence(), number < count) {
                (Presence::Absent, true) if !self.rollout.is_starting(entity) => {
                    self.come(entity, cause, cx);
                }
                (Presence::Present, false) => {
                    surplus.insert(entity);
                }
                // If it is still wanted it goes, and comes back.
                (Presence::Leaving { .. }, comes_back) => {
                    instance.set_presence(Presence::Leaving { comes_back });
                }
                (Presence::Absent, false) => {
                    self.rollout.starting.remove(&entity);
                }
                (Presence::Present | Presence::Absent, true) => {}
            }
        }
        self.leave(&surplus, false, cause, cx);
    }

    /// Begins to replace the instances of a service, one after another.
    pub(super) fn deploy<O>(
        &mut self,
        entry: u32,
        (service, each): (u32, SimDuration),
        began: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        self.rollout.began.insert(entry, began);
        let described = &self.program.services[service as usize];
        let mut at = cx.now;
        for number in 0..described.instances {
            let entity = EntityId(described.first.0 + number);
            cx.queue.schedule(at, entity, Event::Replace(entry));
            at = at.after(each);
        }
    }

    /// The turn of one instance in a deployment has come. Should it not be there, it comes
    /// in the new version when it comes.
    pub(super) fn replace<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        entry: u32,
        cx: &mut Cx<'_, O>,
    ) {
        let entries = &self.program.entries;
        let EntryKind::Deploy { version, .. } = entries[entry as usize].what else {
            return;
        };
        let Some(&began) = self.rollout.began.get(&entry) else {
            return;
        };
        let instance = &mut self.instances[entity.index()];
        instance.runs_next(version);
        if instance.is_present() {
            self.leave(&BTreeSet::from([entity]), true, began, cx);
        }
    }

    /// One more instance, in another version, gets a share of the requests.
    pub(super) fn canary_begins<O: Observer<Record>>(
        &mut self,
        entry: u32,
        (service, version): (u32, u32),
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let described = &self.program.services[service as usize];
        let entity = EntityId(described.first.0 + described.instances);
        if self.rollout.canaries.insert(service, entry).is_none() {
            self.rollout.away[service as usize] += 1;
        }
        let instance = &mut self.instances[entity.index()];
        instance.runs_next(version);
        match instance.presence() {
            Presence::Absent if self.rollout.is_starting(entity) => {}
            Presence::Absent => self.come(entity, cause, cx),
            Presence::Present => self.leave(&BTreeSet::from([entity]), true, cause, cx),
            Presence::Leaving { .. } => {
                instance.set_presence(Presence::Leaving { comes_back: true });
            }
        }
    }

    /// A canary is over, unless another has taken its place.
    pub(super) fn canary_ends<O: Observer<Record>>(
        &mut self,
        entry: u32,
        service: u32,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        if self.rollout.canaries.get(&service) != Some(&entry) {
            return;
        }
        self.rollout.canaries.remove(&service);
        self.rollout.away[service as usize] -= 1;
        let described = &self.program.services[service as usize];
        let entity = EntityId(described.first.0 + described.instances);
        let instance = &mut self.instances[entity.index()];
        match instance.presence() {
            Presence::Present => self.leave(&BTreeSet::from([entity]), false, cause, cx),
            Presence::Leaving { .. } => {
                instance.set_presence(Presence::Leaving { comes_back: false });
            }
            Presence::Absent => {
                self.rollout.starting.remove(&entity);
            }
        }
    }

    /// An instance comes: at once, or when it has started.
    fn come<O: Observer<Record>>(&mut self, entity: EntityId, cause: RecordId, cx: &mut Cx<'_, O>) {
        if self
            .care_of(entity)
            .is_none_or(|care| care.start_up.is_zero())
        {
            self.is_there(entity, cause, cx);
        } else {
            self.starts_up(entity, cause, cx);
        }
    }

    /// An instance begins to start.
    fn starts_up<O>(&mut self, entity: EntityId, cause: RecordId, cx: &mut Cx<'_, O>) {
        let start_up = self
            .care_of(entity)
            .map_or(SimDuration::ZERO, |care| care.start_up);
        let at = cx.now.after(start_up);
        self.rollout.starting.insert(entity, Starting { at, cause });
        cx.queue.schedule(at, entity, Event::Started);
    }

    /// An instance has started, unless it is no longer wanted: one that is new comes, one that
    /// was restarted is back.
    pub(super) fn started<O: Observer<Record>>(&mut self, entity: EntityId, cx: &mut Cx<'_, O>) {
        let starting = self.rollout.starting.get(&entity);
        let Some(Starting { cause, .. }) = starting.copied().filter(|it| it.at == cx.now) else {
            return;
        };
        self.rollout.starting.remove(&entity);
        if self.instances[entity.index()].is_present() {
            self.reconsider(entity, &[], cause, cx);
            self.probe_from_now_on(entity, cause, cx);
        } else {
            self.is_there(entity, cause, cx);
        }
    }

    /// An instance that is not alive is started anew: what it was doing is gone, and whatever
    /// held it, a crash or a pause, with it.
    pub(super) fn restart<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        for &entry in &self.active {
            if let EntryKind::Crash(range) | EntryKind::Pause(range) =
                &self.program.entries[entry as usize].what
                && range.contains(&entity.0)
            {
                self.survived.insert((entry, entity));
            }
        }
        self.starts_up(entity, cause, cx);
        let tasks = self.tasks_of(&(entity.0..entity.0 + 1));
        let tasks = tasks.get(&entity.0).map_or(&[][..], Vec::as_slice);
        self.reconsider(entity, tasks, cause, cx);
    }

    /// What is done around the instances of the service that `entity` is one of.
    pub(super) fn care_of(&self, entity: EntityId) -> Option<&Care> {
        let (service, _) = self.program.service_of[entity.index()]?;
        Some(&self.program.services[service as usize].care)
    }

    /// An instance is there, and starts in the version it is to run.
    fn is_there<O: Observer<Record>>(
        &mut self,
        entity: EntityId,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        self.set_presence(entity, Presence::Present);
        let mut cause = cause;
        if let Some(runs) = self.instances[entity.index()].starts() {
            // Versions stand behind the services as they are written.
            let version = runs.checked_sub(self.rollout.away.len() as u32);
            cause = tell(cx, entity, Some(cause), What::VersionStarted { version });
        }
        self.reconsider(entity, &[], cause, cx);
        self.probe_from_now_on(entity, cause, cx);
    }

    /// Instances begin to leave, perhaps to come back.
    fn leave<O: Observer<Record>>(
        &mut self,
        entities: &BTreeSet<EntityId>,
        comes_back: bool,
        cause: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        let until = cx.now.after(GRACE);
        for &entity in entities {
            let idle = Leaving {
                tasks: 0,
                messages: 0,
                until,
                cause,
            };
            self.rollout.leaving.insert(entity, idle);
        }
        for (_, task) in self.tasks.iter() {
            self.rollout.task_began(task.owner);
        }
        for (_, message) in self.messages.iter() {
            self.rollout.sent_to(message.to);
        }
        for &entity in entities {
            self.set_presence(entity, Presence::Leaving { comes_back });
            cx.queue.schedule(until, entity, Event::GraceOver);
            self.reconsider(entity, &[], cause, cx);
            self.goes_if_done(entity, cx);
        }
    }

    /// Lets an instance that leaves go if it has nothing more to do.
    fn goes_if_done<O: Observer<Record>>(&mut self, entity: EntityId, cx: &mut Cx<'_, O>) {
        let Some(leaving) = self.rollout.leaving.get(&entity) else {
            return;
        };
        let done = match self.instances[entity.index()].condition() {
            Condition::Down => true,
            Condition::Paused => false,
            _ => leaving.tasks == 0 && leaving.messages == 0,
        };
        if done {
            self.goes(entity, &[], cx);
        }
    }

    /// After an event: whoever leaves may have nothing more to do.
    #[inline]
    pub(super) fn let_go<O: Observer<Record>>(&mut self, cx: &mut Cx<'_, O>) {
        if self.rollout.leaving.is_empty() {
            return;
        }
        if cx.entity != TIMELINE {
            return self.goes_if_done(cx.entity, cx);
        }
        let leaving: Vec<EntityId> = self.rollout.leaving.keys().copied().collect();
        for entity in leaving {
            self.goes_if_done(entity, cx);
        }
    }

    /// An instance that leaves has had long enough: what it still does is killed.
    pub(super) fn grace_over<O: Observer<Record>>(&mut self, entity: EntityId, cx: &mut Cx<'_, O>) {
        let due = self.rollout.leaving.get(&entity);
        if due.is_some_and(|leaving| leaving.until == cx.now) {
            let tasks = self.tasks_of(&(entity.0..entity.0 + 1));
            let tasks = tasks.get(&entity.0).map_or(&[][..], Vec::as_slice);
            self.goes(entity, tasks, cx);
        }
    }

    /// An instance goes, with what it still does, and may come back at once.
    fn goes<O: Observer<Record>>(&mut self, entity: EntityId, tasks: &[u32], cx: &mut Cx<'_, O>) {
        let Some(Leaving { cause, .. }) = self.rollout.leaving.remove(&entity) else {
            return;
        };
        let presence = self.instances[entity.index()].presence();
        self.rollout.starting.remove(&entity);
        self.set_presence(entity, Presence::Absent);
        self.forget_standing(entity);
        self.reconsider(entity, tasks, cause, cx);
        if presence == (Presence::Leaving { comes_back: true }) {
            self.come(entity, cause, cx);
        }
    }

    fn set_presence(&mut self, entity: EntityId, presence: Presence) {
        self.change_standing(entity, |instance| instance.set_presence(presence));
    }

    /// Changes whether an instance gets requests, and keeps count of those that do not.
    pub(super) fn change_standing(&mut self, entity: EntityId, change: impl FnOnce(&mut Instance)) {
        let instance = &mut self.instances[entity.index()];
        let was = instance.gets_requests();
        change(instance);
        let is = instance.gets_requests();
        let Some((service, number)) = self.program.service_of[entity.index()] else {
            return;
        };
        let shared_out = number < self.program.services[service as usize].instances;
        let away = &mut self.rollout.away[service as usize];
        match (was, is) {
            (true, false) if shared_out => *away += 1,
            (false, true) if shared_out => *away -= 1,
            _ => {}
        }
    }

    /// Whoever is gone is neither left out nor asked how it is.
    fn forget_standing(&mut self, entity: EntityId) {
        self.change_standing(entity, |instance| {
            instance.set_ejected(false);
            instance.set_unready(false);
        });
        self.probes.forget(entity);
        if let Some((service, number)) = self.program.service_of[entity.index()] {
            self.outliers.forget(service, number);
        }
    }
}
