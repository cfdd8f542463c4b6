//! The table itself.

use leptos::prelude::*;
use sim_core::kernel::SimTime;
use sim_core::scenario::editing::Edit;

use super::{Command, Group, presenter};
use crate::desk::{Desk, Notice};
use crate::i18n::Locale;
use crate::library::focus_search;
use crate::player::{Command as Time, speed};
use crate::timeline::finder::jump;
use crate::timeline::{self, zoom};
use crate::ui::theme::choose;
use crate::views::flow::{Wish, ZOOM, follow_picked};
use crate::views::metrics;
use crate::{share, story, ui};

/// The groups in the order they are shown in.
pub(crate) const GROUPS: [Group; 6] = [
    Group::Player,
    Group::Timeline,
    Group::Story,
    Group::Stage,
    Group::Edit,
    Group::Page,
];

/// One row: `command!(Player, play, ["Space"], |desk| …)`. What embeds lack says so at the end.
macro_rules! command {
    ($group:ident, $id:ident, $keys:expr, $act:expr) => {
        command!($group, $id, $keys, $act, true)
    };
    ($group:ident, $id:ident, $keys:expr, $act:expr, $embedded:expr) => {
        Command {
            id: stringify!($id),
            group: Group::$group,
            keys: &$keys,
            words: |locale| leptos_i18n::td_string!(locale, commands.$id),
            act: $act,
            embedded: $embedded,
        }
    };
}

/// Every command, those of a group together, in the order they are shown in.
pub(crate) const COMMANDS: &[Command] = &[
    command!(Player, play, ["Space", "K"], |desk| desk.toggle()),
    command!(Player, step, ["."], |desk| desk.command(Time::Step)),
    command!(Player, step_back, [","], |desk| desk
        .command(Time::StepBack)),
    command!(Player, on, ["→"], |desk| desk.skip(1.0)),
    command!(Player, back, ["←"], |desk| desk.skip(-1.0)),
    command!(Player, start, ["Home"], |desk| desk
        .command(Time::SeekTime(SimTime::ZERO))),
    command!(Player, end, ["End"], |desk| desk
        .command(Time::SeekTime(SimTime::MAX))),
    command!(Player, slower, ["-"], |desk| change_speed(desk, false)),
    command!(Player, faster, ["+"], |desk| change_speed(desk, true)),
    command!(Player, go_to, ["G"], |desk| desk
        .typing
        .set(desk.stage.with_untracked(Option::is_some))),
    command!(Player, next_mark, ["N", "]"], |desk| jump(desk, true)),
    command!(Player, previous_mark, ["P", "["], |desk| jump(desk, false)),
    command!(Player, repeat, ["L"], |desk| desk.command(Time::ToggleLoop)),
    command!(Player, repeat_from, ["I"], |desk| desk
        .command(Time::LoopFromHere)),
    command!(Player, repeat_until, ["O"], |desk| desk
        .command(Time::LoopUntilHere)),
    command!(Timeline, closer, ["W"], |desk| timeline::zoom_by(
        desk,
        zoom::STEP
    )),
    command!(Timeline, wider, ["Q"], |desk| timeline::zoom_by(
        desk,
        1.0 / zoom::STEP
    )),
    command!(Timeline, earlier, ["A"], |desk| timeline::move_by(
        desk,
        -zoom::MOVE
    )),
    command!(Timeline, later, ["D"], |desk| timeline::move_by(
        desk,
        zoom::MOVE
    )),
    command!(Timeline, whole, ["Z"], |desk| desk.look(None)),
    command!(Story, next_moment, ["PageDown"], |desk| {
        story::turn(desk, true);
    }),
    command!(Story, previous_moment, ["PageUp"], |desk| {
        story::turn(desk, false);
    }),
    command!(Story, tell, ["S"], |desk| {
        story::follow(desk, None);
    }),
    command!(Stage, metrics, ["M"], metrics::toggle),
    command!(Stage, fit, ["0"], |desk| desk
        .fit
        .update(|count| *count += 1)),
    command!(Stage, magnify, ["Shift+W"], |desk| desk
        .wish
        .set(Some(Wish::Zoom(ZOOM)))),
    command!(Stage, shrink, ["Shift+Q"], |desk| desk
        .wish
        .set(Some(Wish::Zoom(1.0 / ZOOM)))),
    command!(Stage, shift, ["Alt+→"], |desk| desk
        .wish
        .set(Some(Wish::Pan(1.0, 0.0)))),
    command!(Stage, trail, ["F"], |desk| {
        follow_picked(desk);
    }),
    command!(Stage, nothing, ["Esc"], |desk| {
        desk.sheet.set(None);
        desk.pick(None);
    }),
    command!(Edit, undo, ["Ctrl+Z"], |desk| desk.undo()),
    command!(Edit, redo, ["Ctrl+Shift+Z", "Ctrl+Y"], |desk| desk.redo()),
    command!(Edit, reset, [], |desk| desk.reset()),
    command!(Edit, code, ["E"], |desk| desk.toggle_code(), false),
    command!(Edit, format, [], |desk| desk.edit(Edit::Format)),
    command!(Page, palette, ["Ctrl+K"], |desk| desk.palette.set(true)),
    command!(Page, search, ["/"], focus_search, false),
    command!(
        Page,
        library,
        [],
        |desk| desk.show_library(!desk.library_open.get_untracked()),
        false
    ),
    command!(
        Page,
        share,
        [],
        |desk| desk
            .sharing
            .open
            .set(desk.source.with_untracked(Option::is_some)),
        false
    ),
    command!(Page, copy_link, [], copy_link),
    command!(Page, download, [], |desk| desk.export_open()),
    command!(Page, present, ["T"], presenter::toggle, false),
    command!(Page, theme, [], |desk| choose(
        desk.theme,
        desk.theme.get_untracked().other()
    )),
    command!(Page, language, [], |desk| desk.speak(
        match desk.locale.get_untracked() {
            Locale::en => Locale::ru,
            Locale::ru => Locale::en,
        }
    )),
    command!(Page, help, ["?"], |desk| desk.help.set(true)),
];

fn change_speed(desk: Desk, faster: bool) {
    desk.command(Time::SetSpeed(speed::next(
        desk.speed.get_untracked(),
        faster,
    )));
}

fn copy_link(desk: Desk) {
    if desk.source.with_untracked(Option::is_some) {
        ui::clipboard::copy(&share::full_page(desk), move || {
            desk.mention(Notice::Shared);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Other faces of keys that are in the table.
    const SHIFTED: [&str; 4] = [">", "<", "=", "_"];

    /// The keys that the keyboard listens to, as its source names them.
    fn listened_to() -> BTreeSet<String> {
        let source = include_str!("../app/keyboard.rs");
        let (_, arms) = source.split_once("match (key, focus) {").unwrap();
        let (arms, _) = arms.split_once("_ => return false").unwrap();
        let patterns = arms.lines().filter_map(|line| {
            let (pattern, _) = line.split_once("=>")?;
            pattern.trim_start().starts_with('(').then_some(pattern)
        });
        patterns
            .flat_map(|pattern| pattern.split('"').skip(1).step_by(2))
            .map(|key| match key {
                " " => "Space".to_owned(),
                "ArrowRight" => "→".to_owned(),
                "ArrowLeft" => "←".to_owned(),
                "Escape" => "Esc".to_owned(),
                letter if letter.len() == 1 => letter.to_uppercase(),
                name => name.to_owned(),
            })
            .filter(|key| !SHIFTED.contains(&key.as_str()))
            .collect()
    }

    #[test]
    fn the_table_has_every_key_of_the_keyboard_once() {
        let keys: Vec<_> = COMMANDS
            .iter()
            .flat_map(|command| command.keys)
            .map(|key| (*key).to_owned())
            .collect();
        let known: BTreeSet<_> = keys.iter().cloned().collect();
        assert_eq!(keys.len(), known.len(), "a key does two things");
        let missing: Vec<_> = listened_to().difference(&known).cloned().collect();
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn commands_have_names_of_their_own_and_stand_by_their_groups() {
        let ids: BTreeSet<_> = COMMANDS.iter().map(|command| command.id).collect();
        assert_eq!(ids.len(), COMMANDS.len());
        let mut order: Vec<_> = COMMANDS.iter().map(|command| command.group).collect();
        order.dedup();
        assert_eq!(order, GROUPS);
    }
}
