//! The machines of a policy: the state each is in at this moment, what it remembers, and why it
//! changed last, drawn.
//!
//! Readings flow in from the worker, which has the state of the run at any cursor; changes and
//! their reasons come from the picture. Which machine there is comes from the topology.

use leptos::prelude::*;
use sim_core::kernel::SimTime;
use sim_core::world::{BreakerReading, GuardId, GuardKind, Judged, Reading, Standing};

use super::diagram::diagram;
use super::words;
use crate::desk::Desk;
use crate::i18n::{Locale, duration, moment, number, said, text};
use crate::player::Player;

/// All machines of the policy called so.
#[component]
pub(super) fn Machines(#[prop(into)] policy: Signal<String>) -> impl IntoView {
    let desk = Desk::of_here();
    let any = Memo::new(move |_| {
        let policy = policy.get();
        desk.stage.with(|stage| {
            let guards = stage.iter().flat_map(|stage| &stage.topology.guards);
            guards.into_iter().any(|guard| guard.policy == policy)
        })
    });
    Effect::new(move || {
        desk.moment.track();
        desk.readings.track();
        if any.get() {
            desk.ask_readings(policy.get());
        }
    });
    let found = move || {
        desk.readings.with(|readings| {
            let readings = readings.as_ref()?;
            (readings.policy == policy.get()).then(|| readings.found.clone())
        })
    };
    view! {
        <Show when=move || any.get()>
            <h3>{said!(desk, machines.title)}</h3>
            <ul class="machines">
                {move || {
                    found()
                        .unwrap_or_default()
                        .into_iter()
                        .map(|(guard, reading)| machine(desk, guard, reading))
                        .collect_view()
                }}
            </ul>
        </Show>
    }
}

fn machine(desk: Desk, guard: GuardId, reading: Reading) -> impl IntoView {
    let locale = desk.locale.get();
    let owner = desk.stage.with(|stage| {
        let stage = stage.as_ref()?;
        let guard = stage.topology.guards.get(guard.index())?;
        Some(match (guard.kind, guard.owner) {
            (GuardKind::Balancer, _) => text!(locale, machines.balancer),
            (GuardKind::Autoscaler, _) => text!(locale, machines.scaling),
            (_, owner) => words::entity(locale, stage, owner?),
        })
    });
    let owner = owner.unwrap_or_else(|| text!(locale, machines.shared));
    let drawn = reading.chart().map(|chart| diagram(locale, &chart));
    let body = memory(desk, locale, guard, reading);
    view! {
        <li data-machine=guard.0>
            <h4>{owner}</h4>
            {drawn}
            {body}
        </li>
    }
}

/// What a machine has in its memory, in words.
fn memory(desk: Desk, locale: Locale, guard: GuardId, reading: Reading) -> AnyView {
    match reading {
        Reading::Breaker(breaker) => remembered(desk, locale, guard, &breaker).into_any(),
        Reading::Bulkhead {
            running,
            at_most,
            waiting,
        } => {
            let said = text!(
                locale,
                machines.bulkhead,
                running = running,
                at_most = at_most,
                waiting = waiting
            );
            filled(f64::from(running) / f64::from(at_most.max(1)), said).into_any()
        }
        Reading::RateLimiter { left, at_most } => {
            let said = text!(
                locale,
                machines.rate_limiter,
                left = number(locale, left.floor(), 0),
                at_most = at_most
            );
            filled(left / f64::from(at_most.max(1)), said).into_any()
        }
        Reading::RetryBudget {
            left,
            needs,
            at_most,
        } => {
            let said = text!(
                locale,
                machines.budget,
                left = number(locale, left, 1),
                needs = number(locale, needs, 1)
            );
            filled(left / at_most.max(1.0), said).into_any()
        }
        Reading::Balancer(instances) => standings(desk, locale, instances).into_any(),
        Reading::Autoscaler {
            instances,
            at_least,
            at_most,
            measured,
            target,
            due,
        } => {
            let measured = measured.map_or_else(
                || text!(locale, machines.nothing_measured),
                |measured| words::measure(locale, measured),
            );
            let said = text!(
                locale,
                machines.autoscaler,
                instances = instances,
                at_least = at_least,
                at_most = at_most,
                measured = measured,
                target = words::measure(locale, target),
                due = moment(locale, due, 1)
            );
            filled(f64::from(instances) / f64::from(at_most.max(1)), said).into_any()
        }
        Reading::Pool {
            running,
            threads,
            at_most,
            waiting,
            places,
        } => {
            let said = text!(
                locale,
                machines.pool,
                running = running,
                threads = threads,
                at_most = at_most,
                waiting = waiting,
                places = places
            );
            filled(f64::from(running) / f64::from(at_most.max(1)), said).into_any()
        }
        Reading::AdaptiveLimit {
            running,
            limit,
            least,
            most,
        } => {
            let said = text!(
                locale,
                machines.adaptive,
                running = running,
                limit = limit,
                least = least,
                most = most
            );
            filled(f64::from(running) / f64::from(limit.max(1)), said).into_any()
        }
        Reading::Cache {
            entries,
            hits,
            misses,
            ..
        } => {
            let said = text!(
                locale,
                machines.cache,
                entries = entries,
                hits = hits,
                misses = misses
            );
            filled(hits as f64 / (hits + misses).max(1) as f64, said).into_any()
        }
    }
}

/// What the balancer of a service knows of each instance.
fn standings(desk: Desk, locale: Locale, instances: Vec<Standing>) -> impl IntoView + use<> {
    let row = move |standing: Standing| {
        let who = desk.stage.with(|stage| {
            let stage = stage.as_ref()?;
            Some(words::entity(locale, stage, standing.instance))
        });
        let Standing {
            out_until,
            ejections,
            ready,
            not_ready,
            not_alive,
            ..
        } = standing;
        let state = match out_until {
            Some(until) => text!(
                locale,
                machines.left_out,
                until = moment(locale, until, 1),
                times = ejections
            ),
            None if !ready => text!(locale, machines.not_ready),
            None => text!(locale, machines.in_turn),
        };
        let probes = (not_ready + not_alive > 0).then(|| {
            text!(
                locale,
                machines.failed_probes,
                not_ready = not_ready,
                not_alive = not_alive
            )
        });
        view! {
            <li class:bad=out_until.is_some() || !ready>
                {who.unwrap_or_default()} ": " {state} " " {probes}
            </li>
        }
    };
    view! { <ul class="standings">{instances.into_iter().map(row).collect_view()}</ul> }
}

/// How full something is.
fn filled(share: f64, said: String) -> impl IntoView {
    let width = format!("width:{:.1}%", share.clamp(0.0, 1.0) * 100.0);
    view! {
        <div class="gauge" aria-hidden="true"><span style=width></span></div>
        <p class="hush">{said}</p>
    }
}

/// A breaker: what it remembers, and why it is in its state.
fn remembered(
    desk: Desk,
    locale: Locale,
    guard: GuardId,
    breaker: &BreakerReading,
) -> impl IntoView + use<> {
    let now = desk.ask(Player::time).unwrap_or(SimTime::ZERO);
    let changed = desk
        .ask(|player| player.picture().breakers.get(&guard).copied())
        .flatten();
    let since = changed.map(|gauge| {
        let why = text!(
            locale,
            machines.since,
            at = moment(locale, gauge.since, words::DECIMALS),
            why = words::breaker_why(locale, gauge.why)
        );
        let record = gauge.record;
        view! {
            <button class="link" title=said!(desk, inspector.jump) on:click=move |_| desk.jump(record)>
                {why}
            </button>
        }
    });
    let countdown = breaker
        .waits_until
        .filter(|until| *until > now)
        .map(|until| {
            let left = duration(locale, until.since(now));
            view! { <p class="countdown">{text!(locale, machines.left, left = left)}</p> }
        });
    let counts = text!(
        locale,
        machines.counts,
        calls = breaker.calls,
        failed = breaker.failed,
        slow = breaker.slow,
        away = breaker.not_permitted
    );
    let rate = breaker.failure_rate.map(|rate| {
        text!(
            locale,
            machines.rate,
            rate = number(locale, f64::from(rate), 0)
        )
    });
    let ring: Vec<_> = breaker
        .window
        .iter()
        .map(|judged| view! { <span class=class_of(*judged)></span> })
        .collect();
    view! {
        {since}
        {countdown}
        <div class="ring" aria-hidden="true">{ring}</div>
        <p class="hush">{counts} " " {rate}</p>
    }
}

const fn class_of(judged: Judged) -> &'static str {
    match judged {
        Judged::Well => "well",
        Judged::Slow => "slow",
        Judged::Failed => "failed",
        Judged::Nothing => "nothing",
    }
}
