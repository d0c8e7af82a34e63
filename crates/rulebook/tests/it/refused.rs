//! Every refusal by name.

use crate::{HALF, HEAD, answer, case, rule, shown};
use base::{Amount, Unit};
use rulebook::{FactValue, Refused, SupplierFacts, supplier_check};
use serde_json::{Value, json};

fn lines(amount: &str) -> Value {
    json!({ "lines": [{ "amount": amount }], "history": { "nothing_before": true } })
}

fn with(mut base: Value, key: &str, value: Value) -> Value {
    base[key] = value;
    base
}

/// Adds fields to `[instrument]`.
fn dated(fields: &str) -> rulebook::Instrument {
    let text =
        format!("{HEAD}{HALF}").replace("unit = \"CNY\"\n", &format!("unit = \"CNY\"\n{fields}\n"));
    rulebook::check("test.toml", &text).expect("a sound rule")
}

#[test]
fn outside_its_validity_a_rule_gives_nothing() {
    let rule = dated("valid_from = 2025-01-01\nvalid_until = 2025-12-31");
    let on = |date: &str| shown(&answer(&rule, with(lines("2"), "date", json!(date))));
    assert_eq!(on("2024-12-31"), "refused [not-yet-valid]");
    assert_eq!(on("2025-01-01"), "entitled 1.00 CNY [rate]");
    assert_eq!(on("2025-12-31"), "entitled 1.00 CNY [rate]");
    assert_eq!(on("2026-01-01"), "refused [no-longer-valid]");
}

#[test]
fn a_request_that_breaks_its_own_shape_is_refused() {
    let rule = rule(HALF);
    let twice = json!([{ "id": "a", "amount": "1" }, { "id": "a", "amount": "1" }]);
    let ask = with(lines("1"), "lines", twice);
    assert_eq!(shown(&answer(&rule, ask)), "refused [duplicate-line:a]");
    let euro = with(lines("1"), "lines", json!([{ "amount": "1", "unit": "EUR" }]));
    assert_eq!(shown(&answer(&rule, euro)), "refused [wrong-unit:1]");
    let mut request = rulebook::request_read(&rule, &with(lines("1"), "date", json!("2025-01-01")))
        .expect("a sound request");
    request.facts.insert("kinds".to_owned(), FactValue::Strings(vec!["company".to_owned()]));
    request.lines[0].amount = Amount::new(-1, Unit::CNY);
    assert_eq!(shown(&rulebook::evaluate(&rule, &request)), "refused [negative-amount:1]");
    request.lines = vec![request.lines[0].clone(); rulebook::LINES_MAX + 1];
    for (index, line) in request.lines.iter_mut().enumerate() {
        line.id = index.to_string();
        line.amount.minor = 2;
    }
    assert_eq!(shown(&rulebook::evaluate(&rule, &request)), "refused [too-many-lines]");
}

#[test]
fn facts_of_another_shape_are_refused() {
    let body = format!(
        "{HALF}[[fact]]\nname = \"grade\"\ntype = \"string\"\nask = \"?\"\none_of = [\"a\", \"b\"]\n[[fact]]\nname = \"turnover\"\ntype = \"amount\"\nask = \"?\"\n"
    );
    let rule = rule(&body);
    let mut request = rulebook::request_read(&rule, &with(lines("2"), "date", json!("2025-01-01")))
        .expect("sound");
    let mut set = |name: &str, value: FactValue| {
        request.facts.insert(name.to_owned(), value);
        shown(&rulebook::evaluate(&rule, &request))
    };
    let words = |count: usize| FactValue::Strings(vec!["company".to_owned(); count]);
    assert_eq!(set("kinds", FactValue::Bool(true)), "refused [fact-type:kinds]");
    assert_eq!(set("kinds", words(rulebook::FACT_WORDS_MAX + 1)), "refused [fact-too-long:kinds]");
    assert_eq!(set("kinds", words(1)), "entitled 1.00 CNY [rate]");
    assert_eq!(set("grade", FactValue::String("c".to_owned())), "refused [fact-word:grade]");
    assert_eq!(set("grade", FactValue::String("b".to_owned())), "entitled 1.00 CNY [rate]");
    assert_eq!(set("size", FactValue::String("tiny".to_owned())), "refused [fact-word:size]");
    assert_eq!(set("size", FactValue::String("micro".to_owned())), "entitled 1.00 CNY [rate]");
    let euro = FactValue::Amount(Amount::new(1, Unit::EUR));
    assert_eq!(set("turnover", euro), "refused [wrong-unit:turnover]");
}

#[test]
fn applicants_of_another_kind_size_or_place_are_refused() {
    let text = format!("{HEAD}sizes = [\"micro\", \"small\"]\nplaces = [\"Hangzhou\"]\n{HALF}");
    let rule = rulebook::check("test.toml", &text).expect("a sound rule");
    let facts = json!({ "kinds": ["bank"], "size": "large", "places": ["Beijing"] });
    assert_eq!(
        shown(&answer(&rule, with(lines("2"), "facts", facts))),
        "refused [beneficiary-kind, beneficiary-size, beneficiary-place]"
    );
    let facts =
        json!({ "kinds": ["bank", "company"], "size": "small", "places": ["CN", "Hangzhou"] });
    assert_eq!(shown(&answer(&rule, with(lines("2"), "facts", facts))), "entitled 1.00 CNY [rate]");
}

#[test]
fn a_condition_that_is_false_refuses_with_its_message() {
    let body = format!(
        "{HALF}[[fact]]\nname = \"staff\"\ntype = \"int\"\nask = \"?\"\n[[eligibility]]\nid = \"has-staff\"\nrequire = \"staff >= 3\"\nmessage = {{ en = \"three people\", zh = \"三人\" }}\n"
    );
    let ask = with(lines("2"), "facts", json!({ "staff": 2 }));
    let found = case(&body, ask, "refused [ineligible:has-staff]");
    let said = &found.trace.iter().find(|step| step.id == "has-staff").expect("a step").says;
    assert_eq!(
        (said.en.as_str(), said.zh.as_deref()),
        ("not met: three people", Some("不符合:三人"))
    );
}

#[test]
fn a_full_quota_and_an_ended_period_refuse() {
    let body = format!(
        "{HALF}[[quota]]\nof = \"awards\"\nper = \"year\"\nnumber = 3\n[period]\nsupport_months_max = 12\n"
    );
    let ask = |count: u32, months: u32| {
        let history = json!({ "counts": { "awards": count }, "months_supported": months });
        with(lines("2"), "history", history)
    };
    case(&body, ask(2, 11), "entitled 1.00 CNY [rate]");
    case(&body, ask(3, 12), "refused [quota-full:awards, support-period-over]");
}

#[test]
fn lines_of_other_kinds_do_not_count() {
    let body = format!("{HALF}[[cost]]\nid = \"compute\"\nname = \"compute\"\n");
    let ask = |lines: Value| json!({ "lines": lines });
    case(&body, ask(json!([{ "cost": "storage", "amount": "9" }])), "refused [no-eligible-cost]");
    case(
        &body,
        ask(json!([{ "cost": "storage", "amount": "9" }, { "cost": "compute", "amount": "2" }])),
        "entitled 1.00 CNY [rate]",
    );
}

#[test]
fn too_little_is_refused() {
    let minimum = |exclusive: &str| format!("{HALF}[minimum]\namount = \"10\"\n{exclusive}\n");
    case(&minimum(""), lines("9.99"), "refused [below-minimum]");
    case(&minimum(""), lines("10"), "entitled 5.00 CNY [rate]");
    case(&minimum("exclusive = true"), lines("10"), "refused [below-minimum]");
    case(&minimum("exclusive = true"), lines("10.01"), "entitled 5.00 CNY [rate]");
    let tiers = "[support]\nmethod = \"tiers\"\ntier_mode = \"whole\"\n[[tier]]\nfrom = \"10\"\nrate = \"10%\"\n";
    case(tiers, lines("9.99"), "refused [below-tier]");
    let band = "[support]\nmethod = \"band\"\n[[band]]\nmin = \"10\"\nmax = \"20\"\n";
    case(band, lines("9.99"), "refused [below-band:1]");
    let payment = format!("{HALF}[payment]\nminimum = \"10\"\n");
    case(&payment, lines("19.99"), "refused [below-payment-minimum]");
    case(&payment, lines("20"), "entitled 10.00 CNY [rate]");
}

#[test]
fn what_no_row_fits_gets_nothing() {
    let body = "[[purchase]]\nid = \"a\"\nname = \"a\"\n[[purchase]]\nid = \"b\"\nname = \"b\"\n[support]\nmethod = \"rate\"\n[[rate]]\nwhat = [\"a\"]\nrate = \"50%\"\n";
    let ask = |lines: Value| json!({ "lines": lines });
    case(body, ask(json!([{ "what": "b", "amount": "2" }])), "refused [no-rate:1]");
    case(
        body,
        ask(json!([{ "what": "b", "amount": "2" }, { "what": "a", "amount": "2" }])),
        "entitled 1.00 CNY [rate]",
    );
    let fixed = "[[fact]]\nname = \"class\"\ntype = \"string\"\nask = \"?\"\n[support]\nmethod = \"fixed\"\nclass_fact = \"class\"\n[[fixed]]\nclass = \"B\"\namount = \"7\"\n";
    case(fixed, json!({ "facts": { "class": "C" } }), "refused [no-class:C]");
    case(fixed, json!({ "facts": { "class": "B" } }), "entitled 7.00 CNY [fixed]");
}

#[test]
fn other_aid_excludes_or_leaves_nothing() {
    let ask = |instrument: &str, amount: &str| {
        let aid = json!([{ "instrument": instrument, "amount": amount }]);
        with(lines("100"), "history", json!({ "other_aid": aid }))
    };
    let exclusive = format!("{HALF}[stacking]\nexclusive = true\nallowed_with = [\"friend\"]\n");
    case(&exclusive, ask("other", "1"), "refused [stacking-excluded:other]");
    case(&exclusive, ask("friend", "1"), "entitled 50.00 CNY [rate]");
    let named = format!("{HALF}[stacking]\nnot_with = [\"foe\"]\n");
    case(&named, ask("foe", "1"), "refused [stacking-excluded:foe]");
    case(&named, ask("other", "1"), "entitled 50.00 CNY [rate]");
    let total = format!("{HALF}[[stacking.total_rate]]\nrate = \"60%\"\n");
    case(&total, ask("other", "60"), "refused [stacking-exhausted]");
    case(&total, ask("other", "59.99"), "entitled 0.01 CNY [stacking]");
}

#[test]
fn an_exhausted_cap_refuses() {
    let cap = |scope: &str| format!("{HALF}[[cap]]\nscope = \"{scope}\"\namount = \"10\"\n");
    let used = |scope: &str, amount: &str| {
        with(lines("2"), "history", json!({ "used": { scope: amount } }))
    };
    case(&cap("firm-year"), used("firm-year", "10"), "refused [cap-exhausted:firm-year]");
    case(&cap("firm-year"), used("firm-year", "9.50"), "entitled 0.50 CNY [firm-year]");
    case(&cap("once"), used("once", "0.01"), "refused [cap-exhausted:once]");
    case(&cap("once"), used("once", "0"), "entitled 1.00 CNY [rate]");
}

#[test]
fn nothing_is_not_an_award() {
    case(HALF, lines("0.01"), "refused [nothing-due]");
    case(HALF, lines("0"), "refused [nothing-due]");
}

#[test]
fn sums_beyond_64_bits_are_refused_not_wrapped() {
    let ceiling = "[support]\nmethod = \"ceiling\"\n";
    let most = "92233720368547758.07";
    let one = json!({ "lines": [{ "amount": most }] });
    case(ceiling, one, "entitled 92,233,720,368,547,758.07 CNY [asked]");
    let two = json!({ "lines": [{ "amount": most }, { "amount": "0.01" }] });
    case(ceiling, two, "refused [too-large]");
    let monthly =
        format!("[support]\nmethod = \"fixed\"\n[[fixed]]\nmonthly = true\namount = \"{most}\"\n");
    case(&monthly, json!({ "months": 2 }), "refused [too-large]");
}

/// A rule with every supplier condition.
fn strict() -> String {
    format!(
        "{HALF}[supplier]\nnon_affiliated = true\nthird_party = true\nadmitted = \"the list\"\nthrough = \"the exchange\"\n[[supplier.named]]\nid = \"centre\"\nname = \"The Centre\"\n"
    )
}

#[test]
fn a_known_supplier_that_breaks_a_condition_refuses() {
    let bad = json!({ "id": "x", "affiliated": true, "third_party": false, "admitted": false, "through": false });
    let ask = with(lines("2"), "lines", json!([{ "amount": "2", "supplier": bad }]));
    case(
        &strict(),
        ask,
        "refused [supplier-affiliated, supplier-not-third-party, supplier-not-admitted, supplier-not-named, supplier-not-through]",
    );
}

#[test]
fn before_a_supplier_is_known_its_conditions_are_still_to_be_met() {
    let found = case(&strict(), lines("2"), "entitled 1.00 CNY [rate]");
    let states: Vec<String> = found
        .supplier
        .iter()
        .map(|one| serde_json::to_value(one.state).expect("a code").to_string())
        .collect();
    assert_eq!(states, vec!["\"to-be-met\""; 5]);
}

#[test]
fn when_money_is_paid_every_condition_must_be_proven() {
    let rule = rule(&strict());
    let codes = |facts: &SupplierFacts| -> Vec<String> {
        let found = supplier_check(&rule, facts);
        found.iter().map(|one| format!("{}:{}", one.code(), one.detail().unwrap_or("-"))).collect()
    };
    assert_eq!(
        codes(&SupplierFacts::default()),
        [
            "supplier-unproven:non-affiliated",
            "supplier-unproven:third-party",
            "supplier-unproven:admitted",
            "supplier-unproven:named",
            "supplier-unproven:through"
        ]
    );
    let good = SupplierFacts {
        id: Some("centre".to_owned()),
        name: None,
        affiliated: Some(false),
        admitted: Some(true),
        third_party: Some(true),
        through: Some(true),
    };
    assert!(codes(&good).is_empty());
    let sister = SupplierFacts { affiliated: Some(true), ..good };
    assert_eq!(codes(&sister), ["supplier-affiliated:-"]);
    assert!(supplier_check(&crate::rule(HALF), &SupplierFacts::default()).is_empty());
}

#[test]
fn every_refusal_has_words_in_both_languages_and_survives_json() {
    let rule = rule(&strict());
    let mut all = supplier_check(&rule, &SupplierFacts::default());
    all.extend([
        Refused::NothingDue {},
        Refused::TooLarge {},
        Refused::TooManyLines { count: 7 },
        Refused::NoClass { class: None },
        Refused::SupportPeriodOver { months_max: 3 },
    ]);
    for refused in all {
        let words = refused.words();
        assert_ne!(words.en, refused.code());
        assert!(words.zh.is_some_and(|zh| !zh.is_ascii()), "{}", refused.code());
        let json = serde_json::to_string(&refused).expect("refusals are JSON");
        assert_eq!(serde_json::from_str::<Refused>(&json).expect("and back"), refused);
    }
}
