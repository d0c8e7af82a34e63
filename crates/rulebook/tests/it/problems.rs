//! Malformed files: every problem with its line and column.

use crate::{HALF, HEAD, HEAD_LINES};

/// Checks what a whole file gives, without the file's name.
#[track_caller]
fn whole(text: &str, expected: &[&str]) {
    let problems = rulebook::check("f", text).expect_err("the file is malformed");
    let found: Vec<String> =
        problems.iter().map(|p| p.to_string().trim_start_matches("f:").to_owned()).collect();
    assert_eq!(found, expected);
}

/// Checks the places and the beginnings of the problems of a body after the head; lines count from
/// the body's first.
#[track_caller]
fn body(text: &str, expected: &[(usize, usize, &str)]) {
    let problems = rulebook::check("f", &format!("{HEAD}{text}")).expect_err("it is malformed");
    let found: Vec<(usize, usize, &str)> =
        problems.iter().map(|p| (p.line - HEAD_LINES, p.column, p.message.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_problem_prints_file_line_column_message_and_what_was_expected() {
    let text = HEAD.replace("\"CN\"", "\"china\"");
    whole(
        &format!("{text}{HALF}"),
        &["7:11: found `china`, expected two capital letters such as \"CN\""],
    );
}

#[test]
fn broken_toml_is_told_at_its_place() {
    let problems = rulebook::check("f", "format = 1\n[instrument\nid = ").expect_err("broken");
    assert_eq!((problems[0].line, problems[0].file.as_str()), (2, "f"));
    assert!(problems[0].message.starts_with("not TOML: "), "{}", problems[0]);
}

#[test]
fn an_empty_file_lacks_everything() {
    let problems = rulebook::check("f", "").expect_err("empty");
    let messages: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "missing field `format`",
            "missing table `[beneficiary]`",
            "missing table `[instrument]`",
            "missing table `[support]`"
        ]
    );
}

#[test]
fn a_file_of_another_format_is_refused() {
    let text = format!("{HEAD}{HALF}").replace("format = 1", "format = 2");
    whole(&text, &["1:10: found the number `2`, expected a whole number from 1 to 1"]);
}

#[test]
fn a_file_beyond_the_size_limit_is_refused_unread() {
    let text = "#".repeat(rulebook::FILE_BYTES_MAX + 1);
    whole(&text, &["1:1: the file has 262145 bytes, expected at most 262144"]);
}

#[test]
fn an_unknown_currency_names_those_that_are_known() {
    let text = HEAD.replace("\"CNY\"", "\"RMB\"");
    let problems = rulebook::check("f", &format!("{text}{HALF}")).expect_err("unknown unit");
    assert_eq!((problems[0].line, problems[0].column), (9, 8));
    assert!(problems[0].message.starts_with("unknown unit `RMB`: use an ISO 4217 code"));
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_file() {
    body(
        "colour = \"red\"\n[support]\nmethod = \"rte\"\n[[cap]]\nscope = \"frim\"\namount = 8\n",
        &[
            (1, 1, "unknown field `colour`"),
            (3, 10, "found `rte`"),
            (5, 9, "found `frim`"),
            (6, 10, "found the number `8`"),
        ],
    );
}

#[test]
fn amounts_must_be_exact_positive_and_within_64_bits() {
    let cap = |amount: &str| format!("{HALF}[[cap]]\nscope = \"firm\"\namount = {amount}\n");
    let wrong = [
        (
            "\"92233720368547758.08\"",
            "the amount is beyond 9223372036854775807 minor units, the largest that can be kept",
        ),
        ("\"-1\"", "`-1` is negative"),
        ("\"1.234\"", "`1.234` has more than 2 decimals, the smallest part of CNY"),
        (
            "\"eight\"",
            "`eight` is not an amount: write digits with an optional decimal point, as in `12500.00`",
        ),
        (
            "\"unknow\"",
            "`unknow` is not an amount: write digits with an optional decimal point, as in `12500.00`",
        ),
        ("8000000", "found the number `8000000`"),
        ("1.5", "found the number `1.5`"),
        ("true", "found `true`"),
    ];
    for (amount, message) in wrong {
        body(&cap(amount), &[(7, 10, message)]);
    }
    let largest = cap("\"92233720368547758.07\"");
    assert!(rulebook::check("f", &format!("{HEAD}{largest}")).is_ok());
}

#[test]
fn shares_must_lie_between_0_and_100_percent_and_carry_the_sign() {
    let rate = |rate: &str| format!("[support]\nmethod = \"rate\"\n[[rate]]\nrate = {rate}\n");
    let wrong = [
        (
            "\"100.0001%\"",
            "a share of 1000001 parts per million is outside 0 to 1,000,000 (0 % to 100 %)",
        ),
        ("\"-1%\"", "a share of -10000 parts per million is outside 0 to 1,000,000 (0 % to 100 %)"),
        ("\"0.3\"", "`0.3` has no percent sign"),
        (
            "\"33.33333%\"",
            "`33.33333%` is not a percentage with at most 4 decimals, as in `30%` or `33.3333%`",
        ),
        ("0.3", "found the number `0.3`"),
    ];
    for (share, message) in wrong {
        body(&rate(share), &[(4, 8, message)]);
    }
}

#[test]
fn dates_are_real_days_without_a_time() {
    let with = |date: &str| {
        let text =
            HEAD.replace("unit = \"CNY\"\n", &format!("unit = \"CNY\"\nvalid_from = {date}\n"));
        format!("{text}{HALF}")
    };
    let expected = "expected a date such as 2024-07-01, without quotes";
    whole(
        &with("2024-07-01T00:00:00"),
        &[&format!("10:14: found the date `2024-07-01T00:00:00`, {expected}")],
    );
    whole(&with("\"2024-07-01\""), &[&format!("10:14: found `2024-07-01`, {expected}")]);
    assert!(rulebook::check("f", &with("2024-02-30")).is_err());
}

#[test]
fn a_validity_that_ends_before_it_starts_is_refused() {
    let text = HEAD.replace(
        "unit = \"CNY\"\n",
        "unit = \"CNY\"\nvalid_from = 2024-07-01\nvalid_until = 2024-06-30\n",
    );
    whole(
        &format!("{text}{HALF}"),
        &["11:15: `2024-06-30` is before `2024-07-01`, expected a later day"],
    );
}

#[test]
fn rows_belong_to_their_method() {
    body("[support]\nmethod = \"fixed\"\n", &[(1, 1, "method `fixed` has no rows")]);
    body(
        "[support]\nmethod = \"ceiling\"\ntier_mode = \"whole\"\n[[band]]\nmax = \"1\"\n",
        &[
            (3, 13, "`tier_mode` does not belong to method `ceiling`"),
            (4, 1, "`[[band]]` does not belong to method `ceiling`"),
        ],
    );
}

#[test]
fn tiers_rise_and_say_how_they_count() {
    body(
        "[support]\nmethod = \"tiers\"\n[[tier]]\nfrom = \"0\"\nrate = \"5%\"\n",
        &[(1, 1, "missing field `tier_mode`")],
    );
    let tiers = |mode: &str, second: &str| {
        format!(
            "[support]\nmethod = \"tiers\"\ntier_mode = \"{mode}\"\n[[tier]]\nfrom = \"10\"\nrate = \"5%\"\n[[tier]]\n{second}\n"
        )
    };
    body(&tiers("marginal", "from = \"10\"\nrate = \"6%\""), &[(4, 1, "the tiers do not rise")]);
    body(
        &tiers("marginal", "from = \"20\"\namount = \"6\""),
        &[(4, 1, "a marginal tier cannot give a fixed amount")],
    );
    body(&tiers("whole", "from = \"20\""), &[(7, 1, "the tier gives nothing clear")]);
}

#[test]
fn caps_say_their_period_where_they_need_one() {
    let cap = |rest: &str| format!("{HALF}[[cap]]\namount = \"1\"\n{rest}\n");
    body(&cap("scope = \"pool\""), &[(5, 1, "missing field `per`")]);
    body(&cap("scope = \"group-window\""), &[(5, 1, "missing field `window`")]);
    body(
        &cap("scope = \"firm\"\nper = \"year\""),
        &[(8, 7, "`per` does not belong to a cap `firm`")],
    );
    body(
        &cap(
            "scope = \"group-window\"\nwindow = { kind = \"calendar\", years = 0, year_starts = \"02-29\" }",
        ),
        &[(8, 39, "found the number `0`"), (8, 56, "found `02-29`")],
    );
}

#[test]
fn ids_are_unique_and_well_formed() {
    body(
        &format!(
            "{HALF}[[cap]]\nscope = \"firm\"\namount = \"1\"\n[[cap]]\nscope = \"firm\"\namount = \"2\"\n"
        ),
        &[(5, 1, "`firm` is there twice")],
    );
    body(
        &format!("{HALF}[[fact]]\nname = \"today\"\ntype = \"date\"\nask = \"?\"\n"),
        &[(6, 8, "found `today`")],
    );
}

#[test]
fn rows_name_only_known_purchases_and_kinds() {
    body(
        "[support]\nmethod = \"rate\"\n[[rate]]\nwhat = [\"tea\"]\nwho = [\"company\", \"bank\"]\nrate = \"1%\"\n",
        &[(4, 9, "found `tea`"), (5, 19, "found `bank`")],
    );
}

#[test]
fn instalments_add_up() {
    body(
        &format!("{HALF}[payment]\n[[payment.instalment]]\nshare = \"50%\"\ndue = \"start\"\n"),
        &[(5, 1, "the instalments add up to 500000 parts per million")],
    );
}

#[test]
fn supplier_terms_say_something_and_do_not_contradict_themselves() {
    body(&format!("{HALF}[supplier]\n"), &[(5, 1, "the supplier is not restricted in any way")]);
    body(
        &format!("{HALF}[supplier]\nany = true\nthird_party = true\n"),
        &[(5, 1, "`any = true` contradicts the other conditions")],
    );
}

#[test]
fn an_example_is_checked_where_it_stands() {
    let example = "[[example]]\nname = \"x\"\ndate = 2025-01-01\nfacts = { kinds = [\"company\"], age = 3 }\nline = [{ amount = 5 }]\nhistory = { used = { firm = \"1\" } }\n[example.expect]\noutcome = \"entitled\"\namount = \"1\"\n";
    body(
        &format!("{HALF}{example}"),
        &[(8, 38, "unknown field `age`"), (9, 20, "found `5`"), (10, 29, "unknown field `firm`")],
    );
}
