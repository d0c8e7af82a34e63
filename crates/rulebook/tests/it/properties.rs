//! Properties over arbitrary input: never a panic, never more than a limit, always the same answer.

use crate::{FACTS_RULE, HEAD};
use base::{Amount, Unit};
use proptest::prelude::*;
use rulebook::{CostLine, FactValue, History, Outcome, Request, check, evaluate};

/// Pieces of rule files, from which near-sound files grow.
const PIECES: [&str; 24] = [
    "[support]\n",
    "method = \"rate\"\n",
    "[[rate]]\n",
    "rate = \"50%\"\n",
    "rate = \"unknown\"\n",
    "[[cap]]\n",
    "scope = \"firm\"\n",
    "amount = \"8,000,000\"\n",
    "when = \"b && \"\n",
    "[[fact]]\n",
    "name = \"b\"\n",
    "type = \"bool\"\n",
    "ask = { en = \"?\" }\n",
    "[[eligibility]]\n",
    "require = '''",
    "l.all(x, ",
    "'''\n",
    "\"",
    "[stacking]\n",
    "[[stacking.total_rate]]\n",
    "[[example]]\n",
    "line = [{ amount = \"5\" }]\n",
    "\u{feff}企业\r\n",
    "\\u0000",
];

/// A condition with the answer it must give: `None` where it needs the unknown fact `u`.
fn conditions() -> impl Strategy<Value = (String, Option<bool>)> {
    let leaf = prop_oneof![
        Just(("true".to_owned(), Some(true))),
        Just(("b".to_owned(), Some(false))),
        Just(("u".to_owned(), None)),
        (0_i64..6).prop_map(|k| (format!("n >= {k}"), Some(3 >= k))),
        (0_i64..6).prop_map(|k| (format!("n * 2 - 1 == {k}"), Some(5 == k))),
        "[a-c]".prop_map(|c| (format!("\"{c}\" in l"), Some(c == "a"))),
        "[a-c]".prop_map(|c| (format!("l.all(x, x == \"{c}\")"), Some(c == "a"))),
        "[a-c]"
            .prop_map(|c| (format!("l.exists(x, x == \"{c}\" || u)"), (c == "a").then_some(true))),
        "[a-c]".prop_map(|c| (format!("s.startsWith(\"{c}\")"), Some(c == "b"))),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            inner.prop_map(|(text, value)| (format!("!({text})"), value.map(|value| !value))),
            pair.clone().prop_map(|((a, x), (b, y))| {
                let value = match (x, y) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
                (format!("({a} && {b})"), value)
            }),
            pair.prop_map(|((a, x), (b, y))| {
                let value = match (x, y) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                };
                (format!("({a} || {b})"), value)
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,300}") {
        prop_assert!(check("f", &text).is_err());
    }

    #[test]
    fn near_sound_files_never_panic(
        parts in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..30)
    ) {
        let text = format!("{HEAD}{}", parts.concat());
        if let Err(problems) = check("f", &text) {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                prop_assert!(problem.line >= 1 && problem.line <= text.lines().count().max(1) + 1);
                prop_assert!(problem.column >= 1);
            }
        }
    }

    #[test]
    fn a_damaged_file_never_panics(at in 0_usize..2_000, with in "\\PC{0,3}") {
        let mut text = format!("{HEAD}{FACTS_RULE}");
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) { at -= 1; }
        let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
        text.replace_range(at..end, &with);
        let _ = check("f", &text);
    }

    #[test]
    fn arbitrary_expressions_never_panic(
        parts in prop::collection::vec(prop::sample::select(&[
            "n", "b", "l", "s", " && ", " || ", "!", "(", ")", " ? ", " : ", " >= ", " in ", "[", "]",
            ".all(", ".exists(", ".map(", "x", ", ", "\"a\"", "1", "-", " * ", "9223372036854775807",
            "amount(\"1\")", "date(\"2024-01-01\")", ".", "has(", "{", "}", "'", "b\"x\"", "?", "@", "企",
        ][..]), 0..25)
    ) {
        let expression = parts.concat().replace("'''", "''");
        let text = format!("{HEAD}{FACTS_RULE}[[eligibility]]\nid = \"zz\"\nrequire = '''{expression} '''\nmessage = \"m\"\n");
        if let Ok(rule) = check("f", &text) {
            let _ = evaluate(&rule, &request(&[5], Some(3), 0, 0));
        }
    }

    #[test]
    fn conditions_follow_three_valued_logic((condition, expected) in conditions()) {
        let text = format!("{HEAD}{FACTS_RULE}[[fact]]\nname = \"u\"\ntype = \"bool\"\nask = \"u?\"\n[[eligibility]]\nid = \"zz\"\nrequire = '{condition}'\nmessage = \"m\"\n");
        let rule = match check("f", &text) {
            Ok(rule) => rule,
            // The only way to refuse these is their size or depth.
            Err(problems) => {
                let message = problems[0].message.as_str();
                prop_assert!(message.contains("parts") || message.contains("deeper"), "{}", message);
                return Ok(());
            }
        };
        let mut asked = request(&[100], Some(3), 0, 0);
        let words = |word: &str| FactValue::Strings(vec![word.to_owned()]);
        asked.facts.insert("b".to_owned(), FactValue::Bool(false));
        asked.facts.insert("l".to_owned(), words("a"));
        asked.facts.insert("s".to_owned(), FactValue::String("b".to_owned()));
        let found = match evaluate(&rule, &asked).outcome {
            Outcome::Entitled { .. } => Some(true),
            Outcome::Refused { .. } => Some(false),
            Outcome::Unknown { .. } => None,
        };
        prop_assert_eq!(found, expected, "{}", condition);
    }

    #[test]
    fn what_is_still_missing_never_raises_the_upper_bound(
        costs in prop::collection::vec(0_i64..3_000_000, 1..5),
        firm_used in 0_i64..1_000_000,
        pool_used in 0_i64..2_000_000,
        is_known in (any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        let rule = check("f", &format!("{HEAD}{FACTS_RULE}")).expect("a sound rule");
        let whole = request(&costs, Some(3), firm_used, pool_used);
        let mut part = whole.clone();
        if !is_known.0 { part.history.used.remove("firm-year"); }
        if !is_known.1 { part.history.used.remove("pool"); }
        if !is_known.2 { part.facts.remove("n"); }
        let (whole, part) = (evaluate(&rule, &whole), evaluate(&rule, &part));
        match (&whole.outcome, &part.outcome) {
            (Outcome::Entitled { amount }, Outcome::Unknown { .. }) => {
                let most = part.at_most.expect("the caps bound it");
                prop_assert!(amount.minor <= most.minor);
            }
            (whole, part) if is_known == (true, true, true) => prop_assert_eq!(whole, part),
            (Outcome::Entitled { .. }, Outcome::Refused { .. }) => {
                prop_assert!(false, "a gap refused what is due");
            }
            _ => {}
        }
    }

    #[test]
    fn the_support_never_exceeds_cost_caps_or_what_is_left(
        costs in prop::collection::vec(0_i64..3_000_000, 0..5),
        n in prop::option::of(0_i64..10),
        firm_used in 0_i64..1_000_000,
        pool_used in 0_i64..2_000_000,
    ) {
        let rule = check("f", &format!("{HEAD}{FACTS_RULE}")).expect("a sound rule");
        let asked = request(&costs, n, firm_used, pool_used);
        let found = evaluate(&rule, &asked);
        prop_assert_eq!(&found, &evaluate(&rule, &asked));
        let json = serde_json::to_string(&found).expect("an answer is JSON");
        prop_assert_eq!(&serde_json::from_str::<rulebook::Evaluation>(&json).expect("and back"), &found);
        if let Outcome::Entitled { amount } = &found.outcome {
            let cost: i64 = costs.iter().sum();
            prop_assert!(amount.minor > 0 && amount.minor <= cost / 2);
            prop_assert!(amount.minor <= 800_000 - firm_used);
            prop_assert!(amount.minor <= 1_500_000 - pool_used);
            prop_assert!(!found.binding.is_empty());
            let exact: i64 = costs.iter().map(|cost| cost / 2).sum();
            let expected = exact.min(800_000 - firm_used).min(1_500_000 - pool_used);
            prop_assert_eq!(amount.minor, expected);
        }
    }
}

fn request(costs: &[i64], n: Option<i64>, firm: i64, pool: i64) -> Request {
    let line = |(index, minor): (usize, &i64)| CostLine {
        id: index.to_string(),
        cost: None,
        what: None,
        base: None,
        amount: Amount::new(*minor, Unit::CNY),
        supplier: None,
    };
    let mut facts = std::collections::BTreeMap::new();
    facts.insert("kinds".to_owned(), FactValue::Strings(vec!["company".to_owned()]));
    if let Some(n) = n {
        facts.insert("n".to_owned(), FactValue::Int(n));
    }
    let used = [("firm-year", firm), ("pool", pool)];
    let used = used.into_iter().map(|(id, minor)| (id.to_owned(), Amount::new(minor, Unit::CNY)));
    let history = History { used: used.collect(), ..History::default() };
    let date = "2025-03-01".parse().expect("a date");
    let (lines, papers) = (costs.iter().enumerate().map(line).collect(), Default::default());
    Request { date, facts, lines, months: None, papers, history }
}
