//! Links: what the network does with a message between its two ends.
//!
//! A message about to be sent flows in, a [`Passage`] flows out: when it arrives, whether it
//! is lost on the way, whether the network copies it. Two kinds of link. Between those who
//! call each other every message goes for itself: it may overtake others, arrive twice, or
//! get lost without anybody being told. A connection to a broker is one ordered stream, as
//! AMQP over TCP is: nothing overtakes, and what the network loses is sent again until it
//! arrives.
//!
//! A link with a `bandwidth` is one line in each direction between its two ends, whichever
//! of their instances talk: a message takes `size / bandwidth` to leave, after those that
//! were sent before it.

use super::delivery::{Body, Outgoing};
use super::program::{EntryKind, Path};
use super::stores::StatementBody;
use super::variables::{Payload, bytes_of};
use super::{Direction, EdgeId, Loss, Outcome, World};
use crate::kernel::{Draw, EntityId, Identity, Key, SimDuration, SimTime, StreamKey};
use crate::scenario::document::{Bandwidth, Share};

/// How long TCP waits before it sends a lost segment again: the least on Linux
/// (`TCP_RTO_MIN`); it doubles with every further loss (RFC 6298, section 5.5).
const RETRANSMISSION_TIMEOUT: SimDuration = SimDuration::from_millis(200);
/// The longest it waits (Linux `TCP_RTO_MAX`).
const LONGEST_RETRANSMISSION_TIMEOUT: SimDuration = SimDuration::from_secs(120);
/// How often TCP tries: the default of Linux (`net.ipv4.tcp_retries2`). The connection is
/// taken to hold after that.
const RETRANSMISSIONS: u32 = 15;
/// How large what a broker and its clients tell each other beside messages is, and a failed
/// connection: a frame of a few dozen bytes (AMQP 0-9-1, section 4.2.3).
const CONTROL_SIZE: u32 = 64;

/// What becomes of a message on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    /// When it arrives, or would have.
    pub(super) arrives: SimTime,
    /// Why it does not, if it does not.
    pub(super) lost: Option<Loss>,
    /// The copy the network makes of it, and when that arrives.
    pub(super) copy: Option<(Identity, SimTime)>,
}

/// Until when each line is busy with what was sent before; empty as long as no link has a
/// bandwidth.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    busy_until: Vec<SimTime>,
}

impl Lines {
    /// Sends `size` bytes down a line; when the last of them has left.
    fn send(&mut self, line: u32, size: u32, bandwidth: Bandwidth, now: SimTime) -> SimTime {
        let line = line as usize;
        if self.busy_until.len() <= line {
            self.busy_until.resize(line + 1, SimTime::ZERO);
        }
        let busy_until = &mut self.busy_until[line];
        *busy_until = now.max(*busy_until).after(bandwidth.transmission(size));
        *busy_until
    }

    /// About how many bytes a clone occupies.
    pub(super) const fn bytes(&self) -> usize {
        self.busy_until.len() * size_of::<SimTime>()
    }
}

fn happens(chance: Share, stream: StreamKey, identity: Identity) -> bool {
    chance > Share::NONE
        && Draw::new(stream, identity).below(1_000_000) < u64::from(chance.millionths())
}

impl Path {
    /// How long a message is on its way once it has left: nothing at all if it goes ahead of
    /// those before it (as with `reorder` of netem).
    fn latency(&self, identity: Identity) -> SimDuration {
        if happens(self.reordering, self.reordering_stream, identity) {
            return SimDuration::ZERO;
        }
        self.latency.draw(identity)
    }

    /// When TCP gets a segment through that is sent at `at` and then again and again: the
    /// first time when the network lets it, which loses so many at a moment, or all.
    fn retransmitted(
        &self,
        identity: Identity,
        mut at: SimTime,
        lets_through: impl Fn(SimTime) -> Option<Share>,
    ) -> Option<SimTime> {
        let mut draw = Draw::new(self.loss_stream, identity);
        let mut wait = RETRANSMISSION_TIMEOUT;
        for _ in 0..RETRANSMISSIONS {
            let drawn = draw.below(1_000_000);
            let through = lets_through(at).filter(|loss| drawn >= u64::from(loss.millionths()));
            if through.is_some() {
                return Some(at);
            }
            at = at.after(wait);
            wait = wait.plus(wait).min(LONGEST_RETRANSMISSION_TIMEOUT);
        }
        lets_through(at).map(|_| at)
    }
}

impl World {
    /// What becomes of a message that is sent at `now`.
    #[expect(
        clippy::inline_always,
        reason = "every message passes here, from one place"
    )]
    #[inline(always)]
    pub(super) fn passage(
        &mut self,
        outgoing: &Outgoing,
        payload: &Payload,
        now: SimTime,
    ) -> Passage {
        let link = &self.program.links[outgoing.edge.index()];
        let path = match outgoing.direction {
            Direction::Forward => &link.forward,
            Direction::Back => &link.back,
        };
        if !path.calm {
            return self.disturbed_passage(outgoing, payload, now);
        }
        let mut arrives = now.after(path.latency.draw(outgoing.identity));
        if let Some(streams) = &path.streams {
            let latest = &mut self.streams[streams.between(outgoing.from, outgoing.to)];
            *latest = arrives.max(*latest);
            arrives = *latest;
        }
        Passage {
            arrives,
            lost: None,
            copy: None,
        }
    }

    #[inline(never)]
    fn disturbed_passage(
        &mut self,
        outgoing: &Outgoing,
        payload: &Payload,
        now: SimTime,
    ) -> Passage {
        let identity = outgoing.identity;
        let link = &self.program.links[outgoing.edge.index()];
        let path = match outgoing.direction {
            Direction::Forward => &link.forward,
            Direction::Back => &link.back,
        };
        let leaves = match path.bandwidth {
            None => now,
            Some(bandwidth) => {
                let size = self.size_of_message(&outgoing.body);
                let size = size.saturating_add(bytes_of(payload));
                self.lines.send(path.line, size, bandwidth, now)
            }
        };
        let latency = path.latency(identity);
        let ends = (outgoing.from, outgoing.to);
        let lets_through = |at| self.lets_through(outgoing.edge, ends, path.loss, at);
        if let Some(streams) = &path.streams {
            let through = path.retransmitted(identity, leaves, lets_through);
            let Some(through) = through else {
                return Passage {
                    arrives: leaves.after(latency),
                    lost: Some(Loss::Partitioned),
                    copy: None,
                };
            };
            let latest = &mut self.streams[streams.between(outgoing.from, outgoing.to)];
            *latest = through.after(latency).max(*latest);
            return Passage {
                arrives: *latest,
                lost: None,
                copy: None,
            };
        }
        let lost = match lets_through(now) {
            None => Some(Loss::Partitioned),
            Some(loss) => happens(loss, path.loss_stream, identity).then_some(Loss::Network),
        };
        let copied = lost.is_none() && happens(path.duplicate, path.duplicate_stream, identity);
        let copy = copied.then(|| {
            let copy = identity.child(Key::of("copy"), 0);
            (copy, leaves.after(path.latency(copy)))
        });
        Passage {
            arrives: leaves.after(latency),
            lost,
            copy,
        }
    }

    /// How many messages between two ends get lost at a moment, where `loss` do anyway;
    /// nothing if none gets through.
    fn lets_through(
        &self,
        edge: EdgeId,
        (from, to): (EntityId, EntityId),
        loss: Share,
        at: SimTime,
    ) -> Option<Share> {
        let entries = self.program.disturbances.iter();
        let mut disturbing = entries
            .map(|entry| &self.program.entries[*entry as usize])
            .filter(|entry| entry.holds(at));
        disturbing.try_fold(loss, |loss, entry| match &entry.what {
            EntryKind::Partition(partition) if partition.cuts(from, to) => None,
            EntryKind::Lossy(lossy) if lossy.edges.binary_search(&edge).is_ok() => {
                Some(loss.or(lossy.loss))
            }
            _ => Some(loss),
        })
    }

    /// How large a message is besides its data, in bytes.
    pub(super) fn size_of_message(&self, body: &Body) -> u32 {
        match *body {
            Body::Request { site, .. } | Body::Statement(StatementBody { site, .. }) => {
                self.program.sites[site as usize].size
            }
            Body::Reply { outcome, size, .. }
                if !matches!(outcome, Outcome::Refused | Outcome::Reset) =>
            {
                self.program.sizes[size.index()]
            }
            Body::Publish { size, .. } | Body::Deliver { size, .. } => size,
            Body::Reply { .. }
            | Body::Confirm { .. }
            | Body::Settle { .. }
            | Body::Abandon { .. }
            | Body::Subscribe { .. }
            | Body::Cancel { .. }
            | Body::Close { .. }
            | Body::Leave { .. } => CONTROL_SIZE,
        }
    }
}
