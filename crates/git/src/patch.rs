//! The difference between two trees as one text.

use crate::diff::{Changed, ChangedHow, Side};
use crate::error::Error;
use crate::model::Mode;
use crate::oid::Oid;
use crate::repo::{Reader, Repo};
use crate::text::{TEXT_BYTES_MAX, TextDiff, diff_text};

/// Most paths that one patch goes through.
const PATCH_PATHS_MAX: usize = 3_000;

/// The difference between two trees as one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// As `git diff --full-index` writes it. Bytes that are no UTF-8 are replaced: such files
    /// cannot be restored from it.
    pub text: String,
    /// Whether files are left out because the text became too long.
    pub is_cut: bool,
}

impl Repo {
    /// Writes the difference between two trees in the format of `git diff`, file by file until
    /// there are `bytes_max` bytes. Files that are no text, or larger than [`TEXT_BYTES_MAX`], are
    /// said to differ without their lines.
    ///
    /// # Errors
    /// As [`Repo::diff_trees`], and [`Error::Missing`] for a blob.
    pub fn patch(
        &self,
        old: Option<Oid>,
        new: Option<Oid>,
        bytes_max: usize,
    ) -> Result<Patch, Error> {
        let changed = self.diff_trees(old, new, PATCH_PATHS_MAX)?;
        let mut reader = self.reader();
        let mut patch = Patch { text: String::new(), is_cut: changed.is_cut };
        for Changed { path, what } in changed.paths {
            let mut file = String::new();
            match what {
                // What is another sort of thing goes and comes, as in `git diff`.
                ChangedHow::Modified(old, new) if sort(old.mode) != sort(new.mode) => {
                    file_write(&mut reader, &path, ChangedHow::Deleted(old), &mut file)?;
                    file_write(&mut reader, &path, ChangedHow::Added(new), &mut file)?;
                }
                what => file_write(&mut reader, &path, what, &mut file)?,
            }
            if patch.text.len() + file.len() > bytes_max {
                patch.is_cut = true;
                break;
            }
            patch.text.push_str(&file);
        }
        Ok(patch)
    }
}

/// Files that may be run and those that may not are one sort.
const fn sort(mode: Mode) -> Mode {
    match mode {
        Mode::Executable => Mode::File,
        other => other,
    }
}

fn file_write(
    reader: &mut Reader,
    path: &str,
    what: ChangedHow,
    out: &mut String,
) -> Result<(), Error> {
    let (old, new) = (what.before(), what.after());
    let (old_name, new_name) = (quoted(&format!("a/{path}")), quoted(&format!("b/{path}")));
    out.push_str(&format!("diff --git {old_name} {new_name}\n"));
    match (old, new) {
        (None, Some(new)) => out.push_str(&format!("new file mode {}\n", new.mode.octal())),
        (Some(old), None) => out.push_str(&format!("deleted file mode {}\n", old.mode.octal())),
        (Some(old), Some(new)) if old.mode != new.mode => {
            let modes = (old.mode.octal(), new.mode.octal());
            out.push_str(&format!("old mode {}\nnew mode {}\n", modes.0, modes.1));
        }
        _ => {}
    }
    let oid = |side: Option<Side>| side.map_or(Oid::ZERO, |side| side.oid);
    if oid(old) == oid(new) {
        return Ok(());
    }
    out.push_str(&format!("index {}..{}", oid(old), oid(new)));
    match (old, new) {
        (Some(old), Some(new)) if old.mode == new.mode => {
            out.push_str(&format!(" {}\n", new.mode.octal()));
        }
        _ => out.push('\n'),
    }
    let named = |side: Option<Side>, name: &str| {
        side.map_or_else(|| "/dev/null".to_owned(), |_| name.to_owned())
    };
    let (old_name, new_name) = (named(old, &old_name), named(new, &new_name));
    let (before, after) = (content(reader, old)?, content(reader, new)?);
    let diff = match (&before, &after) {
        (Some(before), Some(after)) => diff_text(before, after),
        _ => TextDiff::TooLarge,
    };
    match diff {
        TextDiff::Hunks(hunks) if hunks.is_empty() => {}
        TextDiff::Hunks(hunks) => {
            out.push_str(&format!("--- {}\n+++ {}\n", tabbed(&old_name), tabbed(&new_name)));
            hunks.iter().for_each(|hunk| hunk.write(out));
        }
        TextDiff::Binary | TextDiff::TooLarge => {
            out.push_str(&format!("Binary files {old_name} and {new_name} differ\n"));
        }
    }
    Ok(())
}

/// Reads what is compared; `None` when it is too large.
fn content(reader: &mut Reader, side: Option<Side>) -> Result<Option<Vec<u8>>, Error> {
    let Some(Side { mode, oid }) = side else {
        return Ok(Some(Vec::new()));
    };
    if mode == Mode::Submodule {
        return Ok(Some(format!("Subproject commit {oid}\n").into_bytes()));
    }
    match reader.blob(oid, TEXT_BYTES_MAX) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Error::TooLarge { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Quotes a path as Git does with `core.quotePath` off: only what would break the line.
fn quoted(path: &str) -> String {
    if !path.chars().any(|c| c.is_ascii_control() || matches!(c, '"' | '\\')) {
        return path.to_owned();
    }
    let mut text = String::from("\"");
    for c in path.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            c if c.is_ascii_control() => text.push_str(&format!("\\{:03o}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// A tab ends a name that has a space in it.
fn tabbed(name: &str) -> String {
    if name.contains(' ') && !name.starts_with('"') { format!("{name}\t") } else { name.to_owned() }
}
