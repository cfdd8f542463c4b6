//! The panel where the reader takes links, snippets, codes and files from.

use std::time::Duration;

use interplay_protocol::Request;
use leptos::ev;
use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::address::{Address, Way};
use super::snippet::{Figure, HEIGHTS};
use super::{COMFORTABLE_LENGTH, SAFE_LENGTH, base, link, way_of};
use crate::desk::{Desk, Notice};
use crate::i18n::{Locale, count, language, locale_of, moment, said, say};
use crate::player::{Command, Player};
use crate::ui::icons::{Drawn, Icon};
use crate::ui::modal::Modal;
use crate::ui::theme::Theme;

/// Telephones read larger codes than those of this many characters only with patience.
const LONGEST_CODE: usize = 1_000;
/// The height of a figure, unless another one is chosen.
const HEIGHT: u32 = 520;
/// How long a button says that it has copied.
const COPIED_FOR: Duration = Duration::from_secs(2);

/// What is handed out.
#[derive(Clone, PartialEq, Debug)]
struct Shared {
    /// The link; nothing if the scenario is too long for any.
    link: Option<String>,
    /// The address of the figure.
    figure: Option<String>,
}

impl Shared {
    fn length(&self) -> Option<usize> {
        self.link.as_ref().map(|link| link.chars().count())
    }

    /// Whether it is handed out as a link, rather than as a file.
    fn is_comfortable(&self) -> bool {
        self.length()
            .is_some_and(|length| length <= COMFORTABLE_LENGTH)
    }
}

/// What the reader chose.
#[derive(Clone, Copy)]
struct Choices {
    at_this_moment: RwSignal<bool>,
    locale: RwSignal<Option<Locale>>,
    theme: RwSignal<Option<Theme>>,
    height: RwSignal<u32>,
}

/// The panel.
#[component]
pub(crate) fn SharePanel() -> impl IntoView {
    let desk = Desk::of_here();
    let open = desk.sharing.open;
    // Told before the dialog opens: what is shared is this moment, so it does not pass meanwhile.
    Effect::new(move || {
        if open.get() {
            desk.command(Command::Pause);
            desk.write_address();
        }
    });
    view! {
        <Modal
            class="share"
            label=said!(desk, share.title)
            open=open
            shut=Callback::new(move |()| open.set(false))
        >
            <Show when=move || open.get()>
                <Inside />
            </Show>
        </Modal>
    }
}

#[component]
fn Inside() -> impl IntoView {
    let desk = Desk::of_here();
    let choices = Choices {
        at_this_moment: RwSignal::new(true),
        locale: RwSignal::new(None),
        theme: RwSignal::new(None),
        height: RwSignal::new(HEIGHT),
    };
    let shared = Memo::new(move |_| {
        // The digest comes when the run has ended.
        desk.progress.track();
        let at_this_moment = choices.at_this_moment.get();
        let way = link(desk, at_this_moment).and_then(|link| way_of(&link));
        let (locale, theme) = (choices.locale.get(), choices.theme.get());
        let metrics = desk.metrics.open.get();
        let address = |way: &Way, embed| {
            base::address(&Address {
                way: way.clone(),
                embed,
                metrics,
                locale,
                theme,
            })
        };
        Shared {
            link: way.as_ref().map(|way| address(way, false)),
            figure: way.as_ref().map(|way| address(way, true)),
        }
    });
    let comfortable = Memo::new(move |_| shared.with(Shared::is_comfortable));
    view! {
        <div class="share-inside">
            <header>
                <h2>{said!(desk, share.title)}</h2>
                <button class="quiet" aria-label=said!(desk, app.close) on:click=move |_| desk.sharing.open.set(false)>
                    <Drawn icon=Icon::Close />
                </button>
            </header>
            <Show when=move || comfortable.get() fallback=move || view! { <TooLong shared=shared /> }>
                <TheLink shared=shared choices=choices />
                <TheFigure shared=shared choices=choices />
            </Show>
            <section class="share-file">
                <h3>{said!(desk, share.file)}</h3>
                <p class="hush">{said!(desk, share.file_hint)}</p>
                <button data-action="share-download" on:click=move |_| desk.export_open()>
                    <Drawn icon=Icon::Download />
                    {said!(desk, share.download)}
                </button>
            </section>
        </div>
    }
}

/// What is said of a scenario that is handed out as a file.
#[component]
fn TooLong(shared: Memo<Shared>) -> impl IntoView {
    let desk = Desk::of_here();
    view! {
        <p class="share-warning" role="status" data-said="too-long">
            <Drawn icon=Icon::Warning />
            <span>
                {move || match shared.with(Shared::length) {
                    Some(length) => say!(desk, share.uncomfortable, length = count(length as u64)),
                    None => say!(desk, share.impossible),
                }}
            </span>
        </p>
    }
}

#[component]
fn TheLink(shared: Memo<Shared>, choices: Choices) -> impl IntoView {
    let desk = Desk::of_here();
    let text = Signal::derive(move || {
        shared
            .with(|shared| shared.link.clone())
            .unwrap_or_default()
    });
    let here = move || {
        let at = desk.ask(Player::time).unwrap_or_default();
        say!(
            desk,
            share.at_this_moment,
            at = moment(desk.locale.get(), at, 2)
        )
    };
    let warning = move || {
        let length = shared.with(Shared::length).unwrap_or_default();
        (length > SAFE_LENGTH).then(|| {
            say!(
                desk,
                share.long,
                length = count(length as u64),
                limit = count(SAFE_LENGTH as u64)
            )
        })
    };
    view! {
        <section class="share-link">
            <div class="share-text">
                <h3>{said!(desk, share.link)}</h3>
                <Copied text=text label=said!(desk, share.link) rows=3 action="copy-link" />
                {move || warning().map(|warning| view! {
                    <p class="share-warning" role="status" data-said="long">
                        <Drawn icon=Icon::Warning />
                        <span>{warning}</span>
                    </p>
                })}
                <label class="check">
                    <input
                        type="checkbox"
                        data-choice="moment"
                        prop:checked=choices.at_this_moment
                        on:change=move |event| choices.at_this_moment.set(event_target_checked(&event))
                    />
                    <span>{here}</span>
                </label>
                <div class="share-choices">
                    <label>
                        <span>{said!(desk, share.language)}</span>
                        <select data-choice="language" on:change=move |event| choices.locale.set(locale_of(&event_target_value(&event)))>
                            <option value="">{said!(desk, share.readers)}</option>
                            <option value="en">"English"</option>
                            <option value="ru">"Русский"</option>
                        </select>
                    </label>
                    <label>
                        <span>{said!(desk, share.theme)}</span>
                        <select data-choice="theme" on:change=move |event| choices.theme.set(Theme::named(&event_target_value(&event)))>
                            <option value="">{said!(desk, share.readers)}</option>
                            <option value="light">{said!(desk, share.light)}</option>
                            <option value="dark">{said!(desk, share.dark)}</option>
                        </select>
                    </label>
                </div>
            </div>
            <TheCode text=text />
        </section>
    }
}

/// The link as a code for telephones.
#[component]
fn TheCode(text: Signal<String>) -> impl IntoView {
    let desk = Desk::of_here();
    let drawable = Memo::new(move |_| text.with(|text| text.len() <= LONGEST_CODE));
    Effect::new(move || {
        if drawable.get() {
            desk.send(Request::Code { text: text.get() });
        }
    });
    let code = move || {
        desk.sharing.code.with(|code| match code {
            Some((drawn, Some(code))) if text.with(|text| text == drawn) => Some(code.clone()),
            _ => None,
        })
    };
    view! {
        <figure class="share-code">
            {move || match code() {
                _ if !drawable.get() => {
                    view! { <p class="hush">{said!(desk, share.no_code)}</p> }.into_any()
                }
                Some(code) => {
                    // Four modules of quiet around it, as readers of codes ask for.
                    let view_box = format!("-4 -4 {0} {0}", code.side + 8);
                    view! {
                        <svg viewBox=view_box role="img" aria-label=said!(desk, share.code_label) shape-rendering="crispEdges" data-said="code">
                            <path d=code.path />
                        </svg>
                    }
                        .into_any()
                }
                None => view! { <svg viewBox="0 0 41 41" aria-hidden="true" /> }.into_any(),
            }}
            <figcaption class="hush">{move || drawable.get().then(|| say!(desk, share.code))}</figcaption>
        </figure>
    }
}

#[component]
fn TheFigure(shared: Memo<Shared>, choices: Choices) -> impl IntoView {
    let desk = Desk::of_here();
    let title = move || {
        desk.stage.with(|stage| {
            let stage = stage.as_ref();
            stage.map(|stage| stage.title.get(language(desk.locale.get())).to_owned())
        })
    };
    let snippet = Signal::derive(move || {
        let title = title().filter(|title| !title.is_empty());
        let address = shared
            .with(|shared| shared.figure.clone())
            .unwrap_or_default();
        Figure {
            address: &address,
            title: title.as_deref().unwrap_or("Interplay"),
            height: choices.height.get(),
        }
        .html()
    });
    let sized = move |event: ev::Event| {
        if let Ok(height) = event_target_value(&event).parse() {
            choices.height.set(height);
        }
    };
    view! {
        <section>
            <h3>{said!(desk, share.embed)}</h3>
            <Copied text=snippet label=said!(desk, share.embed) rows=4 action="copy-embed" />
            <div class="share-choices">
                <label>
                    <span>{said!(desk, share.height)}</span>
                    <input
                        type="number"
                        data-choice="height"
                        min=HEIGHTS.start().to_string()
                        max=HEIGHTS.end().to_string()
                        step="10"
                        value=HEIGHT.to_string()
                        on:input=sized
                    />
                </label>
            </div>
        </section>
    }
}

/// A text to be copied: with a button, or by hand where the browser has no clipboard for us.
#[component]
fn Copied(
    text: Signal<String>,
    label: Signal<String>,
    rows: u32,
    action: &'static str,
) -> impl IntoView {
    let desk = Desk::of_here();
    let field = NodeRef::<Textarea>::new();
    let done = RwSignal::new(None::<bool>);
    let copy = move |_| {
        let copied = clipboard().map(|clipboard| clipboard.write_text(&text.get_untracked()));
        spawn_local(async move {
            let worked = match copied {
                Some(copied) => JsFuture::from(copied).await.is_ok(),
                None => false,
            };
            done.set(Some(worked));
            if worked {
                desk.mention(Notice::Shared);
                set_timeout(
                    move || {
                        done.try_set(None);
                    },
                    COPIED_FOR,
                );
            } else if let Some(field) = field.get_untracked() {
                // Fails only for an element that is gone already.
                let _ = field.focus();
                field.select();
            }
        });
    };
    let button = move || match done.get() {
        Some(true) => say!(desk, share.copied),
        _ => say!(desk, share.copy),
    };
    view! {
        <div class="copied">
            <textarea
                readonly
                rows=rows
                spellcheck="false"
                aria-label=label
                data-text=action
                prop:value=text
                node_ref=field
                on:focus=move |_| {
                    if let Some(field) = field.get_untracked() {
                        field.select();
                    }
                }
            />
            <button data-action=action on:click=copy>
                <Drawn icon=Icon::Copy />
                <span aria-live="polite">{button}</span>
            </button>
        </div>
        {move || (done.get() == Some(false)).then(|| view! { <p class="hush" role="status">{say!(desk, share.by_hand)}</p> })}
    }
}

/// The clipboard; there is none on a page that did not come over a secure connection.
pub(crate) fn clipboard() -> Option<web_sys::Clipboard> {
    let navigator = web_sys::window()?.navigator();
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard")).ok()?;
    (!clipboard.is_undefined()).then(|| navigator.clipboard())
}
