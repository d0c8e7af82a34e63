//! What was worked out, as files named by the content that it was worked out of.
//!
//! A cache: nothing is lost with it, so nothing is synced. A file appears by a rename, whole.

use super::wrong::Told;
use base::Random;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Most files kept. ASSUMPTION: the splits of a zone of some thousand datasets.
const FILES_MAX: usize = 20_000;
/// Most bytes kept.
const BYTES_MAX: u64 = 1 << 30;
/// Largest answer kept: the index of a file of two thousand million short lines.
const FILE_BYTES_MAX: usize = 64 << 20;

/// The first byte of a file: an outcome, or why there is none.
const DONE: u8 = b'+';
const WRONG: u8 = b'-';

/// An outcome that was kept.
pub(super) type Outcome = Result<Vec<u8>, Told>;

/// The folder.
#[derive(Debug)]
pub(super) struct Kept(PathBuf);

impl Kept {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Finds an outcome. Blocks.
    pub(super) fn find(&self, name: &str) -> Option<Outcome> {
        let bytes = fs::read(self.0.join(name)).ok()?;
        match bytes.split_first()? {
            (&DONE, rest) => Some(Ok(rest.to_vec())),
            (&WRONG, rest) => Told::from_bytes(rest).map(Err),
            _ => None,
        }
    }

    /// Keeps an outcome, unless it may be otherwise next time. Blocks.
    pub(super) fn put(&self, name: &str, outcome: &Outcome, random: &Random) {
        let bytes = match outcome {
            Ok(bytes) => [&[DONE], bytes.as_slice()].concat(),
            Err(told) => match told.to_bytes() {
                Some(bytes) => [&[WRONG], bytes.as_slice()].concat(),
                None => return,
            },
        };
        if bytes.len() > FILE_BYTES_MAX {
            return;
        }
        if let Err(error) = self.write(name, &bytes, random).and_then(|()| self.sweep()) {
            tracing::warn!(%error, "what the viewer worked out could not be kept");
        }
    }

    /// Forgets an outcome that does not fit any more. Blocks.
    pub(super) fn forget(&self, name: &str) {
        // Gone already is as good.
        let _ = fs::remove_file(self.0.join(name));
    }

    fn write(&self, name: &str, bytes: &[u8], random: &Random) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let draft = self.0.join(format!("draft-{}", random.secret()));
        let written = fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, self.0.join(name)));
        if written.is_err() {
            let _ = fs::remove_file(&draft);
        }
        written
    }

    /// Deletes the oldest files until the folder is within nine tenths of its limits.
    fn sweep(&self) -> io::Result<()> {
        let mut files = self.list()?;
        let mut count = files.len();
        let mut bytes: u64 = files.iter().map(|(_, size, _)| size).sum();
        if count <= FILES_MAX && bytes <= BYTES_MAX {
            return Ok(());
        }
        files.sort();
        for (_, size, path) in files {
            if count <= FILES_MAX / 10 * 9 && bytes <= BYTES_MAX / 10 * 9 {
                break;
            }
            fs::remove_file(path)?;
            count -= 1;
            bytes -= size;
        }
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<(SystemTime, u64, PathBuf)>> {
        let facts = |path: &Path| {
            let facts = fs::metadata(path).ok()?;
            Some((facts.modified().ok()?, facts.len(), path.to_owned()))
        };
        let entries = fs::read_dir(&self.0)?;
        Ok(entries.filter_map(|entry| facts(&entry.ok()?.path())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, Told};
    use base::Random;

    #[test]
    fn outcomes_come_back_as_they_went_and_damage_counts_as_absent() {
        let folder = testbed::TempDir::new().unwrap();
        let kept = Kept::new(folder.path().join("viewer"));
        let random = Random::seeded(1);
        assert_eq!(kept.find("a"), None);
        kept.put("a", &Ok(b"body".to_vec()), &random);
        kept.put("b", &Err(Told::invalid("why".to_owned())), &random);
        kept.put("c", &Err(Told::not_ready()), &random);
        assert_eq!(kept.find("a"), Some(Ok(b"body".to_vec())));
        assert_eq!(kept.find("b"), Some(Err(Told::invalid("why".to_owned()))));
        assert_eq!(kept.find("c"), None);
        std::fs::write(folder.path().join("viewer/a"), b"").unwrap();
        std::fs::write(folder.path().join("viewer/b"), b"?x").unwrap();
        assert_eq!((kept.find("a"), kept.find("b")), (None, None));
        assert_eq!(std::fs::read_dir(folder.path().join("viewer")).unwrap().count(), 2);
    }
}
