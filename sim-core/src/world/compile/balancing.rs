//! Balancing: which instance of a service gets a request, and what a hash is taken of.

use super::messages::Takes;
use super::{Compiler, error_at};
use crate::kernel::Key;
use crate::resilience::balancing::{Balancer, Ring};
use crate::scenario::diagnostic::Problem;
use crate::scenario::document::{Balance, Name, Service};
use crate::values::Formula;

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
            let found = error_at(self.scenario, &path, problem);
            // A version of the service says the same once more.
            if !self.problems.contains(&found) {
                self.problems.push(found);
            }
        }
        keys
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
