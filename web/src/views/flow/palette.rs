//! The colours of the stage, read from the style sheet, so that there is one place for them.

use interplay_flow::pixels::{Colours, colour};
use sim_core::world::MessageKind;
use web_sys::CssStyleDeclaration;

/// The colours of the stage.
#[derive(Clone, Default, Debug)]
pub(crate) struct Palette {
    pub(crate) stage: String,
    pub(crate) card: String,
    pub(crate) line: String,
    pub(crate) edge: String,
    pub(crate) ink: String,
    pub(crate) ink_soft: String,
    pub(crate) ink_faint: String,
    pub(crate) accent: String,
    pub(crate) track: String,
    pub(crate) gauge: String,
    pub(crate) gauge_full: String,
    pub(crate) command: String,
    pub(crate) query: String,
    pub(crate) event: String,
    pub(crate) reply: String,
    pub(crate) failure: String,
    pub(crate) control: String,
    pub(crate) actor: String,
    pub(crate) external: String,
    pub(crate) service: String,
    pub(crate) queue: String,
    pub(crate) store: String,
    pub(crate) slow: String,
    pub(crate) on_slow: String,
    pub(crate) on_failure: String,
    /// The font family of the page.
    pub(crate) font: String,
}

impl Palette {
    /// What the style sheet says now; nothing changes if it cannot be read.
    pub(crate) fn read() -> Option<Self> {
        let window = web_sys::window()?;
        let root = window.document()?.document_element()?;
        let style = window.get_computed_style(&root).ok()??;
        let colour = |name: &str| value(&style, name);
        Some(Self {
            stage: colour("--stage"),
            card: colour("--card"),
            line: colour("--line"),
            edge: colour("--edge"),
            ink: colour("--ink"),
            ink_soft: colour("--ink-soft"),
            ink_faint: colour("--ink-faint"),
            accent: colour("--accent"),
            track: colour("--track"),
            gauge: colour("--gauge"),
            gauge_full: colour("--gauge-full"),
            command: colour("--command"),
            query: colour("--query"),
            event: colour("--event"),
            reply: colour("--reply"),
            failure: colour("--failure"),
            control: colour("--control"),
            actor: colour("--actor"),
            external: colour("--external"),
            service: colour("--service"),
            queue: colour("--queue"),
            store: colour("--store"),
            slow: colour("--slow"),
            on_slow: colour("--on-slow"),
            on_failure: colour("--on-failure"),
            font: colour("--font"),
        })
    }

    /// The colour of messages.
    pub(crate) fn message(&self, kind: MessageKind) -> &str {
        match kind {
            MessageKind::Command => &self.command,
            MessageKind::Query => &self.query,
            MessageKind::Event => &self.event,
            MessageKind::Reply => &self.reply,
            MessageKind::Failure => &self.failure,
            MessageKind::Control => &self.control,
        }
    }

    /// The same colours for pixels of our own.
    pub(crate) fn colours(&self) -> Colours {
        let of = |text: &str| colour(text).unwrap_or(GREY);
        let kinds = [
            MessageKind::Command,
            MessageKind::Query,
            MessageKind::Event,
            MessageKind::Reply,
            MessageKind::Failure,
            MessageKind::Control,
        ];
        Colours {
            // In the order of their numbers.
            kinds: kinds.map(|kind| of(self.message(kind))),
            failure: of(&self.failure),
            stage: of(&self.stage),
        }
    }
}

/// What a colour that cannot be read becomes.
const GREY: u32 = 0xff80_8080;

fn value(style: &CssStyleDeclaration, name: &str) -> String {
    style
        .get_property_value(name)
        .map(|value| value.trim().to_owned())
        .unwrap_or_default()
}
