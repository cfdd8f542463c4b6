//! Other engines from crates.io with the same queue and the same variates: each customer has
//! the same gap before it and the same length of work at every engine, so what is compared is
//! customers a second, whatever an engine calls an event.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::bare::Variates;

/// Nanoseconds as seconds, the unit of engines with a clock in floating point.
fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

/// simcore 0.1: handlers in reference-counted cells, boxed events.
pub mod callbacks {
    use serde::Serialize;
    use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};

    use super::{Rc, RefCell, Variates, seconds};

    #[derive(Clone, Serialize)]
    struct Arrives {}

    #[derive(Clone, Serialize)]
    struct Leaves {}

    struct Desk {
        cx: SimulationContext,
        variates: Variates,
        still_to_come: u64,
        inside: u64,
        served: u64,
    }

    impl Desk {
        fn await_next(&mut self) {
            if self.still_to_come > 0 {
                self.still_to_come -= 1;
                let gap = seconds(self.variates.gap());
                self.cx.emit_self(Arrives {}, gap);
            }
        }

        fn serve(&mut self) {
            let work = seconds(self.variates.work());
            self.cx.emit_self(Leaves {}, work);
        }
    }

    impl EventHandler for Desk {
        fn on(&mut self, event: Event) {
            cast!(match event.data {
                Arrives {} => {
                    self.inside += 1;
                    if self.inside == 1 {
                        self.serve();
                    }
                    self.await_next();
                }
                Leaves {} => {
                    self.inside -= 1;
                    self.served += 1;
                    if self.inside > 0 {
                        self.serve();
                    }
                }
            })
        }
    }

    pub fn single_queue(customers: u64) -> u64 {
        let mut simulation = Simulation::new(1);
        let desk = Rc::new(RefCell::new(Desk {
            cx: simulation.create_context("desk"),
            variates: Variates::new(),
            still_to_come: customers,
            inside: 0,
            served: 0,
        }));
        simulation.add_handler("desk", desk.clone());
        desk.borrow_mut().await_next();
        simulation.step_until_no_events();
        let served = desk.borrow().served;
        assert_eq!(served, customers);
        served
    }
}

/// simu-des 0.1: a process for each customer, as futures.
pub mod processes {
    use simu::{Resource, SimEnv};

    use super::{Cell, Rc, RefCell, Variates, seconds};

    pub fn single_queue(customers: u64) -> u64 {
        let mut env = SimEnv::with_seed(1);
        let (handle, desk) = (env.handle(), Resource::new(1));
        let variates = Rc::new(RefCell::new(Variates::new()));
        let served = Rc::new(Cell::new(0));
        let count = Rc::clone(&served);
        env.spawn(async move {
            for _ in 0..customers {
                let gap = variates.borrow_mut().gap();
                handle.timeout(seconds(gap)).await;
                let (at, desk) = (handle.clone(), desk.clone());
                let (variates, count) = (Rc::clone(&variates), Rc::clone(&count));
                handle.spawn(async move {
                    let _worker = desk.request().await;
                    let work = variates.borrow_mut().work();
                    at.timeout(seconds(work)).await;
                    count.set(count.get() + 1);
                });
            }
        });
        env.run();
        assert_eq!(served.get(), customers);
        served.get()
    }
}

/// nexosim 1.0: models with mailboxes, on one thread.
pub mod actors {
    use nexosim::model::{Context, Model, schedulable};
    use nexosim::simulation::{Mailbox, SimInit};
    use nexosim::time::MonotonicTime;
    use serde::{Deserialize, Serialize};

    use super::{Duration, Variates};

    #[derive(Serialize, Deserialize)]
    struct Desk {
        #[serde(skip)]
        variates: Variates,
        still_to_come: u64,
        inside: u64,
    }

    /// A span of this engine, which takes none of no length.
    fn span(nanos: u64) -> Duration {
        Duration::from_nanos(nanos.max(1))
    }

    #[Model]
    impl Desk {
        #[nexosim(init)]
        async fn open(&mut self, cx: &Context<Self>) {
            self.await_next(cx);
        }

        fn await_next(&mut self, cx: &Context<Self>) {
            if self.still_to_come > 0 {
                self.still_to_come -= 1;
                let gap = span(self.variates.gap());
                cx.schedule_event(gap, schedulable!(Self::arrives), ())
                    .expect("later than now");
            }
        }

        fn serve(&mut self, cx: &Context<Self>) {
            let work = span(self.variates.work());
            cx.schedule_event(work, schedulable!(Self::leaves), ())
                .expect("later than now");
        }

        #[nexosim(schedulable)]
        fn arrives(&mut self, _: (), cx: &Context<Self>) {
            self.inside += 1;
            if self.inside == 1 {
                self.serve(cx);
            }
            self.await_next(cx);
        }

        #[nexosim(schedulable)]
        fn leaves(&mut self, _: (), cx: &Context<Self>) {
            self.inside -= 1;
            if self.inside > 0 {
                self.serve(cx);
            }
        }
    }

    pub fn single_queue(customers: u64) -> u64 {
        let desk = Desk {
            variates: Variates::new(),
            still_to_come: customers,
            inside: 0,
        };
        let mut simulation = SimInit::with_num_threads(1)
            .add_model(desk, Mailbox::new(), "desk")
            .init(MonotonicTime::EPOCH)
            .expect("the model is in order");
        simulation.run().expect("it runs to its end");
        customers
    }
}
