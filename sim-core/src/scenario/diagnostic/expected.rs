//! The words of messages: what could have stood there, what a name could have meant,
//! what a feature is called. Each in English and Russian, side by side, so that neither
//! is forgotten.

use serde::{Deserialize, Serialize};

use crate::scenario::document::Language;

/// Writes an enum whose variants each have an English and a Russian phrase.
macro_rules! phrases {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident: $en:literal, $ru:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $(#[doc = $en] $(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// The phrase in `language`.
            pub const fn phrase(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::En) => $en, (Self::$variant, Language::Ru) => $ru,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.phrase(Language::En))
            }
        }
    };
}

phrases! {
    /// What could have stood in a place.
    Expected {
        Text: "a text, or {en: ..., ru: ...}", "текст или {en: ..., ru: ...}";
        String: "a text", "текст";
        Name: "a name: a letter, then letters, digits, `-` or `_`", "имя: буква, затем буквы, цифры, `-` или `_`";
        Bool: "`true` or `false`", "`true` или `false`";
        Whole: "a whole number", "целое число";
        Number: "a number such as `12` or `1.5`", "число, например `12` или `1.5`";
        Duration: "a duration such as `300ms`, `2s` or `1.5s`", "длительность, например `300ms`, `2s` или `1.5s`";
        WindowSeconds: "whole seconds, from `1s` to `1h`", "целое число секунд, от `1s` до `1h`";
        Distribution: "a duration such as `5ms`, or one of `uniform`, `exponential`, `normal`, `lognormal`, `pareto`, `erlang`, `hyperexponential`, `empirical`",
            "длительность, например `5ms`, или одно из `uniform`, `exponential`, `normal`, `lognormal`, `pareto`, `erlang`, `hyperexponential`, `empirical`";
        NumberDistribution: "a number, or one of `uniform`, `exponential`, `normal`, `lognormal`, `poisson`, `zipf`",
            "число или одно из `uniform`, `exponential`, `normal`, `lognormal`, `poisson`, `zipf`";
        Rate: "a rate such as `40/s`, `90/m` or `1000/h`", "частота, например `40/s`, `90/m` или `1000/h`";
        Arrivals: "arrivals such as `poisson 40/s`, `constant 40/s`, or one of {ramp: ...}, {diurnal: ...}, {burst: ...}, {replay: [...]}",
            "поток, например `poisson 40/s`, `constant 40/s`, {ramp: ...}, {diurnal: ...}, {burst: ...} или {replay: [...]}";
        Share: "a share such as `50%` or `0.5`", "доля, например `50%` или `0.5`";
        Size: "a size such as `20B`, `4KiB` or `16MiB`", "размер, например `20B`, `4KiB` или `16MiB`";
        Bandwidth: "a bandwidth such as `100Mbit/s` or `10MiB/s`", "пропускная способность, например `100Mbit/s` или `10MiB/s`";
        Date: "a date such as `2024-03-01 09:00`", "дата, например `2024-03-01 09:00`";
        Moment: "a time such as `10s`, a date, or {when: ...}", "время, например `10s`, дата или {when: ...}";
        Http: "a method and a path such as `POST /api/v1/orders/:id`", "метод и путь, например `POST /api/v1/orders/:id`";
        Grpc: "a service and a method such as `Bank/Charge`", "сервис и метод, например `Bank/Charge`";
        Reference: "a reference such as `orders.place`", "ссылка, например `orders.place`";
        Target: "a service such as `shipping`, or one instance of it such as `shipping.2`",
            "сервис, например `shipping`, или его экземпляр, например `shipping.2`";
        Sides: "two sides such as `[[orders, shipping], bank]`, or {from: orders, to: bank}",
            "две стороны, например `[[orders, shipping], bank]`, или {from: orders, to: bank}";
        Path: "the path of a setting such as `policies.patience.timeout`",
            "путь настройки, например `policies.patience.timeout`";
        Map: "a map (`name: value`)", "набор пар (`имя: значение`)";
        List: "a list", "список";
        Workers: "{blocking: N, queue: N} or {async: N, queue: N}", "{blocking: N, queue: N} или {async: N, queue: N}";
        Status: "an HTTP status from 200 to 599", "код HTTP от 200 до 599";
        Answer: "an HTTP status, `declined` or `error`", "код HTTP, `declined` или `error`";
        Outcome: "an outcome: `ok`, `declined`, `error`, `timeout`, `open`, `full`, `else`, or a status",
            "исход: `ok`, `declined`, `error`, `timeout`, `open`, `full`, `else` или код";
        Join: "`all`, `any`, `none` or a number of branches", "`all`, `any`, `none` или число ветвей";
        Step: "a step such as `work: 5ms`", "шаг, например `work: 5ms`";
        Steps: "a step, or a list of steps", "шаг или список шагов";
        Choice: "{chance: ..., do: ...} or {when: ..., do: ...}", "{chance: ..., do: ...} или {when: ..., do: ...}";
        Policy: "a policy such as `timeout: 2s`", "политика, например `timeout: 2s`";
        Expression: "an expression such as `total > 100`", "выражение, например `total > 100`";
        Cost: "a cost such as `9ns/B` or `20us`", "стоимость, например `9ns/B` или `20us`";
        FieldType: "a type such as `id`, `int`, `decimal`, `string`, [int] or {one: User}",
            "тип, например `id`, `int`, `decimal`, `string`, [int] или {one: User}";
        Shape: "the name of a type, or fields such as {order: id}", "имя типа или поля, например {order: id}";
        Position: "a place on the board: [x, y]", "место на доске: [x, y]";
        View: "a view such as `flow`", "вид, например `flow`";
        Events: "events such as `[OrderPlaced: {currency: EUR}]`", "события, например `[OrderPlaced: {currency: EUR}]`";
        KnobEnds: "the same unit as the setting and the other end",
            "та же единица, что у настройки и у другого края";
        Format: "`1`, the version of the format", "`1` — версия формата";
    }
}

phrases! {
    /// What a reference was taken for.
    RefKind {
        Client: "client", "клиент";
        Service: "service", "сервис";
        Endpoint: "endpoint", "эндпоинт";
        Store: "store", "хранилище";
        Participant: "client, service, store or broker", "клиент, сервис, хранилище или брокер";
        Channel: "queue, exchange, topic or outbox", "очередь, обменник, топик или outbox";
        Source: "queue or topic", "очередь или топик";
        Queue: "queue", "очередь";
        Exchange: "exchange", "обменник";
        Topic: "topic", "топик";
        Group: "consumer group", "группа потребителей";
        Policy: "policy", "политика";
        Link: "link", "канал связи";
        Type: "type", "тип";
        Table: "table", "таблица";
        Marks: "table of marks", "таблица отметок";
        Stream: "event stream", "поток событий";
        Aggregate: "aggregate", "агрегат";
        Projection: "projection", "проекция";
        Saga: "saga", "сага";
        Property: "property", "свойство";
        Note: "note", "карточка";
        Version: "version", "версия";
        Variant: "variant", "вариант";
        Thing: "thing of this scenario", "часть этого сценария";
        Shown: "thing or knob of this scenario", "часть или ручка этого сценария";
    }
}

phrases! {
    /// Where a step stands, for steps that do not fit everywhere.
    Place {
        Journey: "a client's journey", "пути клиента";
        Endpoint: "an endpoint", "эндпоинте";
        Subscription: "a subscription's handler", "обработчике подписки";
        Job: "a job", "фоновой задаче";
        Branch: "a parallel branch", "параллельной ветке";
    }
}

phrases! {
    /// Parts of YAML a document does without.
    Construct {
        Anchor: "an anchor (`&`)", "якорь (`&`)";
        Alias: "an alias (`*`)", "ссылка на якорь (`*`)";
        Tag: "a tag (`!`)", "тег (`!`)";
        SecondDocument: "a second document (`---`)", "второй документ (`---`)";
        ComplexKey: "a key that is not a text", "ключ, который не является текстом";
    }
}

phrases! {
    /// What a document needs and the simulator cannot run yet.
    Feature {
        Conditions: "moments given by conditions (at: {when: ...})", "моменты, заданные условием (at: {when: ...})";
        Hypermedia: "links followed by clients", "переходы клиента по ссылкам";
        Transactions: "transactions in two phases", "двухфазные транзакции";
        Until: "reads that wait (until)", "чтение с ожиданием (until)";
        Once: "idempotent handlers (once)", "идемпотентные обработчики (once)";
        Outbox: "transactional outboxes", "транзакционный outbox";
        EventStreams: "event streams", "потоки событий";
        Aggregates: "aggregates", "агрегаты";
        Projections: "projections", "проекции";
        Sagas: "sagas", "саги";
        Kafka: "kafka topics", "топики kafka";
        QuorumQueues: "quorum queues", "кворумные очереди";
        QueueOptions: "queue options (ttl, dead-letter, limits)", "параметры очередей (ttl, dead-letter, ограничения)";
        Exchanges: "exchanges and bindings", "обменники и привязки";
        Loader: "data loaders", "пакетные загрузчики (data loader)";
        Protocols: "protocols (speaks, grpc)", "протоколы (speaks, grpc)";
        GraphQl: "graphql", "graphql";
        Jobs: "jobs", "фоновые задачи";
        Seek: "seeking a consumer group", "перемотка группы потребителей";
        Rebuild: "rebuilding a projection", "перестройка проекции";
        MoreFaults: "crashes and pauses of brokers and stores, full topics and exchanges",
            "падения и паузы брокеров и хранилищ, переполнение топиков и обменников";
        Costs: "the cost model", "модель затрат";
        Properties: "this kind of property", "этот вид свойств";
        Figures: "this figure of the run", "этот показатель прогона";
    }
}
