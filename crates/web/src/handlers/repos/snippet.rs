//! Lines that use a repository of this zone, for every program that people have already.

use super::frame::path_encoded;
use crate::pages::repos::card::Snippet;
use hub::{Repo, RepoKind};

/// Endings of files that pandas and DuckDB read.
const TABLES: [(&str, &str); 3] =
    [(".parquet", "read_parquet"), (".csv", "read_csv"), (".jsonl", "read_json")];

/// Writes the lines for a repository; `paths` are its files.
pub(super) fn of(url: &str, repo: &Repo, paths: &[String]) -> Vec<Snippet> {
    let path = repo.path();
    let kind = match repo.kind {
        RepoKind::Model => String::new(),
        kind => format!(" --repo-type {}", kind.singular()),
    };
    let argument = match repo.kind {
        RepoKind::Model => String::new(),
        kind => format!(", repo_type=\"{}\"", kind.singular()),
    };
    let mut all = vec![
        ("hf", format!("export HF_ENDPOINT={url}\nhf download {path}{kind}")),
        (
            "huggingface_hub",
            format!(
                "from huggingface_hub import snapshot_download\n\n\
                 folder = snapshot_download(\"{path}\"{argument}, endpoint=\"{url}\")"
            ),
        ),
    ];
    match repo.kind {
        RepoKind::Model => all.extend(model(url, repo, &path)),
        RepoKind::Dataset => all.extend(dataset(url, repo, paths)),
        RepoKind::Space => {}
    }
    all.push(("git", format!("git lfs install\ngit clone {url}/{}", repo.page())));
    let snippet = |(program, text): (&'static str, String)| Snippet {
        program,
        id: format!("use-{}", program.to_lowercase().replace('_', "-")),
        text,
    };
    all.into_iter().map(snippet).collect()
}

fn model(url: &str, repo: &Repo, path: &str) -> Vec<(&'static str, String)> {
    let text = match repo.library.as_str() {
        "sentence-transformers" => (
            "sentence-transformers",
            format!(
                "# export HF_ENDPOINT={url}\nfrom sentence_transformers import \
                 SentenceTransformer\n\nmodel = SentenceTransformer(\"{path}\")"
            ),
        ),
        _ => (
            "transformers",
            format!(
                "# export HF_ENDPOINT={url}\nfrom transformers import AutoModel\n\n\
                 model = AutoModel.from_pretrained(\"{path}\")"
            ),
        ),
    };
    vec![text]
}

fn dataset(url: &str, repo: &Repo, paths: &[String]) -> Vec<(&'static str, String)> {
    let path = repo.path();
    let mut all = vec![(
        "datasets",
        format!(
            "# export HF_ENDPOINT={url}\nfrom datasets import load_dataset\n\n\
             data = load_dataset(\"{path}\")"
        ),
    )];
    let table = TABLES.iter().find_map(|(ending, reader)| {
        let is_table = |file: &&String| file.ends_with(ending) && is_plain(file);
        paths.iter().find(is_table).map(|file| (file, *reader, *ending))
    });
    if let Some((file, reader, ending)) = table {
        let lines = if ending == ".jsonl" { ", lines=True" } else { "" };
        all.push((
            "pandas",
            format!(
                "# export HF_ENDPOINT={url}\nimport pandas as pd\n\n\
                 rows = pd.{reader}(\"hf://datasets/{path}/{file}\"{lines})"
            ),
        ));
        let function = if ending == ".jsonl" { "read_json_auto" } else { reader };
        let address = format!("{url}/{}/resolve/main/{}", repo.page(), path_encoded(file));
        all.push(("DuckDB", format!("SELECT * FROM {function}('{address}') LIMIT 10;")));
    }
    all
}

/// A path that can stand between quotation marks in any language.
fn is_plain(path: &str) -> bool {
    !path.contains(['"', '\'', '\\', '\n', '$', '{'])
}
