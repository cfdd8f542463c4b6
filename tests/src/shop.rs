//! A shop whose bank crashes: the scenario that tests of properties and alerts begin with.

use crate::{Finished, Setup, document};

/// People buy at a shop that asks a bank, which crashes from 10 s to 13 s; the bills go into a
/// queue with one clerk.
pub const SHOP: &str = "
scenario: 1
title: A shop
seed: 1
horizon: 30s
warm-up: 2s
clients: {people: {arrivals: constant 10/s, do: {call: {to: shop.buy, with: patience}}}}
services:
  shop: {endpoints: {buy: {do: [work: 2ms, call: bank.pay, {publish: {to: mail.bills, type: Bill}}]}}}
  bank: {workers: {blocking: 1, queue: 10}, endpoints: {pay: {do: {work: 20ms}}}}
  clerk: {workers: {blocking: 1}, subscriptions: {bills: {from: mail.bills, prefetch: 1, handles: {Bill: [work: 10ms]}}}}
brokers: {mail: {rabbitmq: {queues: {bills: classic}}}}
policies: {patience: {timeout: 1s}}
timeline: [{at: 10s, for: 3s, fault: {crash: bank}}]
";

/// The shop with properties, which are written as a map in one line each.
pub fn shop(properties: &[&str]) -> Finished {
    with(SHOP, properties).run()
}

/// Any scenario without properties, with these.
pub fn with(text: &str, properties: &[&str]) -> Setup {
    document(&format!(
        "{text}properties:\n  {}\n",
        properties.join("\n  ")
    ))
}
