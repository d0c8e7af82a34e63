//! Files that lie, are cut or swell: each is refused or read within bounds, and none panics.

use super::parquets::{PNG, numbers, written};
use super::{file, gzip, slice, table_with, url};
use crate::{Error, Limits, Table, image_size, media_type};
use parquet::basic::{Compression, GzipLevel};
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;

/// Asks everything of a file; what matters is that it comes back.
fn ask_all(path: &str, bytes: Vec<u8>) -> Result<(), Error> {
    let limits = Limits { scan_bytes_max: 1 << 20, index_bytes_max: 1 << 20, ..Limits::default() };
    let table: Table = table_with(vec![file(path, bytes)], limits)?;
    let last = table.index().rows().saturating_sub(1);
    let results = [
        table.rows(slice(0, 10), &url).map(drop),
        table.rows(slice(last, 10), &url).map(drop),
        table.search("name", slice(0, 10), &url).map(drop),
        table
            .filter("", table.columns().first().map_or("", |c| &c.name), slice(0, 5), &url)
            .map(drop),
        table.statistics().map(drop),
    ];
    results.into_iter().collect()
}

fn parquet(codec: Compression) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(codec)
        .set_max_row_group_row_count(Some(100))
        .build();
    written(&numbers(250), properties)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_parquet_file_with_bytes_changed_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        at_end in any::<bool>(),
        is_gzip in any::<bool>(),
    ) {
        let codec = match is_gzip {
            true => Compression::GZIP(GzipLevel::default()),
            false => Compression::SNAPPY,
        };
        let mut bytes = parquet(codec);
        // The footer decides most; half of the cases change only it.
        let start = if at_end { bytes.len() - bytes.len().min(900) } else { 0 };
        for (place, byte) in changes {
            let place = start + place.index(bytes.len() - start);
            bytes[place] = byte;
        }
        drop(ask_all("a.parquet", bytes));
    }

    #[test]
    fn cut_and_arbitrary_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        kept in any::<prop::sample::Index>(),
    ) {
        let whole = parquet(Compression::SNAPPY);
        drop(ask_all("a.parquet", whole[..kept.index(whole.len())].to_vec()));
        for path in ["a.csv", "a.jsonl", "a.json", "a.txt", "a.csv.gz", "a.parquet"] {
            drop(ask_all(path, bytes.clone()));
        }
        let _ = (media_type(&bytes), image_size(&bytes));
        for front in [&b"\xff\xd8\xff"[..], PNG, b"RIFF0000WEBP", b"GIF89a", b"BM"] {
            let _ = image_size(&[front, &bytes].concat());
        }
    }
}

fn too_big(path: &str, bytes: impl Into<Vec<u8>>) -> String {
    match table_with(vec![file(path, bytes)], Limits::default()) {
        Err(error @ Error::TooBig { .. }) => error.to_string(),
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn a_row_without_an_end_is_not_taken_in() {
    let long = "x".repeat(20 << 20);
    for (path, text) in [
        ("a.csv", format!("a\n\"{long}")),
        ("a.jsonl", format!("{{\"a\":\"{long}")),
        ("a.json", format!("[{{\"a\":\"{long}")),
        ("a.txt", long.clone()),
    ] {
        assert!(too_big(path, text).contains("a row of too many bytes"), "{path}");
    }
    let bomb = gzip(&vec![b'x'; 100 << 20]);
    assert!(bomb.len() < 200_000);
    assert!(too_big("a.csv.gz", bomb).contains("a row of too many bytes"));
}

#[test]
fn too_many_columns_are_refused() {
    let names: Vec<String> = (0..1_001).map(|place| format!("c{place}")).collect();
    assert!(too_big("a.csv", names.join(",")).contains("`1001` columns"));
    let fields: Vec<String> = names.iter().map(|name| format!("\"{name}\":1")).collect();
    let error =
        table_with(vec![file("a.jsonl", format!("{{{}}}", fields.join(",")))], Limits::default());
    assert!(error.expect_err("wide").to_string().contains("brings more than `1000` columns"));
}

#[test]
fn json_nested_deeply_is_refused_or_kept_as_json() {
    let nest = |depth: usize| format!("{{\"a\":{}{}}}\n", "[".repeat(depth), "]".repeat(depth));
    let error = table_with(vec![file("a.jsonl", nest(100_000))], Limits::default());
    assert!(matches!(error, Err(Error::Broken { .. })));
    let table = table_with(vec![file("a.jsonl", nest(60))], Limits::default()).expect("a table");
    assert!(super::features(&table).contains("Json"));
}

/// Finds a page header's bytes and replaces them by others of the same length.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let place = bytes.windows(from.len()).position(|part| part == from).expect("the bytes");
    let mut changed = bytes.to_vec();
    changed[place..place + to.len()].copy_from_slice(to);
    changed
}

#[test]
fn a_page_that_unpacks_to_more_than_it_claims_is_refused() {
    let id: arrow_array::ArrayRef =
        std::sync::Arc::new(arrow_array::Int64Array::from(vec![7; 5_000]));
    let batch = arrow_array::RecordBatch::try_from_iter([("id", id)]).expect("one column");
    let properties = WriterProperties::builder()
        .set_compression(Compression::GZIP(GzipLevel::default()))
        .set_dictionary_enabled(false)
        .set_statistics_enabled(parquet::file::properties::EnabledStatistics::None)
        .build();
    let bytes = written(&batch, properties);
    // 40,000 bytes as a zigzag varint, and 10,000 in as many bytes.
    let lying = replaced(&bytes, &[0x15, 0x80, 0xf1, 0x04], &[0x15, 0xa0, 0x9c, 0x01]);
    let error = ask_all("a.parquet", lying).expect_err("a lie");
    assert!(
        error.to_string().contains("a page claims `10000` bytes and unpacks to more"),
        "{error}"
    );
    // 1 GiB in five bytes does not fit in place; 128 MiB and more in four does.
    let huge = replaced(&bytes, &[0x15, 0x80, 0xf1, 0x04], &[0x15, 0xff, 0xff, 0x04]);
    assert!(ask_all("a.parquet", huge).is_err());
}

#[test]
fn footers_that_cannot_be_are_refused() {
    let mut long = parquet(Compression::SNAPPY);
    let end = long.len();
    long[end - 8..end - 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut beyond = parquet(Compression::SNAPPY);
    let claim = u32::try_from(end).expect("a length");
    beyond[end - 8..end - 4].copy_from_slice(&claim.to_le_bytes());
    let mut locked = parquet(Compression::SNAPPY);
    locked[end - 4..].copy_from_slice(b"PARE");
    for (bytes, reason) in [
        (long, "a footer of `4294967295` bytes"),
        (beyond, "its footer is longer than the file"),
        (locked, "it is encrypted"),
        (b"PAR1".to_vec(), "it is too short"),
        (b"PAR1 and no more".to_vec(), "it does not end in `PAR1`"),
    ] {
        let error = ask_all("a.parquet", bytes).expect_err(reason);
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn a_store_that_fails_is_told_from_a_file_that_is_broken() {
    struct Failing;
    impl crate::ReadAt for Failing {
        fn len(&self) -> u64 {
            1_000
        }
        fn read_at(&self, _: u64, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    for path in ["a.csv", "a.jsonl", "a.csv.gz", "a.parquet"] {
        let bytes = std::sync::Arc::new(Failing);
        let file = crate::SourceFile { path: path.to_owned(), bytes };
        let error = table_with(vec![file], Limits::default()).expect_err("a failing store");
        assert!(error.can_retry(), "{path}: {error}");
    }
}

#[test]
fn media_are_known_by_their_bytes() {
    let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x10\0\x20\x03";
    for (bytes, kind, size) in [
        (PNG, "image/png", Some((3, 2))),
        (jpeg, "image/jpeg", Some((32, 16))),
        (b"GIF89a\x05\0\x06\0", "image/gif", Some((5, 6))),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x09\0\0\x13\0\0", "image/webp", Some((10, 20))),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", None),
        (b"<svg onload=alert(1)>", "application/octet-stream", None),
        (b"", "application/octet-stream", None),
    ] {
        assert_eq!((media_type(bytes), image_size(bytes)), (kind, size));
    }
}

#[test]
fn a_list_that_names_one_long_text_many_times_is_refused() {
    use arrow_array::types::Int32Type;
    use arrow_array::{
        Array, ArrayRef, DictionaryArray, Int32Array, ListArray, RecordBatch, StringArray,
    };
    use arrow_schema::Field;
    use std::sync::Arc;
    let texts = Arc::new(StringArray::from(vec!["x".repeat(20_000)]));
    let keys = Int32Array::from(vec![0; 20_000]);
    let named = DictionaryArray::<Int32Type>::try_new(keys, texts).expect("keys in range");
    let field = Arc::new(Field::new("item", named.data_type().clone(), true));
    let offsets = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(0); 20_000])])
        .offsets()
        .clone();
    let list: ArrayRef = Arc::new(ListArray::new(field, offsets, Arc::new(named), None));
    let batch = RecordBatch::try_from_iter([("l", list)]).expect("one column");
    let bytes = written(&batch, WriterProperties::default());
    assert!(bytes.len() < 100_000, "400 MB of text in {} bytes", bytes.len());
    let error = ask_all("a.parquet", bytes).expect_err("a bomb");
    assert!(error.to_string().contains("a row of too many bytes"), "{error}");
}

#[test]
fn a_page_of_many_long_cells_is_cut_to_a_bound() {
    let text = format!("a\n{}", format!("{}\n", "x".repeat(1 << 20)).repeat(150));
    let table = table_with(vec![file("a.csv", text)], Limits::default()).expect("a table");
    let page = table.rows(slice(0, 100), &url).expect("rows");
    assert_eq!(page.rows.len(), 100);
    assert!(page.rows.iter().all(|item| item.truncated_cells == ["a"]));
    assert!(super::json(&page).len() < 34 << 20);
}
