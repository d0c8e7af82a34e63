//! Answers for the files of a local folder, as the viewer's API gives them.
//!
//! ```text
//! cargo run -p viewer --example look -- FOLDER first-rows
//! cargo run -p viewer --example look -- FOLDER rows OFFSET LENGTH
//! cargo run -p viewer --example look -- FOLDER search TEXT
//! cargo run -p viewer --example look -- FOLDER filter WHERE ORDERBY
//! cargo run -p viewer --example look -- FOLDER statistics | size | info | splits
//! cargo run -p viewer --example look -- FOLDER croissant BASE_URL
//! ```
//! Every answer but the last three is that of the first split.

use serde::Serialize;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use viewer::{
    AssetPlace, Config, CroissantFacts, CroissantFile, CroissantSplit, Indexed, Limits, Place,
    Slice, SourceFile, Split, SplitIndex, Table, configs_find, croissant, info_answer, size_answer,
    splits_answer,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A split with its files and index.
type Read<'a> = (&'a Config, &'a Split, Vec<SourceFile>, SplitIndex);

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, question, rest @ ..] = arguments.as_slice() else {
        return Err("give a folder and a question".into());
    };
    let folder = Path::new(folder);
    let paths = paths_below(folder, "")?;
    let names: Vec<&str> = paths.iter().map(String::as_str).collect();
    let configs = configs_find(&[], &names)?;
    let mut splits = Vec::new();
    for config in &configs {
        for split in &config.splits {
            let open = |path: &String| -> Outcome<SourceFile> {
                let bytes = Arc::new(fs::File::open(folder.join(path))?);
                Ok(SourceFile { path: path.clone(), bytes })
            };
            let files = split.paths.iter().map(open).collect::<Outcome<Vec<_>>>()?;
            let index = SplitIndex::build(config, split, &files, &Limits::default())?;
            splits.push((config, split, files, index));
        }
    }
    let mut indexed = Vec::new();
    for (config, split, _, index) in &splits {
        indexed.push(Indexed { config: &config.name, split: &split.name, index });
    }
    match question.as_str() {
        "splits" => print(&splits_answer("local/folder", &configs)),
        "size" => print(&size_answer("local/folder", &indexed)),
        "info" => print(&info_answer("local/folder", &indexed)),
        "croissant" => describe(folder, &paths, &splits, rest),
        _ => {
            let (config, split, files, index) = splits.into_iter().next().ok_or("no data")?;
            let place = Place { dataset: "local/folder", config: &config.name, split: &split.name };
            ask(&Table::open(files, index, Limits::default())?, place, question, rest)
        }
    }
}

fn paths_below(folder: &Path, prefix: &str) -> Outcome<Vec<String>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            paths.extend(paths_below(&entry.path(), &format!("{name}/"))?);
        } else {
            paths.push(name);
        }
    }
    Ok(paths)
}

fn ask(table: &Table, place: Place<'_>, question: &str, rest: &[String]) -> Outcome<()> {
    let url = |at: AssetPlace<'_>| format!("/assets/{}/{}", at.column, at.row);
    let word = |at: usize| rest.get(at).map_or("", String::as_str);
    let page = Slice { offset: 0, length: 100 };
    match question {
        "first-rows" => print(&table.first_rows(place, &url)?),
        "rows" => {
            let slice = Slice { offset: word(0).parse()?, length: word(1).parse()? };
            print(&table.rows(slice, &url)?)
        }
        "search" => print(&table.search(word(0), page, &url)?),
        "filter" => print(&table.filter(word(0), word(1), page, &url)?),
        "statistics" => print(&table.statistics()?),
        other => Err(format!("there is no question `{other}`").into()),
    }
}

fn describe(folder: &Path, paths: &[String], splits: &[Read<'_>], rest: &[String]) -> Outcome<()> {
    let base = rest.first().ok_or("give the address of the folder")?;
    let file = |path: &String| -> Outcome<CroissantFile> {
        let bytes = fs::read(folder.join(path))?;
        Ok(CroissantFile {
            path: path.clone(),
            content_url: format!("{base}/{path}"),
            sha256: base::sha256_hex(&bytes),
            size_bytes: u64::try_from(bytes.len())?,
        })
    };
    let files = paths.iter().map(file).collect::<Outcome<Vec<_>>>()?;
    let facts = CroissantFacts {
        name: "a local folder".to_owned(),
        url: base.clone(),
        description: Some("the files of a folder".to_owned()),
        licenses: vec!["https://spdx.org/licenses/CC0-1.0".to_owned()],
        version: Some("1.0.0".to_owned()),
        personal_data: vec!["none".to_owned()],
        ..CroissantFacts::default()
    };
    let mut described = Vec::new();
    for (config, split, _, index) in splits {
        described.push(CroissantSplit { config, split, index });
    }
    print(&croissant(&facts, &files, &described))
}

fn print(answer: &impl Serialize) -> Outcome<()> {
    println!("{}", serde_json::to_string(answer)?);
    Ok(())
}
