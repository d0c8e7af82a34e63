use crate::ratio::{Change, Ratio};
use crate::wide::Wide;
use base::Ppm;
use proptest::prelude::*;

fn ratio(num: u64, den: u64) -> Ratio {
    Ratio::of_counts(num, den).unwrap()
}

#[test]
fn thresholds_are_exact_at_the_edge() {
    assert!(!ratio(18, 100).exceeds_points(1_800));
    assert!(ratio(1_800_000_000_000_000_001, 10_000_000_000_000_000_000).exceeds_points(1_800));
    assert_eq!(ratio(1_800_000_000_000_000_001, 10_000_000_000_000_000_000).points(), 1_800);
    assert!(!ratio(3, 10).exceeds(Ppm::new(300_000).unwrap()));
    assert!(ratio(300_001, 1_000_000).exceeds(Ppm::new(300_000).unwrap()));
    let rise = ratio(19, 100).minus(&ratio(18, 100));
    assert!(!rise.exceeds_points(100));
    assert!(rise.exceeds_points(99));
    assert!(!ratio(0, 1).minus(&ratio(1, 2)).exceeds_points(0));
}

#[test]
fn fractions_are_rounded_only_to_be_shown() {
    assert_eq!((ratio(1, 3).points(), ratio(1, 3).ppm()), (3_333, 333_333));
    assert_eq!(ratio(1, 2), ratio(2, 4));
    let fall = ratio(1, 3).minus(&ratio(2, 3));
    assert_eq!((fall.points(), fall.ppm(), fall.is_negative()), (-3_333, -333_333, true));
    assert_eq!(Ratio::of_counts(1, 0), None);
    assert_eq!(ratio(0, 5).inverse(), None);
}

#[test]
fn fractions_read_back_as_written() {
    let third = ratio(1, 3);
    let text = serde_json::to_string(&third).unwrap();
    assert_eq!(text, r#"{"num":"1","den":"3"}"#);
    assert_eq!(serde_json::from_str::<Ratio>(&text).unwrap(), third);
    let fall = ratio(1, 3).minus(&ratio(2, 3));
    let text = serde_json::to_string(&fall).unwrap();
    assert_eq!(serde_json::from_str::<Change>(&text).unwrap(), fall);
    let long = "9".repeat(60);
    for (num, den) in [("1", "0"), ("", "1"), ("-1", "2"), ("1", "x"), (long.as_str(), "1")] {
        let text = format!(r#"{{"num":"{num}","den":"{den}"}}"#);
        assert!(serde_json::from_str::<Ratio>(&text).is_err(), "{text}");
    }
    for text in [
        r#"{"is_negative":true,"num":"0","den":"1"}"#,
        r#"{"is_negative":false,"num":"1","den":"0"}"#,
    ] {
        assert!(serde_json::from_str::<Change>(text).is_err(), "{text}");
    }
}

#[test]
fn wide_numbers_refuse_what_does_not_fit() {
    let half = Wide::square(u128::MAX);
    assert!(half.times(&half).is_some());
    let most = Wide::parse(&half.times(&half).unwrap().to_string()).unwrap();
    assert_eq!(most.times(&Wide::from(2_u64)), None);
    assert_eq!(Wide::ZERO.minus(&Wide::from(1_u64)), None);
    assert_eq!(Wide::from(1_u64).quotient(1, &Wide::ZERO), None);
    assert_eq!(Wide::parse(&"9".repeat(155)), None);
    // 2^512 - 1 is the largest, written out.
    let all = Wide::parse(
        "13407807929942597099574024998205846127479365820592393377723561443721764030073546976801874298166903427690031858186486050853753882811946569946433649006084095",
    )
    .unwrap();
    assert_eq!(all.bits(), 512);
    assert_eq!(all.plus(&Wide::from(1_u64)), None);
}

proptest! {
    #[test]
    fn wide_numbers_agree_with_128_bits(a in any::<u64>(), b in any::<u64>(), c in any::<u64>()) {
        let (wide_a, wide_b) = (Wide::from(a), Wide::from(b));
        let product = u128::from(a) * u128::from(b);
        prop_assert_eq!(wide_a.times(&wide_b), Some(Wide::from(product)));
        prop_assert_eq!(Wide::from(product).to_string(), product.to_string());
        prop_assert_eq!(wide_a.cmp(&wide_b), a.cmp(&b));
        prop_assert_eq!(wide_a.minus(&wide_b), a.checked_sub(b).map(Wide::from));
        if c > 0 {
            let quotient = u64::try_from(product / u128::from(c)).unwrap_or(u64::MAX);
            prop_assert_eq!(wide_a.quotient(b, &Wide::from(c)), Some(quotient));
        }
    }

    #[test]
    fn wide_numbers_obey_algebra(a in any::<u128>(), b in any::<u128>(), c in any::<u128>()) {
        let [wa, wb, wc] = [a, b, c].map(Wide::from);
        let sum = wa.plus(&wb).unwrap();
        let square = sum.times(&sum).unwrap();
        let two = Wide::from(2_u64).times(&wa).unwrap().times(&wb).unwrap();
        prop_assert_eq!(Some(square), Wide::square(a).plus(&Wide::square(b)).unwrap().plus(&two));
        prop_assert_eq!(Wide::square(a), wa.times(&wa).unwrap());
        let spread = wa.times(&wc).unwrap().plus(&wb.times(&wc).unwrap());
        prop_assert_eq!(sum.times(&wc), spread);
        prop_assert_eq!(square.minus(&two), Wide::square(a).plus(&Wide::square(b)));
        prop_assert_eq!(Wide::parse(&square.to_string()), Some(square));
        prop_assert_eq!(sum.bits() >= wa.bits(), true);
    }
}
