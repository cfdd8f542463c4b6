//! The trace as a file: one JSON object a line (NDJSON).
//!
//! The first line says who there is (`entities`, `nodes`, `edges`), so that the numbers in
//! the records, one a line after it, mean something without the document.

use std::fs::File;
use std::io::{BufWriter, Write};

use serde::Serialize;
use sim_core::kernel::RecordId;
use sim_core::world::{Edge, Node, Record, Topology, What};

use crate::input::Failure;

/// A trace being written.
pub(crate) struct TraceFile {
    name: String,
    out: BufWriter<Box<dyn Write>>,
    entities: Vec<String>,
    next: u32,
    failed: Option<std::io::Error>,
}

#[derive(Serialize)]
struct Head<'a> {
    trace: u32,
    entities: &'a [String],
    nodes: &'a [Node],
    edges: &'a [Edge],
}

/// The version of the form of the lines.
const FORM: u32 = 1;

#[derive(Serialize)]
struct Line<'a> {
    id: u32,
    at_ns: u64,
    entity: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<RecordId>,
    what: What,
}

impl TraceFile {
    pub(crate) fn create(name: &str, topology: &Topology) -> Result<Self, Failure> {
        let out: Box<dyn Write> = if name == "-" {
            Box::new(std::io::stdout())
        } else {
            let file = File::create(name);
            Box::new(file.map_err(|error| Failure::CannotWrite {
                name: name.to_owned(),
                error,
            })?)
        };
        let entities = topology.entities.clone();
        let mut file = Self {
            name: name.to_owned(),
            out: BufWriter::new(out),
            entities,
            next: 0,
            failed: None,
        };
        let Topology {
            entities,
            nodes,
            edges,
            ..
        } = topology;
        file.failed = write_line(
            &mut file.out,
            &Head {
                trace: FORM,
                entities,
                nodes,
                edges,
            },
        )
        .err();
        Ok(file)
    }

    /// Writes a record; what goes wrong is kept for [`TraceFile::finish`], since a run has
    /// no use for it.
    pub(crate) fn write(&mut self, record: &Record) {
        let id = self.next;
        self.next += 1;
        if self.failed.is_some() {
            return;
        }
        let entity = self
            .entities
            .get(record.entity.index())
            .map_or("", String::as_str);
        let line = Line {
            id,
            at_ns: record.at.as_nanos(),
            entity,
            cause: record.cause.record(),
            what: record.what,
        };
        self.failed = write_line(&mut self.out, &line).err();
    }

    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let done = self.failed.take().map_or_else(|| self.out.flush(), Err);
        match done {
            // `interplay run --trace - | head` is no error.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            done => done.map_err(|error| Failure::CannotWrite {
                name: self.name,
                error,
            }),
        }
    }
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
