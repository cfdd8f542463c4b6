//! What edits do to texts, on block style, flow style and JSON.

use super::*;

const BLOCK: &str = "\
# A shop.
scenario: 1
title: Shop # what it is

clients:
  people: # many
    arrivals: poisson 5/s
    do: {call: shop.buy}

services:
  shop:
    endpoints:
      buy:
        # The bank is slow.
        do:
          - call: bank.pay # at once
          - reply: 201
  bank: {external: true, endpoints: {pay: {do: {work: 30ms}}}}

timeline:
  - {at: 5s, fault: {crash: bank}} # a bad day
";

const FLOW: &str = "{scenario: 1, title: Shop, clients: {people: {arrivals: poisson 5/s, do: {call: shop.buy}}}, \
services: {shop: {endpoints: {buy: {do: [call: bank.pay, {reply: 201}]}}}, \
bank: {external: true, endpoints: {pay: {do: {work: 30ms}}}}}, timeline: [{at: 5s, fault: {crash: bank}}]}\n";

const JSON: &str = r#"{
  "scenario": 1,
  "title": "Shop",
  "clients": {"people": {"arrivals": "poisson 5/s", "do": {"call": "shop.buy"}}},
  "services": {
    "shop": {"endpoints": {"buy": {"do": [{"call": "bank.pay"}, {"reply": 201}]}}},
    "bank": {"external": true, "endpoints": {"pay": {"do": {"work": "30ms"}}}}
  },
  "timeline": [
    {"at": "5s", "fault": {"crash": "bank"}}
  ]
}
"#;

fn edited(text: &str, edit: &Edit) -> String {
    match super::edit(text, &[], edit) {
        Ok(edited) => edited.text,
        Err(found) => panic!("{edit:?}: {found}\n{text}"),
    }
}

/// The edited texts in each style; all say the same, and the JSON still is JSON.
fn everywhere(edit: &Edit) -> [String; 3] {
    let texts = [BLOCK, FLOW, JSON].map(|text| edited(text, edit));
    let trees = texts
        .each_ref()
        .map(|text| tree::parse(text).expect("it is read"));
    assert_eq!(trees[0], trees[1], "{}\n{}", texts[0], texts[1]);
    assert_eq!(trees[0], trees[2], "{}\n{}", texts[0], texts[2]);
    serde_json::from_str::<serde_json::Value>(&texts[2]).expect("it still is JSON");
    for comment in [
        "# A shop.",
        "# what it is",
        "# many",
        "# The bank is slow.",
        "# at once",
    ] {
        assert!(texts[0].contains(comment), "{}", texts[0]);
    }
    texts
}

#[test]
fn an_entry_is_added_below_the_others() {
    let entry = "{at: 12.5s, for: 5s, fault: {slow: {what: bank, times: 10}}}";
    let [block, flow, json] = everywhere(&Edit::AddEntry(entry.to_owned()));
    assert!(
        block.ends_with(&format!("crash: bank}}}} # a bad day\n  - {entry}\n")),
        "{block}"
    );
    assert!(
        flow.ends_with(&format!("{{crash: bank}}}}, {entry}]}}\n")),
        "{flow}"
    );
    assert!(
        json.ends_with(
            "{\"crash\": \"bank\"}},\n    {\"at\": \"12.5s\", \"for\": \"5s\", \"fault\": \
             {\"slow\": {\"what\": \"bank\", \"times\": 10}}}\n  ]\n}\n"
        ),
        "{json}"
    );
}

#[test]
fn the_first_entry_makes_the_section() {
    let (text, _) = BLOCK.split_once("\ntimeline").expect("it has one");
    let entry = "{at: 5s, fault: {crash: shop}}";
    let text = edited(text, &Edit::AddEntry(entry.to_owned()));
    assert!(
        text.ends_with(&format!("30ms}}}}}}}}\n\ntimeline:\n  - {entry}\n")),
        "{text}"
    );
}

#[test]
fn an_entry_that_cannot_be_is_refused_with_the_reason() {
    let entry = "{at: 5s, fault: {crash: nobody}}".to_owned();
    let found = super::edit(BLOCK, &[], &Edit::AddEntry(entry)).unwrap_err();
    assert!(found.to_string().contains("`nobody`"), "{found}");
    let found = super::edit(BLOCK, &[], &Edit::AddEntry("{at: [".to_owned())).unwrap_err();
    assert!(found.has_errors());
}

#[test]
fn a_setting_changes_from_a_moment_on_and_is_changed_there() {
    let turn = |value: &str| Edit::SetFrom {
        at: "10s".to_owned(),
        path: "clients.people.arrivals".to_owned(),
        value: value.to_owned(),
    };
    let [block, ..] = everywhere(&turn("poisson 50/s"));
    assert!(
        block.ends_with("\n  - {at: 10s, set: {clients.people.arrivals: poisson 50/s}}\n"),
        "{block}"
    );
    let again = edited(&block, &turn("poisson 60/s"));
    assert_eq!(again, block.replace("50/s", "60/s"));
}

#[test]
fn a_node_is_put_somewhere_and_then_somewhere_else() {
    let place = |x| Edit::Place {
        node: "bank".to_owned(),
        at: [x, -40],
    };
    let [block, ..] = everywhere(&place(120));
    assert!(
        block.ends_with("a bad day\n\nlayout:\n  bank: [120, -40]\n"),
        "{block}"
    );
    let moved = edited(&block, &place(7));
    assert!(
        moved.ends_with("\n\nlayout:\n  bank: [7, -40]\n"),
        "{moved}"
    );
    let second = edited(
        &moved,
        &Edit::Place {
            node: "shop".to_owned(),
            at: [0, 0],
        },
    );
    assert!(
        second.ends_with("  bank: [7, -40]\n  shop: [0, 0]\n"),
        "{second}"
    );
    let document = Scenario::parse(&second).expect("it holds together");
    assert_eq!(document.document().layout["bank"], [7, -40]);
    let cleared = edited(&second, &Edit::PlaceAll);
    assert_eq!(cleared.trim_end(), BLOCK.trim_end());
}

/// A document in which things are spoken of in every way there is.
const SPOKEN_OF: &str = "\
scenario: 1
title: Bank # of the bank
clients:
  people: {arrivals: poisson 5/s, do: {call: {to: shop.buy, with: [patience, again]}}}
services:
  shop:
    instances: 3
    endpoints:
      buy: {do: [{label: pay, call: {to: 'bank.pay', with: patience}}, {publish: {to: mail.bills, type: Bill}}, reply: 201]}
    versions:
      v2: {endpoints.buy.do.pay.call.with: again}
  bank: {external: true, endpoints: {pay: {do: {work: 30ms}}}}
  clerk: {subscriptions: {bills: {from: mail.bills, handles: {Bill: [{work: 10ms}, {call: \"bank.pay\"}]}}}}
brokers: {mail: {rabbitmq: {queues: {bills: classic}}}}
stores: {books: {inside: bank, tables: {lines: {row: {line: id}}}}}
policies: {patience: {timeout: 2s}, again: {chain: [more, patience]}, more: {retry: {attempts: 2}}}
links:
  out: {from: shop, to: bank, latency: 20ms} # to the bank
timeline:
  - {at: 1s, fault: {crash: shop.2}}
  - {at: 2s, fault: {partition: [[shop, clerk], bank]}}
  - {at: 3s, set: {policies.patience.timeout: 1s, services.bank.endpoints.pay.do.work: 5ms}}
  - {at: 4s, scale: {shop: 4}}
  - {at: 5s, deploy: {service: shop, version: v2}}
  - {at: 6s, send: {call: bank.pay}}
  - {at: 7s, fault: {lossy: {link: out, loss: 1%}}}
  - {at: 8s, fault: {full: mail.bills}}
knobs:
  pay: {set: services.bank.endpoints.pay.do.work, from: 1ms, to: 90ms}
  patience: {set: policies.patience.timeout, from: 1s, to: 9s}
properties:
  quick: {always: \"p99(bank.pay) over 10s < 1s and depth(mail.bills) < 5\"}
  few: {slo: {of: bank, p99: 1s}}
story:
  - {at: 1s, say: The bank, show: [bank, shop]}
  - {at: 2s, say: The bank alone, show: bank}
variants: {slow: {services.bank.endpoints.pay.do.work: 90ms}}
views: [flow, {requests: shop}]
layout: {bank: [1, 2], mail.bills: [3, 4]}
";

fn rename(text: &str, from: &str, to: &str) -> String {
    edited(
        text,
        &Edit::Rename {
            from: from.to_owned(),
            to: to.to_owned(),
        },
    )
}

/// What the text is with `words` replaced, wherever they stand.
fn replaced(text: &str, words: &[(&str, &str)]) -> String {
    words
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[test]
fn a_service_is_renamed_wherever_it_is_spoken_of_and_nowhere_else() {
    let text = rename(SPOKEN_OF, "services.bank", "acquirer");
    let expected = replaced(
        SPOKEN_OF,
        &[
            ("bank", "acquirer"),
            ("of the acquirer", "of the bank"),
            ("# to the acquirer", "# to the bank"),
            ("The acquirer", "The bank"),
        ],
    );
    assert_eq!(text, expected);
    assert_eq!(rename(&text, "acquirer", "bank"), SPOKEN_OF);
}

#[test]
fn endpoints_queues_versions_policies_and_links_are_renamed_too() {
    let text = rename(SPOKEN_OF, "bank.pay", "charge");
    let expected = replaced(
        SPOKEN_OF,
        &[
            ("bank.pay", "bank.charge"),
            ("{pay: {do: {work: 30ms}}}", "{charge: {do: {work: 30ms}}}"),
            ("bank.endpoints.pay", "bank.endpoints.charge"),
        ],
    );
    assert_eq!(text, expected);
    let text = rename(SPOKEN_OF, "mail.bills", "papers");
    let expected = replaced(
        SPOKEN_OF,
        &[
            ("mail.bills", "mail.papers"),
            ("queues: {bills", "queues: {papers"),
        ],
    );
    assert_eq!(text, expected);
    let text = rename(SPOKEN_OF, "services.shop.versions.v2", "next");
    assert_eq!(text, SPOKEN_OF.replace("v2", "next"));
    let text = rename(SPOKEN_OF, "policies.patience", "limit");
    let expected = replaced(
        SPOKEN_OF,
        &[
            ("patience", "limit"),
            ("\n  limit: {set", "\n  patience: {set"),
        ],
    );
    assert_eq!(text, expected);
    let text = rename(SPOKEN_OF, "links.out", "wire");
    let expected = replaced(
        SPOKEN_OF,
        &[("  out:", "  wire:"), ("link: out", "link: wire")],
    );
    assert_eq!(text, expected);
}

#[test]
fn renaming_works_in_every_style_and_takes_the_changed_settings_along() {
    let [_, _, json] = everywhere(&Edit::Rename {
        from: "services.bank".to_owned(),
        to: "acquirer".to_owned(),
    });
    assert!(json.contains("\"call\": \"acquirer.pay\""), "{json}");
    let change = |name: &str| {
        let path = format!("services.{name}.endpoints.pay.do.work");
        vec![(path, "5ms".to_owned())]
    };
    let rename = Edit::Rename {
        from: "bank".to_owned(),
        to: "acquirer".to_owned(),
    };
    let edited = super::edit(BLOCK, &change("bank"), &rename).expect("it is renamed");
    assert_eq!(edited.changes, change("acquirer"));
    let remove = Edit::Remove {
        path: "services.bank".to_owned(),
    };
    let edited = super::edit(BLOCK, &change("bank"), &remove).expect("it is removed");
    assert_eq!(edited.changes, []);
}

#[test]
fn a_name_that_is_taken_or_none_is_refused() {
    for (to, why) in [
        ("people", "already"),
        ("bank", "already"),
        ("1", "a name"),
        ("none", "reserved"),
    ] {
        let rename = Edit::Rename {
            from: "shop".to_owned(),
            to: to.to_owned(),
        };
        let found = super::edit(BLOCK, &[], &rename).unwrap_err().to_string();
        assert!(found.contains(why), "{to}: {found}");
        let add = Edit::AddService {
            name: to.to_owned(),
        };
        let found = super::edit(BLOCK, &[], &add).unwrap_err().to_string();
        assert!(found.contains(why), "{to}: {found}");
    }
    let rename = Edit::Rename {
        from: "nobody".to_owned(),
        to: "somebody".to_owned(),
    };
    assert!(super::edit(BLOCK, &[], &rename).is_err());
}

#[test]
fn what_cannot_be_without_a_thing_goes_with_it() {
    let remove = |path: &str| {
        edited(
            SPOKEN_OF,
            &Edit::Remove {
                path: path.to_owned(),
            },
        )
    };
    let text = remove("services.bank");
    let comments = text.replace("of the bank", "").replace("The bank", "");
    assert!(!comments.contains("bank"), "{text}");
    for kept in [
        "{crash: shop.2}",
        "{policies.patience.timeout: 1s}",
        "show: [shop]",
        "reply: 201",
        "scale: {shop: 4}",
    ] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    let text = remove("mail");
    assert!(
        !text.contains("mail") && !text.contains("subscriptions: {bills"),
        "{text}"
    );
    let text = remove("policies.patience");
    assert!(
        text.contains("chain: [more]") && text.contains("with: [again]"),
        "{text}"
    );
}

#[test]
fn a_thing_is_removed_in_every_style() {
    // The comment behind the step goes with the step.
    let remove = Edit::Remove {
        path: "services.bank".to_owned(),
    };
    let texts = [BLOCK, FLOW, JSON].map(|text| edited(text, &remove));
    let trees = texts
        .each_ref()
        .map(|text| tree::parse(text).expect("it is read"));
    assert!(trees[0] == trees[1] && trees[0] == trees[2], "{texts:?}");
    let block = &texts[0];
    assert!(
        !block.contains("bank.") && !block.contains("timeline"),
        "{block}"
    );
    assert!(block.contains("# The bank is slow."), "{block}");
    let [block, ..] = everywhere(&Edit::Remove {
        path: "timeline.0".to_owned(),
    });
    assert!(!block.contains("timeline"), "{block}");
}

#[test]
fn a_service_is_added_and_connected_both_ways() {
    let [block, ..] = everywhere(&Edit::AddService {
        name: "stock".to_owned(),
    });
    assert!(
        block.contains("\n  stock: {endpoints: {handle: {do: {work: 10ms}}}}\n"),
        "{block}"
    );
    let connected = |from: &str, to: &str| {
        edited(
            &block,
            &Edit::Connect {
                from: from.to_owned(),
                to: to.to_owned(),
            },
        )
    };
    let text = connected("shop", "stock");
    assert!(
        text.contains(
            "- call: bank.pay # at once\n          - {call: stock.handle}\n          - reply: 201"
        ),
        "{text}"
    );
    let text = connected("people", "stock");
    assert!(
        text.contains("do: [{call: shop.buy}, {call: stock.handle}]"),
        "{text}"
    );
    let text = connected("stock", "bank.pay");
    assert!(
        text.contains("{do: [{work: 10ms}, {call: bank.pay}]}"),
        "{text}"
    );
}

#[test]
fn connecting_works_in_every_style() {
    everywhere(&Edit::Connect {
        from: "shop".to_owned(),
        to: "bank".to_owned(),
    });
    let connect = Edit::Connect {
        from: "bank".to_owned(),
        to: "people".to_owned(),
    };
    let found = super::edit(BLOCK, &[], &connect).unwrap_err().to_string();
    assert!(found.contains("from `bank` to `people`"), "{found}");
}

#[test]
fn a_queue_is_connected_by_a_subscription_and_a_message() {
    let connected = |from: &str, to: &str| {
        edited(
            SPOKEN_OF,
            &Edit::Connect {
                from: from.to_owned(),
                to: to.to_owned(),
            },
        )
    };
    let text = connected("mail.bills", "bank");
    assert!(
        text.contains("subscriptions: {bills: {from: mail.bills, handles: {else: {work: 10ms}}}}"),
        "{text}"
    );
    let text = connected("bank", "mail");
    assert!(
        text.contains("{publish: {to: mail.bills, type: Bill}}]"),
        "{text}"
    );
}

#[test]
fn formatting_changes_how_a_document_looks_and_not_what_it_says() {
    let untidy = "\
# first


scenario:   1
title:    'Shop'    # what it is
clients:
      people: {arrivals: poisson 5/s,
         do: {call: shop.buy}}  # they come
      # and others
services: # who answers
    shop:
        endpoints:
            buy:
                do:
                # steps
                -   work: 5ms
                -   [{wait: 1s}, {work: 1ms}]
                - parallel: {join: all, do: [{call: bank.pay}, {call: bank.pay}, {call: bank.pay}, {call: bank.pay}]}
    bank: {external: true, endpoints: { # inside
       pay: {do: {work:   30ms}}}}
description: >-
      A shop
      and its bank.
# last
";
    let tidy = "\
# first

scenario: 1
title: 'Shop' # what it is
clients:
  people: {arrivals: poisson 5/s, do: {call: shop.buy}} # they come
  # and others
services: # who answers
  shop:
    endpoints:
      buy:
        do:
          # steps
          - work: 5ms
          - [wait: 1s, work: 1ms]
";
    let formatted = super::edit(untidy, &[], &Edit::Format);
    let formatted = formatted.expect("it is formatted").text;
    assert!(
        formatted.starts_with(&tidy[..tidy.find("          - [wait").unwrap_or_default()]),
        "{formatted}"
    );
    assert!(
        formatted.ends_with("description: >-\n  A shop\n  and its bank.\n# last\n"),
        "{formatted}"
    );
    for comment in ["# inside", "# steps", "# and others", "# they come"] {
        assert!(formatted.contains(comment), "{formatted}");
    }
    assert_eq!(edited(&formatted, &Edit::Format), formatted);
}

#[test]
fn json_is_formatted_as_json() {
    let text = edited(JSON, &Edit::Format);
    serde_json::from_str::<serde_json::Value>(&text).expect("it still is JSON");
    assert_eq!(edited(&text, &Edit::Format), text);
}

#[test]
fn paths_to_steps_go_on_meaning_the_same_steps() {
    let text = "\
scenario: 1
title: Steps
clients: {people: {arrivals: poisson 5/s, do: {call: shop.buy}}}
services:
  shop: {endpoints: {buy: {do: [{call: bank.pay}, {work: 1ms}, {work: 2ms}, {reply: 201}]}}}
  bank: {endpoints: {pay: {do: {work: 30ms}}}}
knobs:
  first: {set: services.shop.endpoints.buy.do.1.work, from: 1ms, to: 9ms}
  second: {set: services.shop.endpoints.buy.do.2.work, from: 1ms, to: 9ms}
  bank: {set: services.bank.endpoints.pay.do.work, from: 1ms, to: 9ms}
";
    let changes = vec![(
        "services.shop.endpoints.buy.do.3.reply".to_owned(),
        "200".to_owned(),
    )];
    let remove = Edit::Remove {
        path: "bank".to_owned(),
    };
    let without = super::edit(text, &changes, &remove).expect("it is removed");
    for path in [
        "first: {set: services.shop.endpoints.buy.do.0.work",
        "second: {set: services.shop.endpoints.buy.do.1.work",
    ] {
        assert!(without.text.contains(path), "{}", without.text);
    }
    assert!(!without.text.contains("bank"), "{}", without.text);
    assert_eq!(
        without.changes[0].0,
        "services.shop.endpoints.buy.do.2.reply"
    );
    let connect = Edit::Connect {
        from: "bank".to_owned(),
        to: "shop".to_owned(),
    };
    let with = super::edit(text, &changes, &connect).expect("it is connected");
    assert!(
        with.text
            .contains("set: services.bank.endpoints.pay.do.0.work"),
        "{}",
        with.text
    );
    let connect = Edit::Connect {
        from: "shop".to_owned(),
        to: "bank".to_owned(),
    };
    let with = super::edit(text, &changes, &connect).expect("it is connected");
    assert_eq!(with.changes[0].0, "services.shop.endpoints.buy.do.4.reply");
}

#[test]
fn settings_changed_beside_the_text_can_be_written_into_it() {
    let text = "scenario: 1\ntitle: Shop\nclients:\n  people: {arrivals: poisson 5/s, do: {call: shop.buy}} # they come\nservices:\n  shop: {endpoints: {buy: {do: {work: 5ms}}}}\n";
    let changes = [
        ("clients.people.arrivals", "poisson 9/s"),
        ("services.shop.endpoints.buy.do.work", "7ms"),
    ]
    .map(|(path, value)| (path.to_owned(), value.to_owned()));
    let done = super::edit(text, &changes, &Edit::WriteChanges).expect("it is written");
    assert!(done.changes.is_empty());
    assert_eq!(
        done.text,
        text.replace("poisson 5/s", "poisson 9/s")
            .replace("5ms", "7ms")
    );
}
