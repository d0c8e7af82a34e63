//! Everything that can be missing, by name: a missing number is never zero.

use crate::{HALF, case};
use serde_json::{Value, json};

fn lines(amount: &str) -> Value {
    json!({ "lines": [{ "amount": amount }] })
}

#[test]
fn a_fact_that_is_needed_is_asked_for() {
    let body = format!(
        "{HALF}[[fact]]\nname = \"staff\"\ntype = \"int\"\nask = {{ en = \"How many?\", zh = \"多少人?\" }}\n[[eligibility]]\nid = \"e\"\nrequire = \"staff > 1\"\nmessage = \"m\"\n"
    );
    let found = case(&body, lines("2"), "unknown [fact:staff]");
    let step = found.trace.iter().find(|step| step.id == "staff").expect("a step");
    assert_eq!(step.says.en, "not told: `staff`. How many?");
}

#[test]
fn the_built_in_facts_are_asked_for_too() {
    let text = format!("{}sizes = [\"small\"]\nplaces = [\"X\"]\n{HALF}", crate::HEAD);
    let rule = rulebook::check("t", &text).expect("a sound rule");
    let request = json!({ "date": "2025-01-01", "lines": [{ "amount": "2" }] });
    let request = rulebook::request_read(&rule, &request).expect("a sound request");
    let found = rulebook::evaluate(&rule, &request);
    assert_eq!(crate::shown(&found), "unknown [fact:kinds, fact:size, fact:places]");
}

#[test]
fn a_condition_beyond_64_bits_is_unknown_not_false() {
    let body = format!(
        "{HALF}[[fact]]\nname = \"n\"\ntype = \"int\"\nask = \"?\"\n[[eligibility]]\nid = \"e\"\nrequire = \"n * n > 1\"\nmessage = \"m\"\n"
    );
    let mut ask = lines("2");
    ask["facts"] = json!({ "n": i64::MAX });
    case(&body, ask, "unknown [expression:e]");
}

#[test]
fn a_request_without_lines_or_months_is_incomplete() {
    case(HALF, json!({}), "unknown [lines]");
    let monthly = "[support]\nmethod = \"fixed\"\n[[fixed]]\nmonthly = true\namount = \"5\"\n";
    case(monthly, json!({}), "unknown [months]");
    case(monthly, json!({ "months": 3 }), "entitled 15.00 CNY [fixed]");
}

#[test]
fn a_line_says_its_kind_its_purchase_and_its_base() {
    let body = "[[cost]]\nid = \"c\"\nname = \"c\"\n[[purchase]]\nid = \"a\"\nname = \"a\"\n[support]\nmethod = \"rate\"\nbase = \"approved-contract\"\n[[rate]]\nwhat = [\"a\"]\nrate = \"50%\"\n";
    let ask = json!({ "lines": [{ "amount": "2", "base": "contract" }] });
    case(body, ask, "unknown [cost:1, base:1, purchase:1]");
    let ask = json!({ "lines": [{ "amount": "2", "cost": "c", "what": "a", "base": "approved-contract" }] });
    case(body, ask, "entitled 1.00 CNY [rate]");
}

#[test]
fn every_unknown_number_of_the_computation_refuses_to_compute() {
    let support = |method: &str, row: &str| format!("[support]\nmethod = \"{method}\"\n{row}\n");
    let cases = [
        (support("unknown", "note = \"not published\""), "unknown [method]"),
        (support("rate", "[[rate]]\nrate = \"unknown\""), "unknown [rate]"),
        (
            support(
                "tiers",
                "tier_mode = \"whole\"\n[[tier]]\nfrom = \"unknown: where\"\nrate = \"1%\"",
            ),
            "unknown [tier]",
        ),
        (
            support("tiers", "tier_mode = \"whole\"\n[[tier]]\nfrom = \"0\"\nrate = \"unknown\""),
            "unknown [tier]",
        ),
        (support("fixed", "[[fixed]]\namount = \"unknown\""), "unknown [fixed]"),
        (support("band", "[[band]]\nmin = \"unknown\"\nmax = \"5\""), "unknown [band:1]"),
        (support("band", "[[band]]\nmax = \"unknown\""), "unknown [band:1]"),
    ];
    for (body, expected) in cases {
        case(&body, lines("2"), expected);
    }
}

#[test]
fn every_unknown_number_of_the_limits_refuses_to_compute() {
    let nothing = || {
        let mut ask = lines("2");
        ask["history"] = json!({ "nothing_before": true });
        ask
    };
    let cases = [
        ("[[cap]]\nscope = \"firm\"\namount = \"unknown\"", "unknown [cap:firm]"),
        (
            "[[quota]]\nof = \"awards\"\nper = \"year\"\nnumber = \"unknown\"",
            "unknown [quota:awards]",
        ),
        ("[minimum]\namount = \"unknown\"", "unknown [minimum]"),
        ("[period]\nsupport_months_max = \"unknown\"", "unknown [support-period]"),
        ("[payment]\nminimum = \"unknown\"", "unknown [payment-minimum]"),
        ("[[stacking.total_rate]]\nrate = \"unknown\"", "unknown [stacking]"),
    ];
    for (rest, expected) in cases {
        case(&format!("{HALF}{rest}\n"), nothing(), expected);
    }
}

#[test]
fn history_that_is_not_told_is_unknown() {
    let cases = [
        ("[[cap]]\nscope = \"firm\"\namount = \"10\"", "unknown [used:firm]"),
        ("[[quota]]\nof = \"awards\"\nper = \"year\"\nnumber = 1", "unknown [count:awards]"),
        ("[period]\nsupport_months_max = 12", "unknown [months-supported]"),
        ("[stacking]\nexclusive = true", "unknown [other-aid]"),
    ];
    for (rest, expected) in cases {
        case(&format!("{HALF}{rest}\n"), lines("2"), expected);
        let mut told = lines("2");
        told["history"] = json!({ "nothing_before": true });
        case(&format!("{HALF}{rest}\n"), told, "entitled 1.00 CNY [rate]");
    }
}

#[test]
fn other_aid_without_an_amount_is_unknown() {
    let mut ask = lines("100");
    ask["history"] = json!({ "other_aid": [{ "instrument": "x" }] });
    let body = format!("{HALF}[[stacking.total_rate]]\nrate = \"60%\"\n");
    case(&body, ask, "unknown [other-aid]");
}

#[test]
fn a_cap_that_depends_on_an_unknown_fact_is_not_skipped() {
    let body = format!(
        "{HALF}[[fact]]\nname = \"big\"\ntype = \"bool\"\nask = \"?\"\n[[cap]]\nscope = \"firm\"\namount = \"1\"\nwhen = \"!big\"\n"
    );
    let mut ask = lines("10");
    ask["history"] = json!({ "nothing_before": true });
    case(&body, ask.clone(), "unknown [fact:big]");
    ask["facts"] = json!({ "big": true });
    case(&body, ask.clone(), "entitled 5.00 CNY [rate]");
    ask["facts"] = json!({ "big": false });
    case(&body, ask, "entitled 1.00 CNY [firm]");
}

#[test]
fn what_is_known_still_gives_an_upper_bound() {
    let most = |body: &str, amount: &str| {
        let mut ask = lines(amount);
        ask["history"] = json!({ "nothing_before": true });
        crate::answer(&crate::rule(body), ask).at_most.map(|amount| amount.to_string())
    };
    let unknown_rate = "[support]\nmethod = \"rate\"\n[[rate]]\nrate = \"unknown\"\n";
    assert_eq!(most(unknown_rate, "30").as_deref(), Some("30.00 CNY"));
    let capped = format!("{unknown_rate}[[cap]]\nscope = \"project\"\namount = \"20\"\n");
    assert_eq!(most(&capped, "30").as_deref(), Some("20.00 CNY"));
    let unknown_method = "[support]\nmethod = \"unknown\"\n";
    assert_eq!(most(unknown_method, "30"), None);
    let capped = format!("{unknown_method}[[cap]]\nscope = \"project\"\namount = \"20\"\n");
    assert_eq!(most(&capped, "30").as_deref(), Some("20.00 CNY"));
}

#[test]
fn a_refusal_outweighs_what_is_missing() {
    let body = "[support]\nmethod = \"unknown\"\n[[cap]]\nscope = \"firm\"\namount = \"5\"\n";
    let mut ask = lines("2");
    ask["history"] = json!({ "used": { "firm": "5" } });
    case(body, ask, "refused [cap-exhausted:firm]");
}
