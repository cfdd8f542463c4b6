//! The kernel alone, with the smallest models there can be; the digest is on.

use std::collections::VecDeque;

use sim_core::kernel::{
    Budgets, Context, Draw, EntityId, EventQueue, Identity, Key, Model, Observer, Purpose, Silent,
    SimDuration, SimTime, Simulation, StreamKey, TimerHandle,
};

use crate::bare::{self, Variates};
use crate::{Row, peers};

const WORK: SimDuration = SimDuration::from_millis(10);

/// Where the lengths of gaps and of work come from.
trait Lengths: Clone {
    fn gap(&mut self, ordinal: u64) -> SimDuration;
    fn work(&mut self, ordinal: u64) -> SimDuration;
}

/// Each length a function of whose it is, as in the world.
#[derive(Clone)]
struct Keyed {
    arrivals: StreamKey,
    work: StreamKey,
    source: Key,
}

impl Lengths for Keyed {
    fn gap(&mut self, ordinal: u64) -> SimDuration {
        let identity = Identity::root(self.source, ordinal);
        WORK.scaled(Draw::new(self.arrivals, identity).exponential() / 0.9)
    }

    fn work(&mut self, ordinal: u64) -> SimDuration {
        let identity = Identity::root(self.source, ordinal);
        WORK.scaled(Draw::new(self.work, identity).exponential())
    }
}

/// Those of the bare loop and of the peers, one after another.
impl Lengths for Variates {
    fn gap(&mut self, _: u64) -> SimDuration {
        SimDuration::from_nanos(Variates::gap(self))
    }

    fn work(&mut self, _: u64) -> SimDuration {
        SimDuration::from_nanos(Variates::work(self))
    }
}

/// A queue with one worker.
#[derive(Clone)]
struct Queue<L> {
    lengths: L,
    arrived: u64,
    inside: VecDeque<SimTime>,
    served: u64,
    total: u128,
}

#[derive(Clone, Copy, Debug)]
enum Customer {
    Arrives,
    Leaves,
}

impl<L: Lengths> Queue<L> {
    fn new(lengths: L) -> Self {
        Self {
            lengths,
            arrived: 0,
            inside: VecDeque::new(),
            served: 0,
            total: 0,
        }
    }

    fn serve<O>(&mut self, ordinal: u64, cx: &mut Context<'_, Customer, O>) {
        let span = self.lengths.work(ordinal);
        cx.queue
            .schedule(cx.now.after(span), EntityId(1), Customer::Leaves);
    }
}

impl<L: Lengths> Model for Queue<L> {
    type Event = Customer;
    type Record = ();

    fn fingerprint(&self, _: EntityId, event: &Customer) -> u64 {
        match event {
            Customer::Arrives => self.arrived,
            Customer::Leaves => self.served,
        }
    }

    fn handle<O: Observer<()>>(&mut self, event: Customer, cx: &mut Context<'_, Customer, O>) {
        match event {
            Customer::Arrives => {
                self.inside.push_back(cx.now);
                if self.inside.len() == 1 {
                    self.serve(self.arrived, cx);
                }
                self.arrived += 1;
                let at = cx.now.after(self.lengths.gap(self.arrived));
                cx.queue.schedule(at, EntityId(0), Customer::Arrives);
            }
            Customer::Leaves => {
                let since = self.inside.pop_front().unwrap_or(cx.now);
                self.total += u128::from(cx.now.since(since).as_nanos());
                self.served += 1;
                if !self.inside.is_empty() {
                    self.serve(self.served, cx);
                }
            }
        }
    }

    fn alive(&self) -> usize {
        self.inside.len()
    }

    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

const CUSTOMERS: u64 = 1_000_000;
const BUDGETS: Budgets = Budgets {
    events: u64::MAX,
    alive: usize::MAX,
};

fn through_the_kernel(lengths: impl Lengths) -> u64 {
    let mut simulation = Simulation::new(Queue::new(lengths), vec![1, 2], |_, queue| {
        queue.schedule(SimTime::ZERO, EntityId(0), Customer::Arrives);
    });
    simulation.run(SimTime::MAX, 2 * CUSTOMERS, BUDGETS, &mut Silent);
    let mean = simulation.model.total as f64 / simulation.model.served as f64 / 10e6;
    assert!((5.0..20.0).contains(&mean), "{mean}");
    simulation.model.served
}

fn keyed() -> Keyed {
    let stream = |name, purpose| StreamKey::new(1, Key::of(name), purpose);
    Keyed {
        arrivals: stream("users", Purpose::Arrival),
        work: stream("desk", Purpose::Work),
        source: Key::of("users"),
    }
}

/// Our kernel and other engines beside the loop one would write by hand.
pub fn single_queue() -> Vec<Row> {
    const BARE: &str = "bare loop: std heap, Pcg64, libm::log";
    let peer = |name, work: fn(u64) -> u64| Row::new(name, Some(BARE), move || work(CUSTOMERS));
    vec![
        Row::new(BARE, None, || bare::single_queue(CUSTOMERS)),
        Row::new("kernel, digest on, keyed draws", Some(BARE), || {
            through_the_kernel(keyed())
        }),
        Row::new("kernel, digest on, the same variates", Some(BARE), || {
            through_the_kernel(Variates::new())
        }),
        peer("simcore 0.1", peers::callbacks::single_queue),
        peer("simu-des 0.1", peers::processes::single_queue),
        peer("nexosim 1.0", peers::actors::single_queue),
    ]
}

/// So many keyed customers, for tools that count instructions; how many events that was.
pub fn once() -> u64 {
    2 * through_the_kernel(keyed())
}

/// A closed network: customers go from station to station, each with one worker.
#[derive(Clone)]
struct Network {
    work: StreamKey,
    stations: Vec<VecDeque<u32>>,
    visits: Vec<u32>,
    timers: Vec<Option<TimerHandle>>,
    with_timeouts: bool,
}

const STATIONS: u32 = 128;
const TRAVELLERS: u32 = 512;
const VISITS: u64 = 1_000_000;
const TIMEOUT: SimDuration = SimDuration::from_secs(30);

#[derive(Clone, Copy, Debug)]
enum Step {
    Served { station: u32 },
    TimedOut { traveller: u32 },
}

impl Network {
    fn identity(&self, traveller: u32) -> Identity {
        let visit = u64::from(self.visits[traveller as usize]);
        Identity::root(Key::default(), (u64::from(traveller) << 32) | visit)
    }

    fn arrive(&mut self, traveller: u32, now: SimTime, queue: &mut EventQueue<Step>) {
        self.visits[traveller as usize] += 1;
        let mut draw = Draw::new(self.work, self.identity(traveller));
        let station = draw.below(u64::from(STATIONS)) as u32;
        if self.with_timeouts {
            let timeout = Step::TimedOut { traveller };
            let timer = queue.arm(now, TIMEOUT, EntityId(station), timeout);
            self.timers[traveller as usize] = Some(timer);
        }
        self.stations[station as usize].push_back(traveller);
        if self.stations[station as usize].len() == 1 {
            self.serve(station, now, queue);
        }
    }

    fn serve(&self, station: u32, now: SimTime, queue: &mut EventQueue<Step>) {
        let Some(&traveller) = self.stations[station as usize].front() else {
            return;
        };
        let mut draw = Draw::new(self.work, self.identity(traveller).child(Key::default(), 1));
        let span = WORK.scaled(draw.exponential());
        queue.schedule(now.after(span), EntityId(station), Step::Served { station });
    }
}

impl Model for Network {
    type Event = Step;
    type Record = ();

    fn fingerprint(&self, _: EntityId, event: &Step) -> u64 {
        match event {
            Step::Served { station } => u64::from(*station),
            Step::TimedOut { traveller } => u64::from(*traveller) << 32,
        }
    }

    fn handle<O: Observer<()>>(&mut self, event: Step, cx: &mut Context<'_, Step, O>) {
        // Nobody waits for 30 s here; whoever did would simply go on waiting.
        let Step::Served { station } = event else {
            return;
        };
        let Some(traveller) = self.stations[station as usize].pop_front() else {
            return;
        };
        if let Some(timer) = self.timers[traveller as usize].take() {
            cx.queue.cancel(timer);
        }
        self.serve(station, cx.now, cx.queue);
        self.arrive(traveller, cx.now, cx.queue);
    }

    fn alive(&self) -> usize {
        TRAVELLERS as usize
    }

    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

fn travel(with_timeouts: bool) -> u64 {
    let model = Network {
        work: StreamKey::new(1, Key::of("work"), Purpose::Work),
        stations: vec![VecDeque::new(); STATIONS as usize],
        visits: vec![0; TRAVELLERS as usize],
        timers: vec![None; TRAVELLERS as usize],
        with_timeouts,
    };
    let keys = (0..u64::from(STATIONS)).collect();
    let mut simulation = Simulation::new(model, keys, |model, queue| {
        for traveller in 0..TRAVELLERS {
            model.arrive(traveller, SimTime::ZERO, queue);
        }
    });
    simulation.run(SimTime::MAX, VISITS, BUDGETS, &mut Silent);
    simulation.handled()
}

/// The same network with and without a time-out at every visit.
pub fn network() -> Vec<Row> {
    const WITHOUT: &str = "without time-outs";
    vec![
        Row::new(WITHOUT, None, || travel(false)),
        Row::new("with time-outs", Some(WITHOUT), || travel(true)),
    ]
}
