//! What the stories of the published scenarios claim is true of their runs.
//!
//! A caption is read as a fact, so each that could be wrong has its figure here; and every story
//! as a whole is in both languages, within its run, and about something.

use interplay_tests::moments::{journeys, quantile, share_ok, state};
use interplay_tests::{all_scenarios, document, scenario, secs};
use sim_core::kernel::{Silent, SimDuration, SimTime};
use sim_core::observe::properties::Verdict;
use sim_core::resilience::breaker::State;
use sim_core::scenario::document::Language;
use sim_core::world::{NodeKind, What};

const fn millis(count: u64) -> SimTime {
    SimTime::from_nanos(count * 1_000_000)
}

#[test]
fn every_preset_tells_a_story_in_both_languages_within_its_run() {
    for (name, text) in all_scenarios() {
        let setup = document(&text);
        let document = setup.scenario.document();
        assert!(document.story.len() >= 5, "{name} tells too little");
        assert!(!document.knobs.is_empty(), "{name} has nothing to turn");
        let mut before = None;
        for moment in &document.story {
            let at = moment.at;
            assert!(at <= SimTime::ZERO.after(document.horizon), "{name} {at}");
            assert!(before.is_none_or(|before| before < at), "{name} {at}");
            before = Some(at);
            let (en, ru) = (moment.say.get(Language::En), moment.say.get(Language::Ru));
            assert_ne!(en, ru, "{name} {at}");
            for said in [en, ru] {
                let letters = said.chars().count();
                assert!(
                    (40..=260).contains(&letters),
                    "{name} {at}: {letters} letters"
                );
            }
        }
        assert!(
            document.story.iter().filter(|moment| moment.pause).count() >= 3,
            "{name} runs away from its reader"
        );
        let warnings = setup.scenario.warnings();
        assert!(warnings.iter().next().is_none(), "{name}: {warnings}");
    }
}

#[test]
fn eight_subjects_of_the_course_have_their_story() {
    let names: Vec<String> = all_scenarios().into_iter().map(|(name, _)| name).collect();
    for wanted in [
        "checkout",
        "blocking-or-not",
        "full-threads",
        "retry-storm",
        "open-or-closed",
        "fan-out",
        "utilisation",
        "partition",
    ] {
        assert!(names.iter().any(|name| name == wanted), "{wanted}");
    }
}

#[test]
fn a_checkout_goes_as_its_captions_say_it() {
    let run = scenario("checkout").run();
    // At 91 ms orders has begun, at 128.5 ms it has just answered.
    assert_eq!(state(&run, "orders", millis(91)).tasks, 1);
    assert_eq!(state(&run, "orders", millis(128)).tasks, 1);
    let placed = state(&run, "orders", SimTime::from_nanos(128_500_000));
    assert_eq!((placed.tasks, placed.done), (0, 1));
    // At 165 ms the first shopper has been answered; the parcel is still being packed.
    assert_eq!(state(&run, "shoppers", millis(165)).done, 1);
    assert!(state(&run, "shipping", millis(165)).tasks >= 1);
    let shoppers = journeys(&run, "shoppers", SimTime::ZERO, millis(165));
    assert!((125..=135).contains(&(shoppers[0].as_nanos() / 1_000_000)));
}

#[test]
fn a_retry_storm_outlives_its_trigger_and_ends_when_nobody_tries_again() {
    let run = scenario("retry-storm").run();
    let well = |from, to| share_ok(&run, "visitors", secs(from), secs(to));
    assert!(well(0, 15) > 0.97, "{}", well(0, 15));
    // Slow until 20 s, and broken for as long as there are retries.
    assert!(well(30, 60) < 0.1, "{}", well(30, 60));
    for second in [25, 35, 45, 55] {
        let catalogue = state(&run, "catalogue", secs(second));
        assert_eq!(catalogue.busy, 8, "{second}");
        assert!(catalogue.waiting > 80, "{second}: {}", catalogue.waiting);
    }
    assert!(well(75, 90) > 0.95, "{}", well(75, 90));
    assert!(state(&run, "catalogue", secs(75)).waiting < 20);
}

#[test]
fn without_retries_or_with_a_short_queue_there_is_no_storm() {
    let setup = scenario("retry-storm");
    for (path, value) in [
        ("policies.again.retry.attempts", "1"),
        ("services.catalogue.workers.queue", "10"),
    ] {
        let run = setup.clone().set(path, value).run();
        let after = share_ok(&run, "visitors", secs(25), secs(60));
        assert!(after > 0.9, "{path}: {after}");
    }
}

#[test]
fn a_breaker_opens_and_closes_when_its_captions_say_so_and_no_page_is_lost() {
    let run = scenario("circuit-breaker").run();
    let changes: Vec<_> = run
        .trace
        .records()
        .iter()
        .filter_map(|record| match record.what {
            What::BreakerChanged { to, .. } => Some((record.at.as_nanos() / 10_000_000, to)),
            _ => None,
        })
        .collect();
    let (open, half, closed) = (State::Open, State::HalfOpen, State::Closed);
    // In hundredths of a second; the moments of the story are just before or after.
    let [
        (1614, o),
        (2419, h),
        (_, again),
        (_, h2),
        (_, o2),
        (4152, h3),
        (4162, c),
    ] = changes[..]
    else {
        panic!("{changes:?}");
    };
    assert_eq!(
        [o, h, again, h2, o2, h3, c],
        [open, half, open, half, open, half, closed]
    );
    assert_eq!(
        run.client("visitors").errors + run.client("visitors").timeouts,
        0
    );
    // Open, the shop has its threads for itself.
    assert!(state(&run, "shop", secs(20)).busy <= 2);
    // With a long time-out inside, all of them wait before it opens.
    let patient = scenario("circuit-breaker")
        .set("policies.limit.timeout", "1900ms")
        .run();
    let fullest = (1600..2000).map(|centis| state(&patient, "shop", millis(centis * 10)));
    let (busy, waiting) = fullest.fold((0, 0), |most, now| {
        (most.0.max(now.busy), most.1.max(now.waiting))
    });
    assert!(busy == 10 && waiting > 3, "{busy} {waiting}");
}

#[test]
fn a_hanging_pool_keeps_its_ten_threads_and_leaves_the_others_alone() {
    let run = scenario("bulkheads").run();
    for second in [18, 25, 40] {
        let shop = state(&run, "shop", secs(second));
        assert!((10..30).contains(&shop.busy), "{second}: {}", shop.busy);
        assert_eq!(shop.waiting, 0, "{second}");
    }
    assert_eq!(
        run.client("payers").errors + run.client("payers").timeouts,
        0
    );
    assert_eq!(
        run.client("readers").errors + run.client("readers").timeouts,
        0
    );
    let open = scenario("bulkheads")
        .set("policies.batch.bulkhead.at-most", "60")
        .run();
    assert!(share_ok(&open, "payers", secs(20), secs(45)) < 0.7);
}

#[test]
fn the_exercise_fails_as_it_is_written_and_can_be_done() {
    let (judged, _) = scenario("degradation").judged();
    assert!(judged.is_violated());
    let done = [
        ("policies.limit.timeout", "250ms"),
        ("policies.breaker.breaker.minimum", "10"),
        ("policies.breaker.breaker.window.calls", "20"),
        ("policies.breaker.breaker.failure-rate", "40%"),
        ("policies.breaker.breaker.open-for", "4s"),
        ("policies.breaker.breaker.half-open", "4"),
    ];
    let tuned = done
        .into_iter()
        .fold(scenario("degradation"), |setup, (path, value)| {
            setup.set(path, value)
        });
    for seed in [3, 4, 5] {
        let (judged, _) = tuned.clone().seed(seed).judged();
        assert!(
            judged
                .properties
                .iter()
                .all(|one| one.verdict == Verdict::Held),
            "{judged:?}"
        );
    }
    // Even the health endpoint has to wait for a thread.
    let run = scenario("degradation").run();
    let shop = state(&run, "shop", secs(40));
    assert_eq!((shop.busy, shop.waiting), (20, 20));
    // It opens just after that, and is open until the end.
    let opened = run.trace.records().iter().find(|record| {
        matches!(
            record.what,
            What::BreakerChanged {
                to: State::Open,
                ..
            }
        )
    });
    assert!(opened.is_some_and(|record| record.at > secs(40) && record.at < secs(41)));
    let changes = run.count(|what| matches!(what, What::BreakerChanged { .. }));
    assert_eq!(changes, 1);
}

#[test]
fn at_99_per_cent_the_wait_is_ten_times_that_at_90_and_at_90_twice_that_at_80() {
    let run = scenario("utilisation").run();
    let wait = |node: &str| run.node(node).mean_waiting / run.node(node).utilisation.unwrap();
    let busy = |node: &str| run.node(node).utilisation.unwrap();
    for (node, share) in [("calm", 0.80), ("busy", 0.90), ("brim", 0.99)] {
        assert!((busy(node) - share).abs() < 0.015, "{node} {}", busy(node));
    }
    let (calm, busy, brim) = (wait("calm"), wait("busy"), wait("brim"));
    assert!((1.7..3.0).contains(&(busy / calm)), "{calm} {busy}");
    assert!((8.0..15.0).contains(&(brim / busy)), "{busy} {brim}");
}

#[test]
fn a_closed_load_slows_down_and_an_open_one_piles_up() {
    let run = scenario("open-or-closed").run();
    let done = |node, from, to| {
        (state(&run, node, secs(to)).done - state(&run, node, secs(from)).done) as f64
            / (to - from) as f64
    };
    for node in ["office", "site"] {
        let rate = done(node, 2, 20);
        assert!((55.0..66.0).contains(&rate), "{node} {rate}");
        let slow = done(node, 22, 40);
        assert!((24.0..30.0).contains(&slow), "{node} {slow}");
    }
    let waiting = |node, at| state(&run, node, secs(at)).waiting;
    assert!(waiting("office", 35) <= 36);
    assert!(waiting("site", 35) > 300, "{}", waiting("site", 35));
    assert!(
        (500..720).contains(&waiting("site", 42)),
        "{}",
        waiting("site", 42)
    );
    assert!(waiting("office", 42) < 12, "{}", waiting("office", 42));
    assert!(waiting("site", 60) > 100, "{}", waiting("site", 60));
    assert!(waiting("site", 76) < 60, "{}", waiting("site", 76));
}

#[test]
fn a_slow_dependency_takes_all_threads_until_waiting_is_cut_short() {
    let run = scenario("full-threads").run();
    let well = |from, to| share_ok(&run, "readers", secs(from), secs(to));
    assert!(well(0, 15) > 0.999);
    assert!(well(20, 26) < 0.5, "{}", well(20, 26));
    assert_eq!(state(&run, "shop", secs(18)).busy, 12);
    assert_eq!(state(&run, "shop", secs(22)).busy, 12);
    assert!(state(&run, "shop", secs(22)).waiting >= 19);
    // The same trouble with a short time-out.
    assert!(well(40, 70) > 0.999, "{}", well(40, 70));
    assert!(state(&run, "shop", secs(50)).busy <= 8);
    // With a hundred threads the long time-out holds.
    let roomy = scenario("full-threads").set("services.shop.workers.blocking", "100");
    let roomy = roomy.run();
    assert!(share_ok(&roomy, "readers", secs(15), secs(40)) > 0.999);
}

#[test]
fn waiting_fills_threads_and_leaves_an_event_loop_idle() {
    let run = scenario("blocking-or-not").run();
    let busy = |at| state(&run, "threads", secs(at)).busy;
    assert!((3..=8).contains(&busy(20)), "{}", busy(20));
    assert_eq!(state(&run, "threads", secs(20)).rejected, 0);
    assert_eq!((busy(45), busy(50)), (8, 8));
    assert!(state(&run, "threads", secs(50)).waiting >= 35);
    assert!(state(&run, "threads", secs(50)).rejected > 20);
    let looped = run.node("loop");
    assert_eq!((looped.failed, looped.rejected), (0, 0));
    assert!(looped.utilisation.unwrap() < 0.1);
    let fair = |threads: &str| {
        let setup = scenario("blocking-or-not").set("services.threads.workers.blocking", threads);
        setup.run().node("threads").rejected
    };
    assert_eq!(fair("16"), 0);
    let heavy = scenario("blocking-or-not").set("services.loop.endpoints.quote.do.0.work", "20ms");
    let heavy = heavy.run();
    assert!(
        heavy.node("loop").rejected > 0
            || heavy.client("boris").p99 > SimDuration::from_millis(600)
    );
}

#[test]
fn a_page_of_twenty_answers_has_the_tail_of_one_in_two_thousand() {
    let run = scenario("fan-out").run();
    let pages = journeys(&run, "page", SimTime::ZERO, secs(120));
    // One part, as whoever waits for the twenty sees it.
    let part = run.calls("search", "shards.read").took;
    let ratio = |one: SimDuration, other: SimDuration| one.as_secs_f64() / other.as_secs_f64();
    // 0.99 to the power of one twentieth: p99.95 lies between p99.9 and the longest of all.
    let page = quantile(&pages, 0.99);
    assert!(page > part.p999 && page < part.max, "{page} {}", part.p999);
    // By the distribution itself: 8 ms, ten times as long in one of a hundred.
    let drawn = 0.008 * (std::f64::consts::LN_10 / 2.326_35 * 3.290_53).exp() + 0.004;
    let found = page.as_secs_f64();
    assert!((found / drawn - 1.0).abs() < 0.2, "{found} {drawn}");
    assert!(ratio(quantile(&pages, 0.5), part.p50) > 4.0);
    let content = scenario("fan-out")
        .set("services.search.endpoints.page.do.0.parallel.join", "19")
        .run();
    let content = quantile(&journeys(&content, "page", SimTime::ZERO, secs(120)), 0.99);
    assert!(ratio(page, content) > 1.9, "{page} {content}");
}

#[test]
fn a_lost_answer_leaves_a_reservation_behind_and_a_lost_request_does_not() {
    let run = scenario("partition").run();
    let rows = |at| {
        (
            state(&run, "book", secs(at)).rows,
            state(&run, "ledger", secs(at)).rows,
        )
    };
    let apart = |at| i64::from(rows(at).1) - i64::from(rows(at).0);
    let refused = |from, to| {
        state(&run, "shoppers", secs(to)).failed - state(&run, "shoppers", secs(from)).failed
    };
    assert!(refused(12, 23) > 40);
    assert!(apart(34) <= 2, "{:?}", rows(34));
    assert!(refused(36, 47) > 40);
    assert!(apart(60) > 40, "{:?}", rows(60));
    assert!(
        share_ok(
            &run,
            "shoppers",
            secs(12).after(SimDuration::from_secs(1)),
            secs(22)
        ) < 0.05
    );
}

#[test]
fn what_the_older_stories_say_holds_as_well() {
    let slow = scenario("slow-payment").run();
    assert!(state(&slow, "payment", secs(1)).busy <= 2);
    assert_eq!(state(&slow, "payment", secs(23)).busy, 8);
    assert!(state(&slow, "payment", secs(28)).rejected > 10);
    assert!(share_ok(&slow, "shoppers", secs(38), secs(44)) > 0.8);

    let reports = scenario("waiting-or-not").run();
    assert_eq!(state(&reports, "waiting", secs(12)).busy, 4);
    assert!(state(&reports, "waiting", secs(18)).rejected > 0);
    assert_eq!(reports.client("boris").errors, 0);

    let jobs = scenario("work-queue").run();
    assert!(jobs.count(|what| matches!(what, What::Requeued { .. })) > 0);
    let ready = |at| state(&jobs, "jobs.images", secs(at)).ready;
    assert!(ready(14) >= ready(25), "{} {}", ready(14), ready(25));

    let crash = scenario("shipping-crash").run();
    assert!(state(&crash, "warehouse.parcels", secs(28)).ready > 40);
    assert!(state(&crash, "warehouse.parcels", secs(40)).ready < 10);
}

#[test]
fn a_story_names_only_what_there_is() {
    let wrong = |show: &str| {
        let text = format!(
            "scenario: 1\ntitle: A\nclients: {{people: {{arrivals: poisson 1/s, do: {{call: shop.buy}}}}}}\n\
             services: {{shop: {{endpoints: {{buy: {{do: {{work: 1ms}}}}}}}}}}\n\
             knobs: {{rate: {{set: clients.people.arrivals, from: poisson 1/s, to: poisson 2/s}}}}\n\
             story: [{{at: 1s, say: Look, show: {show}}}]\n"
        );
        sim_core::scenario::Scenario::parse(&text)
            .err()
            .map(|found| found.render(&text, "story", Language::En))
    };
    for fits in ["shop", "shop.1", "shop.buy", "people", "rate", "knobs.rate"] {
        assert_eq!(wrong(fits), None, "{fits}");
    }
    for (name, nearest) in [
        ("shpo", "shop"),
        ("shop.byu", "shop.buy"),
        ("knobs.rat", "knobs.rate"),
    ] {
        let said = wrong(name).unwrap();
        assert!(
            said.contains(&format!("did you mean `{nearest}`")),
            "{said}"
        );
    }
    assert!(wrong("shop.2").is_some(), "there is one instance");
    assert!(wrong("[shop, nobody]").is_some());
}

#[test]
fn no_preset_is_too_much_for_a_page() {
    for (name, text) in all_scenarios() {
        let mut run = document(&text).start();
        let ended = run.finish(&mut Silent);
        assert!(
            run.handled() < 1_500_000,
            "{name}: {} events, {ended:?}",
            run.handled()
        );
        let nodes = run.topology().nodes.iter();
        let seen = nodes.filter(|node| node.kind != NodeKind::Hand).count();
        assert!((2..=12).contains(&seen), "{name}: {seen} nodes");
    }
}
