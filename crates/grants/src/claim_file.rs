//! Files of a claim: the invoice as its issuer made it, for officers and auditors to compare.
//!
//! Must never: be published, or be changed once handed in. Start reading at [`claim_file_add`].

use crate::claim::open_claim;
use crate::event::note;
use crate::{ClaimId, Error, EventKind, Refused, award_read, store};
use base::{FieldProblems, Time, sha256_hex};
use db::{Read, Tx};
use identity::{Actor, PersonId, Standing};
use serde::Serialize;

/// Largest file of a claim, in bytes: a scanned invoice of some 20 pages.
pub const CLAIM_FILE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most files of one claim: the invoice in three formats, and two pages that explain it.
pub const CLAIM_FILES_MAX: usize = 5;
/// Longest name of a file, in characters.
const NAME_CHARS_MAX: usize = 200;
/// What is told about a file of another kind.
const KINDS: &str = "must be a PDF, XML, OFD, PNG or JPEG file, with the ending of its kind";
const KINDS_ZH: &str = "须为 PDF、XML、OFD、PNG 或 JPEG 文件，且扩展名与内容相符";

base::words! {
    /// What a file is. Invoices come as PDF, as OFD or XML (fully digital invoices), or as a scan.
    FileKind {
        /// PDF (ISO 32000).
        Pdf,
        /// XML.
        Xml,
        /// OFD (GB/T 33190-2016), a ZIP container.
        Ofd,
        /// PNG.
        Png,
        /// JPEG.
        Jpg,
    }
}

impl FileKind {
    /// Finds the kind of a file: its ending and its first bytes must both say so.
    #[must_use]
    pub fn find(file_name: &str, content: &[u8]) -> Option<Self> {
        let (stem, ending) = file_name.trim().rsplit_once('.')?;
        let kind = match ending.to_ascii_lowercase().as_str() {
            "pdf" => Self::Pdf,
            "xml" => Self::Xml,
            "ofd" => Self::Ofd,
            "png" => Self::Png,
            "jpg" | "jpeg" => Self::Jpg,
            _ => return None,
        };
        (!stem.is_empty() && kind.begins(content)).then_some(kind)
    }

    /// Tells whether a file begins as its kind does.
    fn begins(self, content: &[u8]) -> bool {
        match self {
            Self::Pdf => content.starts_with(b"%PDF-"),
            Self::Ofd => content.starts_with(b"PK\x03\x04"),
            Self::Png => content.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Jpg => content.starts_with(b"\xff\xd8\xff"),
            Self::Xml => std::str::from_utf8(content).is_ok_and(|text| {
                text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
            }),
        }
    }
}

/// A file of a claim, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimFile {
    /// SHA-256 of the content, in hex; names the file within its claim.
    pub sha256: String,
    /// Name of the file as handed in.
    pub file_name: String,
    /// What it is.
    pub kind: FileKind,
    /// Its size, in bytes.
    pub size_bytes: i64,
    /// Who handed it in.
    pub added_by: PersonId,
    /// When.
    pub added_at: Time,
}

/// Adds a file to a claim that waits to be verified.
///
/// Refuses bad fields (`file`: empty, above [`CLAIM_FILE_BYTES_MAX`], of no kind that is taken,
/// there already, or above [`CLAIM_FILES_MAX`]), a claim that is verified or refused, and one of
/// another organisation.
pub fn claim_file_add(
    tx: &mut Tx<'_>,
    standing: &Standing,
    id: ClaimId,
    file_name: &str,
    content: &[u8],
) -> Result<ClaimFile, Error> {
    let claim = open_claim(tx, id)?;
    let award = award_read(tx, claim.award)?;
    let person = match standing.person {
        Some(person) if standing.may_act_for(award.organisation) => person,
        _ => return Err(Refused::NotYours(award.organisation).into()),
    };
    let sha256 = sha256_hex(content);
    let known = store::claim_file::of_claim(tx, id)?;
    let mut problems = FieldProblems::default();
    problems.text("file", file_name, 1, NAME_CHARS_MAX);
    problems.require(!content.is_empty(), "file", ("must not be empty", "不能为空文件"));
    let fits = content.len() <= CLAIM_FILE_BYTES_MAX;
    problems.require(
        fits,
        "file",
        ("is too large: at most 2 MiB are kept", "文件过大，最多保存 2 MiB"),
    );
    let kind = problems.keep_or("file", FileKind::find(file_name, content).ok_or(KINDS), KINDS_ZH);
    let is_new = known.iter().all(|file| file.sha256 != sha256);
    problems.require(is_new, "file", ("is with this claim already", "已随本申请提交"));
    problems.require(
        known.len() < CLAIM_FILES_MAX,
        "file",
        ("would be the 6th file of this claim", "每份拨付申请最多附 5 个文件"),
    );
    problems.finish().map_err(Refused::Invalid)?;
    let file = ClaimFile {
        sha256,
        file_name: file_name.trim().to_owned(),
        kind: kind.expect("a missing kind is among the problems"),
        size_bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
        added_by: person,
        added_at: tx.now(),
    };
    store::claim_file::insert(tx, id, &file, content)?;
    let actor = Actor::Person(person);
    note(tx, actor, award.application, EventKind::ClaimFileAdded, &(id, &file))?;
    Ok(file)
}

/// Lists the files of a claim, oldest first.
pub fn claim_files_of(read: &Read<'_>, id: ClaimId) -> Result<Vec<ClaimFile>, Error> {
    Ok(store::claim_file::of_claim(read, id)?)
}

/// Reads a file of a claim with its content; `None` where there is no such file.
pub fn claim_file_content(
    read: &Read<'_>,
    id: ClaimId,
    sha256: &str,
) -> Result<Option<(ClaimFile, Vec<u8>)>, Error> {
    let files = store::claim_file::of_claim(read, id)?;
    let Some(file) = files.into_iter().find(|file| file.sha256 == sha256) else {
        return Ok(None);
    };
    let content = store::claim_file::content(read, id, sha256)?;
    Ok(content.map(|content| (file, content)))
}

/// Lists other claims that hold the very same file as one of this claim's, refused ones too, at
/// most 20: an invoice that is handed in twice is a reason to look closer.
pub fn claim_files_shared(
    read: &Read<'_>,
    id: ClaimId,
) -> Result<Vec<(ClaimFile, ClaimId)>, Error> {
    let files = store::claim_file::of_claim(read, id)?;
    let shared = store::claim_file::shared(read, id)?;
    let with_file = |(sha256, other): (String, ClaimId)| {
        files.iter().find(|file| file.sha256 == sha256).map(|file| (file.clone(), other))
    };
    Ok(shared.into_iter().filter_map(with_file).collect())
}
