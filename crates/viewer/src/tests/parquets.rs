use super::{
    Counted, features, file, filtered, json, rows, slice, split_of, table, table_with, url,
};
use crate::{
    Error, Indexed, Limits, Place, SourceFile, SplitIndex, info_answer, parquet_answer,
    size_answer, splits_answer,
};
use arrow_array::builder::{
    BinaryBuilder, Int32Builder, ListBuilder, StringBuilder, StructBuilder,
};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Int64Array, ListArray,
    RecordBatch, StringArray, StructArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow_schema::{DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterVersion};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A PNG's first bytes: 3 pixels wide and 2 high.
pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0";

pub(super) fn written(batch: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut writer =
        ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("a schema");
    writer.write(batch).expect("memory does not fail");
    writer.into_inner().expect("memory does not fail")
}

pub(super) fn numbers(count: i64) -> RecordBatch {
    let id: ArrayRef = Arc::new(Int64Array::from_iter_values(0..count));
    let name: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..count).map(|row| format!("name {row}"))));
    RecordBatch::try_from_iter([("id", id), ("name", name)]).expect("columns of one length")
}

fn lists() -> ListArray {
    let mut builder = ListBuilder::new(StringBuilder::new());
    builder.append_value([Some("x"), None]);
    builder.append_null();
    builder.append_value([Some("中")]);
    builder.finish()
}

fn image_fields() -> Fields {
    Fields::from(vec![
        Field::new("bytes", DataType::Binary, true),
        Field::new("path", DataType::Utf8, true),
    ])
}

fn images() -> StructArray {
    let mut builder = StructBuilder::from_fields(image_fields(), 3);
    for bytes in [Some(PNG), Some(b"not an image"), None] {
        let field = builder.field_builder::<BinaryBuilder>(0).expect("bytes");
        field.append_option(bytes);
        builder.field_builder::<StringBuilder>(1).expect("path").append_value("a.png");
        builder.append(true);
    }
    builder.finish()
}

fn all_types() -> RecordBatch {
    let columns: [(&str, ArrayRef); 9] = [
        ("label", Arc::new(Int64Array::from(vec![Some(1), Some(0), Some(-1)]))),
        ("big", Arc::new(UInt64Array::from(vec![u64::MAX, 1, 2]))),
        ("f", Arc::new(Float32Array::from(vec![Some(0.1), Some(f32::NAN), None]))),
        ("ok", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("day", Arc::new(Date32Array::from(vec![19_782, -1, 0]))),
        (
            "at",
            Arc::new(
                TimestampMicrosecondArray::from(vec![Some(1_500_000), None, Some(-1)])
                    .with_timezone("UTC"),
            ),
        ),
        (
            "money",
            Arc::new(
                Decimal128Array::from(vec![12_345, -5, 100])
                    .with_precision_and_scale(10, 2)
                    .expect("a scale"),
            ),
        ),
        ("tags", Arc::new(lists())),
        ("image", Arc::new(images())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .expect("columns of one length")
}

fn all_types_file() -> Vec<u8> {
    let metadata = r#"{"info":{"features":{"label":{"names":["no","yes"],"_type":"ClassLabel"},"image":{"_type":"Image"}}}}"#;
    let pair = KeyValue::new("huggingface".to_owned(), metadata.to_owned());
    let properties = WriterProperties::builder()
        .set_key_value_metadata(Some(vec![pair]))
        .set_compression(Compression::SNAPPY)
        .build();
    written(&all_types(), properties)
}

#[test]
fn columns_and_cells_of_parquet_are_those_of_datasets() {
    let table = table("a.parquet", all_types_file());
    assert_eq!(
        features(&table),
        r#"[{"feature_idx":0,"name":"label","type":{"names":["no","yes"],"_type":"ClassLabel"}},{"feature_idx":1,"name":"big","type":{"dtype":"uint64","_type":"Value"}},{"feature_idx":2,"name":"f","type":{"dtype":"float32","_type":"Value"}},{"feature_idx":3,"name":"ok","type":{"dtype":"bool","_type":"Value"}},{"feature_idx":4,"name":"day","type":{"dtype":"date32","_type":"Value"}},{"feature_idx":5,"name":"at","type":{"dtype":"timestamp[us, tz=UTC]","_type":"Value"}},{"feature_idx":6,"name":"money","type":{"dtype":"decimal128(10, 2)","_type":"Value"}},{"feature_idx":7,"name":"tags","type":{"feature":{"dtype":"string","_type":"Value"},"_type":"List"}},{"feature_idx":8,"name":"image","type":{"_type":"Image"}}]"#
    );
    assert_eq!(
        rows(&table, 0, 9),
        concat!(
            r#"[{"label":1,"big":18446744073709551615,"f":0.1,"ok":true,"day":"2024-02-29","at":"1970-01-01T00:00:01.5+00:00","money":"123.45","tags":["x",null],"image":{"src":"/assets/0/image","height":2,"width":3}},"#,
            r#"{"label":0,"big":1,"f":null,"ok":null,"day":"1969-12-31","at":null,"money":"-0.05","tags":null,"image":{"src":"/assets/1/image"}},"#,
            r#"{"label":-1,"big":2,"f":null,"ok":false,"day":"1970-01-01","at":"1969-12-31T23:59:59.999999+00:00","money":"1.00","tags":["中"],"image":null}]"#
        )
    );
}

#[test]
fn filters_know_classes_times_and_decimals() {
    let table = table("a.parquet", all_types_file());
    for (filter, expected) in [
        ("label = 'yes'", &[0][..]),
        ("label = -1", &[2]),
        ("big > 9223372036854775807", &[0]),
        ("day = '2024-02-29'", &[0]),
        ("day < '1970-01-01'", &[1]),
        ("at >= '1970-01-01'", &[0]),
        ("at = '1970-01-01 00:00:01.5'", &[0]),
        ("money > 1", &[0]),
        ("money >= 1.000", &[0, 2]),
        ("money < -0.049", &[1]),
        ("image IS NOT NULL", &[0, 1, 2]),
    ] {
        assert_eq!(filtered(&table, filter, ""), expected, "{filter}");
    }
    assert_eq!(filtered(&table, "", "money"), [1, 2, 0]);
    assert_eq!(filtered(&table, "", "f DESC"), [1, 0, 2]);
    let error = table.filter("label = 'maybe'", "", slice(0, 1), &url).expect_err("no class");
    assert!(error.to_string().contains("has no class `maybe`"), "{error}");
}

#[test]
fn classes_images_and_times_have_figures() {
    let found = table("a.parquet", all_types_file()).statistics().expect("figures");
    let column = |name: &str| {
        let found = found.statistics.iter().find(|column| column.column_name == name);
        json(&found.expect("a column"))
    };
    assert_eq!(
        column("label"),
        r#"{"column_name":"label","column_type":"class_label","column_statistics":{"nan_count":0,"nan_proportion":0.0,"no_label_count":1,"no_label_proportion":0.33333,"n_unique":2,"frequencies":{"no":1,"yes":1}}}"#
    );
    assert_eq!(
        column("image"),
        r#"{"column_name":"image","column_type":"image","column_statistics":{"nan_count":2,"nan_proportion":0.66667,"min":3,"max":3,"mean":3.0,"median":3.0,"std":null,"histogram":{"hist":[1],"bin_edges":[3,3]}}}"#
    );
    assert!(column("day").contains(r#""min":"1969-12-31 00:00:00","max":"2024-02-29 00:00:00""#));
    assert!(column("f").contains(r#""nan_count":2"#));
}

#[test]
fn the_bytes_of_an_image_are_found_by_its_cell() {
    let table = table("a.parquet", all_types_file());
    assert_eq!(table.cell_bytes(0, "image", None).expect("an image"), ("image/png", PNG.to_vec()));
    let (kind, _) = table.cell_bytes(1, "image", None).expect("bytes");
    assert_eq!(kind, "application/octet-stream");
    let error = |row, column, item| table.cell_bytes(row, column, item).expect_err("no bytes");
    assert!(matches!(error(2, "image", None), Error::CellWithoutBytes { .. }));
    assert!(matches!(error(0, "image", Some(0)), Error::CellWithoutBytes { .. }));
    assert!(matches!(error(0, "label", None), Error::CellWithoutBytes { .. }));
    assert!(matches!(error(3, "image", None), Error::RowUnknown { row: 3, rows: 3 }));
    assert!(matches!(error(0, "x", None), Error::ColumnUnknown { .. }));
}

#[test]
fn every_codec_and_page_version_reads_the_same() {
    let batch = numbers(5_000);
    let expected = r#"[{"id":4321,"name":"name 4321"}]"#;
    let gzip = Compression::GZIP(GzipLevel::default());
    let zstd = Compression::ZSTD(ZstdLevel::default());
    for codec in [Compression::UNCOMPRESSED, Compression::SNAPPY, gzip, Compression::LZ4_RAW, zstd]
    {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let properties = WriterProperties::builder()
                .set_compression(codec)
                .set_writer_version(version)
                .set_data_page_row_count_limit(500)
                .set_max_row_group_row_count(Some(2_000))
                .build();
            let table = table("a.parquet", written(&batch, properties));
            assert_eq!(rows(&table, 4_321, 1), expected, "{codec:?} {version:?}");
            assert_eq!(filtered(&table, "name = 'name 4999'", ""), [4_999], "{codec:?}");
        }
    }
}

#[test]
fn any_page_over_row_groups_and_files_is_that_part_of_the_whole() {
    let properties = || WriterProperties::builder().set_max_row_group_row_count(Some(37)).build();
    let bytes = written(&numbers(100), properties());
    let files = vec![file("train-0.parquet", bytes.clone()), file("train-1.parquet", bytes)];
    let table = table_with(files, Limits::default()).expect("a table");
    for (offset, length) in [(0, 100), (30, 20), (95, 10), (99, 1), (100, 3), (137, 63), (199, 9)] {
        let page = table.rows(slice(offset, length), &url).expect("rows");
        let got: Vec<String> = page.rows.iter().map(|item| json(&item.row)).collect();
        let expected: Vec<String> = (offset..(offset + length).min(200))
            .map(|row| format!(r#"{{"id":{0},"name":"name {0}"}}"#, row % 100))
            .collect();
        assert_eq!(got, expected, "{offset} {length}");
    }
    assert_eq!(filtered(&table, "id IN (1, 99)", ""), [1, 99, 101, 199]);
}

#[test]
fn a_page_of_a_large_file_reads_only_its_row_group() {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(10_000))
        .set_compression(Compression::UNCOMPRESSED)
        .set_dictionary_enabled(false)
        .build();
    let bytes = written(&numbers(200_000), properties);
    let size = u64::try_from(bytes.len()).expect("a size");
    let read = Arc::new(AtomicU64::new(0));
    let counted = Counted { bytes, read: Arc::clone(&read) };
    let files = vec![SourceFile { path: "a.parquet".to_owned(), bytes: Arc::new(counted) }];
    let table = table_with(files, Limits::default()).expect("a table");
    read.store(0, Ordering::Relaxed);
    assert_eq!(rows(&table, 150_007, 1), r#"[{"id":150007,"name":"name 150007"}]"#);
    assert!(read.load(Ordering::Relaxed) < size / 10, "{} of {size}", read.load(Ordering::Relaxed));
}

#[test]
fn long_lists_of_structs_read_whole() {
    let fields = Fields::from(vec![Field::new("a", DataType::Int32, true)]);
    let inner = StructBuilder::from_fields(fields, 0);
    let mut builder = ListBuilder::new(inner);
    for row in 0..50 {
        for value in 0..row {
            builder.values().field_builder::<Int32Builder>(0).expect("a").append_value(value);
            builder.values().append(true);
        }
        builder.append(true);
    }
    let list: ArrayRef = Arc::new(builder.finish());
    let batch = RecordBatch::try_from_iter([("l", list)]).expect("one column");
    let table = table("a.parquet", written(&batch, WriterProperties::default()));
    assert_eq!(rows(&table, 2, 1), r#"[{"l":[{"a":0},{"a":1}]}]"#);
    assert!(
        features(&table)
            .contains(r#"{"feature":{"a":{"dtype":"int32","_type":"Value"}},"_type":"List"}"#)
    );
}

#[test]
fn schemas_without_columns_wanted_still_count_rows() {
    let table = table("a.parquet", written(&numbers(10), WriterProperties::default()));
    assert_eq!(filtered(&table, "", "").len(), 10);
    let page = table.search("name 7", slice(0, 5), &url).expect("found");
    assert_eq!((page.num_rows_total, page.rows[0].row_idx), (1, 7));
}

#[test]
fn the_bodies_have_the_names_of_the_public_viewer() {
    let files = vec![file("a.parquet", written(&numbers(3), WriterProperties::default()))];
    let (config, split) = split_of(&files);
    let index = SplitIndex::build(&config, &split, &files, &Limits::default()).expect("an index");
    let indexed = [Indexed { config: &config.name, split: &split.name, index: &index }];
    let configs = [config.clone()];
    assert_eq!(
        json(&splits_answer("o/d", &configs)),
        r#"{"splits":[{"dataset":"o/d","config":"default","split":"train"}],"pending":[],"failed":[]}"#
    );
    let address = |path: &str| (format!("http://zone.example/{path}"), 7);
    assert_eq!(
        json(&parquet_answer("o/d", &configs, &address)),
        r#"{"parquet_files":[{"dataset":"o/d","config":"default","split":"train","url":"http://zone.example/a.parquet","filename":"a.parquet","size":7}],"pending":[],"failed":[],"partial":false}"#
    );
    // A list without some splits is a part; a dataset without Parquet has no list at all.
    let mut other = config.clone();
    other.splits[0].format = crate::Format::Csv;
    let mixed = parquet_answer("o/d", &[config.clone(), other.clone()], &address);
    assert_eq!((mixed.parquet_files.len(), mixed.partial), (1, true));
    let none = parquet_answer("o/d", &[other], &address);
    assert_eq!((none.parquet_files.len(), none.partial), (0, false));
    let size = serde_json::to_value(size_answer("o/d", &indexed)).expect("plain values");
    assert_eq!(size["size"]["dataset"]["num_rows"], 3);
    assert_eq!(size["size"]["splits"][0]["num_columns"], 2);
    assert_eq!(size["size"]["configs"][0]["num_bytes_parquet_files"], index.size_bytes());
    assert_eq!(size["size"]["dataset"].get("num_columns"), None);
    let info = serde_json::to_value(info_answer("o/d", &indexed)).expect("plain values");
    assert_eq!(info["dataset_info"]["default"]["splits"]["train"]["num_examples"], 3);
    assert_eq!(info["dataset_info"]["default"]["features"]["id"]["dtype"], "int64");
    let table = crate::Table::open(files, index, Limits::default()).expect("a table");
    let place = Place { dataset: "o/d", config: "default", split: "train" };
    let first = json(&table.first_rows(place, &url).expect("rows"));
    assert!(
        first.starts_with(r#"{"dataset":"o/d","config":"default","split":"train","features":["#)
    );
    assert!(first.ends_with(r#""truncated":false}"#));
}

#[test]
fn lists_in_the_old_shapes_read_as_lists() {
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    let schema = "message m { repeated binary a (UTF8);
        optional group b (LIST) { repeated binary array (UTF8); } }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::default()).expect("a writer");
    let mut group = writer.next_row_group().expect("a group");
    for level in [1, 2] {
        let mut column = group.next_column().expect("a column").expect("a column");
        let texts = ["x", "y", "z"].map(ByteArray::from);
        let levels = [level; 3];
        let typed = column.typed::<ByteArrayType>();
        typed.write_batch(&texts, Some(&levels), Some(&[0, 1, 0])).expect("values");
        column.close().expect("a column");
    }
    group.close().expect("a group");
    let table = table("a.parquet", writer.into_inner().expect("a file"));
    assert_eq!(rows(&table, 0, 9), r#"[{"a":["x","y"],"b":["x","y"]},{"a":["z"],"b":["z"]}]"#);
}
