use super::*;
use crate::scenario::document::Decimal;

fn decimal(text: &str) -> Datum {
    match FieldKind::Decimal.read(text) {
        Some(value) => value,
        None => panic!("{text} is no decimal"),
    }
}

#[test]
fn a_whole_decimal_is_an_integer_and_an_integer_is_a_decimal() {
    assert_eq!(FieldKind::Int.fit(decimal("3.0")), Some(Datum::Int(3)));
    assert_eq!(FieldKind::Int.fit(decimal("3.5")), None);
    assert_eq!(
        FieldKind::Decimal.fit(Datum::Int(2)),
        Some(Datum::Decimal(Decimal::from_millionths(2_000_000)))
    );
}

#[test]
fn what_was_written_is_read_as_what_the_field_is() {
    assert_eq!(FieldKind::Text.read("10"), Some(Datum::text("10")));
    assert_eq!(FieldKind::Int.read("10"), Some(Datum::Int(10)));
    assert_eq!(FieldKind::Int.read("ten"), None);
    let words = FieldKind::Word(vec![Name::new("EUR"), Name::new("RUB")]);
    assert_eq!(words.read("RUB"), Some(Datum::text("RUB")));
    assert_eq!(words.read("USD"), None);
    assert_eq!(
        FieldKind::Any.read("300ms"),
        Some(Datum::Span(SimDuration::from_millis(300)))
    );
}

#[test]
fn a_value_of_too_many_parts_is_null_however_its_parts_are_shared() {
    let mut value = Datum::list(vec![Datum::Int(1), Datum::Int(2)]);
    for _ in 0..10_000 {
        value = Datum::list(vec![value.clone(), value]);
        if value.is_null() {
            break;
        }
    }
    assert!(value.is_null() || value.parts() <= MAX_PARTS);
    assert!(Datum::list(vec![Datum::Null; MAX_PARTS as usize]).is_null());
}

#[test]
fn a_text_built_in_a_loop_stops_growing() {
    let mut text = Datum::text("ab");
    for _ in 0..64 {
        text = arithmetic::plus(&text, &text.clone());
    }
    assert!(text.is_null());
}

#[test]
fn the_size_of_a_value_is_that_of_its_json() {
    let value = Datum::map(vec![
        (Name::new("id"), Datum::Int(-17)),
        (Name::new("on"), Datum::Bool(true)),
        (
            Name::new("tags"),
            Datum::list(vec![Datum::text("new"), Datum::Null, decimal("1.25")]),
        ),
    ]);
    let json = r#"{"id":-17,"on":true,"tags":["new",null,1.25]}"#;
    assert_eq!(value.json_bytes(), json.len() as u64);
}
