//! What stands above every page of one repository: its name, its marks, its tabs.

use crate::Form;
use hub::{Gating, RepoKind};

/// A page of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Card,
    Files,
    Viewer,
    History,
    Discussions,
    Access,
    Settings,
}

/// What keeps the visitor from the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Nothing.
    Open,
    /// The owner lets people in.
    Ask,
    /// The files hold personal data: a purpose must be approved.
    Purpose,
    /// The zone has closed the repository.
    Closed,
}

/// One entry of the tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TabLink {
    pub(crate) href: String,
    pub(crate) key: &'static str,
    pub(crate) is_current: bool,
}

/// The head of a repository's pages.
#[derive(Debug, Clone)]
pub(crate) struct RepoFrame {
    pub(crate) kind: RepoKind,
    pub(crate) owner: String,
    pub(crate) name: String,
    /// Address of the card, as in `/datasets/town/digits`.
    pub(crate) page: String,
    pub(crate) tab: Tab,
    pub(crate) is_private: bool,
    pub(crate) gating: Gating,
    pub(crate) is_personal: bool,
    pub(crate) gate: Gate,
    pub(crate) likes: u64,
    pub(crate) downloads: u64,
    pub(crate) is_liked: bool,
    pub(crate) is_signed_in: bool,
    /// Whether there is a page of rows.
    pub(crate) has_viewer: bool,
    pub(crate) may_write: bool,
    pub(crate) may_administer: bool,
    /// Revision that links of the page keep, as in `main`.
    pub(crate) revision: String,
    /// Tokens of the buttons in the head.
    pub(crate) form: Form,
}

impl RepoFrame {
    pub(crate) fn kind_key(&self) -> &'static str {
        kind_key(self.kind)
    }

    /// Address of the list of its kind.
    pub(crate) fn list_href(&self) -> String {
        format!("/hub?kind={}", self.kind.singular())
    }

    pub(crate) fn tabs(&self) -> Vec<TabLink> {
        let revision = crate::handlers::encoded(&self.revision);
        let tree = format!("/tree/{revision}");
        let commits = format!("/commits/{revision}");
        let has_access = self.is_personal || self.gating != Gating::Open;
        let all = [
            (Tab::Card, String::new(), "repo.tab-card", true),
            (Tab::Files, tree, "repo.tab-files", true),
            (Tab::Viewer, "/viewer".to_owned(), "repo.tab-viewer", self.has_viewer),
            (Tab::History, commits, "repo.tab-history", true),
            (Tab::Discussions, "/discussions".to_owned(), "repo.tab-discussions", true),
            (Tab::Access, "/access".to_owned(), "repo.tab-access", has_access),
            (Tab::Settings, "/settings".to_owned(), "repo.tab-settings", self.may_administer),
        ];
        let shown = all.into_iter().filter(|(.., is_shown)| *is_shown);
        let link = |(tab, tail, key, _): (Tab, String, &'static str, bool)| TabLink {
            href: format!("{}{tail}", self.page),
            key,
            is_current: tab == self.tab,
        };
        shown.map(link).collect()
    }

    pub(crate) fn gating_key(&self) -> Option<&'static str> {
        match self.gating {
            Gating::Open => None,
            Gating::Automatic => Some("repo.gated-auto"),
            Gating::Approval => Some("repo.gated"),
        }
    }

    /// Says what keeps the visitor from the files; `None` where nothing does.
    pub(crate) fn gate_key(&self) -> Option<&'static str> {
        match self.gate {
            Gate::Open => None,
            Gate::Ask => Some("repo.gate-ask"),
            Gate::Purpose => Some("repo.gate-purpose"),
            Gate::Closed => Some("repo.gate-closed"),
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.gate == Gate::Closed
    }
}

/// Returns the message key of a kind, as one word.
pub(crate) fn kind_key(kind: RepoKind) -> &'static str {
    match kind {
        RepoKind::Model => "hub.model",
        RepoKind::Dataset => "hub.dataset",
        RepoKind::Space => "hub.space",
    }
}
