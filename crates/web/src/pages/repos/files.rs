//! Folders and files of a revision.

use super::frame::{Gate, RepoFrame, Tab};
use super::samples;
use crate::html::{Html, escape};
use crate::pages::{Page, sample};
use crate::{Crumb, Field, Lang, Role, Ui};
use askama::Template;

/// A folder of a revision.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/tree.html")]
pub(crate) struct TreePage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    /// The folders on the way, the root first.
    pub(crate) way: Vec<Crumb>,
    /// `revision`, a select of branches and tags.
    pub(crate) revision: Field,
    pub(crate) rows: Vec<FileRow>,
    /// Address of the entries after these.
    pub(crate) next: Option<String>,
    /// Address of the form that adds files here, for those who may.
    pub(crate) upload_href: Option<String>,
}

/// One entry of a folder.
#[derive(Debug, Clone)]
pub(crate) struct FileRow {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) is_folder: bool,
    /// As in `1.2 MB`; empty for folders.
    pub(crate) size: String,
    pub(crate) is_large: bool,
    /// Address of the bytes; `None` for folders and where one may not read.
    pub(crate) download: Option<String>,
    /// Title and address of the last commit; `None` where it is far back.
    pub(crate) commit: Option<(String, String)>,
    /// Day of that commit, or empty.
    pub(crate) changed: String,
}

/// One file of a revision.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/blob.html")]
pub(crate) struct BlobPage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    pub(crate) way: Vec<Crumb>,
    pub(crate) file: String,
    pub(crate) size: String,
    /// SHA-256 of a large file, else Git's name of the content.
    pub(crate) hash: String,
    pub(crate) is_large: bool,
    /// What is to be known of the format: words and whether it runs code.
    pub(crate) mark: Option<super::card::Mark>,
    pub(crate) body: BlobBody,
    /// Address of the bytes, where one may read.
    pub(crate) raw: Option<String>,
    pub(crate) download: Option<String>,
    pub(crate) edit_href: Option<String>,
    /// Address of the form that deletes the file.
    pub(crate) delete_href: Option<String>,
}

/// What a page shows of a file.
#[derive(Debug, Clone)]
pub(crate) enum BlobBody {
    /// Its lines.
    Text(Html),
    /// Markdown, written as a page.
    Rendered(Html),
    /// A picture, at this address.
    Picture(String),
    /// Too large to show.
    TooLarge,
    /// No text.
    Binary,
    /// The visitor may not read it.
    Closed,
}

/// Writes a text with a numbered line for each of its lines. Every character of it is escaped.
pub(crate) fn listing(text: &str) -> Html {
    let mut out = String::from("<pre class=\"listing\" tabindex=\"0\"><code>");
    for (place, line) in text.lines().enumerate() {
        out.push_str(&format!("<span class=\"line\" id=\"L{}\">", place + 1));
        out.push_str(&escape(line));
        out.push_str("\n</span>");
    }
    out.push_str("</code></pre>");
    Html::trusted(out)
}

/// Takes the HTML of a renderer that lets nothing through but what is listed, and puts its headings
/// one level below the page's own.
pub(crate) fn rendered(safe: String) -> Html {
    let mut html = safe;
    for (from, to) in [("h5", "h6"), ("h4", "h5"), ("h3", "h4"), ("h2", "h3"), ("h1", "h2")] {
        // `<` stands for markup alone here: in text and attributes the renderer writes `&lt;`.
        for (open, end) in [("<", ">"), ("<", " "), ("</", ">")] {
            html = html.replace(&format!("{open}{from}{end}"), &format!("{open}{to}{end}"));
        }
    }
    Html::trusted(html)
}

impl Page for TreePage {
    const NAME: &'static str = "tree";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let file = |name: &str, is_folder: bool| FileRow {
            name: name.to_owned(),
            href: format!("/town-lab/signs/blob/main/{name}"),
            is_folder,
            size: if is_folder { String::new() } else { "1.2 kB".to_owned() },
            is_large: name.ends_with("safetensors"),
            download: Some(format!("/town-lab/signs/resolve/main/{name}")),
            commit: Some(("Add weights".to_owned(), "/town-lab/signs/commit/1f0c".to_owned())),
            changed: "2019-10-28".to_owned(),
        };
        let branches = [("main", "main"), ("v1.0", "v1.0")];
        let typical = Self {
            ui: sample::ui(lang, "/town-lab/signs/tree/main", Some(Role::Applicant)),
            repo: samples::frame(Tab::Files),
            way: way(),
            revision: Field::choose("revision", "main", &branches),
            rows: vec![file("data", true), file("README.md", false), file("m.safetensors", false)],
            next: None,
            upload_href: Some("/town-lab/signs/upload/main".to_owned()),
        };
        let empty = Self {
            rows: Vec::new(),
            repo: samples::empty(Tab::Files),
            upload_href: None,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.repo = samples::extreme(Tab::Files);
        let mut row = file("x", false);
        row.name = sample::HOSTILE.repeat(2);
        row.commit = Some((sample::HOSTILE.to_owned(), "/town-lab/signs/commit/1f0c".to_owned()));
        extreme.rows = vec![row; 100];
        extreme.next = Some("/town-lab/signs/tree/main?after=x".to_owned());
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn way() -> Vec<Crumb> {
    vec![
        Crumb { href: "/town-lab/signs/tree/main".to_owned(), label: "signs".to_owned() },
        Crumb { href: "/town-lab/signs/tree/main/data".to_owned(), label: "data".to_owned() },
    ]
}

impl Page for BlobPage {
    const NAME: &'static str = "blob";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = Self {
            ui: sample::ui(lang, "/town-lab/signs/blob/main/data/a.py", Some(Role::Applicant)),
            repo: samples::frame(Tab::Files),
            way: way(),
            file: "a.py".to_owned(),
            size: "64 B".to_owned(),
            hash: "8c7e5a667f1b771847fe88c01c3de34413a1b220".to_owned(),
            is_large: false,
            mark: None,
            body: BlobBody::Text(listing("import torch\n\nprint(torch.ones(2))\n")),
            raw: Some("/town-lab/signs/raw/main/data/a.py".to_owned()),
            download: Some("/town-lab/signs/resolve/main/data/a.py".to_owned()),
            edit_href: Some("/town-lab/signs/edit/main/data/a.py".to_owned()),
            delete_href: Some("/town-lab/signs/delete/main/data/a.py".to_owned()),
        };
        let bare = Self {
            repo: samples::empty(Tab::Files),
            edit_href: None,
            delete_href: None,
            ..typical.clone()
        };
        let with = |body: BlobBody| Self { body, ..bare.clone() };
        let mut closed = with(BlobBody::Closed);
        closed.repo.gate = Gate::Ask;
        (closed.raw, closed.download) = (None, None);
        let mut extreme = with(BlobBody::Text(listing(&sample::HOSTILE.repeat(20))));
        extreme.repo = samples::extreme(Tab::Files);
        extreme.file = sample::HOSTILE.to_owned();
        let picture = BlobBody::Picture("/town-lab/signs/resolve/main/a.png".to_owned());
        vec![
            ("empty", with(BlobBody::Text(listing("")))),
            ("typical", typical),
            ("rendered", with(BlobBody::Rendered(rendered("<h1>A</h1><p>b</p>".to_owned())))),
            ("picture", with(picture)),
            ("large", Self { is_large: true, ..with(BlobBody::TooLarge) }),
            ("binary", with(BlobBody::Binary)),
            ("closed", closed),
            ("extreme", extreme),
        ]
    }
}
