//! Views: what a run looks like. One room a view; each is a function of the trace and the
//! cursor.

pub(crate) mod flow;
pub(crate) mod metrics;
