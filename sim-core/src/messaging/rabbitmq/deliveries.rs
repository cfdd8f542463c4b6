//! Deliveries that wait to be settled, by their tags.
//!
//! A broker numbers its deliveries as it makes them and they are settled in nearly the same
//! order, so they stand in a line in which a settled one leaves a gap. Gaps go once they are
//! at the front, or more than what is left.

use std::collections::VecDeque;

use super::{ConsumerTag, DeliveryTag};
use crate::kernel::SimTime;

/// A delivery that waits to be settled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unacked<M> {
    pub(super) position: u64,
    pub(super) consumer: ConsumerTag,
    pub(super) message: M,
    pub(super) expires: SimTime,
}

/// Deliveries in the order of their tags, with gaps.
#[derive(Clone, Debug)]
pub(super) struct Deliveries<M> {
    line: VecDeque<(DeliveryTag, Option<Unacked<M>>)>,
    open: usize,
}

/// So many gaps are no matter.
const FEW: usize = 32;

impl<M: Copy> Deliveries<M> {
    pub(super) const fn new() -> Self {
        Self {
            line: VecDeque::new(),
            open: 0,
        }
    }

    /// How many wait to be settled.
    pub(super) const fn len(&self) -> usize {
        self.open
    }

    /// Adds a delivery, whose tag is higher than all before.
    pub(super) fn push(&mut self, tag: DeliveryTag, delivery: Unacked<M>) {
        self.line.push_back((tag, Some(delivery)));
        self.open += 1;
    }

    /// Takes a delivery out, if it waits to be settled.
    pub(super) fn remove(&mut self, tag: DeliveryTag) -> Option<Unacked<M>> {
        let delivery = self.place(tag)?.take()?;
        self.open -= 1;
        self.close_gaps();
        Some(delivery)
    }

    /// Takes out all deliveries to `consumer`, in the order of their tags.
    pub(super) fn remove_all_of(&mut self, consumer: ConsumerTag) -> Vec<Unacked<M>> {
        let of_consumer = self.line.iter_mut().filter_map(|(_, delivery)| {
            delivery
                .as_ref()
                .is_some_and(|delivery| delivery.consumer == consumer)
                .then(|| delivery.take())?
        });
        let removed: Vec<Unacked<M>> = of_consumer.collect();
        self.open -= removed.len();
        self.close_gaps();
        removed
    }

    fn place(&mut self, tag: DeliveryTag) -> Option<&mut Option<Unacked<M>>> {
        // No gap was closed but at the front, most of the time.
        let first = self.line.front()?.0;
        let guess = tag.0.checked_sub(first.0)? as usize;
        let place = if self.line.get(guess).is_some_and(|(there, _)| *there == tag) {
            guess
        } else {
            self.line
                .binary_search_by_key(&tag, |(there, _)| *there)
                .ok()?
        };
        self.line.get_mut(place).map(|(_, delivery)| delivery)
    }

    fn close_gaps(&mut self) {
        while let Some((_, None)) = self.line.front() {
            self.line.pop_front();
        }
        if self.line.len() > 2 * self.open + FEW {
            self.line.retain(|(_, delivery)| delivery.is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(consumer: u64) -> Unacked<u64> {
        Unacked {
            position: 0,
            consumer: ConsumerTag(consumer),
            message: consumer,
            expires: SimTime::MAX,
        }
    }

    #[test]
    fn one_that_is_never_settled_does_not_make_the_line_grow() {
        let mut deliveries = Deliveries::new();
        for tag in 1..10_000 {
            deliveries.push(DeliveryTag(tag), delivery(tag));
            if tag > 1 {
                let settled = deliveries.remove(DeliveryTag(tag));
                assert_eq!(settled.map(|settled| settled.message), Some(tag));
            }
        }
        assert_eq!(deliveries.len(), 1);
        assert!(deliveries.line.len() <= 2 + FEW);
        assert!(deliveries.remove(DeliveryTag(5)).is_none());
        assert!(deliveries.remove(DeliveryTag(1)).is_some());
        assert!(deliveries.line.is_empty());
    }
}
