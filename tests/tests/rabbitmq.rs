//! The queue against answers recorded from a RabbitMQ 3.10.8 broker: after every step of a
//! script, the same deliveries to the same consumers in the same order, and the same
//! counts.
//!
//! What the queue does not have yet (consumer priorities, `basic.cancel`, `basic.get`,
//! quorum queues, limits, dead-lettering) is left out by rule, never by the name of a case.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use sim_core::kernel::SimTime;
use sim_core::messaging::rabbitmq::{
    ClassicQueue, ConsumerTag, DeliveryTag, Input, Output, Prefetch,
};

#[derive(Deserialize)]
struct Recording {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    setup: Vec<Step>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    op: String,
    args: Value,
    #[serde(default)]
    observed: Value,
}

impl Case {
    fn all(&self) -> impl Iterator<Item = &Step> {
        self.setup.iter().chain(&self.steps)
    }

    /// Whether the script stays within what the queue has.
    fn is_within(&self) -> bool {
        let known = [
            "declare_queue",
            "consume",
            "publish",
            "ack",
            "nack",
            "reject",
            "close_channel",
            "drain",
        ];
        let classic = |step: &Step| {
            step.op != "declare_queue" || step.args["arguments"]["x-queue-type"] != "quorum"
        };
        let mut priorities: Vec<i64> = self
            .all()
            .filter(|step| step.op == "consume")
            .map(|step| step.args["arguments"]["x-priority"].as_i64().unwrap_or(0))
            .collect();
        priorities.dedup();
        self.kind == "competing"
            && priorities.len() <= 1
            && self
                .all()
                .all(|step| known.contains(&step.op.as_str()) && classic(step))
    }
}

/// A queue with the names of the script.
struct Bench {
    queue: ClassicQueue<u32>,
    bodies: Vec<String>,
    consumers: Vec<String>,
    /// What each channel has not settled, by the message's name.
    unsettled: BTreeMap<(String, String), DeliveryTag>,
}

/// To each consumer, in order: the message and whether it is a redelivery.
type Deliveries = BTreeMap<String, Vec<(String, bool)>>;

impl Bench {
    fn new() -> Self {
        Self {
            queue: ClassicQueue::new(None),
            bodies: Vec::new(),
            consumers: Vec::new(),
            unsettled: BTreeMap::new(),
        }
    }

    fn step(&mut self, input: Input<u32>) -> Deliveries {
        let mut outputs = Vec::new();
        self.queue.step(SimTime::ZERO, input, &mut outputs);
        let mut deliveries = Deliveries::new();
        for output in outputs {
            if let Output::Deliver {
                consumer,
                tag,
                message,
                redelivered,
            } = output
            {
                let (channel, body) = (
                    &self.consumers[consumer.0 as usize],
                    &self.bodies[message as usize],
                );
                self.unsettled.insert((channel.clone(), body.clone()), tag);
                deliveries
                    .entry(channel.clone())
                    .or_default()
                    .push((body.clone(), redelivered));
            }
        }
        deliveries
    }

    /// Does what the script says; who got what.
    fn perform(&mut self, step: &Step) -> Deliveries {
        let args = &step.args;
        let text = |field: &str| args[field].as_str().unwrap_or_default().to_owned();
        match step.op.as_str() {
            "consume" => {
                self.consumers.push(text("consumer"));
                let tag = ConsumerTag(self.consumers.len() as u64 - 1);
                let prefetch = match args["prefetch"].as_u64() {
                    None | Some(0) => Prefetch::Unlimited,
                    Some(limit) => Prefetch::AtMost(u32::try_from(limit).expect("a small number")),
                };
                self.step(Input::Consume(tag, prefetch))
            }
            "publish" => {
                self.bodies.push(text("body"));
                self.step(Input::Publish(self.bodies.len() as u32 - 1))
            }
            "close_channel" => {
                let channel = text("channel");
                self.unsettled.retain(|(owner, _), _| *owner != channel);
                let place = self
                    .consumers
                    .iter()
                    .rposition(|consumer| *consumer == channel);
                place
                    .map(|place| self.step(Input::Close(ConsumerTag(place as u64))))
                    .unwrap_or_default()
            }
            "ack" | "nack" | "reject" => {
                let requeue = args["requeue"].as_bool().unwrap_or(false);
                let mut deliveries = Deliveries::new();
                for body in args["messages"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                {
                    let key = (text("channel"), body.to_owned());
                    let tag = self
                        .unsettled
                        .remove(&key)
                        .expect("only what was delivered is settled");
                    let input = if step.op == "ack" {
                        Input::Ack(tag)
                    } else {
                        Input::Nack { tag, requeue }
                    };
                    for (consumer, more) in self.step(input) {
                        deliveries.entry(consumer).or_default().extend(more);
                    }
                }
                deliveries
            }
            _ => Deliveries::new(),
        }
    }
}

fn observed_deliveries(observed: &Value) -> Deliveries {
    let message = |message: &Value| {
        (
            message["body"].as_str().unwrap_or_default().to_owned(),
            message["redelivered"].as_bool().unwrap_or(false),
        )
    };
    observed["deliveries"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(consumer, messages)| {
            (
                consumer.clone(),
                messages
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(message)
                    .collect(),
            )
        })
        .collect()
}

#[test]
fn competing_consumers_get_what_the_real_broker_gave_them_step_by_step() {
    let recording = include_str!("../oracles/rabbitmq-scripts.json");
    let recording: Recording = serde_json::from_str(recording).expect("the recording is JSON");
    let (mut cases, mut steps) = (0, 0);
    for case in recording.cases.iter().filter(|case| case.is_within()) {
        let mut bench = Bench::new();
        for step in &case.setup {
            bench.perform(step);
        }
        for (number, step) in case
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.op != "drain")
        {
            let place = format!("{} step {number}: {} {}", case.id, step.op, step.args);
            assert_eq!(
                bench.perform(step),
                observed_deliveries(&step.observed),
                "{place}"
            );
            let counts = [bench.queue.ready(), bench.queue.unacked()];
            assert_eq!(
                serde_json::json!(counts),
                step.observed["queues"]["q"],
                "{place}"
            );
            steps += 1;
        }
        cases += 1;
    }
    assert!(
        cases >= 3 && steps >= 100,
        "{cases} cases with {steps} steps were compared"
    );
}
