//! The event queue: what happens next, and time-outs that cost nothing to cancel.
//!
//! Two structures behind one order. A 4-ary heap holds events at arbitrary times. Each
//! *time-out duration* has a lane of its own: since time only moves forward, time-outs of
//! one duration expire in the order they were armed, so a lane is a linked list, arming
//! appends and cancelling unlinks, both O(1). The heap holds one marker for each lane
//! that is not empty, never later than the lane's head.
//!
//! # The tie rule
//! Events of one moment are ordered by entity, then by the order in which that entity's
//! events were scheduled. There is no global counter: an entity that is added takes its
//! place among the others without moving them against each other.

use super::heap::{Heap, Order};
use super::{SimDuration, SimTime};

/// An entity of a model: who an event happens to. Its number is its place in ties.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct EntityId(pub u32);

impl EntityId {
    /// The number as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A time-out that was armed. Stale once it fired or was cancelled; a stale handle
/// cancels nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimerHandle {
    slot: u32,
    generation: u32,
}

#[derive(Clone, Copy, Debug)]
enum Entry<E> {
    Event(E),
    /// Look at the head of this lane.
    Lane(u32),
    /// A time-out that stands in no lane, unless it was cancelled since.
    Timer(TimerHandle),
}

/// "No slot" in the list of free ones.
const NONE: u32 = u32::MAX;

/// A time-out in its lane. A lane is a ring around a slot of its own, in which no time-out
/// stands: so everybody has a neighbour on both sides, and nobody has to ask whether there is
/// one.
#[derive(Clone, Debug)]
struct Timer<E> {
    order: Order,
    event: E,
    before: u32,
    /// The next one; in a slot that is free, the next free one.
    after: u32,
    generation: u32,
}

#[derive(Clone, Debug)]
struct Lane {
    span: SimDuration,
    /// The slot its ring begins and ends with.
    ends: u32,
    /// Where its marker stands in the order of the heap; never, if there is none.
    marker: Order,
}

/// A priority queue of events with cancellable time-outs.
///
/// `schedule` and `pop` are O(log n) in the number of scheduled events; `arm` is
/// O(log d) in the number of different durations (few), `cancel` is O(1). A time-out for
/// which the lane would have to be searched goes to the heap instead, where it stays until
/// its moment even if it is cancelled: that happens only when one moment arms very many.
#[derive(Clone, Debug)]
pub struct EventQueue<E> {
    heap: Heap<Entry<E>>,
    timers: Vec<Timer<E>>,
    /// The slot that was given back last.
    free: u32,
    lanes: Vec<Lane>,
    /// Lane numbers by duration.
    by_span: Vec<u32>,
    /// The lane in which was armed last: mostly the one that is wanted next.
    latest: usize,
    seqs: Vec<u32>,
    armed: usize,
    scheduled: usize,
}

impl<E: Copy> EventQueue<E> {
    /// An empty queue for entities 0 to `entities - 1`.
    pub fn new(entities: usize) -> Self {
        Self {
            heap: Heap::new(),
            timers: Vec::new(),
            free: NONE,
            lanes: Vec::new(),
            by_span: Vec::new(),
            latest: 0,
            seqs: vec![0; entities],
            armed: 0,
            scheduled: 0,
        }
    }

    /// How many events and time-outs are pending.
    pub const fn len(&self) -> usize {
        self.scheduled + self.armed
    }

    /// Whether nothing is pending.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// About how many bytes it occupies.
    pub const fn bytes(&self) -> usize {
        self.heap.bytes()
            + self.timers.len() * size_of::<Timer<E>>()
            + self.seqs.len() * size_of::<u32>()
    }

    /// Adds an event that happens to `entity` at `at`.
    pub fn schedule(&mut self, at: SimTime, entity: EntityId, event: E) {
        let order = self.order(at, entity);
        self.heap.push(order, Entry::Event(event));
        self.scheduled += 1;
    }

    /// Adds a time-out that happens to `entity` `span` after `now`, and can be cancelled.
    pub fn arm(
        &mut self,
        now: SimTime,
        span: SimDuration,
        entity: EntityId,
        event: E,
    ) -> TimerHandle {
        let order = self.order(now.after(span), entity);
        let ends = self.lane(span, event);
        // Within one moment an entity with a lower number may arm after one with a
        // higher: walk back over those few, so that the lane keeps to the tie rule.
        let mut before = self.timers[ends as usize].before;
        let mut steps = 0;
        while before != ends && self.timers[before as usize].order > order {
            before = self.timers[before as usize].before;
            steps += 1;
            if steps > PATIENCE {
                return self.arm_in_heap(order, event);
            }
        }
        let handle = self.keep(order, event);
        let slot = handle.slot;
        let after = self.timers[before as usize].after;
        self.link(before, slot);
        self.link(slot, after);
        if before == ends {
            self.mark(self.latest);
        }
        handle
    }

    #[cold]
    fn arm_in_heap(&mut self, order: Order, event: E) -> TimerHandle {
        let handle = self.keep(order, event);
        // A ring of its own, so that it can be unlinked like any other.
        self.link(handle.slot, handle.slot);
        self.heap.push(order, Entry::Timer(handle));
        handle
    }

    /// Keeps a time-out in a slot that is free, not linked to any other yet.
    #[inline]
    fn keep(&mut self, order: Order, event: E) -> TimerHandle {
        self.armed += 1;
        let slot = self.free;
        if let Some(timer) = self.timers.get_mut(slot as usize) {
            self.free = timer.after;
            (timer.order, timer.event) = (order, event);
            let generation = timer.generation;
            return TimerHandle { slot, generation };
        }
        self.add_slot(order, event)
    }

    #[cold]
    fn add_slot(&mut self, order: Order, event: E) -> TimerHandle {
        let slot = self.timers.len() as u32;
        self.timers.push(Timer {
            order,
            event,
            before: slot,
            after: slot,
            generation: 0,
        });
        let generation = 0;
        TimerHandle { slot, generation }
    }

    /// Takes a time-out back; does nothing if it fired or was cancelled already.
    pub fn cancel(&mut self, handle: TimerHandle) {
        if self.is_armed(handle) {
            self.unlink(handle.slot);
        }
    }

    /// When a time-out expires, if it still runs.
    pub fn expires(&self, handle: TimerHandle) -> Option<SimTime> {
        let runs = self.is_armed(handle);
        runs.then(|| self.timers[handle.slot as usize].order.at())
    }

    fn is_armed(&self, handle: TimerHandle) -> bool {
        let timer = self.timers.get(handle.slot as usize);
        timer.is_some_and(|timer| timer.generation == handle.generation)
    }

    /// Takes out what happens next, if it happens before `end` or at it.
    #[inline]
    pub fn pop_until(&mut self, end: SimTime) -> Option<(SimTime, EntityId, E)> {
        loop {
            let (order, entry) = self.heap.first()?;
            if order.at() > end {
                return None;
            }
            self.heap.take_first();
            let event = match entry {
                Entry::Event(event) => {
                    self.scheduled -= 1;
                    Some(event)
                }
                Entry::Timer(handle) => self.expire(handle),
                Entry::Lane(lane) => self.look_at(lane as usize, order),
            };
            if let Some(event) = event {
                return Some((order.at(), order.entity(), event));
            }
        }
    }

    /// Takes out a time-out that stands in no lane, unless it was cancelled.
    #[cold]
    fn expire(&mut self, handle: TimerHandle) -> Option<E> {
        if !self.is_armed(handle) {
            return None;
        }
        let event = self.timers[handle.slot as usize].event;
        self.unlink(handle.slot);
        Some(event)
    }

    /// Takes out the head of a lane if it is what the marker at `order` stood for; that may
    /// have been cancelled.
    #[inline(never)]
    fn look_at(&mut self, lane: usize, order: Order) -> Option<E> {
        let Lane { ends, marker, .. } = &mut self.lanes[lane];
        *marker = Order::NEVER;
        let head = self.timers[*ends as usize].after;
        let timer = &self.timers[head as usize];
        let expired = (timer.order == order).then_some(timer.event);
        if expired.is_some() {
            self.unlink(head);
        }
        self.mark(lane);
        expired
    }

    fn order(&mut self, at: SimTime, entity: EntityId) -> Order {
        let next = &mut self.seqs[entity.index()];
        let seq = *next;
        *next = next.wrapping_add(1);
        Order::new(at, entity, seq)
    }

    /// Makes the lane of `span` the latest: where its ring ends. A new one begins with
    /// `event` in the slot that no time-out stands in.
    #[inline]
    fn lane(&mut self, span: SimDuration, event: E) -> u32 {
        match self.lanes.get(self.latest) {
            Some(lane) if lane.span == span => lane.ends,
            _ => self.other_lane(span, event),
        }
    }

    #[inline(never)]
    fn other_lane(&mut self, span: SimDuration, event: E) -> u32 {
        let found = self
            .by_span
            .binary_search_by_key(&span, |&lane| self.lanes[lane as usize].span);
        self.latest = match found {
            Ok(place) => self.by_span[place] as usize,
            Err(place) => {
                let lane = self.lanes.len();
                let TimerHandle { slot: ends, .. } = self.add_slot(Order::NEVER, event);
                let marker = Order::NEVER;
                self.lanes.push(Lane { span, ends, marker });
                self.by_span.insert(place, lane as u32);
                lane
            }
        };
        self.lanes[self.latest].ends
    }

    /// Makes two slots neighbours.
    #[inline]
    fn link(&mut self, before: u32, after: u32) {
        self.timers[before as usize].after = after;
        self.timers[after as usize].before = before;
    }

    #[inline]
    fn unlink(&mut self, slot: u32) {
        let timer = &mut self.timers[slot as usize];
        timer.generation = timer.generation.wrapping_add(1);
        let (before, after) = (timer.before, std::mem::replace(&mut timer.after, self.free));
        self.free = slot;
        self.armed -= 1;
        // (What stands alone has itself for a neighbour, and must go on naming the free slot.)
        if after != slot {
            self.link(before, after);
        }
    }

    /// Sees to it that the heap holds a marker no later than the head of a lane.
    #[inline(never)]
    fn mark(&mut self, lane: usize) {
        let Lane { ends, marker, .. } = &mut self.lanes[lane];
        let head = self.timers[*ends as usize].after;
        // Where nobody stands, the ring's own slot does, in an order after all others.
        let order = self.timers[head as usize].order;
        if order < *marker {
            *marker = order;
            self.heap.push(order, Entry::Lane(lane as u32));
        }
    }
}

/// How far back in a lane a time-out looks for its place. In tests it is short, so that
/// both ways are taken.
const PATIENCE: u32 = if cfg!(test) { 1 } else { 64 };

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a test does to both queues.
    #[derive(Clone, Debug)]
    enum Action {
        Schedule { delay: u64, entity: u32 },
        Arm { span: u64, entity: u32 },
        Cancel { which: usize },
        Pop,
    }

    fn action() -> impl Strategy<Value = Action> {
        // Few different delays, so that ties are common.
        prop_oneof![
            (0_u64..6, 0_u32..4).prop_map(|(delay, entity)| Action::Schedule { delay, entity }),
            (0_u64..4, 0_u32..4).prop_map(|(span, entity)| Action::Arm { span, entity }),
            any::<usize>().prop_map(|which| Action::Cancel { which }),
            Just(Action::Pop),
            Just(Action::Pop),
        ]
    }

    proptest! {
        #[test]
        fn it_pops_in_the_order_of_a_sorted_list_whatever_is_scheduled_armed_and_cancelled(
            actions in prop::collection::vec(action(), 0..400)
        ) {
            let mut queue = EventQueue::new(4);
            let mut oracle: Vec<(u64, u32, u64, usize)> = Vec::new();
            let mut handles = Vec::new();
            let mut seqs = [0_u64; 4];
            let mut now = 0;
            for (id, action) in actions.into_iter().enumerate() {
                match action {
                    Action::Schedule { delay, entity } => {
                        queue.schedule(SimTime::from_nanos(now + delay), EntityId(entity), id);
                        oracle.push((now + delay, entity, seqs[entity as usize], id));
                        seqs[entity as usize] += 1;
                    }
                    Action::Arm { span, entity } => {
                        let handle = queue.arm(SimTime::from_nanos(now), SimDuration::from_nanos(span), EntityId(entity), id);
                        handles.push((handle, id));
                        oracle.push((now + span, entity, seqs[entity as usize], id));
                        seqs[entity as usize] += 1;
                    }
                    Action::Cancel { which } if !handles.is_empty() => {
                        let (handle, id) = handles[which % handles.len()];
                        queue.cancel(handle);
                        oracle.retain(|entry| entry.3 != id);
                    }
                    Action::Cancel { .. } => {}
                    Action::Pop => {
                        oracle.sort_unstable();
                        let expected = (!oracle.is_empty()).then(|| oracle.remove(0));
                        let popped = queue.pop_until(SimTime::MAX);
                        prop_assert_eq!(popped.map(|(_, _, id)| id), expected.map(|entry| entry.3));
                        if let Some((at, ..)) = popped {
                            now = at.as_nanos();
                        }
                    }
                }
                prop_assert_eq!(queue.len(), oracle.len());
            }
        }
    }

    #[test]
    fn very_many_time_outs_of_one_moment_need_no_search_each() {
        // In descending order of entities, each would have to pass all before it.
        const MANY: u32 = 200_000;
        let mut queue = EventQueue::new(MANY as usize);
        let span = SimDuration::from_secs(30);
        for entity in (0..MANY).rev() {
            queue.arm(SimTime::ZERO, span, EntityId(entity), entity);
        }
        let order = std::iter::from_fn(|| queue.pop_until(SimTime::MAX));
        assert!(order.map(|(_, _, entity)| entity).eq(0..MANY));
    }

    #[test]
    fn an_event_after_the_end_stays() {
        let mut queue = EventQueue::new(1);
        queue.schedule(SimTime::from_nanos(10), EntityId(0), 'x');
        assert_eq!(queue.pop_until(SimTime::from_nanos(9)), None);
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn events_of_one_moment_come_by_entity_then_in_the_order_they_were_scheduled() {
        let mut queue = EventQueue::new(3);
        for (entity, name) in [(2, 'd'), (1, 'b'), (0, 'a'), (1, 'c')] {
            queue.schedule(SimTime::ZERO, EntityId(entity), name);
        }
        let order: String = std::iter::from_fn(|| queue.pop_until(SimTime::MAX))
            .map(|(_, _, name)| name)
            .collect();
        assert_eq!(order, "abcd");
    }
}
