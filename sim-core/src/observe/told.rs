//! Records in words, for terminals and failed tests: who, and what happened there.

use super::numbers::{duration, moment};
use crate::resilience::breaker::State as BreakerState;
use crate::scenario::document::Language;
use crate::world::{
    Condition, Direction, EndpointId, GuardId, Loss, NotRetried, Outcome, Record, Rejection,
    Substitute, Topology, What,
};

/// What `record` says, in one line.
pub fn told(record: &Record, topology: &Topology, language: Language) -> String {
    let who = topology.entities.get(record.entity.index());
    let who = who.map_or("", String::as_str);
    let teller = Teller { topology, language };
    format!("{who}: {}", teller.what(&record.what))
}

#[derive(Clone, Copy)]
struct Teller<'a> {
    topology: &'a Topology,
    language: Language,
}

impl Teller<'_> {
    const fn either<'t>(self, english: &'t str, russian: &'t str) -> &'t str {
        match self.language {
            Language::En => english,
            Language::Ru => russian,
        }
    }

    fn what(self, what: &What) -> String {
        match *what {
            What::JourneyBegan => self.either("a journey began", "путь начался").to_owned(),
            What::JourneyEnded { outcome, took, .. } => format!(
                "{}: {}, {}",
                self.either("the journey ended", "путь окончен"),
                self.outcome(outcome),
                duration(self.language, took)
            ),
            What::TaskFinished {
                endpoint,
                outcome,
                took,
                ..
            }
            | What::StatementFinished {
                endpoint,
                outcome,
                took,
                ..
            } => format!(
                "{} {}: {}, {}",
                self.either("finished", "выполнено:"),
                self.endpoint(endpoint),
                self.outcome(outcome),
                duration(self.language, took)
            ),
            What::CallFinished {
                endpoint,
                attempts,
                outcome,
                took,
            } => format!(
                "{} {}: {}, {}, {} {attempts}",
                self.either("the call of", "вызов"),
                self.endpoint(endpoint),
                self.outcome(outcome),
                duration(self.language, took),
                self.either("attempts:", "попыток:")
            ),
            What::TimedOut { after } => {
                format!(
                    "{} {}",
                    self.either("gave up after", "не дождался за"),
                    duration(self.language, after)
                )
            }
            What::BackedOff { attempt, until } => format!(
                "{} {attempt} {} t={}",
                self.either("attempt", "попытка"),
                self.either("failed; waits until", "не удалась; ждёт до"),
                moment(self.language, until)
            ),
            What::ConditionChanged { from, to } => {
                format!("{} → {}", self.condition(from), self.condition(to))
            }
            What::EntryBegan { entry } => format!(
                "{} {} {}",
                self.either("entry", "запись"),
                entry + 1,
                self.either("of the timeline begins", "таймлайна началась")
            ),
            What::EntryEnded { entry } => format!(
                "{} {} {}",
                self.either("entry", "запись"),
                entry + 1,
                self.either("of the timeline is over", "таймлайна завершена")
            ),
            ref other => self.guarded(other),
        }
    }

    /// What policies around calls do.
    fn guarded(self, what: &What) -> String {
        match *what {
            What::BreakerChanged {
                guard, from, to, ..
            } => format!(
                "{} {}: {} → {}",
                self.either("breaker", "предохранитель"),
                self.policy(guard),
                self.breaker(from),
                self.breaker(to)
            ),
            What::NotPermitted { guard, outcome } => format!(
                "{} {}: {}",
                self.policy(guard),
                self.either("lets nothing through", "не пропускает"),
                self.outcome(outcome)
            ),
            What::RetriesSpent { guard } => format!(
                "{}: {}",
                self.policy(guard),
                self.either("no retries are left", "повторов больше нет")
            ),
            What::FellBack { with, .. } => self.fell_back(with),
            What::Keyed { .. } => self
                .either(
                    "it has a key that a property asks for",
                    "в нём ключ, о котором спрашивает свойство",
                )
                .to_owned(),
            What::CacheHit { guard, age } => format!(
                "{}: {} {age}",
                self.policy(guard),
                self.either("remembered, for", "ответ из кэша, ему")
            ),
            What::LimitChanged { guard, from, to } => format!(
                "{}: {from} → {to} {}",
                self.policy(guard),
                self.either("calls at a time", "одновременных вызовов")
            ),
            What::NotRetried { why } => format!(
                "{}: {}",
                self.either("not tried again", "без повтора"),
                match why {
                    NotRetried::Method => self.either(
                        "its method is none of those",
                        "её метод не из тех, что повторяют"
                    ),
                    NotRetried::Deadline => self.either(
                        "nobody would wait for the answer any more",
                        "ответа уже никто не дождётся"
                    ),
                }
            ),
            What::Hedged { attempt } => format!(
                "{} {attempt} {}",
                self.either("attempt", "попытка"),
                self.either("begins beside the others", "начата рядом с прежними")
            ),
            ref other => self.cared_for(other),
        }
    }

    /// What is done around the instances of a service.
    fn cared_for(self, what: &What) -> String {
        match *what {
            What::Ejected {
                failures, until, ..
            } => format!(
                "{} {failures}; {} t={}",
                self.either("left out, failures in a row:", "исключён, ошибок подряд:"),
                self.either("at least until", "не меньше чем до"),
                moment(self.language, until)
            ),
            What::ProbeFailed { liveness, failures } => format!(
                "{} {failures}",
                if liveness {
                    self.either("failed liveness probes:", "проверок живости не пройдено:")
                } else {
                    self.either(
                        "failed readiness probes:",
                        "проверок готовности не пройдено:",
                    )
                }
            ),
            What::ReadinessChanged { ready: true, .. } => {
                self.either("is ready", "готов").to_owned()
            }
            What::ReadinessChanged { ready: false, .. } => {
                self.either("is not ready", "не готов").to_owned()
            }
            What::Restarted { failures } => format!(
                "{} {failures}",
                self.either(
                    "started anew, failed liveness probes:",
                    "перезапущен, проверок живости не пройдено:"
                )
            ),
            What::Scaled {
                from,
                to,
                measured,
                target,
            } => format!(
                "{} {from} → {to}: {} {}, {} {}",
                self.either("instances:", "экземпляров:"),
                self.either("measured", "измерено"),
                measured.value(),
                self.either("wanted", "нужно"),
                target.value()
            ),
            ref message => self.message(message),
        }
    }

    /// What is answered instead.
    fn fell_back(self, with: Substitute) -> String {
        let instead = self.either("a policy answers instead", "вместо ответа сработала замена");
        match with {
            Substitute::Value => instead.to_owned(),
            Substitute::Stale { guard, age } => format!(
                "{instead}: {} {} {age}",
                self.policy(guard),
                self.either("remembers it, for", "помнит ответ, ему")
            ),
            Substitute::Endpoint { endpoint } => format!(
                "{instead}: {} {}",
                self.either("now asks", "теперь спрашивается"),
                self.endpoint(endpoint)
            ),
        }
    }

    fn message(self, what: &What) -> String {
        match *what {
            What::MessageSent {
                edge,
                direction,
                repeat,
                lost,
                ..
            } => {
                let edge = self.topology.edges.get(edge.index());
                let ends = edge.map(|edge| match direction {
                    Direction::Forward => (edge.from, edge.to),
                    Direction::Back => (edge.to, edge.from),
                });
                let to = ends.and_then(|(_, to)| self.topology.nodes.get(to.index()));
                let mut told = format!(
                    "{} {}",
                    self.either("sent a message to", "отправлено сообщение для"),
                    to.map_or("", |node| &node.name)
                );
                if repeat {
                    told.push_str(self.either(" again", " повторно"));
                }
                if lost {
                    told.push_str(self.either(", which is lost", ", оно потеряется"));
                }
                told
            }
            What::MessageRejected { why, endpoint, .. } => {
                let why = match why {
                    Rejection::Full => self.either("full", "переполнено").to_owned(),
                    Rejection::Down => self.either("nobody is there", "никого нет").to_owned(),
                    Rejection::TooLate => self.either("too late", "слишком поздно").to_owned(),
                    Rejection::Injected(status) => status.to_string(),
                };
                format!(
                    "{} {}: {why}",
                    self.either("turned away a message for", "отклонено сообщение для"),
                    self.endpoint(endpoint)
                )
            }
            What::MessageLost { why, .. } => {
                let why = match why {
                    Loss::Network => self.either("in the network", "в сети"),
                    Loss::ReceiverCrashed => self.either("its receiver crashed", "получатель упал"),
                    Loss::Partitioned => self.either("a partition", "разрыв сети"),
                };
                format!(
                    "{}: {why}",
                    self.either("a message was lost", "сообщение потеряно")
                )
            }
            ref other => self.plain(other).to_owned(),
        }
    }

    /// What is told without figures.
    const fn plain(self, what: &What) -> &'static str {
        let (english, russian) = match what {
            What::MessageDuplicated { .. } => {
                ("the network copied a message", "сеть скопировала сообщение")
            }
            What::MessageDelivered { .. } => ("a message arrived", "сообщение доставлено"),
            What::MessageLate { .. } => ("an answer came too late", "ответ опоздал"),
            What::TaskQueued { .. } => ("a request waits for a worker", "запрос ждёт обработчика"),
            What::TaskStarted { .. } => ("work on a request began", "обработка запроса началась"),
            What::TaskKilled { .. } => (
                "a request died with its instance",
                "запрос погиб вместе с экземпляром",
            ),
            What::WorkQueued => ("a piece of work waits", "работа ждёт"),
            What::WorkStarted { .. } => ("a piece of work began", "работа началась"),
            What::WorkFinished { .. } => ("a piece of work is done", "работа выполнена"),
            What::Enqueued { .. } => ("the queue took a message in", "очередь приняла сообщение"),
            What::Dispatched {
                redelivered: false, ..
            } => (
                "a message went to a consumer",
                "сообщение отдано потребителю",
            ),
            What::Dispatched {
                redelivered: true, ..
            } => (
                "a message went to a consumer again",
                "сообщение отдано потребителю повторно",
            ),
            What::Acknowledged { .. } => (
                "a consumer acknowledged a message",
                "потребитель подтвердил сообщение",
            ),
            What::Discarded { .. } => (
                "a consumer refused a message for good",
                "потребитель отказался от сообщения",
            ),
            What::Requeued { .. } => (
                "a message went back into the queue",
                "сообщение вернулось в очередь",
            ),
            What::Expired { .. } => ("a message lived too long", "срок жизни сообщения истёк"),
            What::ConsumerJoined { .. } => ("a consumer joined", "потребитель подключился"),
            What::ConsumerLeft { .. } => ("a consumer left", "потребитель отключился"),
            What::PermitAwaited { .. } => (
                "a call waits to be let through",
                "вызов ждёт, пока его пропустят",
            ),
            What::PermitGranted { .. } => ("a call is let through", "вызов пропущен"),
            What::ExpectationFailed => ("an expectation was not met", "ожидание не выполнено"),
            What::ConnectionAwaited { .. } => (
                "a statement waits for a connection",
                "запрос ждёт соединения",
            ),
            What::StatementTaken { .. } => {
                ("a statement was taken up", "хранилище взялось за запрос")
            }
            What::RowAwaited { .. } => ("a statement waits for a row", "запрос ждёт строку"),
            What::RowGranted { .. } => ("a statement got its row", "запрос получил строку"),
            What::ConnectionClosed { .. } => ("a connection was closed", "соединение закрыто"),
            What::EjectionOver => ("gets requests again", "снова получает запросы"),
            What::RowsCounted { .. } => ("rows changed", "строки изменились"),
            What::VersionStarted { .. } => ("another version starts", "запускается другая версия"),
            _ => ("something happened", "что-то произошло"),
        };
        self.either(english, russian)
    }

    fn endpoint(&self, endpoint: EndpointId) -> &str {
        let found = self.topology.endpoints.get(endpoint.index());
        found.map_or("", |found| &found.name)
    }

    fn policy(&self, guard: GuardId) -> &str {
        let found = self.topology.guards.get(guard.index());
        found.map_or("", |found| &found.policy)
    }

    fn outcome(self, outcome: Outcome) -> String {
        if self.language == Language::En {
            return outcome.to_string();
        }
        match outcome {
            Outcome::Ok(status) => format!("ok ({status})"),
            Outcome::Declined(status) => format!("отказ ({status})"),
            Outcome::Error(status) => format!("ошибка ({status})"),
            Outcome::Refused => "соединение не принято".to_owned(),
            Outcome::Reset => "соединение оборвано".to_owned(),
            Outcome::Timeout => "таймаут".to_owned(),
            Outcome::Full => "переполнение".to_owned(),
            Outcome::Open => "предохранитель разомкнут".to_owned(),
            Outcome::Limited => "превышена частота".to_owned(),
            Outcome::Shed => "сброшено".to_owned(),
            Outcome::Invalid => "не тот тип".to_owned(),
            Outcome::Duplicate => "уже есть".to_owned(),
            Outcome::Unmet => "условие не выполнено".to_owned(),
            Outcome::Conflict => "конфликт".to_owned(),
        }
    }

    const fn breaker(self, state: BreakerState) -> &'static str {
        match state {
            BreakerState::Closed => self.either("closed", "замкнут"),
            BreakerState::Open => self.either("open", "разомкнут"),
            BreakerState::HalfOpen => self.either("half-open", "полуразомкнут"),
            BreakerState::ForcedOpen => self.either("forced open", "разомкнут вручную"),
            BreakerState::Disabled => self.either("disabled", "отключён"),
            BreakerState::MetricsOnly => self.either("metrics only", "только измеряет"),
        }
    }

    const fn condition(self, condition: Condition) -> &'static str {
        match condition {
            Condition::Absent => self.either("absent", "отсутствует"),
            Condition::Up => self.either("up", "работает"),
            Condition::Slow => self.either("slow", "медленно"),
            Condition::Failing => self.either("failing", "ошибки"),
            Condition::Full => self.either("full", "переполнено"),
            Condition::Draining => self.either("draining", "завершает работу"),
            Condition::Paused => self.either("paused", "на паузе"),
            Condition::Down => self.either("down", "недоступно"),
        }
    }
}
