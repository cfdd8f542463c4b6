//! Facts about the document's shape that more than one part needs: which maps name
//! things (and have a `default`), and which keys are alternatives of each other.

use super::tree::Pattern;

const fn inherits(path: &'static [&'static str]) -> Pattern {
    Pattern {
        path,
        inherits: true,
    }
}

const fn named(path: &'static [&'static str]) -> Pattern {
    Pattern {
        path,
        inherits: false,
    }
}

/// Every map that names things, from the root inwards.
pub(crate) const MAPS_OF_THINGS: &[Pattern] = &[
    inherits(&["clients"]),
    inherits(&["services"]),
    inherits(&["stores"]),
    inherits(&["brokers"]),
    inherits(&["policies"]),
    inherits(&["aggregates"]),
    inherits(&["projections"]),
    inherits(&["sagas"]),
    inherits(&["properties"]),
    inherits(&["alerts"]),
    inherits(&["tasks"]),
    // What a link leaves out is the default link's when the world is built, so that
    // changing the default changes them all.
    named(&["links"]),
    named(&["types"]),
    named(&["knobs"]),
    named(&["variants"]),
    named(&["costs"]),
    named(&["board", "notes"]),
    inherits(&["services", "*", "endpoints"]),
    inherits(&["services", "*", "subscriptions"]),
    inherits(&["services", "*", "jobs"]),
    named(&["services", "*", "versions"]),
    inherits(&["stores", "*", "tables"]),
    inherits(&["stores", "*", "streams"]),
    inherits(&["aggregates", "*", "commands"]),
    inherits(&["brokers", "*", "rabbitmq", "queues"]),
    inherits(&["brokers", "*", "rabbitmq", "exchanges"]),
    inherits(&["brokers", "*", "kafka", "topics"]),
    inherits(&["brokers", "*", "kafka", "groups"]),
];

/// Keys of which a map has one at the most: in a merge with a `default`, the thing's own
/// replaces the default's.
pub(crate) const ALTERNATIVES: &[&[&str]] = &[
    &["blocking", "async"],
    &["arrivals", "users"],
    &["do", "graphql"],
    &["kafka", "rabbitmq"],
    &["utilisation", "waiting", "queue"],
    &["classic", "quorum"],
    &["topic", "direct", "fanout", "headers"],
    &[
        "timeout",
        "retry",
        "chain",
        "breaker",
        "bulkhead",
        "rate-limit",
        "adaptive-limit",
        "hedge",
        "fallback",
        "cache",
        "loader",
    ],
    &["constant", "uniform", "exponential", "normal", "lognormal"],
    &["row", "marks", "relay"],
    &[
        "slo",
        "in-order",
        "no-loss",
        "at-most",
        "ends",
        "at",
        "expectations",
        "eventually",
        "always",
    ],
];
