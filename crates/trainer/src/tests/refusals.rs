//! Bad input is refused in words, with exit code 2; a full disk is not the input's fault.

use super::{digits, run};
use crate::random::Sequence;
use crate::{DIGITS, DatasetName, Error, dataset_read, weights_bytes, weights_read};
use crate::{Layers, Model};
use arrow_array::{
    ArrayRef, BinaryArray, Int32Array, Int64Array, RecordBatch, StringArray, StructArray,
};
use arrow_schema::{DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use testbed::TempDir;

const TRAIN: &str = "data/train-00000-of-00001.parquet";
const TEST: &str = "data/test-00000-of-00001.parquet";

fn png(side: u32, color: png::ColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("memory does not fail");
    let channels = u32::try_from(color.samples()).expect("a few");
    let pixels = usize::try_from(side * side * channels).expect("a few");
    writer.write_image_data(&vec![7; pixels]).expect("memory does not fail");
    drop(writer);
    bytes
}

fn grey() -> Vec<u8> {
    png(8, png::ColorType::Grayscale)
}

fn images(pictures: &[Option<Vec<u8>>]) -> ArrayRef {
    let parts = Fields::from(vec![
        Field::new("bytes", DataType::Binary, true),
        Field::new("path", DataType::Utf8, true),
    ]);
    let bytes: ArrayRef = Arc::new(BinaryArray::from_iter(pictures));
    let paths: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>; pictures.len()]));
    Arc::new(StructArray::new(parts, vec![bytes, paths], None))
}

fn file(columns: &[(&str, ArrayRef)]) -> Vec<u8> {
    let columns = columns.iter().map(|(name, column)| (*name, column.clone(), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).expect("columns fit");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("memory does not fail");
    writer.into_inner().expect("memory does not fail")
}

/// A file with one row.
fn row(picture: Option<Vec<u8>>, label: Option<i64>) -> Vec<u8> {
    let labels: ArrayRef = Arc::new(Int64Array::from(vec![label]));
    file(&[("image", images(&[picture])), ("label", labels)])
}

/// Puts a file into the digits and runs; gives what was wrong.
#[track_caller]
fn refused(name: &str, bytes: &[u8], expected: &str) {
    let (data, out) = (digits(), TempDir::new().expect("a folder"));
    fs::write(data.path().join(name), bytes).expect("room");
    check(data.path(), out.path(), expected);
}

#[track_caller]
fn check(data: &Path, out: &Path, expected: &str) {
    let (code, told, wrong) = run(data, &out.join("model"), &[]);
    assert!(wrong.contains(expected), "`{expected}` is not in `{wrong}`");
    assert_eq!(code, 2, "{wrong}");
    assert_eq!((told.as_str(), wrong.lines().count()), ("", 1));
    assert!(!out.join("model").exists(), "nothing is left behind");
}

#[test]
fn a_missing_folder_file_or_split_is_named() {
    let (data, out) = (digits(), TempDir::new().expect("a folder"));
    check(&data.path().join("no"), out.path(), "no/data`; check the path and its permissions");
    fs::remove_file(data.path().join(TEST)).expect("it was there");
    check(data.path(), out.path(), "no file for the split `test`; it has to be `test-*.parquet`");
    fs::create_dir(data.path().join(TEST)).expect("room");
    check(data.path(), out.path(), "it is no file");
}

#[test]
fn another_schema_is_told_with_the_columns_that_are_there() {
    let narrow: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    let wide: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let other = file(&[("image", images(&[Some(grey())])), ("label", narrow)]);
    refused(TRAIN, &other, "no column `label` of whole numbers of 64 bits");
    let other = file(&[("picture", images(&[Some(grey())])), ("label", wide.clone())]);
    refused(TRAIN, &other, "no column `image` of pictures");
    refused(TEST, &file(&[("label", wide)]), "its columns are `label: Int64`");
}

#[test]
fn a_label_that_is_no_digit_is_refused_with_its_row() {
    for (label, shown) in [(Some(10), "10"), (Some(-1), "-1"), (None, "null")] {
        let expected = format!("has the label `{shown}`; labels are `0` to `9`");
        refused(TEST, &row(Some(grey()), label), &expected);
    }
    let labels: ArrayRef = Arc::new(Int64Array::from(vec![0, 12]));
    let two = file(&[("image", images(&[Some(grey()), Some(grey())])), ("label", labels)]);
    refused("data/train-00001.parquet", &two, "row `1` of `");
}

#[test]
fn a_picture_that_cannot_be_used_is_refused_with_its_row() {
    let coloured = png(8, png::ColorType::Rgb);
    let short = grey()[..40].to_vec();
    for (picture, reason) in [
        (None, "it is null"),
        (Some(b"GIF89a".to_vec()), "cannot be used: "),
        (Some(short), "cannot be used: "),
        (Some(png(9, png::ColorType::Grayscale)), "`9x9` pixels, not `8x8`"),
        (Some(coloured), "not in shades of grey"),
    ] {
        refused(TRAIN, &row(picture, Some(1)), reason);
    }
}

#[test]
fn a_picture_of_a_billion_pixels_is_refused_by_its_header() {
    let mut huge = grey();
    huge[16..24].copy_from_slice(&[0, 0, 0x7f, 0xff, 0, 0, 0x7f, 0xff]);
    refused(TEST, &row(Some(huge), Some(1)), "cannot be used: ");
}

#[test]
fn nothing_to_learn_from_or_to_judge_by_is_refused() {
    let none: ArrayRef = Arc::new(Int64Array::from(Vec::<i64>::new()));
    let empty = file(&[("image", images(&[])), ("label", none)]);
    refused(TEST, &empty, "the split `test` has no image of any class");
    refused(TRAIN, &row(Some(grey()), Some(0)), "the split `train` has no image of class `1`");
}

#[test]
fn what_is_too_big_is_refused_before_it_is_read() {
    let (data, out) = (digits(), TempDir::new().expect("a folder"));
    let large = fs::File::create(data.path().join(TRAIN)).expect("room");
    large.set_len(1 << 40).expect("a sparse file");
    check(data.path(), out.path(), "has more than `268435456` bytes");
    for number in 0..101 {
        fs::write(data.path().join(format!("data/train-{number}.parquet")), "").expect("room");
    }
    check(data.path(), out.path(), "has more than `100` files of a split");
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let (data, whole) = (digits(), DIGITS[3].1);
    for length in (0..whole.len()).step_by(701).chain([whole.len() - 1]) {
        fs::write(data.path().join(TEST), &whole[..length]).expect("room");
        let found = dataset_read(data.path());
        assert!(matches!(found, Err(Error::Broken { .. })), "{length} bytes: {found:?}");
    }
}

#[test]
fn a_changed_file_is_refused_or_read_and_never_a_panic() {
    let (data, whole) = (digits(), DIGITS[3].1);
    let mut places: Vec<usize> = (0..whole.len()).collect();
    Sequence::new(4).shuffle(&mut places);
    // The footer is where a changed byte does most.
    let footer = (whole.len() - 600..whole.len()).step_by(5);
    for place in places.into_iter().take(100).chain(footer) {
        let mut bytes = whole.to_vec();
        bytes[place] ^= 0x41;
        fs::write(data.path().join(TEST), bytes).expect("room");
        let _ = dataset_read(data.path());
    }
}

#[test]
fn a_wrong_command_line_is_refused_with_how_to_mend_it() {
    let folder = TempDir::new().expect("a folder");
    let (code, _, wrong) = run(folder.path(), folder.path(), &["--seed", "many"]);
    assert_eq!(code, 2);
    assert!(wrong.contains("many"), "{wrong}");
    let (code, told, _) = run(folder.path(), folder.path(), &["--help"]);
    assert_eq!(code, 0);
    assert!(told.contains("--dataset"), "{told}");
    for name in ["digits", "a/b/c", "/b", "a/", "a/b\nlicense: mit", "a/..\"", "é/b", "-a/b"] {
        let refused = DatasetName::parse(name).expect_err("no name");
        assert_eq!(
            refused.to_string(),
            format!("`{name}` is no name of a dataset; write `OWNER/NAME`")
        );
    }
}

#[test]
fn a_result_that_cannot_be_written_is_not_blamed_on_the_input() {
    let (data, out) = (digits(), TempDir::new().expect("a folder"));
    let file = out.path().join("taken");
    fs::write(&file, "").expect("room");
    let (code, _, wrong) = run(data.path(), &file.join("model"), &[]);
    assert_eq!(code, 1);
    assert!(wrong.contains("cannot write"), "{wrong}");
}

#[test]
fn weights_that_are_not_ours_are_refused() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("model.safetensors");
    let (mean, scale, layers) = (vec![0.0; 64], vec![1.0; 64], Layers::zero());
    let mut model = Model { mean, scale, layers };
    let whole = weights_bytes(&model);
    let reason = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("room");
        weights_read(&path).expect_err("no model").to_string()
    };
    for length in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        assert!(reason(&whole[..length]).contains("is no model of this program"));
    }
    assert!(reason(&[0xff; 64]).contains("it is cut short"));
    // The header is longer than these bytes and shorter than twice as many.
    let (header, rest) = whole[8..].split_at(300);
    let header = String::from_utf8(header.to_vec()).expect("the header is text");
    let header = header.replace("output.bias", "output.bios");
    let renamed = [&whole[..8], header.as_bytes(), rest].concat();
    assert!(reason(&renamed).contains("tensor `output.bias` is missing"), "{}", reason(&renamed));
    model.mean[3] = f32::NAN;
    assert!(reason(&weights_bytes(&model)).contains("tensor `standard.mean` has no `64` numbers"));
}
