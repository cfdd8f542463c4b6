//! What is fixed of stores and of what is asked of them.

use super::StoreState;
use crate::data::{Fields, Isolation, Row, Store, TableId, TableShape};
use crate::kernel::{EntityId, Identity, Key, SimDuration, SimTime, StreamKey};
use crate::scenario::document::Name;
use crate::values::{Datum, FieldKind, Formula, Surroundings};
use crate::world::generators::Generator;
use crate::world::program::Program;
use crate::world::topology::EdgeId;

/// A store, or the memory of a service: each of its instances has its own.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct StoreProgram {
    pub(in crate::world) first: EntityId,
    pub(in crate::world) entities: u32,
    /// The service in whose instances it lives.
    pub(in crate::world) inside: Option<u32>,
    /// Of statements outside a transaction.
    pub(in crate::world) isolation: Isolation,
    pub(in crate::world) connections: Option<u32>,
    pub(in crate::world) costs: Costs,
    pub(in crate::world) tables: Vec<TableProgram>,
}

/// How long a store is busy with what it is asked.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::world) struct Costs {
    pub(in crate::world) read: SimDuration,
    pub(in crate::world) write: SimDuration,
    /// With each row that it looks at because it is not told which.
    pub(in crate::world) scan: SimDuration,
    /// With writing its log to the disk.
    pub(in crate::world) commit: SimDuration,
}

/// A table.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct TableProgram {
    /// What draws are keyed by.
    pub(in crate::world) name: Key,
    pub(in crate::world) shape: TableShape,
    pub(in crate::world) names: Vec<Name>,
    pub(in crate::world) kinds: Vec<FieldKind>,
    /// How many rows there are at the start,
    pub(in crate::world) rows: u64,
    /// and how their fields are drawn.
    pub(in crate::world) generators: Vec<(Generator, StreamKey)>,
}

/// Something asked of a table.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct StatementProgram {
    pub(in crate::world) table: u32,
    pub(in crate::world) act: Act,
    /// The key of the one row that is meant.
    pub(in crate::world) key: Option<Formula>,
    /// Which rows are meant.
    pub(in crate::world) filter: Option<Formula>,
    /// Fields by place and what they become.
    pub(in crate::world) set: Vec<(usize, Formula)>,
}

/// What is done with rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::world) enum Act {
    Read,
    Insert,
    Update,
    Delete,
}

impl Act {
    pub(in crate::world) const fn only_reads(self) -> bool {
        matches!(self, Self::Read)
    }
}

/// A transaction of a behaviour.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::world) struct TransactionProgram {
    pub(in crate::world) store: u32,
    pub(in crate::world) isolation: Isolation,
    pub(in crate::world) edge: EdgeId,
}

impl StoreProgram {
    /// The store before it has any rows.
    fn empty(&self) -> Store<u32> {
        let shapes = self.tables.iter().map(|table| table.shape.clone());
        let is_durable = self.inside.is_none();
        Store::new(shapes, self.isolation, is_durable, self.connections)
    }

    /// Fills the tables with the rows they have at the start.
    pub(super) fn fill(&self, store: &mut Store<u32>) {
        for (place, table) in (0..).zip(&self.tables) {
            for number in 1..=table.rows {
                table.load(number, TableId(place), store);
            }
        }
    }

    /// The entity whose statements `owner` makes.
    pub(super) fn entity_for(&self, owner: EntityId, program: &Program) -> EntityId {
        let number = program.service_of.get(owner.index()).copied().flatten();
        match (self.inside, number) {
            (Some(_), Some((_, number))) if number < self.entities => {
                EntityId(self.first.0 + number)
            }
            _ => self.first,
        }
    }
}

impl TableProgram {
    /// Draws a row. Rows whose key is a number are numbered from 1; a value that is taken
    /// is drawn again, and a row for which none is free is left out.
    fn load(&self, number: u64, table: TableId, store: &mut Store<u32>) {
        const TRIES: u64 = 100;
        let row = Identity::root(self.name, number);
        for attempt in 0..TRIES {
            let identity = if attempt == 0 {
                row
            } else {
                row.child(Key::of("again"), attempt)
            };
            let fields = self.generators.iter().enumerate();
            let fields = fields.map(|(place, (generator, stream))| {
                let is_key = self.shape.key == Some(place);
                if is_key && matches!(self.kinds[place], FieldKind::Int | FieldKind::Id) {
                    return Datum::Int(i64::try_from(number).unwrap_or(i64::MAX));
                }
                generator.draw(*stream, identity, SimTime::ZERO)
            });
            if store.load(table, fields.collect()).is_ok() {
                return;
            }
        }
    }

    /// A row as a value: its fields by name, and how often it was written.
    pub(super) fn as_value(&self, fields: &Fields, rev: u64) -> Datum {
        let mut named: Vec<(Name, Datum)> = self
            .names
            .iter()
            .cloned()
            .zip(fields.iter().cloned())
            .collect();
        if !self.names.iter().any(|name| name.as_str() == "rev") {
            named.push((Name::new("rev"), Datum::Int(rev as i64)));
        }
        Datum::map(named)
    }
}

impl StatementProgram {
    /// Whether the row is one of those that are meant, by one who knows `known`.
    pub(super) fn fits(&self, known: &[Datum], row: Row<'_>, now: SimTime) -> bool {
        let filter = self.filter.as_ref();
        filter.is_none_or(|filter| filter.holds(&around(known, row, now)))
    }

    /// What an update makes of the row; nothing if a value does not fit its field.
    pub(super) fn changed(
        &self,
        known: &[Datum],
        row: Row<'_>,
        kinds: &[FieldKind],
        now: SimTime,
    ) -> Option<Fields> {
        let around = around(known, row, now);
        let mut fields = row.fields.to_vec();
        for (place, formula) in &self.set {
            *fields.get_mut(*place)? = kinds.get(*place)?.fit(formula.evaluate(&around))?;
        }
        Some(fields.into())
    }
}

fn around<'a>(known: &'a [Datum], row: Row<'a>, now: SimTime) -> Surroundings<'a> {
    Surroundings::of(now, known).with_row(row.fields, row.rev as i64)
}

impl Program {
    /// The states of all stores before the start, by entity from the first store on.
    pub(in crate::world) fn open_stores(&self) -> Vec<StoreState> {
        let stores = self.stores.iter().flat_map(|store| {
            let state = StoreState::new(store.empty());
            std::iter::repeat_n(state, store.entities as usize)
        });
        stores.collect()
    }

    /// The store that `entity` is, and the place of its state.
    pub(in crate::world) fn store_of(&self, entity: EntityId) -> Option<(&StoreProgram, usize)> {
        let first = self.stores.first()?.first;
        let state = entity.0.checked_sub(first.0)? as usize;
        let store = self
            .stores
            .iter()
            .find(|store| (store.first.0..store.first.0 + store.entities).contains(&entity.0))?;
        Some((store, state))
    }

    /// The store whose state is in this place.
    pub(super) fn store_at(&self, state: usize) -> Option<&StoreProgram> {
        self.store_of(self.entity_of_store(state))
            .map(|(store, _)| store)
    }

    /// The entity whose state is in this place.
    pub(super) fn entity_of_store(&self, state: usize) -> EntityId {
        let first = self.stores.first().map_or(0, |store| store.first.0);
        EntityId(first + state as u32)
    }

    /// The instance in which `entity` lives, if it is the memory of one.
    pub(in crate::world) fn host_of(&self, entity: EntityId) -> Option<EntityId> {
        let (store, _) = self.store_of(entity)?;
        let service = &self.services[store.inside? as usize];
        Some(EntityId(service.first.0 + entity.0 - store.first.0))
    }

    /// The memories that live in the instance `entity`.
    pub(in crate::world) fn memories_of(
        &self,
        entity: EntityId,
    ) -> impl Iterator<Item = EntityId> + use<> {
        let place = self.service_of.get(entity.index()).copied().flatten();
        let memories = place.into_iter().flat_map(|(service, number)| {
            let inside = move |store: &&StoreProgram| store.inside == Some(service);
            let stores = self.stores.iter().filter(inside);
            stores.map(move |store| EntityId(store.first.0 + number))
        });
        memories.collect::<Vec<_>>().into_iter()
    }
}
