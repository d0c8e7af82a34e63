//! Repositories for the samples of pages.

use super::frame::{Gate, RepoFrame, Tab};
use crate::pages::sample;
use hub::{Gating, RepoKind};

/// A public model, seen by somebody who may change it.
pub(crate) fn frame(tab: Tab) -> RepoFrame {
    RepoFrame {
        kind: RepoKind::Model,
        owner: "town-lab".to_owned(),
        name: "signs".to_owned(),
        page: "/town-lab/signs".to_owned(),
        tab,
        is_private: false,
        gating: Gating::Open,
        is_personal: false,
        gate: Gate::Open,
        likes: 41,
        downloads: 12_804,
        is_liked: true,
        is_signed_in: true,
        has_viewer: false,
        may_write: true,
        may_administer: true,
        revision: "main".to_owned(),
        form: sample::form(),
    }
}

/// The same, seen by a visitor.
pub(crate) fn empty(tab: Tab) -> RepoFrame {
    RepoFrame {
        likes: 0,
        downloads: 0,
        is_liked: false,
        is_signed_in: false,
        may_write: false,
        may_administer: false,
        ..frame(tab)
    }
}

/// A dataset with every mark and the longest names.
pub(crate) fn extreme(tab: Tab) -> RepoFrame {
    RepoFrame {
        kind: RepoKind::Dataset,
        owner: "town-lab".to_owned(),
        name: "a".repeat(96),
        page: format!("/datasets/town-lab/{}", "a".repeat(96)),
        is_private: true,
        gating: Gating::Approval,
        is_personal: true,
        has_viewer: true,
        gate: Gate::Purpose,
        likes: 1_000_000,
        downloads: u64::MAX,
        ..frame(tab)
    }
}
