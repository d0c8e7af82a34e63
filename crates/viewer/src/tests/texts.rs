use super::{Counted, features, file, gzip, json, rows, slice, split_of, table, table_with, url};
use crate::{Error, Limits, Place, SourceFile, SplitIndex, Table};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[test]
fn csv_gets_types_as_pandas_gives_them() {
    let table = table(
        "data.csv",
        "\u{feff}id,price,ok,name,gap,id\n1,1.5,True,\"a, \"\"b\"\"\nc\",3,x\n-2,1e3,false,NA,,y\n",
    );
    assert_eq!(
        features(&table),
        r#"[{"feature_idx":0,"name":"id","type":{"dtype":"int64","_type":"Value"}},{"feature_idx":1,"name":"price","type":{"dtype":"float64","_type":"Value"}},{"feature_idx":2,"name":"ok","type":{"dtype":"bool","_type":"Value"}},{"feature_idx":3,"name":"name","type":{"dtype":"string","_type":"Value"}},{"feature_idx":4,"name":"gap","type":{"dtype":"float64","_type":"Value"}},{"feature_idx":5,"name":"id.1","type":{"dtype":"string","_type":"Value"}}]"#
    );
    assert_eq!(
        rows(&table, 0, 9),
        r#"[{"id":1,"price":1.5,"ok":true,"name":"a, \"b\"\nc","gap":3.0,"id.1":"x"},{"id":-2,"price":1000.0,"ok":false,"name":null,"gap":null,"id.1":"y"}]"#
    );
}

#[test]
fn json_lines_take_the_fields_of_all_rows() {
    let table = table(
        "data.jsonl",
        "{\"a\":1,\"b\":{\"y\":[1]}}\n\n{\"b\":{\"x\":\"中\",\"y\":[2.5,null]},\"c\":1}\r\n{\"c\":\"s\",\"big\":18446744073709551615}",
    );
    assert_eq!(
        features(&table),
        r#"[{"feature_idx":0,"name":"a","type":{"dtype":"int64","_type":"Value"}},{"feature_idx":1,"name":"b","type":{"y":{"feature":{"dtype":"float64","_type":"Value"},"_type":"List"},"x":{"dtype":"string","_type":"Value"}}},{"feature_idx":2,"name":"c","type":{"_type":"Json"}},{"feature_idx":3,"name":"big","type":{"_type":"Json"}}]"#
    );
    assert_eq!(
        rows(&table, 0, 9),
        r#"[{"a":1,"b":{"y":[1.0],"x":null},"c":null,"big":null},{"a":null,"b":{"y":[2.5,null],"x":"中"},"c":1,"big":null},{"a":null,"b":null,"c":"s","big":18446744073709551615}]"#
    );
}

#[test]
fn json_arrays_and_values_in_a_row_are_tables_too() {
    let array = table("a.json", "  [ {\"a\": \"]}\\\"\"} ,\n{\"a\":\"x\"}\n]\n ");
    assert_eq!(rows(&array, 0, 9), r#"[{"a":"]}\""},{"a":"x"}]"#);
    let values = table("a.json", "{\n \"a\": 1\n}\n{\"a\":2}");
    assert_eq!(rows(&values, 0, 9), r#"[{"a":1},{"a":2}]"#);
    for wrong in ["[1]", "[{\"a\":1}", "[{\"a\":1}] {}", "{\"a\":", "[{\"a\":1}]]", "nonsense"] {
        let error = table_with(vec![file("a.json", wrong)], Limits::default()).expect_err(wrong);
        assert!(matches!(error, Error::Broken { .. }), "{wrong}: {error}");
    }
    assert_eq!(table("a.json", "[]").index().rows(), 0);
}

#[test]
fn lines_of_text_are_rows() {
    let table = table("a.txt", "one\r\n\ntwo");
    assert_eq!(rows(&table, 0, 9), r#"[{"text":"one"},{"text":""},{"text":"two"}]"#);
}

#[test]
fn gzip_reads_as_what_it_holds() {
    let text: String = (0..2_500).map(|row| format!("{{\"n\":{row}}}\n")).collect();
    let table = table("a.jsonl.gz", gzip(text.as_bytes()));
    assert_eq!(rows(&table, 2_499, 5), r#"[{"n":2499}]"#);
    assert_eq!(rows(&table, 2_500, 5), "[]");
    let mut cut = gzip(text.as_bytes());
    cut.truncate(200);
    let error = table_with(vec![file("a.csv.gz", cut)], Limits::default()).expect_err("cut off");
    assert!(matches!(error, Error::Broken { .. }), "{error}");
}

#[test]
fn several_files_are_one_table() {
    let files = vec![file("train-1.csv", "a,b\n1,x\n"), file("train-2.csv", "b,c\ny,2\nz,\n")];
    let table = table_with(files, Limits::default()).expect("a table");
    assert_eq!(
        rows(&table, 0, 9),
        r#"[{"a":1.0,"b":"x","c":null},{"a":null,"b":"y","c":2.0},{"a":null,"b":"z","c":null}]"#
    );
}

#[test]
fn a_page_of_a_large_file_reads_only_around_it() {
    let text: String = (0..200_000).map(|row| format!("{row},name {row}\n")).collect();
    let bytes = format!("id,name\n{text}").into_bytes();
    let size = u64::try_from(bytes.len()).expect("a size");
    let read = Arc::new(AtomicU64::new(0));
    let counted = Counted { bytes, read: Arc::clone(&read) };
    let files = vec![SourceFile { path: "a.csv".to_owned(), bytes: Arc::new(counted) }];
    let table = table_with(files, Limits::default()).expect("a table");
    read.store(0, Ordering::Relaxed);
    assert_eq!(rows(&table, 150_007, 1), r#"[{"id":150007,"name":"name 150007"}]"#);
    assert!(read.load(Ordering::Relaxed) < size / 10, "{} of {size}", read.load(Ordering::Relaxed));
}

#[test]
fn broken_rows_are_named() {
    for (path, text, reason) in [
        ("a.csv", "a,b\n1,2\n1,2,3\n", "row `1` has `3` fields and the header `2`"),
        ("a.jsonl", "{\"a\":1}\n{\"a\":\n", "row `1` is not JSON"),
        ("a.jsonl", "{\"a\":1}\n[1]\n", "row `1` is no JSON object"),
    ] {
        let error = table_with(vec![file(path, text)], Limits::default()).expect_err(path);
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!error.can_retry());
    }
}

#[test]
fn a_file_over_the_limit_shows_its_first_rows_and_says_so() {
    let text: String = (0..5_000).map(|row| format!("{{\"n\":{row}}}\n")).collect();
    let limits = Limits { index_bytes_max: 10_000, ..Limits::default() };
    let table = table_with(vec![file("a.jsonl", text)], limits).expect("a table");
    let page = table.rows(slice(0, 1), &url).expect("rows");
    assert!(page.partial && page.num_rows_total > 500 && page.num_rows_total < 5_000);
    let limits = Limits { scan_bytes_max: 1_000, ..Limits::default() };
    let table = table_with(vec![file("a.csv", "t\n".to_owned() + &"abc\n".repeat(1_000))], limits);
    let found = table.expect("a table").search("ABC", slice(0, 1), &url).expect("found");
    assert!(found.partial && found.num_rows_total < 1_000);
}

#[test]
fn first_rows_are_a_hundred_with_long_cells_cut() {
    let long = "长".repeat(5_000);
    let mut text = format!("{{\"t\":\"{long}\",\"l\":[\"{long}\"]}}\n");
    text.push_str(&"{\"t\":\"x\"}\n".repeat(150));
    let table = table("a.jsonl", text);
    let place = Place { dataset: "o/d", config: "default", split: "train" };
    let first = table.first_rows(place, &url).expect("rows");
    assert_eq!((first.rows.len(), first.truncated), (100, true));
    assert_eq!(first.rows[0].truncated_cells, ["t", "l"]);
    let cut = first.rows[0].row.get("t").and_then(crate::Cell::as_text).expect("text");
    assert!(long.starts_with(cut) && cut.len() > 4_000 && cut.len() <= 4_096);
    assert_eq!(
        json(&first.rows[1]),
        r#"{"row_idx":1,"row":{"t":"x","l":null},"truncated_cells":[]}"#
    );
    assert!(table.rows(slice(0, 1), &url).expect("rows").rows[0].truncated_cells.is_empty());
}

#[test]
fn search_finds_chinese_and_any_case_also_inside_lists() {
    let text = "{\"a\":\"算力券 Voucher\"}\n{\"a\":\"x\",\"l\":[\"deep VOUCHER\"]}\n{\"n\":1}\n";
    let table = table("a.jsonl", text);
    let found = |query: &str| {
        let page = table.search(query, slice(0, 100), &url).expect("found");
        page.rows.iter().map(|item| item.row_idx).collect::<Vec<_>>()
    };
    assert_eq!(found("算力"), [0]);
    assert_eq!(found("voucher"), [0, 1]);
    assert_eq!(found("1"), Vec::<u64>::new());
    assert!(matches!(table.search(" ", slice(0, 1), &url), Err(Error::Expression { .. })));
}

#[test]
fn an_index_fits_its_files_only() {
    let files = vec![file("a.csv", "a\n1\n")];
    let (config, split) = split_of(&files);
    let index = SplitIndex::build(&config, &split, &files, &Limits::default()).expect("an index");
    let other = Table::open(vec![file("a.csv", "a\n12\n")], index, Limits::default());
    assert!(matches!(other, Err(Error::IndexStale)));
    assert!(matches!(SplitIndex::from_bytes(b"{}"), Err(Error::IndexStale)));
    let limits = Limits::default();
    let moved = SplitIndex::build(&config, &split, &[file("b.csv", "a\n1\n")], &limits);
    assert!(matches!(moved, Err(Error::IndexStale)));
}

fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c\"',\n 中]{0,6}",
        any::<i16>().prop_map(|value| value.to_string()),
        Just(String::new())
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_page_is_that_part_of_the_whole(
        data in prop::collection::vec((field(), field()), 0..60),
        times in 1_usize..60,
        offset in 0_u64..3_000,
        length in 0_u64..150,
    ) {
        let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let lines: String =
            data.iter().map(|(a, b)| format!("{},{}\n", quote(a), quote(b))).collect();
        let table = table("a.csv", format!("a,b\n{}", lines.repeat(times)));
        let total = u64::try_from(data.len() * times).expect("a count");
        prop_assert_eq!(table.index().rows(), total);
        let mut whole = Vec::new();
        table.scan(&[0, 1], &mut |_, cells| {
            whole.push(cells);
            std::ops::ControlFlow::Continue(())
        }).expect("a scan");
        let page = table.rows(slice(offset, length), &url).expect("rows");
        let start = usize::try_from(offset.min(total)).expect("a place");
        let end = usize::try_from((offset + length.min(100)).min(total)).expect("a place");
        let expected = &whole[start..end.max(start)];
        let got: Vec<Vec<crate::Cell>> = page.rows.into_iter().map(|item| match item.row {
            crate::Cell::Struct(fields) => fields.into_iter().map(|(_, cell)| cell).collect(),
            _ => Vec::new(),
        }).collect();
        prop_assert_eq!(got.as_slice(), expected);
    }
}
