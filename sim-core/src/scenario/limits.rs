//! The bounds of a document. A scenario comes from a URL as easily as from a file, so
//! everything a reader could be made to loop over or allocate has one. They are listed
//! in docs/scenario.md; every error about one of them names it.

use crate::kernel::SimDuration;

/// The longest text, in bytes.
pub const MAX_TEXT_BYTES: usize = 1 << 20;
/// The most nodes in a text, and in a tree after `default`s were written out.
pub const MAX_NODES: usize = 50_000;
/// How deep maps and lists may be nested.
pub const MAX_DEPTH: usize = 64;
/// The longest key of a map, in bytes: a path of a setting may be one.
pub const MAX_KEY_BYTES: usize = 1_024;
/// The most problems told at once.
pub const MAX_DIAGNOSTICS: usize = 100;
/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 64;
/// The most instances of one service.
pub const MAX_INSTANCES: u64 = 1_000;
/// The most workers of one instance.
pub const MAX_WORKERS: u64 = 100_000;
/// The longest queue in front of the workers, or bounded queue of a broker.
pub const MAX_QUEUE: u64 = 1_000_000;
/// The most users of a closed load.
pub const MAX_USERS: u64 = 100_000;
/// The most stages of an Erlang distribution: more is next to constant.
pub const MAX_STAGES: u64 = 1_000;
/// The most recorded values of a distribution or of arrivals.
pub const MAX_RECORDED: usize = 10_000;
/// The most attempts of a retry.
pub const MAX_ATTEMPTS: u64 = 1_000;
/// The longest run.
pub const MAX_HORIZON: SimDuration = SimDuration::from_secs(24 * 3_600);
/// The longest span anything in a run may take, wait or be drawn from.
pub const MAX_SPAN: SimDuration = SimDuration::from_secs(24 * 3_600);
/// The longest span something may be kept (marks, logs, messages).
pub const MAX_KEPT: SimDuration = SimDuration::from_secs(3_650 * 24 * 3_600);
/// The highest rate, in events a second.
pub const MAX_RATE: f64 = 1e6;
/// The largest factor (slower by, longer by).
pub const MAX_FACTOR: f64 = 1e6;
/// The slowest a story is played, in simulated seconds a second of the screen.
pub const SLOWEST_PLAYBACK: f64 = 0.001;
/// The fastest.
pub const FASTEST_PLAYBACK: f64 = 1_000.0;
/// The largest size of a message or field, in bytes.
pub const MAX_SIZE: u64 = 1 << 30;
/// The highest bandwidth of a link, in bits a second.
pub const MAX_BANDWIDTH: u64 = 1_000_000_000_000;
/// The most partitions of a topic.
pub const MAX_PARTITIONS: u64 = 10_000;
/// The most nodes of a broker, and replicas of a partition.
pub const MAX_BROKER_NODES: u64 = 100;
/// The most rows a table may start with, and the most entries a cache may have.
pub const MAX_ROWS: u64 = 10_000_000;
/// The most of anything else that is counted.
pub const MAX_COUNT: u64 = 1_000_000;
/// The most items a `for-each` goes over.
pub const MAX_ITEMS: u64 = 10_000;
/// The most seeds of a task.
pub const MAX_SEEDS: u64 = 100_000;
/// The longest path of a setting, in segments.
pub const MAX_PATH: usize = 32;
/// The longest expression, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 4_096;
/// How deep an expression may be nested.
pub const MAX_EXPRESSION_DEPTH: usize = 64;
/// The most entries of a timeline.
pub const MAX_TIMELINE: usize = 1_000;
/// The most properties and alerts.
pub const MAX_PROPERTIES: usize = 100;
/// The most figures of the run that they name, in all.
pub const MAX_FIGURES: usize = 256;
/// How many nodes may be read again, in all, to check that knobs, timeline, versions
/// and variants change the document into one that still holds.
pub const MAX_PATCH_WORK: usize = 5_000_000;
/// After so many changes that break the document no more are tried.
pub const MAX_BROKEN: usize = 20;
