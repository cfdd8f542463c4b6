//! The messages of [`Problem`] in Russian.

use super::problem::{ExpressionProblem, listed, places};
use super::{Construct, Problem};
use crate::scenario::document::Language::Ru;

/// The message.
#[expect(clippy::too_many_lines, reason = "a line for each problem")]
pub(super) fn message(problem: &Problem) -> String {
    match problem {
        Problem::Syntax { info } => format!("это не YAML: {info}"),
        Problem::Empty => "документ пуст".to_owned(),
        Problem::TextTooLong { bytes, limit } => {
            format!("в документе {bytes} байт, читается не более {limit}")
        }
        Problem::TooManyNodes { limit } => format!("в документе больше {limit} значений"),
        Problem::TooDeep { limit } => format!("вложенность здесь больше {limit} уровней"),
        Problem::KeyTooLong { limit } => format!("ключ длиннее {limit} байт"),
        Problem::NotAllowed { construct } => {
            format!("{} — не часть сценария", construct.phrase(Ru))
        }
        Problem::DuplicateKey { key, first_line } => {
            format!("`{key}` записано дважды, первый раз — в строке {first_line}")
        }
        Problem::SplitByComma { text } => {
            format!("`{text}` стоит отдельно после запятой: запятая разрезала текст надвое")
        }
        Problem::Expected { found, expected } => {
            format!(
                "здесь {}, а ожидается {}",
                found_in_russian(found),
                expected.phrase(Ru)
            )
        }
        Problem::Missing { field } => format!("не хватает поля `{field}`"),
        Problem::UnknownField { found, .. } => format!("неизвестное поле `{found}`"),
        Problem::UnknownWord { found, known, .. } => {
            format!("здесь `{found}`, а ожидается одно из: {}", listed(known))
        }
        Problem::SeveralVerbs { found } => {
            format!("{} стоят рядом, а ключ должен быть один", listed(found))
        }
        Problem::OutOfRange { found, from, to } => {
            format!("{found} вне допустимых границ: от {from} до {to}")
        }
        Problem::TooMany { count, limit } => {
            format!("здесь {count}, а допустимо не больше {limit}")
        }
        Problem::ReservedName { found } => {
            format!("`{found}` — служебное слово и не может быть именем")
        }
        Problem::Version { found } => {
            format!("сценарий записан в формате {found}, а программа читает формат 1")
        }
        Problem::UnknownReference { wanted, found, .. } => {
            format!("`{found}` не существует (нужно: {})", wanted.phrase(Ru))
        }
        Problem::UnknownName { found, .. } => format!("имя `{found}` здесь ничего не обозначает"),
        Problem::WrongType { found, wanted } => {
            format!("`{found}` не подходит к типу {wanted}")
        }
        Problem::NoValue { field } => format!(
            "полю `{field}` неоткуда взять значение: оно не передано, такого имени в области видимости нет, а придумывают недостающее только клиенты"
        ),
        Problem::NotInTransaction { what } => format!(
            "`{what}` не может стоять в транзакции: её шаги идут один за другим и в одном хранилище"
        ),
        Problem::MemoryOfAnother { store, service } => {
            format!("`{store}` — память сервиса `{service}`, другим она недоступна")
        }
        Problem::NoFigure { figure, of } => format!("у `{of}` нет показателя `{figure}`"),
        Problem::FunctionOfTheRun { function } => {
            format!("`{function}` — показатель всего прогона, в поведении у него нет значения")
        }
        Problem::TypeContainsItself { name } => {
            format!("тип `{name}` бесконечно содержит сам себя")
        }
        Problem::NameTaken {
            name,
            first,
            second,
        } => {
            format!(
                "имя `{name}` дано дважды: {} и {}; у каждой вещи своё имя",
                first.phrase(Ru),
                second.phrase(Ru)
            )
        }
        Problem::NoSuchInstance {
            service,
            instance,
            instances,
        } => {
            format!(
                "у сервиса `{service}` экземпляров: {instances}, номера {instance} среди них нет"
            )
        }
        Problem::ChainCycle { names } => {
            format!("цепочка политик замкнулась: {}", names.join(" -> "))
        }
        Problem::NotLess { lower, upper } => format!("`{lower}` должно быть меньше `{upper}`"),
        Problem::NotOrdered { lower, upper } => {
            format!("`{lower}` не должно быть больше `{upper}`")
        }
        Problem::ChancesTooHigh { total } => {
            format!("вероятности дают в сумме {total} — больше 100%")
        }
        Problem::ChancesNotAll { total } => {
            format!("вероятности дают в сумме {total}, а должны — 100%")
        }
        Problem::SeveralRests => {
            "без `chance` и `when` может быть только последний вариант".to_owned()
        }
        Problem::HedgeNotInnermost => {
            "hedge должен быть самой внутренней политикой: то, что снаружи, у его попыток общее"
                .to_owned()
        }
        Problem::ShedsOnlyBlocking => {
            "`shed` бывает только у воркеров `blocking`: с `async` каждый запрос начинают сразу"
                .to_owned()
        }
        Problem::CacheOnlyAroundCalls { policy } => {
            format!("`{policy}` — кэш: он может стоять только вокруг `call`")
        }
        Problem::StaleNeedsItsCache { cache } => {
            format!("для `stale` нужен кэш `{cache}` внутри, вокруг того же вызова")
        }
        Problem::JoinTooMany { join, branches } => {
            format!("`join: {join}` ждёт больше ветвей, чем есть: их {branches}")
        }
        Problem::StepNotHere { step, place } => {
            format!("шаг `{step}` не имеет смысла в {}", place.phrase(Ru))
        }
        Problem::NeverReached => {
            "сюда выполнение не дойдёт: предыдущий шаг завершает обработчик".to_owned()
        }
        Problem::NowhereToPublish => "не сказано, куда публиковать".to_owned(),
        Problem::NeedsEpoch => "для дат нужен `epoch` — дата начала прогона".to_owned(),
        Problem::BeforeEpoch => "эта дата раньше `epoch`, то есть начала прогона".to_owned(),
        Problem::Expression { message, at } => {
            format!("{} (символ {at} выражения)", expression(message))
        }
        Problem::NoSetting { path, missing, .. } => {
            format!("нет настройки `{path}`: `{missing}` никуда не ведёт")
        }
        Problem::BreaksDocument {
            path,
            value,
            problem,
        } => {
            format!(
                "со значением `{value}` настройки `{path}` документ становится неверным: {}",
                message(problem)
            )
        }
        Problem::TooMuchToCheck => {
            "проверять пришлось бы слишком много: измените меньше настроек или сократите документ"
                .to_owned()
        }
        Problem::CannotEdit { path } => {
            format!("текст вокруг `{path}` записан так, что исправить его на месте нельзя")
        }
        Problem::AlreadyThere { name } => format!("имя `{name}` здесь уже занято"),
        Problem::CannotConnect { from, to } => {
            format!("от `{from}` к `{to}` вести ничего не может")
        }
        Problem::ChangesShape { path } => {
            format!("`{path}` нельзя менять на ходу: изменился бы состав системы или её поведение")
        }
        Problem::VersionChangesShape { service, version } => {
            format!(
                "версия `{version}` сервиса `{service}` может менять то, что делают его эндпоинты и подписки, но не их состав, не экземпляры, не их воркеры и не то, как за ними следят"
            )
        }
        Problem::NeverReachedFromClients { name } => {
            format!("до `{name}` никто не доходит: туда не ведут ни запросы клиентов, ни сообщения")
        }
        Problem::PolicyNeverUsed { name } => {
            format!("политика `{name}` не применяется: её нет ни в одном `with`")
        }
        Problem::NeverRetried { policy, endpoint } => {
            format!("`{policy}` этого не повторит: у `{endpoint}` ни одного из её методов")
        }
        Problem::CachesWhatChanges { policy, endpoint } => {
            format!("`{policy}` — кэш, а `{endpoint}` что-то меняет: повторный вызов не случится")
        }
        Problem::CallsInACircle { names } => {
            format!("сервисы ждут друг друга по кругу: {}", names.join(" -> "))
        }
        Problem::TimeoutOutlastsCaller {
            timeout,
            caller,
            theirs,
        } => {
            format!(
                "этот тайм-аут ({timeout}) дольше, чем у `{caller}`: там сдаются через {theirs}"
            )
        }
        Problem::NoTitle => "у сценария нет названия".to_owned(),
        Problem::BeyondHorizon { at, horizon } => {
            format!("это в {at}, а прогон заканчивается в {horizon}")
        }
        Problem::NotRunnable { feature, count } => {
            format!(
                "пока не запускается: нужны {}{}",
                feature.phrase(Ru),
                places(*count, Ru)
            )
        }
    }
}

/// What was found is either quoted from the document or one of a few words.
fn found_in_russian(found: &str) -> &str {
    match found {
        "nothing" => "ничего нет",
        "a list" => "список",
        "a map" => "набор пар",
        quoted => quoted,
    }
}

fn expression(problem: &ExpressionProblem) -> String {
    match problem {
        ExpressionProblem::Empty => "выражение пусто".to_owned(),
        ExpressionProblem::TooLong { limit } => format!("выражение длиннее {limit} байт"),
        ExpressionProblem::TooDeep { limit } => format!("вложенность выражения больше {limit}"),
        ExpressionProblem::Character { found } => format!("`{found}` в выражении стоять не может"),
        ExpressionProblem::OpenText => "у текста нет закрывающей кавычки".to_owned(),
        ExpressionProblem::Number { found } => {
            format!("`{found}` — не целое в 64 бита и не число с шестью знаками после точки")
        }
        ExpressionProblem::Unit { found } => format!("`{found}` — не единица измерения"),
        ExpressionProblem::Unexpected { found, expected } => {
            format!("здесь `{found}`, а ожидается {}", expected.phrase(Ru))
        }
        ExpressionProblem::Ends { expected } => {
            format!(
                "выражение обрывается там, где ожидается {}",
                expected.phrase(Ru)
            )
        }
        ExpressionProblem::Function { found, .. } => format!("функции `{found}` нет"),
        ExpressionProblem::Arguments {
            function,
            wanted,
            found,
        } => {
            format!("аргументов у `{function}` должно быть {wanted}, а не {found}")
        }
        ExpressionProblem::Spaces { operator } => {
            format!("поставьте пробелы по обе стороны от `{operator}`")
        }
    }
}

/// What to do about it, where there is something to say.
pub(super) fn help(problem: &Problem) -> Option<String> {
    Some(match problem {
        Problem::SplitByComma { .. } => "возьмите весь текст в кавычки: {ru: \"А, а Б\"}".to_owned(),
        Problem::NotAllowed { construct: Construct::Alias | Construct::Anchor } => {
            "используйте `default` в наборе или возьмите в кавычки текст, который начинается с `*` или `&`".to_owned()
        }
        Problem::UnknownField { nearest: Some(nearest), .. }
        | Problem::UnknownWord { nearest: Some(nearest), .. }
        | Problem::UnknownReference { nearest: Some(nearest), .. }
        | Problem::NoSetting { nearest: Some(nearest), .. }
        | Problem::Expression { message: ExpressionProblem::Function { nearest: Some(nearest), .. }, .. } => {
            format!("возможно, имелось в виду `{nearest}`")
        }
        Problem::UnknownField { nearest: None, known, .. } if !known.is_empty() => {
            format!("здесь бывают: {}", listed(known))
        }
        Problem::BreaksDocument { problem, .. } => return help(problem),
        Problem::NowhereToPublish => {
            "напишите `publish: {to: ..., type: ...}` или укажите `publishes-to` у сервиса".to_owned()
        }
        Problem::Missing { field } if field == "scenario" => {
            "начните документ со `scenario: 1` — версии формата".to_owned()
        }
        Problem::Version { found } if found == "0" => {
            "формата старше 1 нет: напишите `scenario: 1`".to_owned()
        }
        Problem::Version { .. } => {
            "его прочитает более новая версия программы; каждое поле, которого эта не знает, названо отдельно".to_owned()
        }
        Problem::CallsInACircle { .. } => {
            "исполнители, которые ждут друг друга, могут оказаться заняты все; сообщения никто не ждёт".to_owned()
        }
        Problem::TimeoutOutlastsCaller { .. } => {
            "когда он истечёт, ответа уже никто не ждёт: сделайте его короче или тот — длиннее".to_owned()
        }
        Problem::NotRunnable { .. } => "документ верен; его сможет выполнить одна из следующих версий".to_owned(),
        _ => return None,
    })
}
