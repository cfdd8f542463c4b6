#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::scenario::diagnostic::ExpressionPart;
use crate::scenario::limits::MAX_EXPRESSION_DEPTH;

fn problem(source: &str) -> ExpressionProblem {
    Expression::parse(source).unwrap_err().problem
}

#[test]
fn every_expression_of_the_design_reads() {
    for source in [
        "session.token",
        "placed.total > 100",
        "if total > 100 then 0 else total * 0.05",
        "left - 1",
        "skus.0",
        "row.id in input.id",
        "depth(orders) < 90",
        "hash(user)",
        "request.idempotency-key",
        "error-rate(bank.charge) over 10s > 5%",
        "account.1.balance == 700",
        "reads.balances.1.balance == account.1.balance",
        "lag(balance-view) > 1s",
        "count(OrderPlaced) == 3",
        "p99(orders.place) over 10s",
        "not ready and (a or b) default -1",
        "orders.(hash(user) mod 4).total",
        "currency == 'EUR' or currency == 'it''s'",
        "now() >= 1.5s",
        "rate(orders.place) over 1m > 40/s",
    ] {
        Expression::parse(source).unwrap_or_else(|error| panic!("{source}: {error:?}"));
    }
}

#[test]
fn names_are_those_that_are_looked_up_and_no_others() {
    let expression =
        Expression::parse("if state.x > input.y then z.(w) else count(rows) + 'text'").unwrap();
    let names: Vec<&str> = expression.names().into_iter().map(Name::as_str).collect();
    assert_eq!(names, ["state", "input", "z", "w", "rows"]);
}

#[test]
fn products_bind_before_sums_and_sums_from_left_to_right() {
    let expression = Expression::parse("a - b * c - d").unwrap();
    let ExprKind::Binary(Operator::Minus, left, right) = &expression.root().kind else {
        panic!("{expression:?}")
    };
    assert!(matches!(&right.kind, ExprKind::Name(name) if name.as_str() == "d"));
    assert!(
        matches!(&left.kind, ExprKind::Binary(Operator::Minus, _, product)
        if matches!(product.kind, ExprKind::Binary(Operator::Times, ..)))
    );
}

#[test]
fn every_part_knows_its_place() {
    let source = "total + fee.0";
    let expression = Expression::parse(source).unwrap();
    let ExprKind::Binary(_, one, two) = &expression.root().kind else {
        panic!("{expression:?}")
    };
    let text = |part: &Expr| &source[part.span.start as usize..part.span.end as usize];
    assert_eq!(
        (text(expression.root()), text(one), text(two)),
        (source, "total", "fee.0")
    );
}

#[test]
fn a_minus_without_blanks_is_part_of_the_name_and_without_one_blank_a_mistake() {
    let expression = Expression::parse("left-1").unwrap();
    assert!(matches!(&expression.root().kind, ExprKind::Name(name) if name.as_str() == "left-1"));
    assert_eq!(
        problem("left -1"),
        ExpressionProblem::Spaces {
            operator: "-".to_owned()
        }
    );
    assert_eq!(
        problem("a+ b"),
        ExpressionProblem::Spaces {
            operator: "+".to_owned()
        }
    );
}

#[test]
fn mistakes_are_named_where_they_are() {
    let at = |source: &str| Expression::parse(source).unwrap_err().at;
    assert_eq!(problem(""), ExpressionProblem::Empty);
    assert_eq!(problem("a &"), ExpressionProblem::Character { found: '&' });
    assert_eq!(at("ю & б"), 3);
    assert_eq!(problem("'a"), ExpressionProblem::OpenText);
    assert_eq!(
        problem("a == "),
        ExpressionProblem::Ends {
            expected: ExpressionPart::Value
        }
    );
    assert_eq!(
        problem("(a"),
        ExpressionProblem::Ends {
            expected: ExpressionPart::Closing
        }
    );
    assert_eq!(
        problem("5parsecs"),
        ExpressionProblem::Unit {
            found: "parsecs".to_owned()
        }
    );
    assert_eq!(
        problem("99999999999999999999"),
        ExpressionProblem::Number {
            found: "99999999999999999999".to_owned()
        }
    );
    assert_eq!(
        problem("0.1234567"),
        ExpressionProblem::Number {
            found: "0.1234567".to_owned()
        }
    );
    assert_eq!(
        problem("cuont(x)"),
        ExpressionProblem::Function {
            found: "cuont".to_owned(),
            nearest: Some("count".to_owned())
        }
    );
    assert!(matches!(
        problem("hash()"),
        ExpressionProblem::Arguments { found: 0, .. }
    ));
    assert!(matches!(
        problem("a b"),
        ExpressionProblem::Unexpected {
            expected: ExpressionPart::Operator,
            ..
        }
    ));
    assert!(matches!(
        problem("if a then b"),
        ExpressionProblem::Ends {
            expected: ExpressionPart::Else
        }
    ));
}

#[test]
fn nesting_and_length_are_bounded() {
    let deep = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    Expression::parse(&deep(MAX_EXPRESSION_DEPTH - 1)).unwrap();
    assert!(matches!(
        problem(&deep(MAX_EXPRESSION_DEPTH)),
        ExpressionProblem::TooDeep { .. }
    ));
    assert!(matches!(
        problem(&"(".repeat(4_000)),
        ExpressionProblem::TooDeep { .. }
    ));
    assert!(matches!(
        problem(&"a".repeat(5_000)),
        ExpressionProblem::TooLong { .. }
    ));
    // A long sum is a deep tree on its left: it must read, compare and be dropped.
    let sum = vec!["a"; 1_000].join(" + ");
    assert_eq!(Expression::parse(&sum).unwrap().names().len(), 1_000);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(source in "(?s).{0,80}") {
        let _ = Expression::parse(&source);
    }

    #[test]
    fn no_heap_of_words_makes_it_panic(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "a", "1", "1.5", "5s", "40/s", "'t'", "(", ")", "-", "+", " ", ".", "if", "then", "else", "not", "or",
                "in", "count(", "over", ",", "==", "default", "é",
            ]),
            0..40,
        )
    ) {
        if let Ok(expression) = Expression::parse(&words.concat()) {
            prop_assert!(expression.root().span.end as usize <= expression.source().len());
        }
        let _ = Expression::parse(&words.join(" "));
    }
}
