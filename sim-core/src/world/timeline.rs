//! The timeline: what the document says goes wrong, changes or is sent, when its moment
//! comes.

use std::sync::Arc;

use super::interpreter::Source;
use super::program::EntryKind;
use super::{Cx, Event, Signal, TIMELINE, World, tell};
use crate::kernel::{EntityId, EventQueue, Identity, Observer, RecordId, SimTime};
use crate::world::{Record, What};

impl World {
    pub(super) fn schedule_entries(&self, queue: &mut EventQueue<Event>) {
        for (place, entry) in self.program.entries.iter().enumerate() {
            queue.schedule(entry.at, TIMELINE, Event::EntryBegins(place as u32));
            if let Some(until) = entry.until {
                queue.schedule(until, TIMELINE, Event::EntryEnds(place as u32));
            }
        }
    }

    pub(super) fn entry_begins<O: Observer<Record>>(&mut self, entry: u32, cx: &mut Cx<'_, O>) {
        let record = tell(cx, TIMELINE, None, What::EntryBegan { entry });
        self.active.push(entry);
        if let EntryKind::Send(pc) = self.program.entries[entry as usize].what {
            let identity = Identity::root(self.program.entries[entry as usize].key, 0);
            let began = tell(cx, TIMELINE, Some(record), What::JourneyBegan);
            let slot = self.begin_task(
                identity,
                TIMELINE,
                pc,
                Source::Journey { user: None },
                began,
                cx.now,
            );
            self.signals.push(Signal::Go(slot));
        }
        self.entry_changed(entry, record, cx);
    }

    pub(super) fn entry_ends<O: Observer<Record>>(&mut self, entry: u32, cx: &mut Cx<'_, O>) {
        let record = tell(cx, TIMELINE, None, What::EntryEnded { entry });
        self.active.retain(|active| *active != entry);
        self.survived.retain(|(survived, _)| *survived != entry);
        self.entry_changed(entry, record, cx);
    }

    fn entry_changed<O: Observer<Record>>(
        &mut self,
        entry: u32,
        record: RecordId,
        cx: &mut Cx<'_, O>,
    ) {
        match self.program.entries[entry as usize].what.clone() {
            EntryKind::Crash(range) | EntryKind::Pause(range) => {
                let tasks = self.tasks_of(&range);
                for entity in range {
                    let tasks = tasks.get(&entity).map_or(&[][..], Vec::as_slice);
                    self.reconsider(EntityId(entity), tasks, record, cx);
                }
            }
            EntryKind::Slow(range, _) | EntryKind::Errors(range, ..) | EntryKind::Full(range) => {
                for entity in range {
                    self.reconsider(EntityId(entity), &[], record, cx);
                }
            }
            EntryKind::Scale(counts) => {
                for (service, count) in counts {
                    self.scalers.set(service, count);
                    self.scale(service, count, record, cx);
                }
            }
            EntryKind::Deploy { service, each, .. } => {
                self.deploy(entry, (service, each), record, cx);
            }
            EntryKind::Canary {
                service, version, ..
            } => {
                if self.active.contains(&entry) {
                    self.canary_begins(entry, (service, version), record, cx);
                } else {
                    self.canary_ends(entry, service, record, cx);
                }
            }
            EntryKind::Set => self.change_settings(cx.now, cx.queue),
            // What is sent from now on is looked at when it is.
            EntryKind::Partition(_) | EntryKind::Lossy(_) | EntryKind::Send(_) => {}
        }
    }

    /// Goes on by the settings of another world of the same shape that has not begun: those
    /// it has at this stage of the timeline.
    pub(super) fn go_on_like(&mut self, other: &Self, now: SimTime, queue: &mut EventQueue<Event>) {
        self.first = Arc::clone(&other.first);
        self.programs = Arc::clone(&other.programs);
        self.go_on_at_stage(self.stage, now, queue);
    }

    /// Goes on with the program that holds at `now`.
    fn change_settings(&mut self, now: SimTime, queue: &mut EventQueue<Event>) {
        let stage = self.programs.partition_point(|(from, _)| *from <= now);
        self.go_on_at_stage(stage, now, queue);
    }

    /// Goes on with another program. It has the same shape, so tasks stay where they are;
    /// what has been drawn or armed already stays as it is.
    fn go_on_at_stage(&mut self, stage: usize, now: SimTime, queue: &mut EventQueue<Event>) {
        let later = stage
            .checked_sub(1)
            .and_then(|place| self.programs.get(place));
        let program = later.map_or(&self.first, |(_, program)| program);
        let program = Arc::clone(program);
        self.stage = stage;
        let before = std::mem::replace(&mut self.program, program);
        self.replan_arrivals(&before, now, queue);
    }
}
