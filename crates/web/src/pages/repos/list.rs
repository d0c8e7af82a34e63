//! Lists of repositories: of the zone, of one namespace, of a collection.

use super::frame::kind_key;
use crate::pages::{Page, sample};
use crate::{Field, Lang, Role, Ui};
use askama::Template;
use hub::{Gating, RepoKind};

/// Search over the repositories of the zone.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/hub.html")]
pub(crate) struct HubPage {
    pub(crate) ui: Ui,
    pub(crate) kinds: Vec<KindLink>,
    /// The kind that is listed, as in `model`.
    pub(crate) kind: &'static str,
    pub(crate) words: Field,
    pub(crate) tag: Field,
    pub(crate) author: Field,
    pub(crate) license: Field,
    pub(crate) sort: Field,
    pub(crate) gated: Field,
    pub(crate) rows: Vec<RepoRow>,
    pub(crate) next: Option<String>,
    pub(crate) is_filtered: bool,
    /// What is wrong with the filter; empty where all is well.
    pub(crate) wrong: String,
    pub(crate) is_signed_in: bool,
    /// The line that tells programs where the zone is.
    pub(crate) endpoint: String,
}

/// One kind with how many there are.
#[derive(Debug, Clone)]
pub(crate) struct KindLink {
    pub(crate) href: String,
    pub(crate) key: &'static str,
    pub(crate) count: u64,
    pub(crate) is_current: bool,
}

/// One repository of a list.
#[derive(Debug, Clone)]
pub(crate) struct RepoRow {
    pub(crate) path: String,
    pub(crate) href: String,
    pub(crate) kind: RepoKind,
    pub(crate) summary: String,
    pub(crate) licence: String,
    pub(crate) task: String,
    pub(crate) likes: u64,
    pub(crate) downloads: u64,
    /// Day, as `YYYY-MM-DD`.
    pub(crate) changed: String,
    pub(crate) is_private: bool,
    pub(crate) gating: Gating,
    /// What a collection says of it; may be empty.
    pub(crate) note: String,
}

impl RepoRow {
    pub(crate) fn is_gated(&self) -> bool {
        self.gating != Gating::Open
    }

    pub(crate) fn kind_key(&self) -> &'static str {
        kind_key(self.kind)
    }
}

/// What stands under one short name.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/namespace.html")]
pub(crate) struct NamespacePage {
    pub(crate) ui: Ui,
    pub(crate) name: String,
    /// Name of the organisation; empty for people, whose names are not published.
    pub(crate) fullname: String,
    pub(crate) kinds: Vec<KindList>,
    /// Title and address.
    pub(crate) collections: Vec<(String, String)>,
    pub(crate) may_add: bool,
}

/// Repositories of one kind.
#[derive(Debug, Clone)]
pub(crate) struct KindList {
    pub(crate) key: &'static str,
    /// Name of the section in the page.
    pub(crate) id: &'static str,
    pub(crate) rows: Vec<RepoRow>,
    /// Address of the whole list, where there are more.
    pub(crate) more: Option<String>,
}

/// One collection.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/collection.html")]
pub(crate) struct CollectionPage {
    pub(crate) ui: Ui,
    pub(crate) owner: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) rows: Vec<RepoRow>,
    /// Collections in it: title and address.
    pub(crate) nested: Vec<(String, String)>,
}

fn row() -> RepoRow {
    RepoRow {
        path: "town-lab/signs".to_owned(),
        href: "/town-lab/signs".to_owned(),
        kind: RepoKind::Model,
        summary: "A small model that reads 40 signs.".to_owned(),
        licence: "apache-2.0".to_owned(),
        task: "image-classification".to_owned(),
        likes: 41,
        downloads: 12_804,
        changed: "2019-10-28".to_owned(),
        is_private: false,
        gating: Gating::Open,
        note: String::new(),
    }
}

fn hostile() -> RepoRow {
    let text = || sample::HOSTILE.to_owned();
    RepoRow {
        summary: sample::HOSTILE.repeat(4),
        licence: text(),
        task: text(),
        note: text(),
        is_private: true,
        gating: Gating::Approval,
        ..row()
    }
}

impl Page for HubPage {
    const NAME: &'static str = "hub";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let link = |key, kind: &str, count, is_current| KindLink {
            href: format!("/hub?kind={kind}"),
            key,
            count,
            is_current,
        };
        let typical = Self {
            ui: sample::ui(lang, "/hub", Some(Role::Applicant)),
            kinds: vec![
                link("hub.model", "model", 12, true),
                link("hub.dataset", "dataset", 1_204, false),
                link("hub.space", "space", 0, false),
            ],
            kind: "model",
            words: Field::new("q", "signs"),
            tag: Field::new("tag", ""),
            author: Field::new("author", ""),
            license: Field::new("license", ""),
            sort: Field::choose("sort", "lastModified", &[("lastModified", "1"), ("likes", "2")]),
            gated: Field::choose("gated", "", &[("", "1"), ("no", "2")]),
            rows: vec![row(), row()],
            next: Some("/hub?after=1".to_owned()),
            is_filtered: true,
            wrong: String::new(),
            is_signed_in: true,
            endpoint: "export HF_ENDPOINT=http://zone.example".to_owned(),
        };
        let empty = Self {
            ui: sample::ui(lang, "/hub", None),
            rows: Vec::new(),
            next: None,
            is_filtered: false,
            is_signed_in: false,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.words = Field::new("q", sample::HOSTILE);
        extreme.rows = vec![hostile(); 30];
        let mut none = empty.clone();
        none.is_filtered = true;
        none.wrong = sample::HOSTILE.to_owned();
        vec![("empty", empty), ("typical", typical), ("none", none), ("extreme", extreme)]
    }
}

impl Page for NamespacePage {
    const NAME: &'static str = "namespace";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let list = |rows: Vec<RepoRow>| KindList {
            key: "hub.model",
            id: "models",
            rows,
            more: Some("/hub?kind=model&author=town-lab".to_owned()),
        };
        let collection = "/collections/town-lab/signs-1".to_owned();
        let typical = Self {
            ui: sample::ui(lang, "/town-lab", Some(Role::Applicant)),
            name: "town-lab".to_owned(),
            fullname: "Town Laboratory".to_owned(),
            kinds: vec![list(vec![row(), row()])],
            collections: vec![("Signs".to_owned(), collection.clone())],
            may_add: true,
        };
        let empty = Self {
            kinds: Vec::new(),
            collections: Vec::new(),
            fullname: String::new(),
            may_add: false,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.fullname = sample::HOSTILE.to_owned();
        extreme.kinds = vec![list(vec![hostile(); 30])];
        extreme.collections = vec![(sample::HOSTILE.to_owned(), collection); 20];
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

impl Page for CollectionPage {
    const NAME: &'static str = "collection";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = Self {
            ui: sample::ui(lang, "/collections/town-lab/signs-1", None),
            owner: "town-lab".to_owned(),
            title: "Signs".to_owned(),
            description: "What reads signs.".to_owned(),
            rows: vec![row(), row()],
            nested: vec![("More".to_owned(), "/collections/town-lab/more-2".to_owned())],
        };
        let empty = Self {
            description: String::new(),
            rows: Vec::new(),
            nested: Vec::new(),
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.title = sample::HOSTILE.to_owned();
        extreme.description = sample::HOSTILE.repeat(20);
        extreme.rows = vec![hostile(); 50];
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}
