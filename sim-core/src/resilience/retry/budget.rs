//! Retry budgets: how many retries a caller may make of all its calls, so that retries do
//! not finish off a callee that is failing.
//!
//! Calls that succeed and fail flow in, permission to retry flows out. Two forms:
//! - gRPC's retry throttling, a bucket of tokens
//!   (<https://github.com/grpc/proposal/blob/master/A6-client-retries.md#throttling-retry-attempts-and-hedged-rpcs>),
//! - Envoy's retry budget, a share of the calls under way
//!   (<https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/circuit_breaker.proto>).

use crate::resilience::Rate;

/// The settings of a budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BudgetSettings {
    /// gRPC's `retryThrottling`. A failure costs one token, a success gives some back; there
    /// are retries while *more than half* of the tokens are there.
    Tokens {
        /// `maxTokens`: how many there are at first and at the most; 1 to 1000.
        max_tokens: u32,
        /// `tokenRatio`: what a success gives back, in thousandths of a token; at least 1.
        token_ratio_thousandths: u32,
    },
    /// Envoy's `retry_budget`: so many retries may be under way.
    ActiveShare {
        /// `budget_percent`: as a share of the calls that are; Envoy's default is 20 %.
        share: Rate,
        /// `min_retry_concurrency`: but so many in any case; Envoy's default is 3.
        at_least: u32,
    },
}

impl BudgetSettings {
    /// The settings in the example of gRPC's proposal: 10 tokens, a tenth for a success.
    pub const GRPC: Self = Self::Tokens {
        max_tokens: 10,
        token_ratio_thousandths: 100,
    };
    /// Envoy's defaults.
    pub const ENVOY: Self = Self::ActiveShare {
        share: Rate::percent(20),
        at_least: 3,
    };
}

/// What is left of a budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RetryBudget {
    /// A bucket of tokens.
    Tokens(Tokens),
    /// A share of the calls under way.
    ActiveShare(ActiveShare),
}

/// A bucket of tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tokens {
    /// In thousandths of a token.
    level: u32,
}

/// What is under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ActiveShare {
    calls: u32,
    retries: u32,
}

/// A token in the unit in which they are counted, gRPC's: three decimals matter.
const TOKEN: u32 = 1_000;

impl RetryBudget {
    /// A budget nothing of which is used.
    pub const fn new(settings: &BudgetSettings) -> Self {
        match settings {
            BudgetSettings::Tokens { max_tokens, .. } => Self::Tokens(Tokens {
                level: max_tokens.saturating_mul(TOKEN),
            }),
            BudgetSettings::ActiveShare { .. } => Self::ActiveShare(ActiveShare {
                calls: 0,
                retries: 0,
            }),
        }
    }

    /// An attempt begins; `is_retry` if it is not the first of its call.
    pub const fn begin(&mut self, is_retry: bool) {
        if let Self::ActiveShare(active) = self {
            active.calls = active.calls.saturating_add(1);
            active.retries = active.retries.saturating_add(is_retry as u32);
        }
    }

    /// An attempt has ended.
    pub fn end(&mut self, settings: &BudgetSettings, is_retry: bool, succeeded: bool) {
        match (self, settings) {
            (
                Self::Tokens(tokens),
                &BudgetSettings::Tokens {
                    max_tokens,
                    token_ratio_thousandths,
                },
            ) => {
                let level = if succeeded {
                    tokens.level.saturating_add(token_ratio_thousandths)
                } else {
                    tokens.level.saturating_sub(TOKEN)
                };
                tokens.level = level.min(max_tokens.saturating_mul(TOKEN));
            }
            (Self::ActiveShare(active), _) => {
                active.calls = active.calls.saturating_sub(1);
                active.retries = active.retries.saturating_sub(u32::from(is_retry));
            }
            _ => {}
        }
    }

    /// Whether a retry may be made now.
    pub fn allows(&self, settings: &BudgetSettings) -> bool {
        match (self, *settings) {
            (Self::Tokens(tokens), BudgetSettings::Tokens { max_tokens, .. }) => {
                tokens.level > max_tokens.saturating_mul(TOKEN) / 2
            }
            (Self::ActiveShare(active), BudgetSettings::ActiveShare { share, at_least }) => {
                active.retries < share.of(active.calls).max(at_least)
            }
            // Of another form since it was made.
            _ => true,
        }
    }

    /// How much is left, for whoever looks at it: tokens, or retries that may still begin.
    pub fn left(&self, settings: &BudgetSettings) -> f64 {
        match (self, *settings) {
            (Self::Tokens(tokens), _) => f64::from(tokens.level) / f64::from(TOKEN),
            (Self::ActiveShare(active), BudgetSettings::ActiveShare { share, at_least }) => {
                let most = share.of(active.calls).max(at_least);
                f64::from(most.saturating_sub(active.retries))
            }
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_stop_when_half_of_the_tokens_are_gone_and_come_back_with_successes() {
        let settings = BudgetSettings::GRPC;
        let mut budget = RetryBudget::new(&settings);
        for _ in 0..4 {
            budget.end(&settings, false, false);
            assert!(budget.allows(&settings));
        }
        budget.end(&settings, false, false);
        assert!(!budget.allows(&settings), "5 tokens are not more than half");
        budget.end(&settings, false, true);
        assert!(budget.allows(&settings), "5.1 tokens are");
    }

    #[test]
    fn tokens_are_never_more_than_there_were_nor_less_than_none() {
        let settings = BudgetSettings::GRPC;
        let mut budget = RetryBudget::new(&settings);
        budget.end(&settings, false, true);
        assert!((budget.left(&settings) - 10.0).abs() < 1e-9);
        for _ in 0..100 {
            budget.end(&settings, true, false);
        }
        assert!(budget.left(&settings).abs() < 1e-9);
    }

    #[test]
    fn one_in_five_of_the_calls_under_way_may_be_a_retry_but_three_in_any_case() {
        let settings = BudgetSettings::ENVOY;
        let mut budget = RetryBudget::new(&settings);
        let begin_retries = |budget: &mut RetryBudget| {
            let mut begun = 0;
            while budget.allows(&settings) {
                budget.begin(true);
                begun += 1;
            }
            begun
        };
        assert_eq!(begin_retries(&mut budget), 3);
        for _ in 0..37 {
            budget.begin(false);
        }
        // 40 are under way, and every retry that begins is one more.
        assert_eq!(begin_retries(&mut budget), 6);
        for _ in 0..9 {
            budget.end(&settings, true, true);
        }
        assert!(budget.allows(&settings));
    }
}
