//! The simulation worker: answers the page's requests with runs of the simulator.
//!
//! Requests flow in as postcard bytes, responses flow out the same way. A run goes in short
//! slices; between two of them the worker listens, so that a window of the trace or a new
//! document never waits for a run to end. The wall clock decides only how long a slice is,
//! never what comes out of it.

mod charts;
mod closer;
mod code;
mod glimpse;
mod groups;
mod job;
mod settings;
mod slices;
mod stage;
mod story;
mod trial;

use std::cell::RefCell;

use interplay_protocol::{BUILD, Generation, Remark, Request, Response, decode, encode};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use sim_core::scenario::editing;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

use job::Job;
use slices::Slices;

/// What the worker is doing.
struct Host {
    /// The run of the latest document, unless that could not be run.
    job: Option<Job>,
    slices: Slices,
    /// A message sent here arrives after those that the page has sent meanwhile.
    again: MessagePort,
    /// Such a message is on its way; one is enough, whatever is opened meanwhile.
    called: bool,
}

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
}

fn main() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&JsValue::from_str(&info.to_string()));
        post(&Response::Broke {
            message: info.to_string(),
        });
    }));
    let Ok(channel) = MessageChannel::new() else {
        post(&Response::Broke {
            message: "this browser has no message channels".to_owned(),
        });
        return;
    };
    let again = channel.port2();
    HOST.set(Some(Host {
        job: None,
        slices: Slices::new(),
        again,
        called: false,
    }));

    // Both listen as long as the worker lives, so nobody needs to hold them.
    let on_slice = Closure::<dyn FnMut()>::new(|| with_host(Host::slice)).into_js_value();
    channel
        .port1()
        .set_onmessage(Some(on_slice.unchecked_ref()));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() else {
            return;
        };
        if let Ok(request) = decode(&Uint8Array::new(&buffer).to_vec()) {
            with_host(|host| host.hear(request));
        }
    });
    scope().set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    post(&Response::Ready {
        build: BUILD.to_owned(),
    });
}

impl Host {
    fn hear(&mut self, request: Request) {
        match request {
            Request::Open {
                generation,
                text,
                changes,
                author,
            } => {
                self.open(generation, &text, &changes, author.as_deref());
            }
            Request::Window {
                generation,
                from,
                to,
            } => {
                self.answer(generation, |job| Response::Window {
                    generation,
                    window: job.window(from, to),
                });
            }
            Request::WindowAt { generation, at } => {
                self.answer(generation, |job| Response::Window {
                    generation,
                    window: job.window_at(at),
                });
            }
            Request::Settings { generation, below } => {
                self.answer(generation, |job| Response::Settings {
                    generation,
                    settings: job.settings(&below),
                    below,
                });
            }
            Request::Judge {
                text,
                changes,
                seed,
                holds,
            } => post(&trial::answer(&text, &changes, seed, &holds)),
            Request::Edit {
                ticket,
                text,
                changes,
                edit,
            } => {
                let outcome = editing::edit(&text, &changes, &edit)
                    .map_err(|found| found.iter().map(Remark::of).collect());
                post(&Response::Edited { ticket, outcome });
            }
            Request::Causes { generation, record } => {
                self.answer(generation, |job| Response::Causes {
                    generation,
                    chain: job.causes(record),
                });
            }
            Request::Lanes {
                generation,
                from,
                to,
            } => {
                self.answer(generation, |job| Response::Lanes {
                    generation,
                    glance: job.lanes(from, to),
                });
            }
            Request::Series {
                generation,
                subject,
                from,
                to,
                buckets,
            } => {
                let job = self.job.as_mut();
                if let Some(job) = job.filter(|job| job.generation() == generation) {
                    job.survey(subject, (from, to), buckets);
                    self.call_again();
                }
            }
            Request::Find {
                generation,
                from,
                kind,
                forward,
            } => {
                self.answer(generation, |job| {
                    let (record, end) = job.find(from, kind, forward);
                    Response::Found {
                        generation,
                        record,
                        end,
                    }
                });
            }
            Request::Content {
                generation,
                message,
            } => {
                self.answer(generation, |job| Response::Content {
                    generation,
                    message,
                    content: job.content(message),
                });
            }
            Request::Readings {
                generation,
                cursor,
                policy,
            } => {
                self.answer(generation, |job| Response::Readings {
                    generation,
                    cursor,
                    readings: job.readings(cursor, &policy),
                    policy,
                });
            }
            Request::Glimpse {
                ticket,
                text,
                changes,
            } => {
                let glimpse = glimpse::of(&text, &changes).map(Box::new);
                post(&Response::Glimpse { ticket, glimpse });
            }
            Request::Code { text } => {
                let code = code::of(&text);
                post(&Response::Code { text, code });
            }
        }
    }

    fn open(
        &mut self,
        generation: Generation,
        text: &str,
        changes: &[(String, String)],
        author: Option<&str>,
    ) {
        match Job::open(generation, text, changes, author, &mut self.job) {
            Ok((job, stage)) => {
                post(&Response::Opened {
                    generation,
                    stage: Box::new(stage),
                });
                self.job = Some(job);
                self.slices.begin();
                self.call_again();
            }
            Err(invalid) => {
                let (remarks, text) = (invalid.remarks, invalid.text);
                post(&Response::Invalid {
                    generation,
                    remarks,
                    text,
                });
            }
        }
    }

    /// Answers if the question is about the run that is here.
    fn answer(&self, generation: Generation, answer: impl FnOnce(&Job) -> Response) {
        if let Some(job) = self
            .job
            .as_ref()
            .filter(|job| job.generation() == generation)
        {
            post(&answer(job));
        }
    }

    /// Lets a slice of the run happen.
    fn slice(&mut self) {
        self.called = false;
        let Some(job) = &mut self.job else { return };
        let before = now();
        // Somebody waits to see it: it goes before the run.
        if let Some(series) = job.surveyed(|| now() - before > slices::TARGET_MS) {
            post(&Response::Series {
                generation: job.generation(),
                series: Box::new(series),
            });
        }
        if job.has_ended() {
            if job.is_surveying() {
                self.call_again();
            }
            return;
        }
        let before = now();
        job.advance(self.slices.events());
        let after = now();
        self.slices.took(after - before);
        if job.has_ended() || self.slices.report_is_due(after) {
            post(&job.progress());
        }
        if !job.has_ended() {
            self.call_again();
        }
    }

    fn call_again(&mut self) {
        if std::mem::replace(&mut self.called, true) {
            return;
        }
        // Fails only for data that cannot be copied, and null can be.
        let _ = self.again.post_message(&JsValue::NULL);
    }
}

fn with_host(act: impl FnOnce(&mut Host)) {
    HOST.with_borrow_mut(|host| {
        if let Some(host) = host {
            act(host);
        }
    });
}

fn post(response: &Response) {
    let Ok(bytes) = encode(response) else { return };
    let buffer = Uint8Array::from(bytes.as_slice()).buffer();
    // Fails only if the buffer were detached already, and it has just been made.
    let _ = scope().post_message_with_transfer(&buffer, &Array::of1(&buffer));
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds of the wall clock.
fn now() -> f64 {
    scope()
        .performance()
        .map_or(0.0, |performance| performance.now())
}
