//! The head of a repository's pages, and texts that its pages share.

use super::here::Look;
use crate::Crumb;
use crate::handlers::encoded;
use crate::pages::repos::card::Mark;
use crate::pages::repos::format;
use crate::pages::repos::frame::{Gate, RepoFrame, Tab};
use app::depot;
use base::Time;
use card::FormatRisk;
use hub::{Action, Refused};

impl Look<'_, '_> {
    /// Fills the head of a page.
    pub(super) fn frame(&self, tab: Tab, revision: &str) -> Result<RepoFrame, depot::Error> {
        let (here, repo) = (self.here, &self.here.repo);
        let is_liked = match here.visitor.person {
            Some(person) => hub::is_liked(self.read, repo, person)?,
            None => false,
        };
        Ok(RepoFrame {
            kind: repo.kind,
            owner: repo.owner.clone(),
            name: repo.name.clone(),
            page: here.href(""),
            tab,
            is_private: repo.is_private,
            gating: repo.gating,
            is_personal: hub::personal_of(self.read, &here.visitor, repo)?.is_some(),
            gate: self.gate()?,
            likes: count(repo.likes),
            downloads: count(repo.downloads),
            is_liked,
            is_signed_in: here.visitor.person.is_some(),
            has_viewer: repo.kind == hub::RepoKind::Dataset && here.cx.shared.tables.is_some(),
            may_write: self.may(Action::Write)?,
            may_administer: self.may(Action::Administer)?,
            revision: revision.to_owned(),
            form: here.cx.form(),
        })
    }

    /// Finds out what keeps the visitor from the files.
    pub(super) fn gate(&self) -> Result<Gate, hub::Error> {
        let asked = (Action::Read, self.here.cx.now);
        match hub::access_test(self.read, &self.here.visitor, &self.here.repo, asked) {
            Ok(()) => Ok(Gate::Open),
            Err(hub::Error::Refused(Refused::PurposeNeeded { .. })) => Ok(Gate::Purpose),
            Err(hub::Error::Refused(Refused::Disabled)) => Ok(Gate::Closed),
            Err(hub::Error::Refused(_)) => Ok(Gate::Ask),
            Err(error) => Err(error),
        }
    }
}

/// Shows a count of the database, which is never below zero.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Writes a size with one decimal, cut: 1,234,567 bytes are `1.2 MB`.
pub(super) fn size_text(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (mut whole, mut unit) = (1_000_u64, 0);
    while unit + 1 < UNITS.len() && bytes / whole >= 1_000 {
        whole = whole.saturating_mul(1_000);
        unit += 1;
    }
    format!("{}.{} {}", bytes / whole, bytes % whole / (whole / 10), UNITS[unit])
}

/// Writes an instant of Git, to the minute; empty for one that no calendar has.
pub(super) fn instant(seconds: i64) -> String {
    let at = Time::from_millis(seconds.saturating_mul(1_000));
    crate::handlers::view::moment(at)
}

/// Writes a path for an address: slashes stay, other characters as they must be.
pub(super) fn path_encoded(path: &str) -> String {
    path.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// Returns the folders on the way to a path, with the repository's own name first.
pub(super) fn way(look: &Look<'_, '_>, revision: &str, folder: &str) -> Vec<Crumb> {
    let root = look.here.href(&format!("/tree/{}", encoded(revision)));
    let mut way = vec![Crumb { href: root.clone(), label: look.here.repo.name.clone() }];
    let mut below = String::new();
    for part in folder.split('/').filter(|part| !part.is_empty()) {
        below.push('/');
        below.push_str(&encoded(part));
        way.push(Crumb { href: format!("{root}{below}"), label: part.to_owned() });
    }
    way
}

/// Says what is to be known of a file's format; `None` where there is nothing.
pub(super) fn mark(look: &Look<'_, '_>, revision: &str, path: &str) -> Option<Mark> {
    let note = card::format_note(card_kind(look.here.repo.kind), path)?;
    Some(Mark {
        path: path.to_owned(),
        href: look.here.href(&format!("/blob/{}/{}", encoded(revision), path_encoded(path))),
        format: note.format.to_owned(),
        why: format::why(note.format),
        alternative: format::alternative(note.risk),
        runs_code: note.risk == FormatRisk::RunsCode,
    })
}

/// Returns the kind as cards know it.
pub(super) fn card_kind(kind: hub::RepoKind) -> card::Kind {
    match kind {
        hub::RepoKind::Model => card::Kind::Model,
        hub::RepoKind::Dataset => card::Kind::Dataset,
        hub::RepoKind::Space => card::Kind::Space,
    }
}

#[cfg(test)]
mod tests {
    use super::size_text;

    #[test]
    fn sizes_are_cut_to_one_decimal() {
        for (bytes, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (1_999, "1.9 kB"),
            (999_999, "999.9 kB"),
            (1_234_567, "1.2 MB"),
            (u64::MAX, "18446.7 PB"),
        ] {
            assert_eq!(size_text(bytes), expected);
        }
    }
}
