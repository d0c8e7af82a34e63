use crate::*;
use proptest::prelude::*;

fn amount(text: &str, unit: Unit) -> Result<i64, AmountError> {
    Amount::parse(text, unit).map(|a| a.minor)
}

#[test]
fn amounts_are_read_exactly() {
    assert_eq!(amount("10,000,000.00", Unit::CNY), Ok(1_000_000_000));
    assert_eq!(amount("0.1", Unit::CNY), Ok(10));
    assert_eq!(amount("92233720368547758.07", Unit::CNY), Ok(i64::MAX));
    assert_eq!(amount("-3", Unit::EUR), Ok(-300));
    assert_eq!(amount("1.500", Unit::EUR), Ok(150));
}

#[test]
fn amounts_beyond_the_unit_are_refused() {
    assert_eq!(amount("92233720368547758.08", Unit::CNY), Err(AmountError::TooLarge));
    assert!(matches!(amount("0.001", Unit::CNY), Err(AmountError::Fraction { .. })));
    assert!(matches!(amount("0.5", Unit::GPU_SECOND), Err(AmountError::Fraction { .. })));
    for text in ["", ".", "1e5", "12.", "--1", "１２", "NaN"] {
        assert!(matches!(amount(text, Unit::CNY), Err(AmountError::NotANumber(_))), "{text}");
    }
}

#[test]
fn amounts_of_two_units_do_not_mix() {
    let refused = Amount::new(1, Unit::CNY).plus(Amount::new(1, Unit::EUR));
    assert_eq!(refused, Err(AmountError::UnitMismatch(Unit::CNY, Unit::EUR)));
    let refused = Amount::new(i64::MAX, Unit::CNY).plus(Amount::new(1, Unit::CNY));
    assert_eq!(refused, Err(AmountError::TooLarge));
}

#[test]
fn amounts_are_shown_with_thousands_and_unit() {
    assert_eq!(Amount::new(4_300_000_000, Unit::CNY).to_string(), "43,000,000.00 CNY");
    assert_eq!(Amount::new(-5, Unit::CNY).to_string(), "-0.05 CNY");
    assert_eq!(Amount::new(7_200, Unit::GPU_SECOND).to_string(), "7,200 GPU-SECOND");
    assert_eq!(Amount::new(i64::MIN, Unit::CNY).plain(), "-92233720368547758.08");
}

#[test]
fn units_are_known_or_refused() {
    assert_eq!(
        Unit::parse("GPU-SECOND.H100").map(|u| u.code().to_owned()).as_deref(),
        Ok("GPU-SECOND.H100")
    );
    for text in [
        "RMB",
        "cny",
        "GPU-SECOND.",
        "GPU-SECONDX",
        "GPU-SECOND.h100",
        "GPU-SECOND.AAAAAAAAAAAAAAAA",
        "",
    ] {
        assert!(Unit::parse(text).is_err(), "{text}");
    }
}

#[test]
fn shares_above_the_whole_are_refused() {
    assert_eq!(Ppm::new(1_000_001), Err(PpmError::OutOfRange(1_000_001)));
    assert_eq!(Ppm::parse_percent("100.0001%"), Err(PpmError::OutOfRange(1_000_001)));
    assert_eq!(Ppm::parse_percent("-1%"), Err(PpmError::OutOfRange(-10_000)));
    assert!(matches!(Ppm::parse_percent("33.33333%"), Err(PpmError::NotAPercentage(_))));
    assert_eq!(Ppm::parse_percent("92.5925 %").map(Ppm::get), Ok(925_925));
    assert_eq!(Ppm::new(925_925).map(|p| p.to_string()).as_deref(), Ok("92.5925 %"));
}

#[test]
fn a_share_of_an_amount_is_rounded_down() {
    let thirty = Ppm::new(300_000).unwrap();
    assert_eq!(thirty.of(Amount::new(99, Unit::CNY)).minor, 29);
    assert_eq!(Ppm::ONE.of(Amount::new(i64::MAX, Unit::CNY)).minor, i64::MAX);
}

#[test]
fn ids_sort_by_time_and_read_back() {
    let random = Random::seeded(1);
    let early = random.id(Time::from_millis(1_000));
    let late = random.id(Time::from_millis(1_001));
    assert!(early < late);
    assert_eq!(early.to_string().parse(), Ok(early));
    for text in ["", "short", "iiiiiiiiiiiiiiiiiiiiiiiiii", "8zzzzzzzzzzzzzzzzzzzzzzzzz"] {
        assert!(text.parse::<Id>().is_err(), "{text}");
    }
}

#[test]
fn every_day_of_the_calendar_has_an_instant() {
    let day = |text: &str| Time::from_date(text.parse().unwrap());
    assert!(Time::from_date(jiff::civil::Date::MIN) < day("0000-01-01"));
    assert!(day("9999-12-31") >= day("9999-12-30"));
    assert!(day("9999-12-30") > day("9999-12-29"));
    for millis in [i64::MIN, i64::MAX, 253_402_207_200_500] {
        assert!(!Time::from_millis(millis).to_string().is_empty());
    }
}

#[test]
fn instants_and_dates_agree() {
    let time = Time::parse("2019-12-31T23:59:59Z").unwrap();
    assert_eq!(time.to_string(), "2019-12-31T23:59:59Z");
    assert_eq!(time.date().to_string(), "2019-12-31");
    assert_eq!(time.plus_seconds(1).date(), jiff::civil::date(2020, 1, 1));
    assert_eq!(Time::from_date(jiff::civil::date(1970, 1, 2)).millis(), 86_400_000);
    assert_eq!(Time::from_millis(i64::MAX).plus_seconds(1), Time::from_millis(i64::MAX));
}

#[test]
fn canonical_json_sorts_keys() {
    let value = serde_json::json!({"b": 1, "a": {"d": null, "c": "杭"}});
    assert_eq!(canonical_json(&value), r#"{"a":{"c":"杭","d":null},"b":1}"#);
}

proptest! {
    #[test]
    fn every_amount_reads_back_as_shown(minor in any::<i64>()) {
        for unit in [Unit::CNY, Unit::GPU_SECOND] {
            let shown = Amount::new(minor, unit);
            prop_assert_eq!(Amount::parse(&shown.plain(), unit), Ok(shown));
            let text = shown.to_string();
            let number = text.trim_end_matches(unit.code());
            prop_assert_eq!(Amount::parse(number, unit), Ok(shown));
        }
    }

    #[test]
    fn a_share_never_exceeds_its_exact_value(minor in 0..i64::MAX, ppm in 0..=1_000_000i64) {
        let part = Ppm::new(ppm).unwrap().of(Amount::new(minor, Unit::CNY)).minor;
        let exact = i128::from(minor) * i128::from(ppm);
        prop_assert!(i128::from(part) * 1_000_000 <= exact);
        prop_assert!((i128::from(part) + 1) * 1_000_000 > exact);
    }
}

#[test]
fn a_program_reads_what_is_wrong_in_english_alone() {
    let problem = crate::FieldProblem::new("amount", ("must be above zero", "须大于零"));
    assert_eq!(problem.zh.as_deref(), Some("须大于零"));
    let sent = crate::canonical_json(&problem);
    assert_eq!(sent, r#"{"field":"amount","message":"must be above zero"}"#);
}
