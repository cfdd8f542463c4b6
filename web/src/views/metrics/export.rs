//! What is seen as a file: its numbers as a table, its charts as a picture.

use interplay_protocol::Stage;
use leptos::prelude::*;
use sim_core::observe::series::{Subject, csv};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlElement};

use super::board::with_source;
use super::naming;
use super::paint::Style;
use crate::desk::{Desk, Notice};
use crate::i18n::language;
use crate::library::own::told::Told;
use crate::ui::save::{save, save_from};
use crate::{timeline, ui};

/// Room around the charts of a picture, and above them for what they are of, in pixels.
const EDGE: f64 = 16.0;
const HEAD: f64 = 44.0;

/// Gives the reader what is drawn as a table in a file.
pub(super) fn save_table(desk: Desk) {
    let table = with_source(desk, |source| {
        let name = file_name(source.stage, source.series.subject, "csv");
        (name, csv::write(source.series))
    });
    if let Some((name, text)) = table
        && save(&name, &text).is_err()
    {
        desk.own.told.set(Some(Told::NoFile));
    }
}

/// Puts what is drawn into the clipboard as a table.
pub(super) fn copy_table(desk: Desk) {
    if let Some(text) = with_source(desk, |source| csv::write(source.series)) {
        ui::clipboard::copy(&text, move || desk.mention(Notice::Copied));
    }
}

/// Gives the reader the charts that stand in `board` as a picture.
pub(super) fn save_picture(desk: Desk, board: &HtmlElement) {
    let name = with_source(desk, |source| {
        file_name(source.stage, source.series.subject, "png")
    });
    if let Some(name) = name {
        let saved = picture(desk, board).and_then(|address| save_from(&name, &address));
        if saved.is_err() {
            desk.own.told.set(Some(Told::NoFile));
        }
    }
}

fn file_name(stage: &Stage, subject: Subject, kind: &str) -> String {
    let topology = &stage.topology;
    let node =
        |id: sim_core::world::NodeId| topology.nodes.get(id.index()).map(|node| node.name.clone());
    let name = match subject {
        Subject::All => None,
        Subject::Node(id) => node(id),
        Subject::Endpoint(id) => topology.endpoints.get(id.index()).map(|of| of.name.clone()),
        Subject::Edge(id) => topology
            .edges
            .get(id.index())
            .and_then(|edge| Some(format!("{}-{}", node(edge.from)?, node(edge.to)?))),
    };
    match name {
        Some(name) => format!("metrics-{}.{kind}", name.replace('.', "-")),
        None => format!("metrics.{kind}"),
    }
}

/// The charts as they stand on the screen, with their words, as the address of a picture.
fn picture(desk: Desk, board: &HtmlElement) -> Result<String, JsValue> {
    let style = Style::now().ok_or(JsValue::NULL)?;
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let document = window.document().ok_or(JsValue::NULL)?;
    let canvas: HtmlCanvasElement = document.create_element("canvas")?.unchecked_into();
    let ratio = window.device_pixel_ratio();
    let (width, height) = (
        f64::from(board.client_width()) + 2.0 * EDGE,
        f64::from(board.scroll_height()) + HEAD + EDGE,
    );
    canvas.set_width((width * ratio).round() as u32);
    canvas.set_height((height * ratio).round() as u32);
    let context: CanvasRenderingContext2d = canvas
        .get_context("2d")?
        .ok_or(JsValue::NULL)?
        .unchecked_into();
    context.scale(ratio, ratio)?;
    context.set_fill_style_str(&style.get("--stage"));
    context.fill_rect(0.0, 0.0, width, height);

    let font = style.get("--font");
    context.set_fill_style_str(&style.get("--ink"));
    context.set_font(&format!("600 14px {font}"));
    context.fill_text(&headline(desk), EDGE, 27.0)?;

    let origin = board.get_bounding_client_rect();
    let at = |element: &Element| {
        let rect = element.get_bounding_client_rect();
        (
            rect.left() - origin.left() + EDGE,
            rect.top() - origin.top() + f64::from(board.scroll_top()) + HEAD,
            rect.width(),
            rect.height(),
        )
    };
    each(board, "canvas", |element| {
        let (x, y, width, height) = at(element);
        let painted = element.unchecked_ref::<HtmlCanvasElement>();
        context.draw_image_with_html_canvas_element_and_dw_and_dh(painted, x, y, width, height)
    })?;
    each(board, "h3, .key span, .key b, .hush", |element| {
        let (x, y, _, height) = at(element);
        let own = window.get_computed_style(element)?.ok_or(JsValue::NULL)?;
        let get = |name| own.get_property_value(name).unwrap_or_default();
        context.set_fill_style_str(&get("color"));
        context.set_font(&format!(
            "{} {} {font}",
            get("font-weight"),
            get("font-size")
        ));
        context.set_text_baseline("middle");
        let text = element.text_content().unwrap_or_default();
        context.fill_text(&text, x, y + height / 2.0 + 1.0)
    })?;
    each(board, ".key i", |element| {
        let (x, y, width, height) = at(element);
        let own = window.get_computed_style(element)?.ok_or(JsValue::NULL)?;
        context.set_fill_style_str(&own.get_property_value("background-color")?);
        context.fill_rect(x, y, width, height);
        Ok(())
    })?;
    canvas.to_data_url()
}

/// What the picture is of: the scenario, what of it, and when.
fn headline(desk: Desk) -> String {
    let locale = desk.locale.get_untracked();
    let title = desk.stage.with_untracked(|stage| {
        let stage = stage.as_ref();
        stage.map(|stage| stage.title.get(language(locale)).to_owned())
    });
    let what = with_source(desk, |source| {
        let what = naming::subject(locale, source.stage, source.series.subject);
        let seen = timeline::seen(desk).map(|(seen, _)| seen);
        let when = seen.map(|seen| naming::stretch(locale, seen, source.series.span));
        [Some(what), when]
    });
    let parts = what.into_iter().flatten().flatten();
    let parts = title.into_iter().chain(parts);
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

fn each(
    board: &HtmlElement,
    selector: &str,
    mut act: impl FnMut(&Element) -> Result<(), JsValue>,
) -> Result<(), JsValue> {
    let found = board.query_selector_all(selector)?;
    for place in 0..found.length() {
        if let Some(element) = found.get(place).and_then(|node| node.dyn_into().ok()) {
            act(&element)?;
        }
    }
    Ok(())
}
