//! A sketch of a scenario on the page: a handful of paths, coloured by what they stand for.

use leptos::prelude::*;
use sim_core::sketch::Sketch;

/// A sketch as large as its place allows; nothing is drawn of what has none.
#[component]
pub(crate) fn Thumbnail(sketch: Option<Sketch>) -> impl IntoView {
    let Some(sketch) = sketch.filter(|sketch| !sketch.shapes.is_empty()) else {
        return view! { <span class="thumbnail none" aria-hidden="true" /> }.into_any();
    };
    let view_box = format!("0 0 {} {}", sketch.width.max(1), sketch.height.max(1));
    let shapes = sketch
        .shapes
        .into_iter()
        .map(|(shape, path)| view! { <path class=shape.name() d=path /> });
    view! {
        <span class="thumbnail" aria-hidden="true">
            <svg viewBox=view_box>
                <path class="lines" d=sketch.lines />
                {shapes.collect_view()}
            </svg>
        </span>
    }
    .into_any()
}
