//! Icons: small drawings in the colour of the text, 16 by 16, hidden from screen readers
//! (the control they stand in has a label).

use leptos::prelude::*;

/// The drawings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Icon {
    Play,
    Pause,
    Step,
    StepBack,
    Share,
    Sun,
    Moon,
    Help,
    Close,
    Panel,
    Sliders,
    Fit,
    Plus,
    Minus,
    Undo,
    Redo,
    File,
    Warning,
    Search,
    More,
    Download,
    Story,
    Previous,
    Next,
    Copy,
    Loop,
    PreviousMark,
    NextMark,
    List,
    Across,
    Fold,
    Code,
    Chart,
}

/// An icon.
#[component]
pub(crate) fn Drawn(#[prop(into)] icon: Signal<Icon>) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d=move || path(icon.get()) />
        </svg>
    }
}

const fn path(icon: Icon) -> &'static str {
    match icon {
        Icon::Play => "M4.5 2.8v10.4L13 8z",
        Icon::Pause => "M4 3h2.8v10H4zM9.2 3H12v10H9.2z",
        Icon::Step => "M3.5 3v10L10 8zM11 3h2v10h-2z",
        Icon::StepBack => "M12.5 3v10L6 8zM3 3h2v10H3z",
        Icon::Share => {
            "M12 10.2a2.3 2.3 0 0 0-1.7.7L6.2 8.6a2 2 0 0 0 0-1.2l4.1-2.3A2.3 2.3 0 1 0 9.6 4L5.5 6.2a2.3 2.3 0 1 0 0 3.6L9.6 12a2.3 2.3 0 1 0 2.4-1.8z"
        }
        Icon::Sun => {
            "M8 4.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zM7.3 1h1.4v2.2H7.3zM7.3 12.8h1.4V15H7.3zM1 7.3h2.2v1.4H1zM12.8 7.3H15v1.4h-2.2zM2.6 3.6l1-1 1.5 1.5-1 1zM10.9 11.9l1-1 1.5 1.5-1 1zM2.6 12.4l1.5-1.5 1 1-1.5 1.5zM10.9 4.1l1.5-1.5 1 1-1.5 1.5z"
        }
        Icon::Moon => "M13.6 10.2A6 6 0 0 1 5.8 2.4a6 6 0 1 0 7.8 7.8z",
        Icon::Help => {
            "M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2zm0 1.5a5.3 5.3 0 1 1 0 10.6A5.3 5.3 0 0 1 8 2.7zm-.8 7.9h1.6v1.6H7.2zM8 3.9c-1.6 0-2.6.9-2.7 2.3h1.5c.1-.6.5-1 1.2-1s1.1.4 1.1 1c0 .5-.2.7-.9 1.2-.8.5-1.1 1-1 2v.3h1.5v-.3c0-.5.2-.8.9-1.2.8-.5 1.1-1.1 1.1-2 0-1.4-1.1-2.3-2.7-2.3z"
        }
        Icon::Close => {
            "M3.8 2.7 8 6.9l4.2-4.2 1.1 1.1L9.1 8l4.2 4.2-1.1 1.1L8 9.1l-4.2 4.2-1.1-1.1L6.9 8 2.7 3.8z"
        }
        Icon::Panel => "M1.5 2.5h13v11h-13zM3 4v8h2.8V4zm4.2 0v8H13V4z",
        Icon::Sliders => {
            "M1.5 4h6.2a2.2 2.2 0 0 1 4.1 0h2.7v1.4h-2.7a2.2 2.2 0 0 1-4.1 0H1.5zM1.5 10.6h1.7a2.2 2.2 0 0 1 4.1 0h7.2V12H7.3a2.2 2.2 0 0 1-4.1 0H1.5z"
        }
        Icon::Fit => {
            "M2 2h4.3v1.5H3.5v2.8H2zM9.7 2H14v4.3h-1.5V3.5H9.7zM2 9.7h1.5v2.8h2.8V14H2zM12.5 9.7H14V14H9.7v-1.5h2.8z"
        }
        Icon::Plus => "M7.2 2.5h1.6v4.7h4.7v1.6H8.8v4.7H7.2V8.8H2.5V7.2h4.7z",
        Icon::Minus => "M2.5 7.2h11v1.6h-11z",
        Icon::Undo => {
            "M5.6 1.8v2.7H9a4.4 4.4 0 1 1 0 8.8H4.4v-1.6H9a2.8 2.8 0 1 0 0-5.6H5.6v2.7L1.6 5.3z"
        }
        Icon::Redo => {
            "M10.4 1.8v2.7H7a4.4 4.4 0 1 0 0 8.8h4.6v-1.6H7a2.8 2.8 0 1 1 0-5.6h3.4v2.7l4-3.5z"
        }
        Icon::File => "M3 1.5h6.4L13 5.1v9.4H3zM4.5 3v10h7V6.2H8.3V3z",
        Icon::Search => {
            "M6.7 1.5a5.2 5.2 0 1 0 3.2 9.3l3.4 3.4 1.1-1.1-3.4-3.4a5.2 5.2 0 0 0-4.3-8.2zm0 1.5a3.7 3.7 0 1 1 0 7.4 3.7 3.7 0 0 1 0-7.4z"
        }
        Icon::More => {
            "M3.2 6.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8zm4.8 0a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8zm4.8 0a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8z"
        }
        Icon::Download => {
            "M7.2 1.5h1.6v6.4l2.4-2.3 1.1 1.1L8 11 3.7 6.7l1.1-1.1 2.4 2.3zM2 12.5h12V14H2z"
        }
        Icon::Copy => "M5 1.5h8.5V11H11v3.5H2.5V5H5zM6.5 3v2H11v4.5h1V3zM4 6.5V13h5.5V6.5z",
        Icon::Story => "M2 2.5h12v8H8.6L5.4 13.6v-3.1H2zM4.3 4.8v1.3h7.4V4.8zM4.3 7.2v1.3h5V7.2z",
        Icon::Previous => "M10.6 2.6 11.7 3.7 7.4 8l4.3 4.3-1.1 1.1L5.2 8z",
        Icon::Next => "M5.4 2.6 10.8 8l-5.4 5.4-1.1-1.1L8.6 8 4.3 3.7z",
        Icon::Loop => {
            "M4.5 3.2h6.8l-1.6-1.6L10.8.5 14.2 4l-3.4 3.5-1.1-1.1 1.6-1.6H4.6A2.1 2.1 0 0 0 2.5 6.9v1H.9v-1a3.7 3.7 0 0 1 3.6-3.7zM11.5 12.8H4.7l1.6 1.6-1.1 1.1L1.8 12l3.4-3.5 1.1 1.1-1.6 1.6h6.7a2.1 2.1 0 0 0 2.1-2.1v-1h1.6v1a3.7 3.7 0 0 1-3.6 3.7z"
        }
        Icon::PreviousMark => "M10.5 2.6v10.8L3.6 8zM12 3h1.4v10H12z",
        Icon::NextMark => "M5.5 2.6v10.8L12.4 8zM2.6 3H4v10H2.6z",
        Icon::List => {
            "M2 3h2v2H2zm4 .2h8v1.6H6zM2 7h2v2H2zm4 .2h8v1.6H6zM2 11h2v2H2zm4 .2h8v1.6H6z"
        }
        Icon::Across => {
            "M1 2.5h1.5v11H1zm12.5 0H15v11h-1.5zM3.4 8l3-2.7v1.9h3.2V5.3l3 2.7-3 2.7V8.8H6.4v1.9z"
        }
        Icon::Fold => "M5.5 4 10 8l-4.5 4z",
        Icon::Code => {
            "M5.4 3.4 6.6 4.5 3.2 8l3.4 3.5-1.2 1.1L1 8zM10.6 3.4 15 8l-4.4 4.6-1.2-1.1L12.8 8 9.4 4.5z"
        }
        Icon::Chart => {
            "M1.5 2H3v10.5h11.5V14h-13zM4.6 9.6l3-3.6 2.4 2L13.3 3l1.2.9-4.2 6.3-2.5-2-2 2.4z"
        }
        Icon::Warning => {
            "M8 1.6 15.2 14H.8zm0 3L3.4 12.5h9.2zM7.3 7h1.4v2.8H7.3zm0 3.6h1.4v1.2H7.3z"
        }
    }
}
