//! Makes the Parquet files of `data/digits` from the table that scikit-learn ships, or checks that
//! the committed ones have the same content.
//!
//! `digits check TABLE FOLDER` or `digits write TABLE FOLDER`; `cargo xtask data digits` fetches
//! the table and calls this. Checked are values and not bytes: how Parquet and PNG are packed
//! changes with every release of the crates that write them, what they say does not.

use anyhow::{Context, Result, bail, ensure};
use arrow_array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::{DataType, Field, Fields, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use trainer::{CLASSES, Example, PIXELS, Picture, SIDE, dataset_read};

/// Pixels of the source go from 0 to this.
const INK: u16 = 16;
/// Of every so many pictures of a digit the last is held out.
const HELD_OUT_EVERY: usize = 5;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (["check", table, folder] | ["write", table, folder]) = words.as_slice() else {
        bail!("usage: digits check|write TABLE FOLDER");
    };
    let text = fs::read_to_string(table).with_context(|| format!("read `{table}`"))?;
    let (train, test) = split(rows(&text)?);
    let folder = Path::new(folder);
    if words[0] == "write" {
        for (name, examples) in [("train", &train), ("test", &test)] {
            let path = folder.join(format!("data/{name}-00000-of-00001.parquet"));
            fs::write(&path, parquet(examples)?)
                .with_context(|| format!("write `{}`", path.display()))?;
        }
    }
    let found = dataset_read(folder).context("read what is in the folder")?;
    ensure!(found.train == train, "the split `train` has other pictures; run with `write`");
    ensure!(found.test == test, "the split `test` has other pictures; run with `write`");
    println!("{} and {} pictures, as scikit-learn has them", train.len(), test.len());
    Ok(())
}

/// Reads the table: 64 shades and a digit in each line.
fn rows(text: &str) -> Result<Vec<Example>> {
    let mut examples = Vec::new();
    for (line, number) in text.lines().zip(0_u32..) {
        let cells: Vec<u16> = line
            .split(',')
            .map(str::parse)
            .collect::<std::result::Result<_, _>>()
            .with_context(|| format!("row `{number}` is not of whole numbers"))?;
        let [shades @ .., label] = cells.as_slice() else { bail!("row `{number}` is empty") };
        ensure!(shades.len() == PIXELS && usize::from(*label) < CLASSES, "row `{number}`");
        let mut picture: Picture = [0; PIXELS];
        for (pixel, shade) in picture.iter_mut().zip(shades) {
            ensure!(*shade <= INK, "row `{number}` has a shade above `{INK}`");
            *pixel = u8::try_from((shade * 255 + INK / 2) / INK)?;
        }
        examples.push(Example { picture, label: usize::from(*label), origin: Some(number) });
    }
    Ok(examples)
}

/// Holds out the fifth, tenth, .. picture of each digit, in the order of the table.
fn split(examples: Vec<Example>) -> (Vec<Example>, Vec<Example>) {
    let mut seen = [0; CLASSES];
    examples.into_iter().partition(|example| {
        seen[example.label] += 1;
        seen[example.label] % HELD_OUT_EVERY != 0
    })
}

/// Packs examples as the `datasets` library does: an image is its file with its name.
fn parquet(examples: &[Example]) -> Result<Vec<u8>> {
    let pictures = examples.iter().map(|example| png(&example.picture));
    let pictures = pictures.collect::<Result<Vec<Vec<u8>>>>()?;
    let origins = examples.iter().map(|example| example.origin.unwrap_or_default());
    let names = origins.map(|origin| format!("digit-{origin:04}.png"));
    let labels = examples.iter().map(|example| i64::try_from(example.label));
    let bytes: ArrayRef = Arc::new(BinaryArray::from_iter_values(&pictures));
    let paths: ArrayRef = Arc::new(StringArray::from_iter_values(names));
    let labels = labels.collect::<std::result::Result<Vec<i64>, _>>()?;
    let parts = Fields::from(vec![
        Field::new("bytes", DataType::Binary, true),
        Field::new("path", DataType::Utf8, true),
    ]);
    let images = StructArray::new(parts.clone(), vec![bytes, paths], None);
    // What the library reads before it reads a card.
    let names: Vec<String> = (0..CLASSES).map(|class| format!("\"{class}\"")).collect();
    let features = format!(
        r#"{{"info": {{"features": {{"image": {{"_type": "Image"}}, "label": {{"names": [{}], "_type": "ClassLabel"}}}}}}}}"#,
        names.join(", ")
    );
    let fields = vec![
        Field::new("image", DataType::Struct(parts), true),
        Field::new("label", DataType::Int64, true),
    ];
    let schema = Arc::new(Schema::new(fields));
    let columns: Vec<ArrayRef> = vec![Arc::new(images), Arc::new(Int64Array::from(labels))];
    let batch = RecordBatch::try_new(schema.clone(), columns)?;
    let level = Compression::ZSTD(ZstdLevel::try_new(19)?);
    let features = KeyValue::new("huggingface".to_owned(), features);
    let properties = WriterProperties::builder()
        .set_compression(level)
        .set_key_value_metadata(Some(vec![features]))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties))?;
    writer.write(&batch)?;
    Ok(writer.into_inner()?)
}

fn png(picture: &Picture) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIDE, SIDE);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(picture)?;
    Ok(bytes)
}
