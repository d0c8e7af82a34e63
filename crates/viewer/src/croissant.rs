//! A dataset's description as Croissant 1.1 (JSON-LD), which `mlcroissant` validates and loads.
//!
//! Every file is a `cr:FileObject` with its address and sha256: `mlcroissant` clones git
//! repositories of three known hosts only, so that a `cr:FileSet` inside a repository of the zone
//! would lead nowhere. A record set therefore stands for one file.
//! Source: docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html and croissant-rai-spec.html;
//! which extraction a format allows is that of mlcroissant 1.1.1, `operations/read.py`.

use crate::column::{Column, Kind};
use crate::config::{Config, Split};
use crate::format::Format;
use crate::index::SplitIndex;
use base::Date;
use serde_json::{Map, Value, json};

/// What the zone knows of a dataset besides its files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CroissantFacts {
    /// Name, shown to people.
    pub name: String,
    /// Address of its page.
    pub url: String,
    /// What it is about.
    pub description: Option<String>,
    /// Licences, as addresses or SPDX names.
    pub licenses: Vec<String>,
    /// Who made it.
    pub creators: Vec<CroissantCreator>,
    /// The day it was published.
    pub date_published: Option<Date>,
    /// The day it was last changed.
    pub date_modified: Option<Date>,
    /// Its version: semantic, or the commit.
    pub version: Option<String>,
    /// How to cite it, in BibTeX where known.
    pub citation: Option<String>,
    /// Keywords.
    pub keywords: Vec<String>,
    /// Languages as BCP 47 tags.
    pub languages: Vec<String>,
    /// Kinds of personal or sensitive data in it (`rai:personalSensitiveInformation`).
    pub personal_data: Vec<String>,
    /// How the data came together (`rai:dataCollection`).
    pub collection: Option<String>,
    /// What it must not be used for, or does not show (`rai:dataLimitations`).
    pub limitations: Vec<String>,
    /// Known biases (`rai:dataBiases`).
    pub biases: Vec<String>,
}

/// A maker of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CroissantCreator {
    /// Name.
    pub name: String,
    /// Address of a page about it.
    pub url: Option<String>,
    /// Whether it is a person; else an organisation.
    pub is_person: bool,
}

/// One file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CroissantFile {
    /// Path inside the repository.
    pub path: String,
    /// Absolute address of its bytes, at this revision.
    pub content_url: String,
    /// Lower-case hexadecimal sha256 of its bytes.
    pub sha256: String,
    /// Size in bytes.
    pub size_bytes: u64,
}

/// A split with its index, for the fields of its records.
#[derive(Debug, Clone, Copy)]
pub struct CroissantSplit<'a> {
    /// The config it belongs to.
    pub config: &'a Config,
    /// The split.
    pub split: &'a Split,
    /// Its index.
    pub index: &'a SplitIndex,
}

/// Writes the description; a split whose files are not among `files` gets no record set.
#[must_use]
pub fn croissant(
    facts: &CroissantFacts,
    files: &[CroissantFile],
    splits: &[CroissantSplit<'_>],
) -> Value {
    let mut body = Map::new();
    let mut put = |key: &str, value: Value| {
        let is_empty = match &value {
            Value::Null => true,
            Value::Array(values) => values.is_empty(),
            _ => false,
        };
        if !is_empty {
            body.insert(key.to_owned(), value);
        }
    };
    put("@context", context());
    put("@type", json!("sc:Dataset"));
    put("conformsTo", json!("http://mlcommons.org/croissant/1.1"));
    put("name", json!(facts.name));
    put("url", json!(facts.url));
    put("description", json!(facts.description));
    put("license", json!(facts.licenses));
    put("creator", Value::Array(facts.creators.iter().map(creator).collect()));
    put("datePublished", json!(facts.date_published.map(|date| date.to_string())));
    put("dateModified", json!(facts.date_modified.map(|date| date.to_string())));
    put("version", json!(facts.version));
    put("citeAs", json!(facts.citation));
    put("keywords", json!(facts.keywords));
    put("inLanguage", json!(facts.languages));
    put("rai:personalSensitiveInformation", json!(facts.personal_data));
    put("rai:dataCollection", json!(facts.collection));
    put("rai:dataLimitations", json!(facts.limitations));
    put("rai:dataBiases", json!(facts.biases));
    put("distribution", Value::Array(files.iter().map(file_object).collect()));
    put("recordSet", Value::Array(record_sets(files, splits)));
    Value::Object(body)
}

/// The context that the specification prints in its appendix for 1.1.
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "arrayShape": "cr:arrayShape",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "containedIn": "cr:containedIn",
        "cr": "http://mlcommons.org/croissant/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "description": {"@container": "@language"},
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "extract": "cr:extract",
        "field": "cr:field",
        "fileObject": "cr:fileObject",
        "fileProperty": "cr:fileProperty",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isArray": "cr:isArray",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "name": {"@container": "@language"},
        "parentField": "cr:parentField",
        "path": "cr:path",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform"
    })
}

fn creator(creator: &CroissantCreator) -> Value {
    let kind = if creator.is_person { "sc:Person" } else { "sc:Organization" };
    match &creator.url {
        Some(url) => json!({"@type": kind, "name": creator.name, "url": url}),
        None => json!({"@type": kind, "name": creator.name}),
    }
}

fn file_object(file: &CroissantFile) -> Value {
    json!({
        "@type": "cr:FileObject",
        "@id": id(&["file", &file.path]),
        "name": file.path,
        "contentUrl": file.content_url,
        "contentSize": format!("{} B", file.size_bytes),
        "encodingFormat": encoding_format(&file.path),
        "sha256": file.sha256,
    })
}

fn encoding_format(path: &str) -> &'static str {
    if let Some((format, _)) = Format::of(path) {
        return format.media_type();
    }
    let lower = path.to_lowercase();
    match lower.rsplit_once('.').map_or("", |(_, end)| end) {
        "md" => "text/markdown",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "tar" => "application/x-tar",
        "zip" => "application/zip",
        "py" | "yaml" | "yml" | "gitattributes" | "gitignore" => "text/plain",
        _ => "application/octet-stream",
    }
}

/// Joins names to an id; what a relative IRI cannot hold is percent-encoded (RFC 3987).
fn id(parts: &[&str]) -> String {
    let mut text = String::new();
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            text.push('/');
        }
        for c in part.chars() {
            if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '/') {
                text.push(c);
            } else {
                let mut buffer = [0; 4];
                for byte in c.encode_utf8(&mut buffer).bytes() {
                    text.push_str(&format!("%{byte:02X}"));
                }
            }
        }
    }
    text
}

fn record_sets(files: &[CroissantFile], splits: &[CroissantSplit<'_>]) -> Vec<Value> {
    let mut sets = Vec::new();
    for CroissantSplit { config, split, index } in splits {
        // The description has no word for another delimiter.
        let is_usual = index.delimiter == if split.format == Format::Tsv { b'\t' } else { b',' };
        if !is_usual && matches!(split.format, Format::Csv | Format::Tsv) {
            continue;
        }
        for (place, path) in split.paths.iter().enumerate() {
            if !files.iter().any(|file| file.path == *path) {
                continue;
            }
            let name = match split.paths.len() {
                1 => format!("{}/{}", config.name, split.name),
                _ => format!("{}/{}/{place:05}", config.name, split.name),
            };
            sets.push(record_set(&name, path, config, split, index.columns()));
        }
    }
    sets
}

fn record_set(name: &str, path: &str, config: &Config, split: &Split, columns: &[Column]) -> Value {
    let set = id(&["records", name]);
    let field = |column: &Column| field(&set, path, split.format, column);
    let fields: Vec<Value> = columns.iter().filter_map(field).collect();
    let skipped = columns.len() - fields.len();
    let mut description = format!("split {} of config {}, file {path}", split.name, config.name);
    if skipped > 0 {
        description.push_str(&format!("; {skipped} nested columns are left out"));
    }
    json!({
        "@type": "cr:RecordSet",
        "@id": set,
        "name": name,
        "description": description,
        "field": fields,
    })
}

/// Describes a column; nested ones, for which there is no plain type, are left out.
fn field(set: &str, path: &str, format: Format, column: &Column) -> Option<Value> {
    let (kind, is_list) = match &column.kind {
        Kind::List(inner) => (inner.as_ref(), true),
        kind => (kind, false),
    };
    let data_type = match kind {
        Kind::Bool => "sc:Boolean",
        Kind::Int | Kind::ClassLabel(_) => "sc:Integer",
        Kind::Float | Kind::Decimal => "sc:Float",
        Kind::Text | Kind::Null | Kind::Bytes => "sc:Text",
        Kind::Moment { .. } => "sc:DateTime",
        Kind::Time => "sc:Time",
        Kind::Image => "sc:ImageObject",
        Kind::Audio => "sc:AudioObject",
        Kind::List(_) | Kind::Struct(_) | Kind::Json => return None,
    };
    let is_asset = matches!(kind, Kind::Image | Kind::Audio);
    if is_asset && is_list {
        return None;
    }
    let extract = match format {
        Format::Lines => json!({"fileProperty": "lines"}),
        // Quoted, so that any name is one step of the path.
        Format::Json => json!({"jsonPath": format!("$[*].\"{}\"", column.name)}),
        _ => json!({"column": column.name}),
    };
    let mut source = json!({"fileObject": {"@id": id(&["file", path])}, "extract": extract});
    if is_asset {
        source["transform"] = json!({"jsonPath": "bytes"});
    }
    let mut field = json!({
        "@type": "cr:Field",
        "@id": id(&[set, &column.name]),
        "name": column.name,
        "dataType": data_type,
        "source": source,
    });
    if is_list {
        field["isArray"] = json!(true);
        field["arrayShape"] = json!("-1");
    }
    Some(field)
}
