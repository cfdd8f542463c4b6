//! Hedges around calls: attempts that begin before the one before has an answer.

use crate::kernel::Observer;
use crate::world::calls::Layer;
use crate::world::program::{Policy, any_matches};
use crate::world::{Cx, Event, Outcome, Record, Ticket, What, World};

impl World {
    /// One more attempt begins beside those under way.
    pub(super) fn hedge<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        cx: &mut Cx<'_, O>,
    ) {
        let (Some((site, owner)), Some(&task)) = (self.whose(slot, call), self.tasks.get(slot))
        else {
            return;
        };
        let Some(Layer::Hedged {
            begun, under_way, ..
        }) = self.layer(call, place)
        else {
            return;
        };
        let Policy::Hedge(hedge) = &self.program.sites[site as usize].policies[place] else {
            return;
        };
        let (begun, under_way) = (begun + 1, under_way + 1);
        let next = (begun < hedge.attempts).then(|| {
            let expired = Event::Expired {
                task: slot,
                layer: place as u32,
            };
            cx.queue.arm(cx.now, hedge.after, owner, expired)
        });
        let state = Layer::Hedged {
            next,
            begun,
            under_way,
        };
        self.set_layer(call, place, state);
        let attempt = u32::from(begun);
        self.tell_of_call(slot, owner, cx, What::Hedged { attempt });
        // The same right to answer: the first answer counts, the others are late.
        let ticket = Ticket {
            task: slot,
            turn: task.turn,
        };
        self.send_again(slot, call, ticket, cx);
    }

    /// An attempt of a hedge has ended; whether that is how the call ends, and not for another
    /// attempt to tell.
    pub(super) fn hedge_is_over<O: Observer<Record>>(
        &mut self,
        slot: u32,
        call: u32,
        place: usize,
        outcome: Outcome,
        cx: &mut Cx<'_, O>,
    ) -> bool {
        let (
            Some(Layer::Hedged {
                next,
                begun,
                under_way,
            }),
            Some((site, _)),
        ) = (self.layer(call, place), self.whose(slot, call))
        else {
            return true;
        };
        let Policy::Hedge(hedge) = &self.program.sites[site as usize].policies[place] else {
            return true;
        };
        let others = under_way.saturating_sub(1);
        let hopes = any_matches(&hedge.only, outcome);
        // Whoever fails makes room for the next one at once.
        let again = hopes && begun < hedge.attempts && next.is_some();
        if let Some(next) = next {
            cx.queue.cancel(next);
        }
        if !(again || hopes && others > 0) {
            self.set_layer(call, place, Layer::Idle);
            return true;
        }
        let state = Layer::Hedged {
            next: None,
            begun,
            under_way: others,
        };
        self.set_layer(call, place, state);
        if again {
            self.hedge(slot, call, place, cx);
        }
        false
    }
}
