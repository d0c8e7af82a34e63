//! What people read: explanations, findings, lists, simulations, printed answers.

use crate::{HALF, HEAD, rule};
use rulebook::{
    Lang, LintCode, check_report, evaluation_text, explain, explain_text, lint, lint_report,
    lint_text, list_text, simulate, summary,
};

const FULL: &str = r#"
[[fact]]
name = "is_local_brand"
type = "bool"
ask = { en = "Is the brand local?", zh = "是否本地品牌?" }

[[purchase]]
id = "home"
name = { en = "domestic compute", zh = "国产算力" }

[support]
method = "rate"
base = "contract"
maximum = true

[[rate]]
what = ["home"]
when = "is_local_brand"
rate = "30%"

[[cap]]
scope = "group-window"
amount = "unknown: not in the excerpt"
window = { kind = "calendar", years = 3, year_starts = "04-01" }

[supplier]
non_affiliated = true

[clock]
working_days = 2
first_come = true
"#;

#[test]
fn an_explanation_says_what_the_machine_computes() {
    let text = explain(&rule(FULL), Lang::En);
    for line in [
        "Test (test, version 1)",
        "- Kinds: company or start-up.",
        "- Counted: the contract amount.",
        "- 30 %, for domestic compute, where the answer is yes to: Is the brand local?",
        "- These are maximum figures: the officer may grant less.",
        "- Not from the beneficiary's own group.",
        "- Decision within 2 working days.",
        "- First come, first served.",
    ] {
        assert!(text.lines().any(|found| found == line), "no line `{line}` in\n{text}");
    }
    assert!(text.contains("At most unknown (not in the excerpt) per group of firms"), "{text}");
}

#[test]
fn an_explanation_exists_in_chinese() {
    let text = explain(&rule(FULL), Lang::Zh);
    for line in ["- 类型:企业或初创企业。", "- 计算基数:合同额。", "- 2个工作日内办结。"]
    {
        assert!(text.lines().any(|found| found == line), "no line `{line}` in\n{text}");
    }
}

#[test]
fn what_the_source_does_not_state_is_said_not_to_be_stated() {
    let text = explain(&rule(HALF), Lang::En);
    assert!(text.contains("- No cap is stated."));
    assert!(text.contains("- Validity: not stated."));
    assert!(!text.contains("unknown"));
}

fn codes(text: &str) -> Vec<LintCode> {
    let rule = rulebook::check("t", text).expect("a sound rule");
    lint(&rule).into_iter().map(|finding| finding.code).collect()
}

#[test]
fn a_rule_that_lacks_everything_has_every_finding() {
    let text = format!(
        "{HEAD}places = [\"Hangzhou\"]\n{HALF}[[supplier.named]]\nid = \"one\"\nname = \"One\"\n[minimum]\namount = \"unknown\"\n"
    );
    assert_eq!(
        codes(&text),
        [
            LintCode::NamedSuppliers,
            LintCode::LocalOnly,
            LintCode::Uncapped,
            LintCode::NoGroupCap,
            LintCode::NoNonAffiliation,
            LintCode::NoSource,
            LintCode::UnknownNumbers,
            LintCode::NoExample,
        ]
    );
}

#[test]
fn a_rule_that_has_everything_has_no_finding() {
    let text = format!(
        "{HEAD}{HALF}[source]\nurl = \"https://example.org\"\ndate = \"2025\"\nquote = \"half\"\nconfidence = \"high\"\n[supplier]\nnon_affiliated = true\n[[cap]]\nscope = \"group-window\"\namount = \"5\"\nwindow = {{ kind = \"rolling\", years = 3 }}\n[[example]]\nname = \"x\"\ndate = 2025-01-01\n[example.expect]\noutcome = \"unknown\"\nmissing = [\"fact:kinds\", \"lines\", \"used\"]\n"
    );
    assert!(codes(&text).is_empty(), "{:?}", codes(&text));
    assert!(check_report("t", &text).is_sound(), "{:?}", check_report("t", &text).lines());
}

#[test]
fn a_finding_says_why_and_what_instead() {
    let text = format!("{HEAD}{HALF}");
    let findings = lint_report("t.toml", &text).expect("a sound rule");
    let printed = lint_text("t.toml", &findings, Lang::En);
    let line = printed.lines().next().expect("a finding");
    assert_eq!(
        line,
        "t.toml: uncapped: no cap of any kind; one large applicant can take the whole budget; instead: `[[cap]]` per firm and year, and one for the pool"
    );
}

#[test]
fn an_example_that_does_not_come_out_is_a_problem_of_the_file() {
    let text = format!(
        "{HEAD}{HALF}[[example]]\nname = \"half\"\ndate = 2025-01-01\nfacts = {{ kinds = [\"company\"] }}\nline = [{{ amount = \"10\" }}]\n[example.expect]\noutcome = \"entitled\"\namount = \"6\"\n"
    );
    let report = check_report("t.toml", &text);
    assert!(!report.is_sound());
    assert_eq!(
        report.lines(),
        [
            "t.toml:17:1: test: example `half` gives entitled 5.00 CNY [rate], expected entitled 6.00 CNY"
        ]
    );
}

#[test]
fn two_files_with_one_id_are_reported() {
    let text = format!("{HEAD}{HALF}");
    let files = [("a.toml".to_owned(), text.clone()), ("b.toml".to_owned(), text)];
    let lines: Vec<String> =
        rulebook::check_reports(&files).iter().flat_map(rulebook::CheckReport::lines).collect();
    assert_eq!(lines, ["b.toml:1:1: `test` is in a.toml too, expected one file for each"]);
}

#[test]
fn an_instrument_can_be_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    shared(&rule(HALF));
}

#[test]
fn a_list_names_what_is_unknown() {
    let row = summary("t.toml", &rule(FULL));
    assert_eq!(row.unknown, ["cap group-window"]);
    assert_eq!(list_text(&[row], Lang::Zh), "test\t1\tNowhere\tvoucher\tCNY\t测试\n");
}

#[test]
fn a_simulation_answers_what_and_why_not_more() {
    let rule_text = format!(
        "{HEAD}{HALF}[[cap]]\nscope = \"firm-year\"\namount = \"8\"\n[automatic]\namount_max = \"10\"\n[[paper]]\nid = \"deed\"\nname = \"deed\"\ndue = \"application\"\n"
    );
    let facts = r#"{ "date": "2025-01-01", "facts": { "kinds": ["company"] },
        "lines": [{ "amount": "100" }], "history": { "used": { "firm-year": "1" } } }"#;
    let answer = simulate("t.toml", &rule_text, facts).expect("an answer");
    let text = evaluation_text(&answer, Lang::En);
    assert_eq!(
        text,
        "Entitled to 7.00 CNY\n\
         Why not more:\n\
         - cap per firm and year of 8.00 CNY, used before: 1.00 CNY; this cuts the support\n\
         Without a committee: an officer may approve without a committee\n\
         Paper: deed (missing)\n\
         How it was computed:\n\
         - the applicant is of kind: company\n\
         - line `1`: 50 % of 100.00 CNY is 50.00 CNY\n\
         - cap per firm and year of 8.00 CNY, used before: 1.00 CNY; this cuts the support\n\
         - an officer may approve without a committee\n\
         - entitled to 7.00 CNY\n"
    );
    let zh = evaluation_text(&answer, Lang::Zh);
    assert!(zh.starts_with("可享受 7.00 CNY\n为何不能更多:\n"), "{zh}");
}

#[test]
fn faults_of_a_facts_file_name_their_place() {
    let rule_text = format!("{HEAD}{HALF}");
    let lines = |facts: &str| {
        simulate("t.toml", &rule_text, facts).expect_err("a fault").lines("facts.json")
    };
    assert_eq!(
        lines("{")[0],
        "facts.json:1:1: not JSON: EOF while parsing an object at line 1 column 1"
    );
    assert_eq!(
        lines(
            r#"{ "facts": { "age": 3, "kinds": "company" }, "lines": [{ "amount": 5 }, { "amount": "-1" }, {}], "histroy": {} }"#
        ),
        [
            "facts.json: histroy: unknown field `histroy`, expected one of date, facts, lines, months, papers, history",
            "facts.json: missing field `date`, expected a date such as \"2024-07-01\"",
            "facts.json: facts.age: unknown field `age`, expected one of kinds, size, places",
            "facts.json: facts.kinds: found `company`, expected a list",
            "facts.json: lines[0].amount: found `5`, expected an amount in CNY as a text of digits, as in \"1250.00\"",
            "facts.json: lines[1].amount: `-1` is negative, expected an amount in CNY as a text of digits, as in \"1250.00\"",
            "facts.json: lines[2]: missing field `amount`, expected an amount such as \"1250.00\"",
        ]
    );
}

#[test]
fn commands_pass_on_the_problems_of_the_rule() {
    let problems = explain_text("t.toml", "format = 3", Lang::En).expect_err("a malformed rule");
    assert_eq!(problems[0].file, "t.toml");
    let fault = simulate("t.toml", "format = 3", "{}").expect_err("a malformed rule");
    assert!(fault.lines("facts.json")[0].starts_with("t.toml:1:"));
}

#[test]
fn the_example_of_the_manual_is_sound() {
    let manual = include_str!("../../../../docs/rules.md");
    let start = manual.find("```toml\n").expect("an example") + 8;
    let end = start + manual[start..].find("```").expect("its end");
    let report = check_report("manual", &manual[start..end]);
    assert!(report.is_sound(), "{:#?}", report.lines());
}

#[test]
fn the_manual_names_every_code() {
    use rulebook::Coded;
    use rulebook::model::{BaseKind, CapScope, Kind, PaperTime, PaymentMode, Per, Settlement};
    fn codes<T: Coded>() -> Vec<String> {
        T::ALL.iter().map(|value| value.code().to_owned()).collect()
    }
    let manual = include_str!("../../../../docs/rules.md");
    let sources = [include_str!("../../src/refused/mod.rs"), include_str!("../../src/missing.rs")];
    let in_source = |source: &&str| -> Vec<String> {
        let arms = source.lines().filter_map(|line| line.split_once("=> \"")).map(|(_, rest)| rest);
        arms.filter_map(|rest| rest.split_once("\",")).map(|(code, _)| code.to_owned()).collect()
    };
    let found: Vec<String> = sources.iter().flat_map(in_source).collect();
    assert_eq!(found.len(), 33 + 22, "the codes of refusals and of what can be missing");
    let fields = [codes::<BaseKind>(), codes::<CapScope>(), codes::<Kind>(), codes::<PaperTime>()];
    let more = [codes::<PaymentMode>(), codes::<Per>(), codes::<Settlement>(), found];
    for code in fields.iter().chain(&more).flatten() {
        assert!(manual.contains(&format!("`{code}`")), "docs/rules.md does not name `{code}`");
    }
}
