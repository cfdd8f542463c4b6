//! The help of the command line, and what is wrong with its arguments, in Russian.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

const TEMPLATE: &str = "{about-with-newline}\nИспользование: {usage}\n\n{all-args}{after-help}";
const OPTIONS: &str = "Параметры";
const ARGUMENTS: &str = "Аргументы";

const EXIT_CODES: &str = "Коды возврата:\n  \
    0    всё в порядке\n  \
    1    документ нельзя использовать, и ошибки говорят почему; либо модель расходится с записью\n  \
    2    команда задана неверно, либо что-то не удалось прочитать, опознать, записать или открыть\n  \
    3    прогон остановлен раньше конца: исчерпан лимит\n  \
    4    нарушено свойство или не выполнена задача\n  \
    130  прогон прерван (Ctrl-C); напечатанное относится к тому, что успело произойти";

/// The same command line with its help in Russian.
pub(crate) fn translated(command: Command) -> Command {
    let command = with_help(command)
        .subcommand_help_heading("Команды")
        .after_help(EXIT_CODES);
    command
        .disable_version_flag(true)
        .arg(flag("version", 'V', ArgAction::Version))
        .mut_subcommands(with_help)
}

fn with_help(command: Command) -> Command {
    let about = about(command.get_name());
    let command = command
        .about(about)
        .help_template(TEMPLATE)
        .disable_help_flag(true)
        .mut_args(|argument| {
            let heading = if argument.is_positional() {
                ARGUMENTS
            } else {
                OPTIONS
            };
            let help = help(argument.get_id().as_str());
            argument.help(help).help_heading(heading)
        });
    command.arg(flag("help", 'h', ArgAction::Help))
}

fn flag(name: &'static str, short: char, action: ArgAction) -> Arg {
    Arg::new(name)
        .short(short)
        .long(name)
        .action(action)
        .help(help(name))
        .help_heading(OPTIONS)
}

/// What a command is for.
fn about(command: &str) -> &'static str {
    match command {
        "interplay" => "Прогоняет сценарии Interplay без страницы",
        "run" => "Прогнать сценарий и напечатать, что вышло",
        "check" => "Проверить документ: все ошибки и замечания с указанием места",
        "share" => "Напечатать ссылку, которая открывает документ на странице",
        "open" => "Открыть документ на странице, в браузере по умолчанию",
        "conformance" => "Сверить модель с записанными ответами настоящих систем",
        "schema" => "Напечатать JSON Schema документов, для редакторов",
        "completions" => "Напечатать автодополнение для оболочки",
        _ => "",
    }
}

/// What an argument is for.
fn help(argument: &str) -> &'static str {
    match argument {
        "file" => "Документ в YAML или JSON либо ссылка на него; `-` — стандартный ввод",
        "files" => "Файлы записанных ответов, вид которых опознаётся; `-` — стандартный ввод",
        "seed" => "Другое зерно вместо указанного в документе",
        "seeds" => {
            "Прогнать на многих зёрнах и сказать, на скольких выполнены свойства: 200 или 1..200"
        }
        "task" => "Проверить задачу документа на её зёрнах",
        "until" => "Закончить в этот момент, а не по документу: 90s, 1500ms, 2m",
        "json" => "Напечатать результат как JSON",
        "trace" => {
            "Записывать в этот файл всё, что происходит, по объекту JSON в строке; `-` — \
             стандартный вывод"
        }
        "base" => "Адрес страницы",
        "shell" => "Оболочка",
        "lang" => "Язык того, что печатается; если не задан, берётся из локали",
        "help" => "Показать эту справку",
        "version" => "Показать версию",
        _ => "",
    }
}

/// What is wrong with the arguments; nothing if help was asked for.
pub(crate) fn refusal(error: &clap::Error) -> Option<String> {
    let about = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let what = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::UnknownArgument => {
            format!("неизвестный параметр `{}`", about(ContextKind::InvalidArg))
        }
        ErrorKind::InvalidSubcommand => {
            format!(
                "неизвестная команда `{}`",
                about(ContextKind::InvalidSubcommand)
            )
        }
        ErrorKind::MissingRequiredArgument => {
            format!("не хватает: {}", about(ContextKind::InvalidArg))
        }
        ErrorKind::MissingSubcommand => "не хватает команды".to_owned(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!(
            "`{}` не подходит для `{}`",
            about(ContextKind::InvalidValue),
            about(ContextKind::InvalidArg)
        ),
        ErrorKind::ArgumentConflict => {
            format!("`{}` нельзя указать здесь", about(ContextKind::InvalidArg))
        }
        _ => "команда задана неверно".to_owned(),
    };
    Some(format!("ошибка: {what}\n\nСправка: interplay --help"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;
    use clap::CommandFactory;

    #[test]
    fn every_command_and_argument_has_a_text() {
        fn assert_translated(command: &Command) {
            assert_ne!(about(command.get_name()), "", "{}", command.get_name());
            for argument in command.get_arguments() {
                assert_ne!(
                    help(argument.get_id().as_str()),
                    "",
                    "{}",
                    argument.get_id()
                );
            }
            command.get_subcommands().for_each(assert_translated);
        }
        assert_translated(&Arguments::command());
    }
}
