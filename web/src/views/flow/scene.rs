//! What nodes are called on the stage, in the reader's language.

pub(crate) use interplay_flow::scene::{Scene, entities};
use sim_core::world::{Node, NodeKind};

use crate::i18n::{Locale, language, text};

/// What a node is called for people. A queue goes by its own name, without its broker's.
pub(crate) fn title(node: &Node, locale: Locale) -> String {
    match (node.title.get(language(locale)), node.kind) {
        ("", NodeKind::Hand) => text!(locale, node.hand_title),
        ("", NodeKind::Queue) => node
            .name
            .rsplit_once('.')
            .map_or(node.name.as_str(), |(_, queue)| queue)
            .to_owned(),
        ("", _) => node.name.clone(),
        (title, _) => title.to_owned(),
    }
}
