//! What a person is told about a document that is wrong: the line, the path, what was
//! found, what was expected, the nearest name; everything at once, in two languages.
#![allow(clippy::unwrap_used)]

use sim_core::scenario::document::Language;
use sim_core::scenario::{Diagnostic, Problem, Scenario, Severity};

const SHOP: &str = include_str!("scenarios/shop.yaml");
const EVERY_SECTION: &str = include_str!("../../tests/scenarios/hard/every-section.yaml");
const SAGA: &str = include_str!("../../tests/scenarios/hard/choreographed-saga.yaml");
const ACCOUNT: &str = include_str!("../../tests/scenarios/hard/event-sourced-account.yaml");
const GRAPHQL: &str = include_str!("../../tests/scenarios/hard/graphql-n-plus-1.yaml");

/// The errors of `text` with the first `from` replaced by `to`.
fn errors(text: &str, from: &str, to: &str) -> Vec<Diagnostic> {
    assert!(text.contains(from), "`{from}` is not in the text");
    match Scenario::parse(&text.replacen(from, to, 1)) {
        Ok(_) => Vec::new(),
        Err(found) => found
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .cloned()
            .collect(),
    }
}

/// The line on which `from` stands.
fn line(text: &str, from: &str) -> u32 {
    text[..text.find(from).unwrap()].matches('\n').count() as u32 + 1
}

#[track_caller]
fn check(text: &str, from: &str, to: &str, path: &str, message: &str) {
    let found = errors(text, from, to);
    let shown: Vec<String> = found
        .iter()
        .map(|found| {
            format!(
                "{} {} {}",
                found.span.line,
                found.path,
                found.message(Language::En)
            )
        })
        .collect();
    assert!(
        found.iter().any(|found| {
            let help = found.help(Language::En).unwrap_or_default();
            // A break may move what follows to the next lines.
            let lines = line(text, from)..=line(text, from) + to.matches('\n').count() as u32;
            lines.contains(&found.span.line)
                && found.path == path
                && format!("{} {help}", found.message(Language::En)).contains(message)
        }),
        "`{from}` -> `{to}`: wanted line {} `{path}` `{message}`, found {shown:#?}",
        line(text, from),
    );
    for found in &found {
        let russian = found.message(Language::Ru);
        assert!(
            russian.chars().any(|c| ('а'..='я').contains(&c)),
            "no Russian: {russian}"
        );
        assert_eq!(
            found.help(Language::En).is_some(),
            found.help(Language::Ru).is_some(),
            "{russian}"
        );
    }
}

#[test]
fn the_shop_itself_is_right_and_runnable() {
    let shop = Scenario::parse(SHOP).unwrap_or_else(|found| panic!("{found}"));
    assert!(shop.warnings().is_empty(), "{}", shop.warnings());
    shop.runnable().unwrap_or_else(|found| panic!("{found}"));
}

#[test]
fn a_misspelt_name_is_told_with_its_line_path_and_the_name_that_was_meant() {
    for (from, to, path, message) in [
        (
            "to: orders.place",
            "to: orders.palce",
            "clients.shoppers.do.call.to",
            "did you mean `orders.place`?",
        ),
        (
            "with: patience",
            "with: patiense",
            "clients.shoppers.do.call.with",
            "did you mean `patience`?",
        ),
        (
            "arrivals:",
            "arivals:",
            "clients.shoppers.arivals",
            "did you mean `arrivals`?",
        ),
        (
            "horizon:",
            "horizont:",
            "horizont",
            "did you mean `horizon`?",
        ),
        (
            "instances: 2",
            "instance: 2",
            "services.orders.instance",
            "did you mean `instances`?",
        ),
        (
            "blocking: 32",
            "bloking: 32",
            "services.orders.workers.bloking",
            "did you mean `blocking`?",
        ),
        (
            "lognormal:",
            "log-normal:",
            "services.orders.endpoints.place.do.0.work.log-normal",
            "did you mean `lognormal`?",
        ),
        (
            "to: payment.charge",
            "to: paymnet.charge",
            "services.orders.endpoints.place.do.1.call.to",
            "there is no endpoint `paymnet.charge` did you mean `payment.charge`?",
        ),
        (
            "declined: {reply",
            "declind: {reply",
            "services.orders.endpoints.place.do.1.call.then.declind",
            "did you mean `declined`?",
        ),
        (
            "to: jobs.parcels",
            "to: jobs.parsels",
            "services.orders.endpoints.place.do.2.publish.to",
            "did you mean `jobs.parcels`?",
        ),
        (
            "confirm: true",
            "confirn: true",
            "services.orders.endpoints.place.do.2.publish.confirn",
            "did you mean `confirm`?",
        ),
        (
            "from: jobs.parcels",
            "from: job.parcels",
            "services.shipping.subscriptions.parcels.from",
            "did you mean `jobs.parcels`?",
        ),
        (
            "classic",
            "clasic",
            "brokers.jobs.rabbitmq.queues.parcels",
            "did you mean `classic`?",
        ),
        (
            "again: {retry",
            "again: {retyr",
            "policies.again.retyr",
            "did you mean `retry`?",
        ),
        (
            "attempts: 3",
            "atempts: 3",
            "policies.again.retry.atempts",
            "did you mean `attempts`?",
        ),
        (
            "chain: [again",
            "chain: [agian",
            "policies.guarded.chain.0",
            "did you mean `again`?",
        ),
        (
            "to: orders, loss",
            "to: order, loss",
            "links.last-mile.to",
            "did you mean `orders`?",
        ),
        (
            "slow: {what: payment",
            "slow: {what: payments",
            "timeline.0.fault.slow.what",
            "did you mean `payment`?",
        ),
        (
            "crash: shipping.3",
            "crash: shiping.3",
            "timeline.1.fault.crash",
            "did you mean `shipping`?",
        ),
        (
            "fault: {crash",
            "fault: {crush",
            "timeline.1.fault.crush",
            "did you mean `crash`?",
        ),
        (
            "set: {policies.patience.timeout",
            "set: {policies.patiense.timeout",
            "timeline.2.set",
            "did you mean `patience`?",
        ),
        (
            "send: {call: orders.place}",
            "send: {call: orders.plase}",
            "timeline.3.send.call",
            "did you mean `orders.place`?",
        ),
        (
            "set: services.payment.endpoints.charge.do.0.work",
            "set: services.payment.endpoints.charge.do.hard.work",
            "knobs.work.set",
            "`hard` leads nowhere",
        ),
        (
            "set: clients.shoppers.arrivals",
            "set: clients.shopers.arrivals",
            "knobs.load.set",
            "did you mean `shoppers`?",
        ),
        (
            "ru: Магазин",
            "rus: Магазин",
            "title.rus",
            "did you mean `ru`?",
        ),
    ] {
        check(SHOP, from, to, path, message);
    }
}

#[test]
fn a_value_out_of_its_range_is_told_with_the_range() {
    for (from, to, path, message) in [
        (
            "seed: 7",
            "seed: -7",
            "seed",
            "from 0 to 18446744073709551615",
        ),
        (
            "seed: 7",
            "seed: seven",
            "seed",
            "found `seven`, expected a whole number",
        ),
        (
            "horizon: 60s",
            "horizon: 25h",
            "horizon",
            "from 1ns to 86400s",
        ),
        ("horizon: 60s", "horizon: 0s", "horizon", "out of range"),
        (
            "horizon: 60s",
            "horizon: 60",
            "horizon",
            "expected a duration such as `300ms`",
        ),
        ("warm-up: 5s", "warm-up: 61s", "warm-up", "from 0s to 60s"),
        (
            "poisson 40/s",
            "poisson 1e308/s",
            "clients.shoppers.arrivals",
            "expected a rate",
        ),
        (
            "poisson 40/s",
            "poisson 1000001/s",
            "clients.shoppers.arrivals",
            "to 1000000/s",
        ),
        (
            "poisson 40/s",
            "poisson -1/s",
            "clients.shoppers.arrivals",
            "out of range",
        ),
        (
            "poisson 40/s",
            "poison 40/s",
            "clients.shoppers.arrivals",
            "expected arrivals such as `poisson 40/s`",
        ),
        (
            "instances: 2",
            "instances: 1000000000",
            "services.orders.instances",
            "from 1 to 1000",
        ),
        (
            "instances: 2",
            "instances: 0",
            "services.orders.instances",
            "from 1 to 1000",
        ),
        (
            "instances: 2",
            "instances: NaN",
            "services.orders.instances",
            "expected a whole number",
        ),
        (
            "instances: 2",
            "instances: 2.5",
            "services.orders.instances",
            "expected a whole number",
        ),
        (
            "blocking: 32",
            "blocking: 100001",
            "services.orders.workers.blocking",
            "from 1 to 100000",
        ),
        (
            "work: 80ms",
            "work: 1000000000h",
            "services.payment.endpoints.charge.do.0.work",
            "to 86400s",
        ),
        (
            "work: 80ms",
            "work: -80ms",
            "services.payment.endpoints.charge.do.0.work",
            "out of range",
        ),
        (
            "attempts: 3",
            "attempts: 10000000",
            "policies.again.retry.attempts",
            "from 1 to 1000",
        ),
        (
            "factor: 2",
            "factor: 0.5",
            "policies.again.retry.wait.exponential.factor",
            "from 1 to 1000000",
        ),
        (
            "factor: 2",
            "factor: inf",
            "policies.again.retry.wait.exponential.factor",
            "expected a number",
        ),
        (
            "loss: 0.1%",
            "loss: 101%",
            "links.last-mile.loss",
            "from 0% to 100%",
        ),
        (
            "times: 30",
            "times: 0",
            "timeline.0.fault.slow.times",
            "out of range",
        ),
        (
            "timeout: 2s",
            "timeout: 0s",
            "policies.patience.timeout",
            "from 1ns",
        ),
        (
            "reply: 402",
            "reply: 42",
            "services.orders.endpoints.place.do.1.call.then.declined.reply",
            "from 200 to 599",
        ),
    ] {
        check(SHOP, from, to, path, message);
    }
}

#[test]
fn what_does_not_fit_together_is_told_where_it_is() {
    for (from, to, path, message) in [
        (
            "p50: 4ms, p99: 20ms",
            "p50: 20ms, p99: 4ms",
            "services.orders.endpoints.place.do.0.work.lognormal",
            "`p50` must be less than `p99`",
        ),
        (
            "mean: 1ms, sd: 200us",
            "mean: 1ms",
            "links.default.latency.normal",
            "`sd` is missing",
        ),
        (
            "chance: 2%",
            "chance: 120%",
            "services.payment.endpoints.charge.do.1.choose.0.chance",
            "out of range",
        ),
        (
            "{do: {reply: 200}}",
            "{chance: 99%, do: {reply: 200}}",
            "services.payment.endpoints.charge.do.1.choose",
            "add up to 101%",
        ),
        (
            "join: 2",
            "join: 3",
            "services.orders.endpoints.check.do.parallel.join",
            "more branches than the 2",
        ),
        (
            "crash: shipping.3",
            "crash: shipping.4",
            "timeline.1.fault.crash",
            "there is no number 4",
        ),
        (
            "crash: shipping.3",
            "crash: shipping.0",
            "timeline.1.fault.crash",
            "there is no number 0",
        ),
        (
            "chain: [again, patience]",
            "chain: [again, guarded]",
            "policies.guarded",
            "circle: guarded -> guarded",
        ),
        (
            "reply: 503",
            "ack",
            "services.orders.endpoints.place.do.1.call.then.timeout.0",
            "`ack` has no meaning in an endpoint",
        ),
        (
            "do: {call: {to: orders.place, with: patience}}",
            "do: {reply: 200}",
            "clients.shoppers.do.reply",
            "`reply` has no meaning in a client's journey",
        ),
        (
            "from: 50ms, to: 5s",
            "from: 50ms, to: 5/s",
            "knobs.wait.to",
            "expected the same unit",
        ),
        (
            "from: 50ms, to: 5s",
            "from: 5s, to: 50ms",
            "knobs.wait",
            "`from` must not be more than `to`",
        ),
        (
            "from: 50ms, to: 5s",
            "from: 0s, to: 5s",
            "knobs.wait.set",
            "setting `policies.patience.timeout` to `0s` breaks the document",
        ),
        (
            "to: poisson 100/s",
            "to: poisson 2000000/s",
            "knobs.load.set",
            "breaks the document",
        ),
        (
            "timeout: 1s",
            "timeout: never",
            "timeline.2.set",
            "breaks the document: found `never`, expected a duration",
        ),
        (
            "blocking: 32,",
            "blocking: 32, async: 5,",
            "services.orders.workers",
            "one thing, one key",
        ),
        (
            "do: {call: {to: orders",
            "do: {wait: 1s, call: {to: orders",
            "clients.shoppers.do",
            "`wait`, `call` stand side by side",
        ),
        (
            "at: 10s, for: 10s",
            "at: 2024-03-01",
            "timeline.0.at",
            "needs `epoch`",
        ),
        (
            "shipping:\n",
            "shoppers:\n",
            "services.shoppers",
            "declared as a client and as a service",
        ),
        (
            "type: OrderPlaced, confirm",
            "confirm",
            "services.orders.endpoints.place.do.2.publish",
            "`type` is missing",
        ),
        (
            "to: jobs.parcels, type",
            "type",
            "services.orders.endpoints.place.do.2.publish",
            "nothing says where to publish",
        ),
        (
            "scenario: 1",
            "scenario: 2",
            "scenario",
            "written in format 2",
        ),
        ("scenario: 1\n", "", "", "`scenario` is missing"),
        (
            "ru: Магазин",
            "ru: Магазин, а не рынок",
            "title",
            "the comma has split a text in two",
        ),
        (
            "POST /api/v1/orders",
            "post orders",
            "services.orders.endpoints.place.http",
            "expected a method and a path",
        ),
    ] {
        check(SHOP, from, to, path, message);
    }
}

#[test]
fn the_rest_of_the_grammar_is_read_with_the_same_care() {
    for (text, from, to, path, message) in [
        (
            EVERY_SECTION,
            "user: {one: User}",
            "user: {one: Usr}",
            "types.Order.user.one",
            "did you mean `User`?",
        ),
        (
            EVERY_SECTION,
            "total: decimal",
            "total: decimel",
            "types.OrderPlaced.total",
            "there is no type `decimel`",
        ),
        (
            EVERY_SECTION,
            "when: placed.total > 100",
            "when: placed.total >",
            "clients.regulars.do.2.choose.0.when",
            "the expression ends where a value was expected",
        ),
        (
            EVERY_SECTION,
            "{token: =hash(user)}",
            "{token: =hsah(user)}",
            "services.auth.endpoints.login.do.reply.body.token",
            "did you mean `hash`?",
        ),
        (
            EVERY_SECTION,
            "in: shop.seen",
            "in: shop.sen",
            "services.orders.endpoints.place.once.in",
            "did you mean `shop.seen`?",
        ),
        (
            EVERY_SECTION,
            "from: shop.stock",
            "from: shop.stok",
            "services.orders.endpoints.place.do.3.for-each.do.read.from",
            "did you mean `shop.stock`?",
        ),
        (
            EVERY_SECTION,
            "start: checkout",
            "start: chekout",
            "services.orders.endpoints.place.do.4.call.then.timeout.0.start",
            "did you mean `checkout`?",
        ),
        (
            EVERY_SECTION,
            "to: shop.outbox",
            "to: shop.outbx",
            "services.orders.endpoints.place.do.5.transaction.2.publish.to",
            "did you mean `shop.outbox`?",
        ),
        (
            EVERY_SECTION,
            "links: {self: orders.get}",
            "links: {self: orders.got}",
            "services.orders.endpoints.place.do.7.reply.links.self",
            "did you mean `orders.get`?",
        ),
        (
            EVERY_SECTION,
            "from: mail.hello",
            "from: mail.helo",
            "services.orders.subscriptions.mailed.from",
            "did you mean `mail.hello`?",
        ),
        (
            EVERY_SECTION,
            "endpoints.place.do.0.work: 2ms",
            "endpoints.plase.do.0.work: 2ms",
            "services.orders.versions.v2",
            "did you mean `place`?",
        ),
        (
            EVERY_SECTION,
            "isolation: read-committed",
            "isolation: read-commited",
            "stores.shop.isolation",
            "did you mean `read-committed`?",
        ),
        (
            EVERY_SECTION,
            "relay: {to: events.orders",
            "relay: {to: events.order",
            "stores.shop.tables.outbox.relay.to",
            "did you mean `events.orders`?",
        ),
        (
            EVERY_SECTION,
            "key: sku\n",
            "key: skus\n",
            "stores.shop.tables.stock.key",
            "did you mean `sku`?",
        ),
        (
            EVERY_SECTION,
            "inside: auth",
            "inside: auht",
            "stores.memory.inside",
            "did you mean `auth`?",
        ),
        (
            EVERY_SECTION,
            "into: shop.totals",
            "into: shop.total",
            "projections.sums.into",
            "did you mean `shop.totals`?",
        ),
        (
            EVERY_SECTION,
            "acks: all",
            "acks: al",
            "brokers.events.kafka.topics.orders.acks",
            "did you mean `all`?",
        ),
        (
            EVERY_SECTION,
            "alternate: mail.lost",
            "alternate: mail.lots",
            "brokers.mail.rabbitmq.exchanges.users.topic.alternate",
            "did you mean `mail.lost`?",
        ),
        (
            EVERY_SECTION,
            "delivery-limit: 20",
            "delivery-limt: 20",
            "brokers.mail.rabbitmq.queues.hello.quorum.delivery-limt",
            "did you mean `delivery-limit`?",
        ),
        (
            EVERY_SECTION,
            "to: mail.rest",
            "to: mail.rset",
            "brokers.mail.rabbitmq.bindings.1.to",
            "there is no exchange `mail.rset`",
        ),
        (
            EVERY_SECTION,
            "manager: orders",
            "manager: order",
            "sagas.checkout.manager",
            "did you mean `orders`?",
        ),
        (
            EVERY_SECTION,
            "kind: retriable",
            "kind: retryable",
            "sagas.checkout.steps.0.kind",
            "did you mean `retriable`?",
        ),
        (
            EVERY_SECTION,
            "scope: shared",
            "scope: share",
            "policies.pool.bulkhead.scope",
            "did you mean `shared`?",
        ),
        (
            EVERY_SECTION,
            "json: 9ns/B",
            "json: 9",
            "costs.json",
            "expected a cost such as `9ns/B`",
        ),
        (
            EVERY_SECTION,
            "is: orders.place",
            "is: orders.plac",
            "board.notes.buy.is",
            "did you mean `orders.place`?",
        ),
        (
            EVERY_SECTION,
            "[buy, bought]",
            "[buy, brought]",
            "board.flows.0.1",
            "did you mean `bought`?",
        ),
        (
            EVERY_SECTION,
            "at: [160, 0]",
            "at: [160]",
            "board.notes.bought.at",
            "[x, y]",
        ),
        (
            EVERY_SECTION,
            "crash: shop.outbox",
            "crash: shop.otbox",
            "timeline.1.fault.crash",
            "found `shop.otbox`",
        ),
        (
            EVERY_SECTION,
            "version: v2",
            "version: v3",
            "timeline.3.deploy.version",
            "there is no version `orders.v3`",
        ),
        (
            EVERY_SECTION,
            "scale: {orders: 4}",
            "scale: {order: 4}",
            "timeline.4.scale.order",
            "did you mean `orders`?",
        ),
        (
            EVERY_SECTION,
            "of: orders.place, p99",
            "of: orders.plce, p99",
            "properties.fast.slo.of",
            "did you mean `orders.place`?",
        ),
        (
            EVERY_SECTION,
            "error-rate(bank.charge)",
            "eror-rate(bank.charge)",
            "alerts.slow-bank.when",
            "did you mean `error-rate`?",
        ),
        (
            EVERY_SECTION,
            "show: [bank, pool]",
            "show: [bank, pol]",
            "story.0.show.1",
            "did you mean `pool`?",
        ),
        (
            EVERY_SECTION,
            "holds: [fast]",
            "holds: [fats]",
            "tasks.mend.holds.0",
            "did you mean `fast`?",
        ),
        (
            EVERY_SECTION,
            "hasty: {policies.patience.timeout: 200ms}",
            "hasty: {policies.patience.timeuot: 200ms}",
            "variants.hasty",
            "did you mean `timeout`?",
        ),
        (
            EVERY_SECTION,
            "compare: [base, hasty]",
            "compare: [base, hsaty]",
            "views.2.compare.1",
            "did you mean `hasty`?",
        ),
        (
            EVERY_SECTION,
            "- flow",
            "- flows",
            "views.0",
            "did you mean `flow`?",
        ),
        (
            SAGA,
            "once: money.seen",
            "once: money.sen",
            "services.payment.endpoints.charge.once",
            "did you mean `money.seen`?",
        ),
        (
            SAGA,
            "group: events.parked",
            "group: events.paked",
            "services.payment.subscriptions.parked.group",
            "did you mean `events.parked`?",
        ),
        (
            SAGA,
            "OrderPlaced: payment.refund",
            "OrderPlaced: payment.refnd",
            "services.payment.subscriptions.parked.handles.OrderPlaced",
            "did you mean `payment.refund`?",
        ),
        (
            SAGA,
            "publish: PaymentFailed",
            "publish: PaymentFaild",
            "services.payment.endpoints.charge.do.0.call.then.declined.0.publish",
            "did you mean `PaymentFailed`?",
        ),
        (
            SAGA,
            "dead-letter: events.dead",
            "dead-letter: events.ded",
            "brokers.events.kafka.groups.payment.dead-letter",
            "did you mean `events.dead`?",
        ),
        (
            SAGA,
            "replicas: 3",
            "replicas: 4",
            "brokers.events.kafka.topics.orders.replicas",
            "from 1 to 3",
        ),
        (
            SAGA,
            "undo: payment.refund",
            "undo: payment.refun",
            "sagas.checkout.steps.0.undo",
            "did you mean `payment.refund`?",
        ),
        (
            SAGA,
            "failure-rate: 50%",
            "failure-rate: 150%",
            "policies.breaker.breaker.failure-rate",
            "from 0% to 100%",
        ),
        (
            SAGA,
            "services.acquirer.endpoints.charge.once: none",
            "services.acquirer.endpoints.charge.onse: none",
            "variants.forgetful",
            "did you mean `once`?",
        ),
        (
            ACCOUNT,
            "emits: [Created]",
            "emits: [Craeted]",
            "aggregates.account.commands.open.emits.0",
            "did you mean `Created`?",
        ),
        (
            ACCOUNT,
            "guard: balance >= amount",
            "guard: balance => amount",
            "aggregates.account.commands.withdraw.guard",
            "`=` cannot stand in an expression",
        ),
        (
            ACCOUNT,
            "at: 2024-03-01 09:00",
            "at: 2024-02-30 09:00",
            "aggregates.account.history.0.at",
            "expected a date",
        ),
        (
            ACCOUNT,
            "stream: ledger.accounts",
            "stream: ledger.acounts",
            "aggregates.account.stream",
            "did you mean `ledger.accounts`?",
        ),
        (
            ACCOUNT,
            "rebuild: balance-view",
            "rebuild: balance-veiw",
            "timeline.1.rebuild",
            "did you mean `balance-view`?",
        ),
        (
            ACCOUNT,
            "expectations: john",
            "expectations: jon",
            "properties.read-your-writes.expectations",
            "did you mean `john`?",
        ),
        (
            GRAPHQL,
            "with: [fresh, by-id, limit]",
            "with: [fresh, by-ad, limit]",
            "services.gateway.endpoints.page.graphql.Comment.author.call.with.1",
            "did you mean `by-id`?",
        ),
        (
            GRAPHQL,
            "loader: {key: id",
            "loader: {kye: id",
            "policies.by-id.loader.kye",
            "did you mean `key`?",
        ),
        (
            GRAPHQL,
            "policies.by-post: none",
            "policies.by-pots: none",
            "variants.n-plus-1",
            "did you mean `by-post`?",
        ),
    ] {
        check(text, from, to, path, message);
    }
}

#[test]
fn everything_wrong_is_told_at_once_and_in_the_order_of_the_text() {
    let text = SHOP
        .replace("seed: 7", "sed: 7")
        .replace("attempts: 3", "attempts: 0")
        .replace("to: payment.charge", "to: paymnet.charge")
        .replace("crash: shipping.3", "crash: shipping.9");
    let found = Scenario::parse(&text).unwrap_err();
    let lines: Vec<u32> = found.iter().map(|found| found.span.line).collect();
    assert_eq!(found.len(), 4, "{found}");
    assert!(lines.is_sorted(), "{lines:?}");
}

#[test]
fn an_error_in_a_default_is_told_once() {
    let text = SHOP.replace(
        "services:\n",
        "services:\n  default: {instances: 0, workers: {blocking: 8}}\n",
    );
    let found = Scenario::parse(&text).unwrap_err();
    assert_eq!(found.len(), 1, "{found}");
}

#[test]
fn warnings_do_not_keep_a_scenario_from_being_read() {
    let text = SHOP
        .replace("at: 10s, for: 10s", "at: 61s, for: 10s")
        .replace("- reply: 201", "- reply: 201\n          - work: 1ms");
    let scenario = Scenario::parse(&text).unwrap_or_else(|found| panic!("{found}"));
    let problems: Vec<&Problem> = scenario
        .warnings()
        .iter()
        .map(|found| &found.problem)
        .collect();
    assert!(
        matches!(
            problems[..],
            [Problem::NeverReached, Problem::BeyondHorizon { .. }]
        ),
        "{problems:?}"
    );
    let untitled = Scenario::parse("scenario: 1\n").unwrap();
    assert_eq!(
        untitled.warnings().iter().next().unwrap().problem,
        Problem::NoTitle
    );
}

#[test]
fn a_rendered_error_shows_the_line_the_place_and_the_advice() {
    let text = SHOP.replace("to: payment.charge", "to: paymnet.charge");
    let found = Scenario::parse(&text).unwrap_err();
    let english = found.render(&text, "shop.yaml", Language::En);
    for part in [
        "error: there is no endpoint `paymnet.charge`",
        "shop.yaml:",
        "^^^^",
        "help: did you mean `payment.charge`?",
    ] {
        assert!(english.contains(part), "{english}");
    }
    let russian = found.render(&text, "shop.yaml", Language::Ru);
    for part in [
        "ошибка: `paymnet.charge` не существует",
        "возможно, имелось в виду `payment.charge`",
    ] {
        assert!(russian.contains(part), "{russian}");
    }
    let shown = &found.shown(Language::En)[0];
    assert_eq!(
        (shown.line, shown.path.as_str()),
        (
            line(&text, "to: paymnet"),
            "services.orders.endpoints.place.do.1.call.to"
        )
    );
}

#[test]
fn an_error_on_one_endless_line_is_rendered_too() {
    let text = format!(
        "{{\"scenario\": 1, \"title\": \"{}\", \"sed\": 5}}",
        "а".repeat(10_000)
    );
    let found = Scenario::parse(&text).unwrap_err();
    assert!(found.render(&text, "x.json", Language::En).len() < 2_000);
}
