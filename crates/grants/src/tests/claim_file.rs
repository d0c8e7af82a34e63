//! Claims about the files of a claim.

use super::world::{World, on_both, refusal};
use crate::{
    CLAIM_FILE_BYTES_MAX, CLAIM_FILES_MAX, ClaimFile, ClaimId, ClaimState, Error, EventKind,
    FileKind, Refused, award_read, claim_file_add, claim_file_content, claim_files_of,
    claim_files_shared, claim_refuse, events_of,
};

const PDF: &[u8] = b"%PDF-1.7 an invoice";

fn add(w: &World, claim: ClaimId, name: &str, content: &[u8]) -> Result<ClaimFile, Error> {
    let (standing, name) = (w.standing(w.applicant), name.to_owned());
    let content = content.to_vec();
    w.write(move |tx| claim_file_add(tx, &standing, claim, &name, &content))
}

fn said(result: Result<ClaimFile, Error>) -> String {
    match refusal(result) {
        Refused::Invalid(problems) => {
            assert!(problems.iter().all(|problem| problem.field == "file"), "{problems:?}");
            problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; ")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_ending_and_the_first_bytes_must_agree() {
    let cases: [(&str, &[u8], Option<FileKind>); 14] = [
        ("a.pdf", PDF, Some(FileKind::Pdf)),
        ("发票.PDF", PDF, Some(FileKind::Pdf)),
        ("a.xml", b"<?xml version='1.0'?><a/>", Some(FileKind::Xml)),
        ("a.xml", b"\xef\xbb\xbf <a/>", Some(FileKind::Xml)),
        ("a.ofd", b"PK\x03\x04...", Some(FileKind::Ofd)),
        ("a.png", b"\x89PNG\r\n\x1a\n...", Some(FileKind::Png)),
        ("a.jpeg", b"\xff\xd8\xff\xe0", Some(FileKind::Jpg)),
        ("a.pdf", b"MZ a program", None),
        ("a.pdf.exe", PDF, None),
        ("a.xml", b"\xff<a/>", None),
        ("a.html", b"<script>", None),
        ("a.svg", b"<svg/>", None),
        (".pdf", PDF, None),
        ("pdf", PDF, None),
    ];
    for (name, content, expected) in cases {
        assert_eq!(FileKind::find(name, content), expected, "{name}");
    }
}

#[test]
fn a_file_is_kept_as_it_came() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let claim = w.claim(w.new_claim(award, "100", "30")).expect("claims");
        let kept = add(w, claim, "发票.pdf", PDF).expect("adds");
        assert_eq!(kept.sha256, base::sha256_hex(PDF));
        assert_eq!(kept.size_bytes, 19);
        let listed = w.db.read(|r| claim_files_of(r, claim)).expect("lists");
        assert_eq!(listed, std::slice::from_ref(&kept));
        let read = w.db.read(|r| claim_file_content(r, claim, &kept.sha256)).expect("reads");
        assert_eq!(read, Some((kept, PDF.to_vec())));
        let none = w.db.read(|r| claim_file_content(r, claim, "00")).expect("reads");
        assert_eq!(none, None);
        let application = w.db.read(|r| award_read(r, award)).expect("reads").application;
        let events = w.db.read(|r| events_of(r, application)).expect("reads");
        let noted = events.iter().filter(|event| event.kind == EventKind::ClaimFileAdded);
        assert_eq!(noted.count(), 1);
    });
}

#[test]
fn a_file_that_cannot_be_kept_is_told_at_its_field() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let claim = w.claim(w.new_claim(award, "100", "30")).expect("claims");
        assert!(said(add(w, claim, "a.pdf", b"")).contains("must not be empty"));
        let large = [PDF, &vec![b' '; CLAIM_FILE_BYTES_MAX]].concat();
        assert!(said(add(w, claim, "a.pdf", &large)).contains("at most 2 MiB"));
        assert!(said(add(w, claim, "a.exe", PDF)).contains("PDF, XML, OFD"));
        add(w, claim, "a.pdf", PDF).expect("adds");
        assert!(said(add(w, claim, "b.pdf", PDF)).contains("with this claim already"));
        for number in 1..CLAIM_FILES_MAX {
            let content = format!("%PDF-1.7 {number}");
            add(w, claim, "a.pdf", content.as_bytes()).expect("adds");
        }
        assert!(said(add(w, claim, "a.pdf", b"%PDF-x")).contains("6th file"));
    });
}

#[test]
fn only_the_claimant_adds_files_and_only_before_the_verdict() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let claim = w.claim(w.new_claim(award, "100", "30")).expect("claims");
        let stranger = w.standing(w.reviewer);
        let theirs = w.write(move |tx| claim_file_add(tx, &stranger, claim, "a.pdf", PDF));
        assert_eq!(refusal(theirs), Refused::NotYours(w.firm));
        w.settle(claim).expect("settles");
        let late = add(w, claim, "a.pdf", PDF);
        assert_eq!(refusal(late), Refused::ClaimState(ClaimState::Settled));
    });
}

#[test]
fn the_same_file_in_another_claim_is_found() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let first = w.claim(w.new_claim(award, "100", "30")).expect("claims");
        add(w, first, "a.pdf", PDF).expect("adds");
        let officer = w.officers[0];
        w.write(move |tx| claim_refuse(tx, officer, first, "unreadable")).expect("refuses");
        let second = w.claim(w.new_claim(award, "100", "30")).expect("claims again");
        add(w, second, "other name.pdf", PDF).expect("adds");
        let shared = w.db.read(|r| claim_files_shared(r, second)).expect("finds");
        assert_eq!(shared.len(), 1);
        assert_eq!((shared[0].0.file_name.as_str(), shared[0].1), ("other name.pdf", first));
    });
}
