//! The bridge to the simulation worker: requests as bytes one way, responses the other.
//!
//! Requests wait until the worker has said that it is there and of the same build. A
//! worker that dies is told to the page as [`Event::Broke`]; the page starts another one.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use interplay_protocol::{BUILD, Request, Response, decode, encode};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{ErrorEvent, MessageEvent, Worker};

/// What comes over the bridge.
pub(crate) enum Event {
    /// The worker answered.
    Said(Box<Response>),
    /// The worker died.
    Broke,
    /// The worker could not be loaded at all.
    Unreachable,
    /// The worker belongs to another build of the page.
    OtherBuild,
}

/// Where Trunk puts the worker's loader.
const LOADER: &str = "./worker_loader.js";

/// A running worker; dropping it ends the worker.
pub(crate) struct Bridge {
    worker: Option<Worker>,
    shared: Rc<Shared>,
    /// Kept alive as long as the worker may call them.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

struct Shared {
    ready: Cell<bool>,
    waiting: RefCell<Vec<Request>>,
    tell: Box<dyn Fn(Event)>,
}

impl Bridge {
    /// Starts a worker; `tell` hears of everything that comes from it.
    pub(crate) fn start(tell: impl Fn(Event) + 'static) -> Self {
        let shared = Rc::new(Shared {
            ready: Cell::new(false),
            waiting: RefCell::default(),
            tell: Box::new(tell),
        });
        let worker = Worker::new(LOADER).ok();
        let on_message: Closure<dyn FnMut(MessageEvent)> = {
            let (shared, worker) = (Rc::clone(&shared), worker.clone());
            Closure::new(move |event: MessageEvent| shared.hear(worker.as_ref(), &event))
        };
        let on_error: Closure<dyn FnMut(ErrorEvent)> = {
            let shared = Rc::clone(&shared);
            Closure::new(move |_: ErrorEvent| {
                let loaded = shared.ready.replace(false);
                (shared.tell)(if loaded {
                    Event::Broke
                } else {
                    Event::Unreachable
                });
            })
        };
        if let Some(worker) = &worker {
            worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
            worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        } else {
            (shared.tell)(Event::Unreachable);
        }
        Self {
            worker,
            shared,
            _on_message: on_message,
            _on_error: on_error,
        }
    }

    /// Sends a request, as soon as the worker is there.
    pub(crate) fn send(&self, request: Request) {
        match &self.worker {
            Some(worker) if self.shared.ready.get() => post(worker, &request),
            _ => self.shared.waiting.borrow_mut().push(request),
        }
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        if let Some(worker) = &self.worker {
            worker.set_onmessage(None);
            worker.set_onerror(None);
            worker.terminate();
        }
    }
}

impl Shared {
    fn hear(&self, worker: Option<&Worker>, event: &MessageEvent) {
        let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() else {
            return;
        };
        match decode(&Uint8Array::new(&buffer).to_vec()) {
            Ok(Response::Ready { build }) if build == BUILD => {
                self.ready.set(true);
                for request in self.waiting.take() {
                    if let Some(worker) = worker {
                        post(worker, &request);
                    }
                }
            }
            // Why is for the console, where the worker has put it.
            Ok(Response::Broke { .. }) => {
                self.ready.set(false);
                (self.tell)(Event::Broke);
            }
            Ok(Response::Ready { .. }) | Err(_) => (self.tell)(Event::OtherBuild),
            Ok(response) => (self.tell)(Event::Said(Box::new(response))),
        }
    }
}

fn post(worker: &Worker, request: &Request) {
    let Ok(bytes) = encode(request) else { return };
    let buffer = Uint8Array::from(bytes.as_slice()).buffer();
    // Fails only if the buffer were detached already, and it has just been made.
    let _ = worker.post_message_with_transfer(&buffer, &Array::of1(&buffer));
}
