use super::{json, table, table_with};
use crate::histogram::measures;
use crate::{Limits, Statistics};
use proptest::prelude::*;

fn column(statistics: &Statistics, name: &str) -> String {
    let found = statistics.statistics.iter().find(|column| column.column_name == name);
    json(found.expect("a column with figures"))
}

#[test]
fn whole_numbers_have_the_figures_of_the_public_viewer() {
    let text: String = (0..8_551).map(|row| format!("{row}\n")).collect();
    let found = table("a.csv", format!("idx\n{text}")).statistics().expect("figures");
    assert_eq!(found.num_examples, 8_551);
    // The figures that the viewer's documentation prints for `idx` of GLUE's `cola`.
    assert_eq!(
        column(&found, "idx"),
        r#"{"column_name":"idx","column_type":"int","column_statistics":{"nan_count":0,"nan_proportion":0.0,"min":0,"max":8550,"mean":4275.0,"median":4275.0,"std":2468.60541,"histogram":{"hist":[856,856,856,856,856,856,856,856,856,847],"bin_edges":[0,856,1712,2568,3424,4280,5136,5992,6848,7704,8550]}}}"#
    );
}

#[test]
fn each_kind_of_column_has_its_own_figures() {
    let mut text = String::new();
    for row in 0..20 {
        let long = "长".repeat(row + 1);
        let label = ["a", "b", "b"][row % 3];
        let score = if row == 3 { "null".to_owned() } else { format!("{}.5", row) };
        text.push_str(&format!(
            "{{\"l\":\"{label}\",\"t\":\"{long}\",\"s\":{score},\"b\":{},\"v\":[{}]}}\n",
            row % 2 == 0,
            vec!["1"; row % 4].join(",")
        ));
    }
    let found = table("a.jsonl", text).statistics().expect("figures");
    assert_eq!(
        column(&found, "l"),
        r#"{"column_name":"l","column_type":"string_label","column_statistics":{"nan_count":0,"nan_proportion":0.0,"no_label_count":0,"no_label_proportion":0.0,"n_unique":2,"frequencies":{"b":13,"a":7}}}"#
    );
    assert_eq!(
        column(&found, "t"),
        r#"{"column_name":"t","column_type":"string_text","column_statistics":{"nan_count":0,"nan_proportion":0.0,"min":1,"max":20,"mean":10.5,"median":10.5,"std":5.91608,"histogram":{"hist":[2,2,2,2,2,2,2,2,2,2],"bin_edges":[1,3,5,7,9,11,13,15,17,19,20]}}}"#
    );
    assert_eq!(
        column(&found, "b"),
        r#"{"column_name":"b","column_type":"bool","column_statistics":{"nan_count":0,"nan_proportion":0.0,"frequencies":{"False":10,"True":10}}}"#
    );
    assert_eq!(
        column(&found, "v"),
        r#"{"column_name":"v","column_type":"list","column_statistics":{"nan_count":0,"nan_proportion":0.0,"min":0,"max":3,"mean":1.5,"median":1.5,"std":1.14708,"histogram":{"hist":[5,5,5,5],"bin_edges":[0,1,2,3,3]}}}"#
    );
    assert!(
        column(&found, "s").contains(r#""nan_count":1,"nan_proportion":0.05,"min":0.5,"max":19.5"#)
    );
}

#[test]
fn columns_in_several_passes_have_the_same_figures() {
    let text: String = (0..50).map(|row| format!("{row},{},x{row}\n", row * 7 % 13)).collect();
    let file = || vec![super::file("a.csv", format!("a,b,c\n{text}"))];
    let whole = table_with(file(), Limits::default()).expect("a table").statistics();
    let limits = Limits { statistics_values_max: 60, ..Limits::default() };
    let passes = table_with(file(), limits).expect("a table").statistics().expect("figures");
    assert_eq!(passes, whole.expect("figures"));
    let limits = Limits { statistics_values_max: 20, ..Limits::default() };
    let part = table_with(file(), limits).expect("a table").statistics().expect("figures");
    assert_eq!((part.num_examples, part.partial), (20, true));
}

#[test]
fn few_or_odd_values_have_figures_too() {
    let one = measures(vec![3.0], false).expect("one value");
    assert_eq!(
        (one.std, one.median, one.hist, one.bin_edges),
        (None, 3.0, vec![1], vec![3.0, 3.0])
    );
    assert_eq!(measures(Vec::new(), true), None);
    let wide = measures(vec![f64::MIN, f64::MAX, 0.0], false).expect("values");
    assert_eq!(wide.hist.iter().sum::<u64>(), 3);
    let ends = super::super::number::float_from(i64::MAX);
    assert!(measures(vec![-ends, ends], true).is_some());
}

proptest! {
    #[test]
    fn figures_are_those_computed_naively(
        values in prop::collection::vec(-1_000_i64..1_000, 1..200),
        is_whole in any::<bool>(),
    ) {
        let scale = if is_whole { 1.0 } else { 8.0 };
        let mut sorted: Vec<f64> =
            values.iter().map(|value| crate::number::float_from(*value) / scale).collect();
        let found = measures(sorted.clone(), is_whole).expect("values");
        sorted.sort_by(f64::total_cmp);
        let count = crate::number::float_from_count(u64::try_from(sorted.len()).expect("a count"));
        let mean = sorted.iter().sum::<f64>() / count;
        let middle = sorted.len() / 2;
        let median = match sorted.len() % 2 {
            1 => sorted[middle],
            _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
        };
        prop_assert_eq!((found.min, found.max), (sorted[0], sorted[sorted.len() - 1]));
        prop_assert!((found.mean - mean).abs() < 1e-9);
        prop_assert!((found.median - median).abs() < 1e-9);
        if let Some(std) = found.std {
            let squares = sorted.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
            prop_assert!((std - (squares / (count - 1.0)).sqrt()).abs() < 1e-6);
        }
        let bins = found.bin_edges.windows(2).enumerate();
        for (bin, edges) in bins {
            let is_last = bin + 1 == found.hist.len();
            let is_in = |value: &&f64| {
                **value >= edges[0] && (**value < edges[1] || is_last && **value <= edges[1])
            };
            let naive = u64::try_from(sorted.iter().filter(is_in).count()).expect("a count");
            prop_assert_eq!(found.hist[bin], naive);
        }
        prop_assert!(found.hist.len() <= 10);
    }
}
