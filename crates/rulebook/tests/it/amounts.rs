//! Amounts: exact, rounded down, and with the constraints that bind.

use crate::{HALF, case};
use serde_json::{Value, json};

fn ask(lines: Value) -> Value {
    json!({ "lines": lines, "history": { "nothing_before": true } })
}

fn one(amount: &str) -> Value {
    ask(json!([{ "amount": amount }]))
}

#[test]
fn shares_are_rounded_down_to_the_fen() {
    let third = "[support]\nmethod = \"rate\"\n[[rate]]\nrate = \"33.3333%\"\n";
    case(third, one("0.03"), "refused [nothing-due]");
    case(third, one("1.00"), "entitled 0.33 CNY [rate]");
    case(third, one("10,000,000.00"), "entitled 3,333,330.00 CNY [rate]");
    case(
        third,
        ask(json!([{ "amount": "0.05" }, { "amount": "0.05" }])),
        "entitled 0.02 CNY [rate]",
    );
}

#[test]
fn the_first_rate_that_fits_holds_for_each_line() {
    let body = "[[purchase]]\nid = \"home\"\nname = \"home\"\n[[purchase]]\nid = \"other\"\nname = \"other\"\n[support]\nmethod = \"rate\"\n[[rate]]\nwho = [\"start-up\"]\nrate = \"60%\"\n[[rate]]\nwhat = [\"home\"]\nrate = \"30%\"\n[[rate]]\nrate = \"20%\"\n";
    let lines = json!([{ "what": "home", "amount": "100" }, { "what": "other", "amount": "100" }]);
    case(body, ask(lines.clone()), "entitled 50.00 CNY [rate]");
    let mut young = ask(lines);
    young["facts"] = json!({ "kinds": ["company", "start-up"] });
    case(body, young, "entitled 120.00 CNY [rate]");
}

#[test]
fn caps_bind_where_they_are_used_up_and_more_would_be_due() {
    let body = format!(
        "{HALF}[[cap]]\nscope = \"project\"\namount = \"8\"\n[[cap]]\nscope = \"pool\"\nper = \"year\"\namount = \"100\"\n"
    );
    let used = |pool: &str, amount: &str| {
        let history = json!({ "used": { "project": "0", "pool": pool } });
        json!({ "lines": [{ "amount": amount }], "history": history })
    };
    case(&body, used("0", "15.98"), "entitled 7.99 CNY [rate]");
    case(&body, used("0", "16"), "entitled 8.00 CNY [rate]");
    case(&body, used("0", "17"), "entitled 8.00 CNY [project]");
    case(&body, used("95", "17"), "entitled 5.00 CNY [pool]");
    case(&body, used("92", "17"), "entitled 8.00 CNY [project, pool]");
    let found = case(&body, used("95", "17"), "entitled 5.00 CNY [pool]");
    let step = found.trace.iter().find(|step| step.id == "pool").expect("a step for the pool");
    let shown = |amount: Option<base::Amount>| amount.map(|amount| amount.plain());
    assert_eq!(shown(step.numbers.limit).as_deref(), Some("100.00"));
    assert_eq!(shown(step.numbers.used).as_deref(), Some("95.00"));
    assert_eq!(shown(step.numbers.left).as_deref(), Some("5.00"));
    assert_eq!(step.numbers.bound, Some(true));
}

#[test]
fn a_cap_on_a_part_leaves_the_rest_alone() {
    let body = "[[purchase]]\nid = \"build\"\nname = \"build\"\n[[purchase]]\nid = \"run\"\nname = \"run\"\n[support]\nmethod = \"rate\"\n[[rate]]\nrate = \"50%\"\n[[cap]]\nid = \"all\"\nscope = \"project\"\namount = \"25\"\n[[cap]]\nid = \"run\"\nscope = \"firm-year\"\namount = \"10\"\nwhat = [\"run\"]\n";
    let lines = |build: &str, run: &str| {
        ask(json!([{ "what": "build", "amount": build }, { "what": "run", "amount": run }]))
    };
    case(body, lines("20", "60"), "entitled 20.00 CNY [rate, run]");
    case(body, lines("60", "60"), "entitled 25.00 CNY [all]");
    case(body, lines("30", "60"), "entitled 25.00 CNY [all, run]");
}

#[test]
fn tiers_count_marginally_or_as_a_whole() {
    let tiers = |mode: &str| {
        format!(
            "[support]\nmethod = \"tiers\"\ntier_mode = \"{mode}\"\n[[tier]]\nfrom = \"100\"\nrate = \"10%\"\n[[tier]]\nfrom = \"200\"\nrate = \"20%\"\n"
        )
    };
    case(&tiers("marginal"), one("100"), "refused [nothing-due]");
    case(&tiers("marginal"), one("150"), "entitled 5.00 CNY [tiers]");
    case(&tiers("marginal"), one("300"), "entitled 30.00 CNY [tiers]");
    case(&tiers("whole"), one("199.99"), "entitled 19.99 CNY [tiers]");
    case(&tiers("whole"), one("200"), "entitled 40.00 CNY [tiers]");
    case(&tiers("whole"), one("300"), "entitled 60.00 CNY [tiers]");
    let fixed = "[support]\nmethod = \"tiers\"\ntier_mode = \"whole\"\ntier_over = \"spent\"\n[[tier]]\nfrom = \"0\"\namount = \"1\"\n[[tier]]\nfrom = \"200\"\namount = \"3\"\n[[fact]]\nname = \"spent\"\ntype = \"amount\"\nask = \"?\"\n";
    case(fixed, json!({ "facts": { "spent": "250" } }), "entitled 3.00 CNY [tiers]");
    case(fixed, json!({}), "unknown [fact:spent]");
}

#[test]
fn bands_cut_at_their_end_and_leave_the_decision_open() {
    let band = "[support]\nmethod = \"band\"\n[[band]]\nmin = \"10\"\nmax = \"20\"\n";
    assert!(case(band, one("10"), "entitled 10.00 CNY [asked]").is_discretionary);
    case(band, one("25"), "entitled 20.00 CNY [band]");
}

#[test]
fn all_aid_together_stays_below_the_total_rate() {
    let body = format!("{HALF}[[stacking.total_rate]]\nrate = \"60%\"\n");
    let with = |aid: Value| {
        json!({ "lines": [{ "id": "a", "amount": "100" }, { "id": "b", "amount": "100" }],
                "history": { "other_aid": aid } })
    };
    case(&body, with(json!([])), "entitled 100.00 CNY [rate]");
    case(
        &body,
        with(json!([{ "instrument": "x", "amount": "30" }])),
        "entitled 90.00 CNY [stacking]",
    );
    case(
        &body,
        with(json!([{ "instrument": "x", "rate": "15%" }])),
        "entitled 90.00 CNY [stacking]",
    );
    case(
        &body,
        with(json!([{ "instrument": "x", "line": "a", "rate": "50%" }])),
        "entitled 70.00 CNY [stacking]",
    );
    // A share of other aid is rounded up: it must not be counted too low.
    let fen = json!({ "lines": [{ "amount": "0.10" }],
        "history": { "other_aid": [{ "instrument": "x", "rate": "11%" }] } });
    case(&body, fen, "entitled 0.04 CNY [stacking]");
}

#[test]
fn gpu_time_is_counted_in_seconds_and_written_in_hours() {
    let head = crate::HEAD.replace("\"CNY\"", "\"GPU-SECOND\"");
    let text = format!(
        "{head}[support]\nmethod = \"ceiling\"\n[minimum]\namount = \"10,000 hours\"\nexclusive = true\n[[cap]]\nscope = \"project\"\namount = \"50000 hours\"\n[automatic]\namount_max = \"12000 hours\"\n"
    );
    let rule = rulebook::check("t", &text).expect("a sound rule");
    let hours = |hours: &str| crate::answer(&rule, one(&format!("{hours} hours")));
    assert_eq!(crate::shown(&hours("10000")), "refused [below-minimum]");
    assert_eq!(crate::shown(&hours("60000")), "entitled 180,000,000 GPU-SECOND [project]");
    let text = rulebook::evaluation_text(&hours("60000"), rulebook::Lang::En);
    assert!(text.starts_with("Entitled to 50,000 GPU-hours\n"), "{text}");
    let path = |hours_asked: &str| {
        serde_json::to_value(hours(hours_asked).automatic).expect("JSON")["path"].clone()
    };
    assert_eq!(path("12000"), "applies");
    assert_eq!(path("12001"), "does-not-apply");
}

#[test]
fn the_automatic_path_looks_at_the_request_or_the_support() {
    let path = |counts: &str, facts: Value| {
        let body = format!(
            "{HALF}[[fact]]\nname = \"gpus\"\ntype = \"int\"\nask = \"?\"\n[automatic]\namount_max = \"50\"\ncounts = \"{counts}\"\nwhen = \"gpus <= 4\"\n"
        );
        let mut asked = one("80");
        asked["facts"] = facts;
        let found = case(&body, asked, "entitled 40.00 CNY [rate]");
        serde_json::to_value(found.automatic).expect("JSON")["path"].clone()
    };
    assert_eq!(path("support", json!({ "gpus": 4 })), "applies");
    assert_eq!(path("request", json!({ "gpus": 4 })), "does-not-apply");
    assert_eq!(path("support", json!({ "gpus": 5 })), "does-not-apply");
    assert_eq!(path("support", json!({})), "unknown");
    let none = case(HALF, one("2"), "entitled 1.00 CNY [rate]").automatic;
    assert_eq!(serde_json::to_value(none).expect("JSON")["path"], "not-offered");
}

#[test]
fn papers_are_listed_with_their_state_and_never_stop_the_amount() {
    let body = format!(
        "{HALF}[[fact]]\nname = \"shared\"\ntype = \"bool\"\nask = \"?\"\n[[paper]]\nid = \"plan\"\nname = \"plan\"\ndue = \"application\"\n[[paper]]\nid = \"deed\"\nname = \"deed\"\ndue = \"application\"\n[[paper]]\nid = \"bill\"\nname = \"bill\"\ndue = \"claim\"\n[[paper]]\nid = \"pact\"\nname = \"pact\"\ndue = \"application\"\nwhen = \"shared\"\n"
    );
    let states = |facts: Value| {
        let mut asked = one("2");
        asked["papers"] = json!(["plan"]);
        asked["facts"] = facts;
        let found = case(&body, asked, "entitled 1.00 CNY [rate]");
        let state = |one: &rulebook::PaperState| format!("{}: {:?}", one.id, one.state);
        found.papers.iter().map(state).collect::<Vec<_>>()
    };
    assert_eq!(
        states(json!({})),
        ["plan: HandedIn", "deed: Missing", "bill: DueLater", "pact: PerhapsNeeded"]
    );
    assert_eq!(states(json!({ "shared": false })).len(), 3);
}

#[test]
fn each_cap_says_from_which_day_support_counts() {
    let cap = |rest: &str| {
        let rule = crate::rule(&format!("{HALF}[[cap]]\namount = \"1\"\n{rest}\n"));
        move |date: &str| {
            let date = date.parse().expect("a date");
            let first = rule.limits.caps[0].counted_from(date);
            first.map_or_else(|| "always".to_owned(), |first| first.to_string())
        }
    };
    assert_eq!(cap("scope = \"firm-year\"")("2026-03-01"), "2026-01-01");
    assert_eq!(cap("scope = \"firm\"")("2026-03-01"), "always");
    assert_eq!(cap("scope = \"pool\"\nper = \"month\"")("2026-03-09"), "2026-03-01");
    assert_eq!(cap("scope = \"pool\"\nper = \"programme\"")("2026-03-09"), "always");
    let window = |rest: &str| cap(&format!("scope = \"group-window\"\nwindow = {{ {rest} }}"));
    let rolling = window("kind = \"rolling\", years = 3");
    assert_eq!(rolling("2026-03-01"), "2023-03-02");
    assert_eq!(rolling("2024-02-29"), "2021-03-01");
    assert_eq!(rolling("2025-12-31"), "2023-01-01");
    let calendar = window("kind = \"calendar\", years = 3, year_starts = \"04-01\"");
    assert_eq!(calendar("2026-03-31"), "2023-04-01");
    assert_eq!(calendar("2026-04-01"), "2024-04-01");
}
