//! Policies: the layers around an operation, and the machines of those that remember.
//!
//! The names that a step writes in `with:` flow in; what each layer does flows out, and, for a
//! breaker or whatever else remembers, a place for its state: one for each instance of the
//! caller, or one that everybody shares.

use super::behaviour::Handler;
use super::{Compiler, error_at};
use crate::kernel::{Key, Purpose, SimDuration};
use crate::resilience::Rate;
use crate::resilience::adaptive;
use crate::resilience::backoff::{Backoff, Growth, Jitter, Order};
use crate::resilience::breaker::{self, State};
use crate::resilience::bulkhead::{PoolSettings, SemaphoreSettings};
use crate::resilience::cache::CacheSettings;
use crate::resilience::rate_limiter::{BucketSettings, CycleSettings};
use crate::resilience::retry::BudgetSettings;
use crate::scenario::diagnostic::Problem;
use crate::scenario::document::{
    self, BreakerMode, BreakerWindow, BulkheadForm, DEFAULT_MESSAGE_SIZE, HttpMethod, LimitRule,
    MemberRef, Name, Named, Policy as Described, RateLimitForm, Request, RetryWait, Scope, Share,
    Value,
};
use crate::values::FieldKind;
use crate::world::calls::{MAX_LAYERS, MAX_VISITS};
use crate::world::program::{
    AdaptiveSettings, BreakerSettings, CachePolicy, Fallback, GuardProgram, GuardSettings, Hedge,
    Instead, Policy, PoolProgram, Retry, Site, Wait,
};
use crate::world::topology::{EdgeKind, member};

/// The most room that all that remembers may take, in calls of windows: a keyframe holds it all.
const MAX_MEMORY: usize = 1 << 20;

/// What policies stand around.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// The name of the operation.
    pub(super) name: &'a str,
    /// Its place in [`Program::sites`](crate::world::program::Program::sites).
    pub(super) site: u32,
    /// The arguments of a call, as they are written.
    pub(super) args: Option<&'a Named<Value>>,
    /// The method of what is called, if it has one.
    pub(super) method: Option<HttpMethod>,
}

/// Whether one of these policies tells the callee of time.
pub(super) fn speaks_of_time(policies: &[Policy]) -> bool {
    policies.iter().any(|policy| {
        matches!(policy, Policy::Timeout(timeout) if timeout.propagates || timeout.cancels)
    })
}

/// The policies around an operation, while chains are counted out.
#[derive(Default)]
struct Layers {
    policies: Vec<Policy>,
    /// How many names were looked at, chains included.
    visits: usize,
}

impl Compiler<'_> {
    /// The layers that `with` puts around an operation, outermost first.
    pub(super) fn policies(
        &mut self,
        handler: &mut Handler<'_>,
        with: &[Name],
        around: &Around<'_>,
    ) -> Vec<Policy> {
        let mut layers = Layers::default();
        for policy in with {
            self.layers(handler, policy, around, &mut layers);
        }
        let Layers { policies, visits } = layers;
        if policies.len() > MAX_LAYERS || visits > MAX_VISITS {
            let count = visits.max(policies.len());
            let limit = if visits > MAX_VISITS {
                MAX_VISITS
            } else {
                MAX_LAYERS
            };
            self.problem(handler, Problem::TooMany { count, limit });
        }
        for (place, policy) in policies.iter().enumerate() {
            let Policy::Fallback(Fallback {
                instead: Instead::Stale { cache, .. },
                ..
            }) = policy
            else {
                continue;
            };
            let is_it =
                |policy: &Policy| matches!(policy, Policy::Cache(found) if found.guard == *cache);
            if !policies[place..].iter().any(is_it) {
                let cache = self.program.guards[*cache as usize].policy.clone();
                self.problem(handler, Problem::StaleNeedsItsCache { cache });
            }
        }
        let hedge = policies
            .iter()
            .position(|policy| matches!(policy, Policy::Hedge(_)));
        if hedge.is_some_and(|place| place + 1 < policies.len()) {
            self.problem(handler, Problem::HedgeNotInnermost);
        }
        policies
    }

    /// Whether one of these policies, chains counted out, looks at what is answered.
    pub(super) fn looks_at_answers(&self, with: &[Name]) -> bool {
        let mut left: Vec<&Name> = with.iter().collect();
        for _ in 0..=MAX_VISITS {
            let Some(name) = left.pop() else {
                return false;
            };
            match self.document.policies.get(name) {
                Some(Described::Chain(names)) => left.extend(names),
                Some(Described::Cache(_)) => return true,
                Some(Described::Retry(retry)) if retry.honours_retry_after => return true,
                _ => {}
            }
        }
        false
    }

    fn problem(&mut self, handler: &Handler<'_>, problem: Problem) {
        self.problems
            .push(error_at(self.scenario, handler.path, problem));
    }

    /// Appends the layers of a policy, chains counted out. A chain of chains can stand for
    /// any number of policies, so it ends where there are too many anyway.
    fn layers(
        &mut self,
        handler: &mut Handler<'_>,
        name: &Name,
        around: &Around<'_>,
        layers: &mut Layers,
    ) {
        layers.visits += 1;
        if layers.visits > MAX_VISITS || layers.policies.len() > MAX_LAYERS {
            return;
        }
        let policy = match self.document.policies.get(name) {
            Some(Described::Chain(names)) => {
                for name in names {
                    self.layers(handler, name, around, layers);
                }
                return;
            }
            Some(Described::Timeout(timeout)) => Policy::Timeout(*timeout),
            Some(Described::Retry(retry)) => {
                Policy::Retry(self.retry(handler, name, retry, around))
            }
            Some(Described::Breaker(breaker)) => {
                let settings = GuardSettings::Breaker(breaker_settings(breaker));
                Policy::Breaker(self.guard(handler, name, breaker.scope, settings))
            }
            Some(Described::Bulkhead(bulkhead)) => {
                let settings = bulkhead_settings(bulkhead);
                Policy::Bulkhead(self.guard(handler, name, bulkhead.scope, settings))
            }
            Some(Described::RateLimit(limit)) => {
                let settings = match limit.form {
                    RateLimitForm::Bucket { tokens, per, burst } => {
                        GuardSettings::Bucket(BucketSettings { tokens, per, burst })
                    }
                    RateLimitForm::Cycle { limit, cycle, wait } => {
                        GuardSettings::Cycle(CycleSettings {
                            limit_for_period: limit,
                            limit_refresh_period: cycle,
                            timeout: wait,
                        })
                    }
                };
                Policy::RateLimit(self.guard(handler, name, limit.scope, settings))
            }
            Some(Described::AdaptiveLimit(limit)) => {
                let settings = GuardSettings::Adaptive(adaptive_settings(limit));
                Policy::Adaptive(self.guard(handler, name, limit.scope, settings))
            }
            Some(Described::Hedge(hedge)) => Policy::Hedge(Hedge {
                after: hedge.after,
                attempts: hedge.attempts as u8,
                only: hedge.only.clone(),
            }),
            Some(Described::Fallback(fallback)) => {
                let Some(instead) = self.instead(handler, name, &fallback.instead, around, layers)
                else {
                    return;
                };
                Policy::Fallback(Fallback {
                    on: fallback.on.clone(),
                    instead,
                })
            }
            Some(Described::Cache(cache)) => {
                if around.args.is_none() {
                    let policy = name.to_string();
                    self.problem(handler, Problem::CacheOnlyAroundCalls { policy });
                    return;
                }
                Policy::Cache(self.cache(handler, name, cache))
            }
            _ => return,
        };
        layers.policies.push(policy);
    }

    fn cache(
        &mut self,
        handler: &mut Handler<'_>,
        name: &Name,
        cache: &document::Cache,
    ) -> CachePolicy {
        let settings = GuardSettings::Cache(CacheSettings {
            ttl: cache.ttl,
            stale_if_error: cache.stale_if_error.unwrap_or(SimDuration::MAX),
            entries: cache.entries.unwrap_or(u32::MAX),
        });
        let key = cache.key.as_ref().map(|key| {
            let field = format!("policies.{name}");
            self.value(handler, &field, key, &FieldKind::Any, None)
        });
        CachePolicy {
            guard: self.guard(handler, name, cache.scope, settings),
            key,
        }
    }

    /// What a fallback answers with, whose outer policies are `layers`.
    fn instead(
        &mut self,
        handler: &mut Handler<'_>,
        name: &Name,
        instead: &document::Instead,
        around: &Around<'_>,
        layers: &Layers,
    ) -> Option<Instead> {
        Some(match instead {
            document::Instead::Value(value) => Instead::Value(value.as_ref().map(|value| {
                let field = format!("policies.{name}");
                self.value(handler, &field, value, &FieldKind::Any, None)
            })),
            document::Instead::Stale(cache) => {
                let Some(Described::Cache(described)) = self.document.policies.get(cache) else {
                    let cache = cache.to_string();
                    self.problem(handler, Problem::StaleNeedsItsCache { cache });
                    return None;
                };
                let CachePolicy { guard, key } = self.cache(handler, cache, described);
                Instead::Stale { cache: guard, key }
            }
            document::Instead::Endpoint { to, args } => {
                let outer = &layers.policies;
                Instead::Site(self.other_site(handler, name, (to, args), around, outer)?)
            }
        })
    }

    /// The site at which a fallback asks another endpoint.
    fn other_site(
        &mut self,
        handler: &mut Handler<'_>,
        policy: &Name,
        (to, args): (&MemberRef, &Named<Value>),
        around: &Around<'_>,
        outer: &[Policy],
    ) -> Option<u32> {
        let (target, owner) = self.target(to)?;
        let nodes = self
            .topology
            .node(handler.owner)
            .zip(self.topology.node(&owner));
        let kind = EdgeKind::Call;
        let edge = nodes.and_then(|(from, to)| self.topology.edge(from, to, kind))?;
        let document = self.document;
        let input = document
            .services
            .get(&to.owner)
            .and_then(|service| service.endpoints.get(&to.member)?.input.as_ref());
        let fields = input.map_or_else(Vec::new, |shape| self.fields_of(shape));
        let given = around.args.into_iter().flatten();
        let given = given.filter(|(name, _)| fields.iter().any(|(field, _)| field == name));
        let args = given
            .chain(args)
            .map(|(name, value)| (name.clone(), value.clone()));
        let request = Request {
            args: args.collect(),
            headers: Named::new(),
            query: None,
            bind: None,
            size: None,
        };
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        let tells = self.tells(&member(to), &names, &[]);
        let name = format!("{}/{policy}", around.name);
        let carries = self.request(handler, &name, &fields, &request);
        let mut policies = outer.to_vec();
        policies.push(Policy::InsteadOf(around.site));
        let place = self.program.sites.len() as u32;
        self.program.sites.push(Site {
            target,
            edge,
            endpoint: self.endpoint(&owner, kind, &member(to)),
            size: DEFAULT_MESSAGE_SIZE,
            key: Key::of(&name),
            speaks_of_time: speaks_of_time(outer),
            policies,
            outcomes: Vec::new(),
            carries,
            bind: self.program.sites[around.site as usize].bind,
            lands: self.program.sites[around.site as usize].lands,
            tells,
        });
        Some(place)
    }

    fn retry(
        &mut self,
        handler: &Handler<'_>,
        policy: &Name,
        retry: &document::Retry,
        around: &Around<'_>,
    ) -> Retry {
        let name = &format!("{}/{policy}", around.name);
        let jitter = match retry.jitter {
            document::Jitter::Around(share) if share == Share::NONE => Jitter::None,
            document::Jitter::Around(share) => Jitter::Around(rate(share)),
            document::Jitter::Full => Jitter::Full,
            document::Jitter::Equal => Jitter::Equal,
            document::Jitter::Decorrelated => Jitter::Decorrelated,
        };
        let grown = |growth| {
            Wait::Grown(Backoff {
                growth,
                jitter,
                order: Order::CapThenJitter,
            })
        };
        let no_cap = SimDuration::MAX;
        let wait = match &retry.wait {
            RetryWait::Drawn(document::DurationDistribution::Constant(wait)) => {
                grown(Growth::Constant(*wait))
            }
            RetryWait::Drawn(length) => {
                Wait::Drawn(self.drawn(length, name, Purpose::Backoff), jitter)
            }
            &RetryWait::Exponential { base, factor, cap } => grown(Growth::Exponential {
                base,
                factor,
                cap: cap.unwrap_or(no_cap),
            }),
            &RetryWait::Linear { base, step, cap } => grown(Growth::Linear {
                base,
                step,
                cap: cap.unwrap_or(no_cap),
            }),
        };
        let budget = retry.budget.map(|budget| {
            let settings = GuardSettings::Budget(BudgetSettings::Tokens {
                max_tokens: budget.tokens,
                token_ratio_thousandths: budget.per_success_thousandths,
            });
            self.guard(handler, policy, budget.scope, settings)
        });
        Retry {
            attempts: retry.attempts,
            wait,
            jitter_stream: self.stream(name, Purpose::Jitter),
            only: retry.only.clone(),
            wait_before_give_up: retry.wait_before_give_up,
            budget,
            may_repeat: retry.methods.as_ref().is_none_or(|methods| {
                around
                    .method
                    .is_some_and(|method| methods.contains(&method))
            }),
            honours_retry_after: retry.honours_retry_after,
        }
    }

    /// The machines of a policy for the caller at hand; a policy that is shared has one for all.
    fn guard(
        &mut self,
        handler: &Handler<'_>,
        policy: &Name,
        scope: Scope,
        settings: GuardSettings,
    ) -> u32 {
        let owner = self
            .topology
            .node(handler.owner)
            .filter(|_| scope == Scope::Instance);
        let known = (policy.clone(), owner);
        if let Some(guard) = self.guards.get(&known) {
            return *guard;
        }
        let owners = owner.map(|owner| {
            let node = &self.topology.nodes[owner.index()];
            node.first_entity.0..node.first_entity.0 + node.entities
        });
        let name = owner.map_or("", |owner| self.topology.nodes[owner.index()].name.as_str());
        let guards = &mut self.program.guards;
        let first = guards.last().map_or(0, |guard| guard.first + guard.count());
        let place = guards.len() as u32;
        guards.push(GuardProgram {
            policy: policy.to_string(),
            settings,
            key: Key::of(&format!("{policy}/{name}")),
            first,
            owners,
        });
        self.guards.insert(known, place);
        place
    }

    /// Whether all that remembers is too much.
    pub(super) fn guards_fit(&mut self) {
        let room = |guard: &GuardProgram| {
            let each = match &guard.settings {
                GuardSettings::Breaker(settings) => settings.breaker.room(),
                _ => 1,
            };
            each.saturating_mul(guard.count() as usize)
        };
        let guards = self.program.guards.iter();
        let count = guards.map(room).fold(0, usize::saturating_add);
        if count > MAX_MEMORY {
            let problem = Problem::TooMany {
                count,
                limit: MAX_MEMORY,
            };
            self.problems
                .push(error_at(self.scenario, "policies", problem));
        }
    }
}

fn rate(share: Share) -> Rate {
    Rate::millionths(share.millionths())
}

fn bulkhead_settings(described: &document::Bulkhead) -> GuardSettings {
    match described.form {
        BulkheadForm::Semaphore { at_most } => GuardSettings::Bulkhead(SemaphoreSettings {
            max_concurrent: at_most,
            max_wait: described.wait,
            max_waiting: described.queue,
        }),
        BulkheadForm::Threads {
            core,
            most,
            keep_alive,
        } => GuardSettings::Pool(PoolProgram {
            pool: PoolSettings {
                core_threads: core,
                max_threads: most,
                queue_capacity: described.queue,
                keep_alive,
            },
            max_wait: described.wait,
        }),
    }
}

fn adaptive_settings(described: &document::AdaptiveLimit) -> AdaptiveSettings {
    let rule = match described.rule {
        LimitRule::Aimd { backoff, timeout } => adaptive::Rule::Aimd {
            backoff_ratio: backoff.as_f64(),
            timeout,
        },
        LimitRule::Gradient2 {
            queue,
            smoothing,
            window,
            tolerance,
        } => adaptive::Rule::Gradient2 {
            queue,
            smoothing: smoothing.as_f64(),
            long_window: window,
            tolerance,
        },
    };
    AdaptiveSettings {
        bounds: adaptive::Bounds {
            initial: described.initial,
            least: described.least,
            most: described.most,
        },
        rule,
    }
}

fn breaker_settings(described: &document::Breaker) -> BreakerSettings {
    let sliding = |window| {
        let (slow_call, slow_call_rate) = described
            .slow
            // resilience4j: 60 s, all of the calls.
            .unwrap_or((SimDuration::from_secs(60), Share::ALL));
        breaker::Settings::Sliding(breaker::SlidingSettings {
            window,
            minimum_calls: described.minimum,
            failure_rate: rate(described.failure_rate),
            slow_call_rate: rate(slow_call_rate),
            slow_call,
            permitted_in_half_open: described.half_open,
            wait_in_open: Growth::Constant(described.open_for),
            half_open_limit: described.half_open_for.map(|wait| breaker::HalfOpenLimit {
                wait,
                then_closes: false,
            }),
            automatic: described.automatic,
        })
    };
    let breaker = match described.window {
        BreakerWindow::Calls(calls) => sliding(breaker::WindowSize::Calls(calls)),
        BreakerWindow::Seconds(seconds) => sliding(breaker::WindowSize::Seconds(seconds)),
        BreakerWindow::Consecutive(failures) => {
            breaker::Settings::Consecutive(breaker::ConsecutiveSettings {
                failure_threshold: failures,
                timeout: described.open_for,
            })
        }
    };
    BreakerSettings {
        breaker,
        failures: described.failures.clone(),
        ignore: described.ignore.clone(),
        forced: match described.mode {
            BreakerMode::Normal => None,
            BreakerMode::ForcedOpen => Some(State::ForcedOpen),
            BreakerMode::Disabled => Some(State::Disabled),
            BreakerMode::MetricsOnly => Some(State::MetricsOnly),
        },
    }
}
