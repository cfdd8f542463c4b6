//! The shop, in fair weather and in foul.

use interplay_tests::{Finished, scenario, secs};
use sim_core::kernel::SimDuration;
use sim_core::world::{Ended, Outcome, What};

/// Every message a queue took in is acknowledged, or still there.
fn assert_nothing_lost(run: &Finished, queue: &str) {
    let ledger = &run.summary.ledger;
    let state = run.trace.latest().entities[run.run.topology().node(queue).map_or(0, |node| {
        run.run.topology().nodes[node.index()].first_entity.index()
    })];
    assert_eq!(
        ledger.enqueued,
        ledger.acknowledged + u64::from(state.ready) + u64::from(state.unacked)
    );
    assert_eq!((ledger.discarded, ledger.expired), (0, 0));
}

#[test]
fn in_fair_weather_nearly_every_order_goes_through_and_quickly() {
    let run = scenario("checkout").run();
    assert_eq!(run.ended, Ended::AtHorizon);
    let shoppers = run.client("shoppers");
    assert!(shoppers.journeys > 350, "{} journeys", shoppers.journeys);
    // Payment declines 2 % of the charges; nothing else goes wrong.
    let declined = shoppers.declined as f64 / shoppers.journeys as f64;
    assert!((0.005..0.05).contains(&declined), "{declined}");
    assert!(shoppers.errors + shoppers.timeouts <= 1, "{shoppers:?}");
    assert!(
        shoppers.p50 < SimDuration::from_millis(300),
        "{}",
        shoppers.p50
    );
    assert_nothing_lost(&run, "warehouse.parcels");
}

#[test]
fn every_order_that_was_answered_yes_has_its_parcel_in_the_queue() {
    let run = scenario("checkout").run();
    let placed = run.count(|what| {
        matches!(
            what,
            What::TaskFinished {
                outcome: Outcome::Ok(201),
                ..
            }
        )
    });
    // Gateway and orders both answer 201, so each order is counted twice.
    let published = run.summary.ledger.enqueued as usize;
    assert!(
        placed.abs_diff(2 * published) <= 8,
        "{placed} answers, {published} parcels"
    );
}

#[test]
fn a_slow_payment_hurts_shoppers_while_it_lasts_and_shipping_not_at_all() {
    let fair = scenario("checkout").run();
    let slow = scenario("slow-payment").run();
    let failed_at = |run: &Finished, moment| {
        let picture = run.at(moment);
        run.run.topology().node("shoppers").map_or(0, |node| {
            picture.entities[run.run.topology().nodes[node.index()].first_entity.index()].failed
        })
    };
    let during = failed_at(&slow, secs(38)) - failed_at(&slow, secs(20));
    assert!(during > 40, "{during} failed while payment was slow");
    let after = failed_at(&slow, secs(60)) - failed_at(&slow, secs(42));
    assert!(after < 20, "{after} failed after it had recovered");
    // Until then the two runs are the same run.
    assert_eq!(
        fair.told_until(secs(20), &[]),
        slow.told_until(secs(20), &[])
    );
    assert!(slow.node("shipping").failed == 0);
    assert_nothing_lost(&slow, "warehouse.parcels");
}

#[test]
fn calls_that_were_given_up_go_on_costing_the_payment_service() {
    let slow = scenario("slow-payment").run();
    let late = slow.count(|what| matches!(what, What::MessageLate { .. }));
    assert!(late > 20, "{late} answers came when nobody waited any more");
    let timed_out = slow.count(|what| matches!(what, What::TimedOut { .. }));
    assert!(timed_out > 40, "{timed_out} time-outs");
}

#[test]
fn parcels_in_the_hands_of_a_crashed_consumer_are_delivered_again_and_none_is_lost() {
    let run = scenario("shipping-crash").run();
    let redelivered = run.count(|what| {
        matches!(
            what,
            What::Dispatched {
                redelivered: true,
                ..
            }
        )
    });
    assert!(redelivered > 0);
    assert_eq!(
        redelivered,
        run.count(|what| matches!(what, What::Requeued { .. }))
    );
    assert_nothing_lost(&run, "warehouse.parcels");
    // While nobody consumes, parcels pile up; afterwards the pile is worked off.
    let queue = run
        .run
        .topology()
        .node("warehouse.parcels")
        .map_or(0, |node| {
            run.run.topology().nodes[node.index()].first_entity.index()
        });
    let (during, after) = (
        run.at(secs(29)).entities[queue],
        run.at(secs(59)).entities[queue],
    );
    assert!(during.ready > 50 && during.consumers == 0, "{during:?}");
    assert!(after.ready < 10 && after.consumers == 2, "{after:?}");
}

#[test]
fn shoppers_do_not_notice_that_shipping_has_crashed() {
    let fair = scenario("checkout").run();
    let crashed = scenario("shipping-crash").run();
    assert_eq!(fair.client("shoppers"), crashed.client("shoppers"));
}

#[test]
fn a_caller_that_goes_on_does_not_feel_a_slow_worker_and_one_that_waits_does() {
    let run = scenario("waiting-or-not").run();
    let (anna, boris) = (run.client("anna"), run.client("boris"));
    assert_eq!(boris.errors + boris.timeouts + boris.declined, 0);
    assert!(boris.p99 < SimDuration::from_millis(80), "{}", boris.p99);
    assert!(anna.p99 > SimDuration::from_secs(1), "{}", anna.p99);
    assert!(anna.errors > 0);
}
