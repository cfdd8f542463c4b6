//! What a message says: asked for when somebody looks at it, never kept.

use serde::{Deserialize, Serialize};

use super::delivery::Body;
use super::variables::bytes_of;
use super::{EndpointId, Outcome, Run, World};
use crate::kernel::RecordId;
use crate::observe::Cursor;

/// How much of its data is told, in letters: more than anybody reads beside a pointer.
const MOST_LETTERS: usize = 240;

/// What a message says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Content {
    /// What it is for, or whose answer it is; nothing for what brokers and stores tell each
    /// other.
    pub endpoint: Option<EndpointId>,
    /// How it ended, for an answer.
    pub outcome: Option<Outcome>,
    /// The values it carries, as documents write them; nothing if it carries none.
    pub data: String,
    /// How large it is on the wire.
    pub bytes: u32,
}

impl Run {
    /// What the message says that a record sent.
    pub fn content_of(&self, message: RecordId) -> Option<Content> {
        let then = self.at_cursor(Cursor(message.0.checked_add(1)?));
        then.model.content_of(message)
    }
}

impl World {
    /// What a message says that is on its way.
    fn content_of(&self, record: RecordId) -> Option<Content> {
        let mut on_their_way = self.messages.iter();
        let (slot, message) = on_their_way.find(|(_, message)| message.record == record)?;
        let (endpoint, outcome) = match message.body {
            Body::Request { endpoint, .. } => (self.asked_for(message.to, endpoint), None),
            Body::Reply {
                endpoint, outcome, ..
            }
            | Body::Confirm {
                endpoint, outcome, ..
            } => (Some(endpoint), Some(outcome)),
            Body::Publish { queue, .. } => {
                let queue = self.program.queues.get(queue as usize);
                (queue.map(|queue| queue.endpoint), None)
            }
            _ => (None, None),
        };
        let payload = self.payloads.get(slot).cloned().flatten();
        let values = payload.iter().flat_map(|payload| payload.iter());
        // What nobody has set is of no interest to who looks.
        let said = values
            .map(ToString::to_string)
            .filter(|value| value != "null" && value != "{}");
        let data: Vec<_> = said.collect();
        Some(Content {
            endpoint,
            outcome,
            data: shortened(&data.join(", ")),
            bytes: self
                .size_of_message(&message.body)
                .saturating_add(bytes_of(&payload)),
        })
    }

    fn asked_for(&self, to: crate::kernel::EntityId, endpoint: u32) -> Option<EndpointId> {
        let (service, _) = (*self.program.service_of.get(to.index())?)?;
        let service = self.program.services.get(service as usize)?;
        Some(service.endpoints.get(endpoint as usize)?.0)
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_LETTERS) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}
