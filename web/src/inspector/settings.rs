//! The settings of what is picked, as knobs that can be turned right there: also those that the
//! author did not expose.
//!
//! Paths of the document flow in; the worker says which quantities lie below them; a turn flows
//! out and runs the scenario again on the same seed.

use interplay_protocol::KnobView;
use leptos::prelude::*;

use crate::desk::Desk;
use crate::i18n::{Locale, language, said, text};
use crate::knobs::Knob;

/// The settings below some paths of the document.
#[component]
pub(super) fn SettingKnobs(#[prop(into)] below: Signal<Vec<String>>) -> impl IntoView {
    let desk = Desk::of_here();
    // Asked again whenever the scenario runs again, since its values may be others.
    Effect::new(move || {
        let below = below.get();
        if desk.stage.with(Option::is_some) && !below.is_empty() {
            desk.ask_settings(below);
        }
    });
    let found = Memo::new(move |before: Option<&Vec<KnobView>>| {
        let below = below.get();
        desk.settings.with(|settings| match settings {
            Some(settings) if settings.below == below => settings.found.clone(),
            // An answer to another question; what is shown stays until the right one comes.
            _ => before.cloned().unwrap_or_default(),
        })
    });
    let paths = Memo::new(move |_| {
        let found = found.get().into_iter();
        found.map(|knob| knob.path).collect::<Vec<_>>()
    });
    let row = move |path: String| {
        let (wanted, called, titled) = (path.clone(), path.clone(), path.clone());
        let knob = Memo::new(move |_| {
            found.with(|found| found.iter().find(|knob| knob.path == wanted).cloned())
        });
        let label = Signal::derive(move || label(desk, &called, &below.get()));
        view! {
            <div title=titled>
                <Knob path=path knob=knob label=label />
            </div>
        }
    };
    view! {
        <Show when=move || !paths.with(Vec::is_empty)>
            <section class="settings" data-settings="">
                <h3>{said!(desk, inspector.settings)}</h3>
                <For each=move || paths.get() key=String::clone children=row />
            </section>
        </Show>
    }
}

/// What a setting is called: by its author, else by what its path says.
fn label(desk: Desk, path: &str, below: &[String]) -> String {
    let locale = desk.locale.get();
    let authors = desk.stage.with(|stage| {
        let knobs = stage.iter().flat_map(|stage| &stage.knobs);
        let mut labels = knobs.filter(|knob| knob.path == path && !knob.label.is_empty());
        labels
            .next()
            .map(|knob| knob.label.get(language(locale)).to_owned())
    });
    authors.unwrap_or_else(|| in_words(locale, path, below))
}

/// A path in words: `services.bank.endpoints.charge.do.0.work.exponential` is “charge · work”.
fn in_words(locale: Locale, path: &str, below: &[String]) -> String {
    let prefix = below
        .iter()
        .filter(|prefix| path.starts_with(prefix.as_str()))
        .max_by_key(|prefix| prefix.len());
    let rest = prefix.map_or(path, |prefix| path[prefix.len()..].trim_start_matches('.'));
    // Several things at once: whose setting it is has to be said.
    let owner = prefix
        .filter(|_| below.len() > 1)
        .and_then(|prefix| prefix.rsplit('.').next());
    let words: Vec<_> = owner
        .into_iter()
        .chain(rest.split('.'))
        .filter_map(|part| word(locale, part))
        .collect();
    words.join(" · ")
}

/// A part of a path in words; nothing if it says nothing to a reader.
fn word(locale: Locale, part: &str) -> Option<String> {
    let is_silent = part.parse::<u32>().is_ok()
        || matches!(
            part,
            "" | "endpoints"
                | "subscriptions"
                | "handles"
                | "tables"
                | "do"
                | "parallel"
                | "choose"
                | "transaction"
                | "workers"
                | "rabbitmq"
                | "queues"
                | "classic"
                | "then"
                | "retry"
                | "exponential"
                | "lognormal"
                | "normal"
                | "uniform"
                | "fault"
                | "slow"
                | "errors"
                | "lossy"
                | "after"
        );
    if is_silent {
        return None;
    }
    Some(match part {
        "instances" => text!(locale, setting.instances),
        "blocking" => text!(locale, setting.blocking),
        "async" => text!(locale, setting.non_blocking),
        "queue" => text!(locale, setting.queue),
        "prefetch" => text!(locale, setting.prefetch),
        "arrivals" => text!(locale, setting.arrivals),
        "users" => text!(locale, setting.users),
        "think" => text!(locale, setting.think),
        "work" => text!(locale, setting.work),
        "wait" => text!(locale, setting.wait),
        "timeout" => text!(locale, setting.timeout),
        "attempts" => text!(locale, setting.attempts),
        "jitter" => text!(locale, setting.jitter),
        "base" => text!(locale, setting.base),
        "factor" => text!(locale, setting.factor),
        "latency" => text!(locale, setting.latency),
        "loss" => text!(locale, setting.loss),
        "duplicate" => text!(locale, setting.duplicate),
        "reordering" => text!(locale, setting.reordering),
        "bandwidth" => text!(locale, setting.bandwidth),
        "chance" => text!(locale, setting.chance),
        "mean" => text!(locale, setting.mean),
        "sd" => text!(locale, setting.sd),
        "from" => text!(locale, setting.from),
        "to" => text!(locale, setting.to),
        "over" => text!(locale, setting.over),
        "times" => text!(locale, setting.times),
        "rate" => text!(locale, setting.rate),
        "for" => text!(locale, setting.lasts),
        "at" => text!(locale, setting.at),
        "pool" => text!(locale, setting.pool),
        "rows" => text!(locale, setting.rows),
        "join" => text!(locale, setting.join),
        "default" => text!(locale, setting.default_link),
        other => other.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, below: &[&str]) -> String {
        let below: Vec<_> = below.iter().map(|path| (*path).to_owned()).collect();
        in_words(Locale::en, path, &below)
    }

    #[test]
    fn a_path_is_said_in_the_words_of_the_field() {
        let bank = &["services.bank"];
        assert_eq!(said("services.bank.workers.blocking", bank), "threads");
        assert_eq!(
            said("services.bank.endpoints.charge.do.0.work.exponential", bank),
            "charge · work"
        );
    }

    #[test]
    fn of_several_things_it_is_said_whose_it_is() {
        let below = &["policies.again", "policies.limit"];
        assert_eq!(
            said("policies.again.retry.attempts", below),
            "again · attempts"
        );
        assert_eq!(said("policies.limit.timeout", below), "limit · time-out");
    }
}
