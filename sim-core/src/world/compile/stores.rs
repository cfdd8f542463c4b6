//! Stores: their tables, and steps that ask something of them.

use super::behaviour::{Handler, Operation};
use super::messages::FieldTypes;
use super::{Compiler, error_at};
use crate::data::{Isolation, TableShape};
use crate::kernel::{Key, Purpose, SimDuration, StreamKey};
use crate::scenario::diagnostic::Problem;
use crate::scenario::document::{
    self, Action, Cost, MemberRef, Name, Named, OutcomeMatch, Read, Shape, Step, Table,
    Transaction, Value, Write, WriteKind,
};
use crate::scenario::nearest::nearest;
use crate::values::{Datum, FieldKind, Formula, LookupKey};
use crate::world::program::{Op, SiteTarget};
use crate::world::stores::{
    Act, Costs, StatementProgram, StoreProgram, TableProgram, TransactionProgram,
};
use crate::world::topology::{EdgeKind, by_name, member};
use crate::world::variables::{Composition, FieldSource, Place};

/// What a store is busy with, unless the document says otherwise (`costs`): about what a
/// `PostgreSQL` server spends on a statement by primary key (some 20 000 reads or 10 000
/// writes a second and processor in `pgbench`), on a row of a sequential scan (ten million
/// a second), and on `fdatasync` of a solid-state disk (`pg_test_fsync`).
const READ: SimDuration = SimDuration::from_nanos(50_000);
const WRITE: SimDuration = SimDuration::from_nanos(100_000);
const SCAN: SimDuration = SimDuration::from_nanos(100);
const COMMIT: SimDuration = SimDuration::from_nanos(500_000);

/// The most rows there may be at the start, in all stores together.
const MAX_ROWS: usize = 1_000_000;

/// The transaction whose steps are being compiled.
#[derive(Clone, Debug)]
pub(super) struct Within {
    store: Option<Name>,
    commit: Option<u32>,
}

/// A table as a statement needs it.
struct Target<'a> {
    store: u32,
    table: u32,
    fields: FieldTypes<'a>,
    names: Vec<Name>,
    kinds: Vec<FieldKind>,
    key: Option<usize>,
}

impl<'a> Compiler<'a> {
    /// All stores, in the order of their entities.
    pub(super) fn stores(&mut self) {
        let document = self.document;
        let cost = |name: &str, default| match document.costs.get(name) {
            Some(Cost::Fixed(cost)) => *cost,
            _ => default,
        };
        let costs = Costs {
            read: cost("table-read", READ),
            write: cost("table-write", WRITE),
            scan: cost("table-scan", SCAN),
            commit: cost("table-commit", COMMIT),
        };
        let stores = by_name(&document.stores);
        let mut rows = 0_usize;
        for (name, store) in stores {
            let Some(node) = self.topology.node(name.as_str()) else {
                continue;
            };
            let node = &self.topology.nodes[node.index()];
            let (first, entities) = (node.first_entity, node.entities);
            let mut tables = Vec::new();
            for (table, described) in &store.tables {
                let Table::Rows {
                    row,
                    key,
                    unique,
                    rows: many,
                    ..
                } = described
                else {
                    continue;
                };
                let each = usize::try_from(*many).unwrap_or(usize::MAX);
                rows = rows.saturating_add(each.saturating_mul(entities as usize));
                let path = format!("stores.{name}.tables.{table}");
                let table = format!("{name}.{table}");
                let described = (row, key.as_ref(), unique.as_slice(), *many);
                tables.push(self.table(&path, &table, described));
            }
            self.program.stores.push(StoreProgram {
                first,
                entities,
                inside: store
                    .inside
                    .as_ref()
                    .and_then(|service| self.services.get(service).copied()),
                isolation: isolation(store.isolation),
                connections: store.pool,
                // Memory is neither far away nor written to a disk.
                costs: if store.inside.is_some() {
                    Costs {
                        commit: SimDuration::ZERO,
                        ..costs
                    }
                } else {
                    costs
                },
                tables,
            });
        }
        if rows > MAX_ROWS {
            let problem = Problem::TooMany {
                count: rows,
                limit: MAX_ROWS,
            };
            self.problems
                .push(error_at(self.scenario, "stores", problem));
        }
    }

    fn table(
        &mut self,
        path: &str,
        name: &str,
        (row, key, unique, rows): (&'a Shape, Option<&Name>, &[Name], u64),
    ) -> TableProgram {
        let fields = self.fields_of(row);
        let mut place_of = |field: &Name, at: &str| {
            let place = fields.iter().position(|(known, _)| *known == field);
            if place.is_none() {
                let problem = unknown(field, &fields);
                let path = format!("{path}.{at}");
                self.problems.push(error_at(self.scenario, &path, problem));
            }
            place
        };
        let shape = TableShape {
            key: key.and_then(|key| place_of(key, "key")),
            unique: unique
                .iter()
                .filter_map(|field| place_of(field, "unique"))
                .collect(),
        };
        let generators = fields.iter().map(|(field, of)| {
            let stream = Key::of(&format!("{name}/{field}"));
            let stream = StreamKey::new(self.document.seed, stream, Purpose::Field);
            (self.generator(of), stream)
        });
        TableProgram {
            name: Key::of(name),
            shape,
            names: fields.iter().map(|(name, _)| (*name).clone()).collect(),
            kinds: fields.iter().map(|(_, of)| self.kind_of(of)).collect(),
            rows,
            generators: generators.collect(),
        }
    }

    /// The table a statement is for, if the one who makes it can reach it.
    fn table_for(&mut self, handler: &mut Handler<'_>, to: &MemberRef) -> Option<Target<'a>> {
        let document = self.document;
        let mut names: Vec<&Name> = document.stores.keys().collect();
        names.sort_unstable();
        let store = names.binary_search(&&to.owner).ok()? as u32;
        let described = document.stores.get(&to.owner)?;
        if let Some(inside) = described
            .inside
            .as_ref()
            .filter(|name| name.as_str() != handler.owner)
        {
            let problem = Problem::MemoryOfAnother {
                store: to.owner.to_string(),
                service: inside.to_string(),
            };
            self.trouble(handler, "", problem);
        }
        if let Some(within) = &mut handler.transaction {
            match &within.store {
                Some(store) if *store != to.owner => {
                    let what = member(to);
                    self.trouble(handler, "", Problem::NotInTransaction { what });
                    return None;
                }
                _ => within.store = Some(to.owner.clone()),
            }
        }
        let rows = described
            .tables
            .iter()
            .filter(|(_, table)| matches!(table, Table::Rows { .. }));
        let table = rows.clone().position(|(name, _)| *name == to.member)? as u32;
        let Some(Table::Rows { row, key, .. }) = described.tables.get(&to.member) else {
            return None;
        };
        let fields = self.fields_of(row);
        Some(Target {
            store,
            table,
            key: key
                .as_ref()
                .and_then(|key| fields.iter().position(|(name, _)| *name == key)),
            names: fields.iter().map(|(name, _)| (*name).clone()).collect(),
            kinds: fields.iter().map(|(_, of)| self.kind_of(of)).collect(),
            fields,
        })
    }

    pub(super) fn read(&mut self, handler: &mut Handler<'_>, step: &Step, read: &Read) {
        let name = handler.name(step, &format!("read {}", member(&read.from)));
        let Some(target) = self.table_for(handler, &read.from) else {
            return;
        };
        let statement = self.rows(handler, &target, Act::Read, (&read.key, &read.filter));
        let answer = self.answer(handler, read.bind.as_ref());
        self.ask(
            handler,
            name,
            (&target, &read.from),
            statement,
            None,
            answer,
            &read.then,
        );
    }

    pub(super) fn write(&mut self, handler: &mut Handler<'_>, step: &Step, write: &Write) {
        let (verb, act) = match write.kind {
            WriteKind::Insert => ("insert", Act::Insert),
            WriteKind::Update => ("update", Act::Update),
            WriteKind::Delete => ("delete", Act::Delete),
        };
        let name = handler.name(step, &format!("{verb} {}", member(&write.to)));
        let Some(target) = self.table_for(handler, &write.to) else {
            return;
        };
        let mut statement = self.rows(handler, &target, act, (&write.key, &write.filter));
        let carries = if act == Act::Insert {
            let fields = self.sources(handler, &name, &target.fields, ("row", &write.fields));
            Some(Composition {
                fields,
                about: Formula::Constant(Datum::Null),
                checked: Some(target.kinds.clone()),
            })
        } else {
            statement.set = self.assignments(handler, &target, &write.fields);
            None
        };
        self.ask(
            handler,
            name,
            (&target, &write.to),
            statement,
            carries,
            (None, None),
            &write.then,
        );
    }

    /// Which rows a statement is about.
    fn rows(
        &mut self,
        handler: &mut Handler<'_>,
        target: &Target<'a>,
        act: Act,
        (key, filter): (&Option<Value>, &Option<crate::scenario::expr::Expression>),
    ) -> StatementProgram {
        let kind = target
            .key
            .map_or(&FieldKind::Id, |place| &target.kinds[place]);
        handler.at_store = true;
        let key = key
            .as_ref()
            .map(|key| self.value(handler, "key", key, kind, None));
        handler.at_store = false;
        let filter = filter.as_ref();
        let filter =
            filter.map(|filter| self.formula(handler, "where", filter, Some(&target.names)));
        StatementProgram {
            table: target.table,
            act,
            key,
            filter,
            set: Vec::new(),
        }
    }

    fn assignments(
        &mut self,
        handler: &mut Handler<'_>,
        target: &Target<'a>,
        values: &Named<Value>,
    ) -> Vec<(usize, Formula)> {
        let mut set = Vec::new();
        for (field, value) in values {
            let path = format!("set.{field}");
            let Some(place) = target.names.iter().position(|name| name == field) else {
                let problem = unknown(field, &target.fields);
                self.trouble(handler, &path, problem);
                continue;
            };
            let kind = &target.kinds[place];
            set.push((
                place,
                self.value(handler, &path, value, kind, Some(&target.names)),
            ));
        }
        set
    }

    /// Compiles the operation by which a statement reaches its store. It brings the values
    /// of the variables that are needed there.
    #[expect(
        clippy::too_many_arguments,
        reason = "each part of a statement is compiled apart"
    )]
    fn ask(
        &mut self,
        handler: &mut Handler<'_>,
        name: String,
        (target, to): (&Target<'a>, &MemberRef),
        mut statement: StatementProgram,
        carries: Option<Composition>,
        answer: (Option<Place>, Option<Place>),
        then: &[(OutcomeMatch, Vec<Step>)],
    ) {
        let mut needed = Vec::new();
        let formulas = statement.key.iter_mut().chain(&mut statement.filter);
        formulas
            .chain(statement.set.iter_mut().map(|(_, formula)| formula))
            .for_each(|formula| pack(formula, &mut needed));
        let carries = carries.or_else(|| {
            let given = |place: &Place| FieldSource::Given(Formula::Variable(*place));
            (!needed.is_empty()).then(|| Composition {
                fields: needed.iter().map(given).collect(),
                about: Formula::Constant(Datum::Null),
                checked: None,
            })
        });
        let place = self.program.statements.len() as u32;
        self.program.statements.push(statement);
        let operation = Operation {
            name,
            target: SiteTarget::Statement {
                store: target.store,
                statement: place,
            },
            endpoint: member(to),
            to: to.owner.to_string(),
            kind: EdgeKind::Statement,
            size: None,
            with: &[],
            then,
            carries,
            answer,
            tells: Vec::new(),
            args: None,
            method: None,
        };
        self.operation(handler, operation);
    }

    pub(super) fn transaction(
        &mut self,
        handler: &mut Handler<'_>,
        step: &Step,
        transaction: &Transaction,
    ) {
        if handler.transaction.is_some() {
            let what = "transaction".to_owned();
            return self.trouble(handler, "", Problem::NotInTransaction { what });
        }
        let Some(to) = store_in(&transaction.steps) else {
            return self.steps(handler, &transaction.steps);
        };
        let name = handler.name(step, &format!("commit {to}"));
        let document = self.document;
        let ends = self
            .topology
            .node(handler.owner)
            .zip(self.topology.node(to.as_str()));
        let edge = ends.and_then(|(from, to)| self.topology.edge(from, to, EdgeKind::Statement));
        let mut names: Vec<&Name> = document.stores.keys().collect();
        names.sort_unstable();
        let (Some(edge), Ok(store), Some(described)) =
            (edge, names.binary_search(&to), document.stores.get(to))
        else {
            return;
        };
        let store = store as u32;
        let begin = self.program.transactions.len() as u32;
        self.program.transactions.push(TransactionProgram {
            store,
            isolation: isolation(transaction.isolation.unwrap_or(described.isolation)),
            edge,
        });
        self.program.ops.push(Op::Begin(begin));
        // The commit comes first, so that replies in between know of it; it is jumped over.
        let jump = self.here();
        self.program.ops.push(Op::Jump(0));
        let operation = Operation {
            name,
            target: SiteTarget::Commit { store },
            endpoint: to.to_string(),
            to: to.to_string(),
            kind: EdgeKind::Statement,
            size: None,
            with: &[],
            then: &[],
            carries: None,
            answer: (None, None),
            tells: Vec::new(),
            args: None,
            method: None,
        };
        self.operation(handler, operation);
        let commit = self.program.sites.len() as u32 - 1;
        self.program.ops.truncate(jump as usize);
        handler.transaction = Some(Within {
            store: Some(to.clone()),
            commit: Some(commit),
        });
        handler.within("do", |handler| self.steps(handler, &transaction.steps));
        handler.transaction = None;
        self.program.ops.push(Op::Submit(commit));
    }

    /// What is answered in the middle of a transaction is answered once it is committed.
    pub(super) fn commit_before_reply(&mut self, handler: &Handler<'_>) {
        if let Some(commit) = handler
            .transaction
            .as_ref()
            .and_then(|within| within.commit)
        {
            self.program.ops.push(Op::Submit(commit));
        }
    }

    /// Steps of one transaction go one after another: what would break that is refused.
    pub(super) fn one_after_another(&mut self, handler: &Handler<'_>, what: &str) {
        if handler.transaction.is_some() {
            let what = what.to_owned();
            self.trouble(handler, "", Problem::NotInTransaction { what });
        }
    }
}

impl Within {
    /// The same transaction as a branch is in: what ends the branch does not end it.
    pub(super) fn of_branch(&self) -> Self {
        Self {
            commit: None,
            ..self.clone()
        }
    }
}

/// The first store that steps ask something of.
fn store_in(steps: &[Step]) -> Option<&Name> {
    steps.iter().find_map(|step| match &step.action {
        Action::Read(read) => Some(&read.from.owner),
        Action::Write(write) => Some(&write.to.owner),
        Action::ForEach(each) => store_in(&each.steps),
        Action::Call(call) => call.then.iter().find_map(|(_, steps)| store_in(steps)),
        Action::Choose(choices) => choices.iter().find_map(|choice| store_in(&choice.steps)),
        _ => None,
    })
}

const fn isolation(described: document::Isolation) -> Isolation {
    match described {
        document::Isolation::ReadCommitted => Isolation::ReadCommitted,
        // What `PostgreSQL` calls repeatable read is a snapshot.
        document::Isolation::RepeatableRead | document::Isolation::Snapshot => Isolation::Snapshot,
        document::Isolation::Serializable => Isolation::Serializable,
    }
}

fn unknown(field: &Name, fields: &FieldTypes<'_>) -> Problem {
    let known = || fields.iter().map(|(field, _)| field.as_str());
    Problem::UnknownField {
        found: field.to_string(),
        nearest: nearest(field.as_str(), known()),
        known: known().map(str::to_owned).collect(),
    }
}

/// Makes the variables of a formula places in a list of those that are needed.
fn pack(formula: &mut Formula, needed: &mut Vec<Place>) {
    match formula {
        Formula::Variable(place) => {
            let found = needed.iter().position(|known| known == place);
            let packed = found.unwrap_or_else(|| {
                needed.push(*place);
                needed.len() - 1
            });
            *place = packed as Place;
        }
        Formula::Constant(_) | Formula::Row(_) | Formula::Revision | Formula::Figure(_) => {}
        Formula::Lookup(of, key) => {
            pack(of, needed);
            if let LookupKey::Computed(key) = key {
                pack(key, needed);
            }
        }
        Formula::Function(_, args) | Formula::List(args) => {
            args.iter_mut().for_each(|arg| pack(arg, needed));
        }
        Formula::Negative(of) | Formula::Not(of) => pack(of, needed),
        Formula::Binary(_, sides) => sides.iter_mut().for_each(|side| pack(side, needed)),
        Formula::If(parts) => parts.iter_mut().for_each(|part| pack(part, needed)),
        Formula::Map(fields) => {
            fields.iter_mut().for_each(|(_, field)| pack(field, needed));
        }
    }
}
