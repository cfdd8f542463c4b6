//! Balancing: which instance of a service gets a request, what a hash is taken of, and what else
//! is done around the instances.

use super::messages::Takes;
use super::{Compiler, error_at};
use crate::kernel::{Key, Purpose, SimDuration};
use crate::resilience::Rate;
use crate::resilience::autoscaling::ScalingSettings;
use crate::resilience::balancing::{Balancer, HealthSettings, OutlierSettings, Ring};
use crate::scenario::diagnostic::Problem;
use crate::scenario::document::{Balance, Name, Outliers, Probe, Scale, ScaleTarget, Service};
use crate::values::Formula;
use crate::world::program::{Care, HealthCare, Measures, OutlierCare, ScalingCare};
use crate::world::topology::member;

impl<'a> Compiler<'a> {
    /// How an instance of a service is chosen. All that may ever be there stand on a ring, so
    /// that whoever comes gets the keys it would always have had.
    pub(super) fn balancer(&self, name: &Name, described: &Service) -> Balancer {
        match described.balance {
            Balance::RoundRobin => Balancer::ROUND_ROBIN,
            Balance::Random => Balancer::Random,
            Balance::LeastRequests => Balancer::LeastRequests,
            Balance::TwoChoices => Balancer::TwoChoices,
            Balance::Hash(_) => {
                let instances = self.document.instances_of(name).most;
                let names = (1..=instances).map(|number| format!("{name}.{number}"));
                Balancer::ConsistentHash(Ring::new(names.map(|name| Key::of(&name).value())))
            }
        }
    }

    /// For each endpoint of a service, what the requests that one instance gets have in common.
    /// An endpoint need not have every field, but a name that none of them has is a mistake.
    pub(super) fn keys(&mut self, name: &Name, described: &'a Service) -> Vec<Formula> {
        let Balance::Hash(expression) = &described.balance else {
            return Vec::new();
        };
        let mut keys = Vec::with_capacity(described.endpoints.len());
        let mut unknown: Option<Vec<Problem>> = None;
        for endpoint in described.endpoints.values() {
            let (mut scope, _) = self.opening(Takes::Request(endpoint.input.as_ref()));
            let (key, problems) = scope.resolve(expression);
            keys.push(key);
            unknown = Some(match unknown {
                None => problems,
                Some(before) => {
                    let also =
                        |problem: &Problem| problems.iter().any(|other| same(problem, other));
                    before.into_iter().filter(also).collect()
                }
            });
        }
        for problem in unknown.unwrap_or_default() {
            let path = format!("services.{name}.balance.hash");
            self.problem_once(&path, problem);
        }
        keys
    }
}

impl Compiler<'_> {
    /// Tells a problem at `path`, unless it was told: a version of a service says the same once
    /// more.
    pub(super) fn problem_once(&mut self, path: &str, problem: Problem) {
        let found = error_at(self.scenario, path, problem);
        if !self.problems.contains(&found) {
            self.problems.push(found);
        }
    }

    /// What is done around the instances of a service.
    pub(super) fn care(&mut self, name: &Name, described: &Service) -> Care {
        let health = described.health.as_ref().map(|health| HealthCare {
            readiness: probe(&health.readiness),
            ready: health.ready.as_ref().map(|ready| {
                let path = format!("services.{name}.health.ready");
                self.own_question(&path, ready)
            }),
            liveness: health.liveness.as_ref().map(probe),
        });
        let scaling = described.scale.as_ref();
        let scaling = scaling.map(|scale| self.scaling(name, described, scale));
        Care {
            start_up: described.start_up,
            outliers: described.outliers.as_ref().map(outliers),
            health,
            scaling,
        }
    }

    fn scaling(&self, name: &Name, described: &Service, scale: &Scale) -> ScalingCare {
        let (target, measures) = match &scale.target {
            ScaleTarget::Utilisation(share) => {
                let workers = described.workers.count;
                (share.as_f64(), Measures::Utilisation { workers })
            }
            ScaleTarget::Waiting(each) => (f64::from(*each), Measures::Waiting),
            ScaleTarget::Queue(queue, each) => {
                let place = self.queues.get(&member(queue)).copied();
                (f64::from(*each), Measures::Queue(place.unwrap_or_default()))
            }
        };
        let settings = ScalingSettings {
            target,
            min_instances: scale.min,
            max_instances: scale.max,
            tolerance: scale.tolerance.as_f64(),
            period: scale.every,
            scale_down_window: scale.shrink_after,
        };
        ScalingCare {
            settings,
            delay: scale.delay,
            measures,
            sampled: self.stream(name.as_str(), Purpose::Sample),
        }
    }
}

fn probe(probe: &Probe) -> HealthSettings {
    HealthSettings {
        initial_delay: SimDuration::ZERO,
        period: probe.every,
        timeout: probe.timeout,
        failure_threshold: probe.failures,
        success_threshold: probe.successes,
    }
}

fn outliers(described: &Outliers) -> OutlierCare {
    let settings = OutlierSettings {
        consecutive_failures: described.failures,
        interval: described.every,
        base_ejection: described.out_for,
        max_ejection: described.longest,
        max_ejected: Rate::millionths(described.at_most.millionths()),
    };
    OutlierCare {
        settings,
        panic: described.panic,
    }
}

/// Whether two problems are about the same part of an expression.
fn same(one: &Problem, other: &Problem) -> bool {
    match (one, other) {
        (Problem::UnknownName { found: one, .. }, Problem::UnknownName { found: other, .. }) => {
            one == other
        }
        _ => one == other,
    }
}
