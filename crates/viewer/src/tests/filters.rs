use super::{filtered, slice, table, url};
use crate::{Error, Table};
use proptest::prelude::*;

fn people() -> Table {
    table(
        "a.jsonl",
        r#"{"name":"Ann","age":30,"score":1.5,"ok":true,"tags":["x"]}
{"name":"O'Hara","age":25,"score":null,"ok":false,"tags":[]}
{"name":"李雷","age":41,"score":-2.0,"ok":null,"tags":null}
{"name":"ann b","age":null,"score":9.25,"ok":true,"tags":["y"]}
"#,
    )
}

#[test]
fn filters_select_rows_as_sql_does() {
    let table = people();
    for (filter, expected) in [
        ("age > 26", &[0, 2][..]),
        ("\"age\"=25", &[1]),
        ("age <> 25", &[0, 2]),
        ("NOT age = 25", &[0, 2]),
        ("age IS NULL", &[3]),
        ("age is not null and ok is null", &[2]),
        ("name = 'O''Hara'", &[1]),
        ("name='李雷' OR score >= 9.25", &[2, 3]),
        ("name LIKE '%ann%'", &[3]),
        ("name ILIKE 'ann%'", &[0, 3]),
        ("name NOT LIKE '_nn'", &[1, 2, 3]),
        ("age IN (25, 41)", &[1, 2]),
        ("age NOT IN (25, 41)", &[0]),
        ("age BETWEEN 25 AND 30 AND ok=true", &[0]),
        ("age NOT BETWEEN 25 AND 30", &[2]),
        ("NOT (ok = TRUE)", &[1]),
        ("ok <> true OR age > 100", &[1]),
        ("age > 26 AND (name='Ann' OR score < -1.5e0)", &[0, 2]),
        ("score > 1 AND score > 1.4999", &[0, 3]),
        ("tags IS NULL", &[2]),
        ("", &[0, 1, 2, 3]),
    ] {
        assert_eq!(filtered(&table, filter, ""), expected, "{filter}");
    }
}

#[test]
fn orders_put_nulls_last_and_keep_equal_rows_in_place() {
    let table = people();
    assert_eq!(filtered(&table, "", "\"age\""), [1, 0, 2, 3]);
    assert_eq!(filtered(&table, "", "age DESC"), [2, 0, 1, 3]);
    assert_eq!(filtered(&table, "", "ok asc"), [1, 0, 3, 2]);
    assert_eq!(filtered(&table, "age < 41", "score desc"), [0, 1]);
    let page = table.filter("", "age", slice(1, 2), &url).expect("a page");
    let found: Vec<u64> = page.rows.iter().map(|item| item.row_idx).collect();
    assert_eq!((found, page.num_rows_total), (vec![0, 2], 4));
}

#[test]
fn what_is_wrong_in_a_filter_is_said_with_its_place() {
    let table = people();
    for (filter, expected) in [
        (
            "height > 1",
            "at character `0`: there is no column `height`; use a name from the features",
        ),
        (
            "age > 'x'",
            "at character `6`: column `age` holds numbers; write a number without quotes",
        ),
        ("name = 3", "at character `7`: column `name` holds text; write it in single quotes"),
        ("ok = 1", "at character `5`: column `ok` holds true and false; write TRUE or FALSE"),
        ("tags = 1", "at character `7`: column `tags` cannot be compared; only IS NULL works here"),
        ("age LIKE 'x'", "at character `0`: column `age` holds no text; LIKE needs text"),
        ("name = 'x", "at character `7`: the quote has no end"),
        (
            "name = \"x\"",
            "at character `7`: expected a number, TRUE, FALSE or text in single quotes",
        ),
        ("age > 1; DROP TABLE x", "at character `7`: `;` has no meaning here"),
        ("age > 1 age", "at character `8`: expected the end, AND or OR"),
        ("(age > 1", "at character `8`: expected `)`"),
        ("age", "at character `3`: expected a comparison, IN, LIKE, BETWEEN or IS"),
        ("age NOT > 1", "at character `8`: expected IN, LIKE or BETWEEN after NOT"),
        ("age > 1.2.3", "at character `6`: `1.2.3` is no number"),
        ("age IS 3", "at character `7`: expected NULL"),
    ] {
        let error = table.filter(filter, "", slice(0, 1), &url).expect_err(filter);
        assert_eq!(error.to_string(), format!("the expression is wrong {expected}"), "{filter}");
    }
    let deep = "(".repeat(100_000);
    for filter in [&deep, &"NOT ".repeat(900), &("(".repeat(40) + "age>1" + &")".repeat(40))] {
        let error = table.filter(filter, "", slice(0, 1), &url).expect_err("too deep");
        assert!(matches!(error, Error::Expression { .. }));
    }
}

#[test]
fn an_order_that_cannot_be_is_refused() {
    let table = people();
    let error = |order, offset| table.filter("", order, slice(offset, 1), &url).expect_err(order);
    assert!(matches!(error("nope", 0), Error::ColumnUnknown { .. }));
    assert!(matches!(error("tags", 0), Error::Expression { .. }));
    assert!(matches!(error("age DESC, name", 0), Error::Expression { .. }));
    assert!(matches!(error("age", 20_000), Error::SortTooDeep { asked: 20_001, limit: 20_000 }));
}

#[test]
fn a_like_of_many_signs_ends_soon() {
    let table = table("a.csv", format!("t\n{}\n", "a".repeat(20_000)));
    let pattern = "%a".repeat(400);
    assert!(filtered(&table, &format!("t LIKE '{pattern}%b'"), "").is_empty());
}

/// A row, and a filter over it with its truth by hand.
#[derive(Debug, Clone)]
enum Tree {
    Less(i64),
    Text(char),
    Null,
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
}

impl Tree {
    fn text(&self) -> String {
        match self {
            Self::Less(value) => format!("n < {value}"),
            Self::Text(value) => format!("\"t\" = '{value}'"),
            Self::Null => "n IS NULL".to_owned(),
            Self::Not(part) => format!("NOT ({})", part.text()),
            Self::And(a, b) => format!("({}) AND ({})", a.text(), b.text()),
            Self::Or(a, b) => format!("({}) OR ({})", a.text(), b.text()),
        }
    }

    fn truth(&self, n: Option<i64>, t: char) -> Option<bool> {
        match self {
            Self::Less(value) => n.map(|n| n < *value),
            Self::Text(value) => Some(t == *value),
            Self::Null => Some(n.is_none()),
            Self::Not(part) => part.truth(n, t).map(|truth| !truth),
            Self::And(a, b) => match (a.truth(n, t), b.truth(n, t)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(a, b) => match (a.truth(n, t), b.truth(n, t)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let letter = prop::sample::select(vec!['a', 'b', '中']);
    let leaf = prop_oneof![
        (-5_i64..5).prop_map(Tree::Less),
        letter.prop_map(Tree::Text),
        Just(Tree::Null)
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Tree::Not(Box::new(part))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Tree::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Tree::Or(Box::new(a), Box::new(b))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_filter_takes_what_a_naive_one_takes(
        tree in tree(),
        data in prop::collection::vec(
            (prop::option::of(-6_i64..6), prop::sample::select(vec!['a', 'b', '中'])), 1..40),
        length in 1_u64..20,
    ) {
        let line = |(n, t): &(Option<i64>, char)| {
            let n = n.map_or("null".to_owned(), |n| n.to_string());
            format!("{{\"n\":{n},\"t\":\"{t}\"}}\n")
        };
        // One row with a number, so that the column is one of numbers.
        let text: String = data.iter().map(line).collect::<String>() + "{\"n\":99,\"t\":\"z\"}\n";
        let table = table("a.jsonl", text);
        let all = data.iter().copied().chain([(Some(99), 'z')]);
        let naive: Vec<u64> = (0..).zip(all.clone())
            .filter(|(_, (n, t))| tree.truth(*n, *t) == Some(true)).map(|(row, _)| row).collect();
        prop_assert_eq!(&filtered(&table, &tree.text(), ""), &naive, "{}", tree.text());
        let mut sorted: Vec<(bool, i64, u64)> = naive.iter().map(|row| {
            let n = all.clone().nth(usize::try_from(*row).expect("a row")).expect("a row").0;
            (n.is_none(), -n.unwrap_or(0), *row)
        }).collect();
        sorted.sort_unstable();
        let page = table.filter(&tree.text(), "n DESC", slice(1, length), &url).expect("a page");
        let got: Vec<u64> = page.rows.iter().map(|item| item.row_idx).collect();
        let length = usize::try_from(length).expect("a length");
        let expected: Vec<u64> = sorted.iter().skip(1).take(length).map(|key| key.2).collect();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[a-z0-9'\"()<>=!,.% 中NOT]{0,60}") {
        drop(crate::expression::expression_parse(&text));
        drop(crate::expression::order_parse(&text));
    }
}
