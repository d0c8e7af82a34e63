//! Files of a claim: its beneficiary adds them, officers and auditors fetch them.

use super::act::{as_notice, done, errors_label, form_key, id_of, label_of, on_form};
use super::claim_page::{Facts, gather, page};
use super::show;
use super::upload::{self, File, Upload};
use crate::pages::claim::{ClaimFileForm, ClaimFileRow};
use crate::serve::{Cx, Fault, Page, Posted};
use crate::{Field, links};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use grants::{CLAIM_FILES_MAX, ClaimFile, ClaimId, ClaimState};
use identity::Permission;

/// Bytes of a kibibyte.
const KIB: i64 = 1_024;

/// Returns what tells a file from another in the key of its form; empty without one.
pub(super) fn digest(file: Option<&File>) -> String {
    file.map(|file| base::sha256_hex(&file.bytes)).unwrap_or_default()
}

/// Adds a file to a claim that waits.
pub(super) async fn send(
    cx: Cx,
    Path(id): Path<String>,
    upload: Upload,
) -> Result<Response, Fault> {
    let id: ClaimId = id_of(&id)?;
    let file = upload.file("file");
    let key = form_key(&cx, upload.form(), &digest(file.as_ref()));
    let standing = cx.standing.clone();
    let kept = done(&cx, key, move |tx| {
        let (name, bytes) =
            file.as_ref().map_or(("", &[][..]), |file| (file.name.as_str(), &file.bytes[..]));
        grants::claim_file_add(tx, &standing, id, name, bytes)?;
        Ok(format!("{}#files", links::claim(id.as_str())))
    });
    let fault = match kept.await {
        Ok(see) => return Ok(see.into_response()),
        Err(fault) => fault,
    };
    let facts = gather(&cx, id).await?;
    let mut page = page(&cx, &facts, &Posted::default());
    let status = match &mut page.upload {
        Some(form) => {
            let status = on_form(&cx, fault, &mut form.form, &mut [&mut form.file])?;
            let labels = [("file", "claim.file")];
            errors_label(&cx, &mut form.form, |name| label_of(&cx, &labels, name));
            status
        }
        None => {
            let (status, notice) = as_notice(&cx, fault)?;
            page.ui.notice = Some(notice);
            status
        }
    };
    Ok(Page::with(status, &page)?.into_response())
}

/// Sends a file to be kept, byte for byte as it was handed in.
pub(super) async fn fetch(
    cx: Cx,
    Path((id, sha256)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let id: ClaimId = id_of(&id)?;
    let found = cx.app.read(move |read| grants::claim_file_content(read, id, &sha256));
    let (file, bytes) = found.await?.ok_or(Fault::NotFound)?;
    upload::attachment(&file.file_name, bytes)
}

/// Lists the files of a claim. The content, and where else it was handed in, is the office's.
pub(super) fn rows(cx: &Cx, facts: &Facts) -> Vec<ClaimFileRow> {
    let is_inside = cx.standing.may(Permission::Inspect);
    let elsewhere = |file: &ClaimFile| {
        let same = facts.shared.iter().filter(|(one, _)| is_inside && one.sha256 == file.sha256);
        same.map(|(_, claim)| claim.to_string()).collect()
    };
    let row = |file: &ClaimFile| ClaimFileRow {
        name: file.file_name.clone(),
        size: size(file.size_bytes),
        sha256: file.sha256.clone(),
        at: show::instant(file.added_at),
        href: is_inside
            .then(|| format!("{}/files/{}", links::claim(facts.claim.id.as_str()), file.sha256)),
        elsewhere: elsewhere(file),
    };
    facts.files.iter().map(row).collect()
}

/// Offers to add a file while the claim waits and has room for one.
pub(super) fn form(cx: &Cx, facts: &Facts) -> Option<ClaimFileForm> {
    let may = facts.is_mine
        && facts.claim.state == ClaimState::Submitted
        && facts.files.len() < CLAIM_FILES_MAX;
    may.then(|| ClaimFileForm { form: cx.form(), file: Field::new("file", "") })
}

/// Writes a size as people read it; the tenth is cut, not rounded.
fn size(bytes: i64) -> String {
    match bytes {
        bytes if bytes < KIB => format!("{bytes} B"),
        bytes if bytes < KIB * KIB => format!("{} KiB", bytes / KIB),
        bytes => format!("{}.{} MiB", bytes / KIB / KIB, bytes / KIB * 10 / KIB % 10),
    }
}
