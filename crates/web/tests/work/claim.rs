//! A claim, its files, and what its reader is told to do next.

use crate::world::{World, on_both};

const PDF: &[u8] = b"%PDF-1.7 an invoice";

fn claimed(w: &World) -> String {
    let form = w.claim_form(&w.awarded()).file("file", "发票.pdf", PDF);
    w.applicant.send(&form).location()
}

fn address(claim: &str, content: &[u8]) -> String {
    format!("{claim}/files/{}", base::sha256_hex(content))
}

#[test]
fn an_invoice_file_goes_with_its_claim_to_the_office_alone() {
    on_both(|w| {
        let claim = claimed(w);
        let file = address(&claim, PDF);
        for inside in [&w.officers[0], &w.auditor] {
            let page = inside.get(&claim);
            page.is(200).says("发票.pdf").says("19 B").says(&base::sha256_hex(PDF));
            assert!(page.links().contains(&file), "the file is offered");
            let answer = inside.get(&file);
            assert_eq!(answer.is(200).body.as_bytes(), PDF);
            assert!(answer.header("content-disposition").starts_with("attachment; filename=\"__"));
            assert_eq!(answer.header("content-type"), "application/octet-stream");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
        let own = w.applicant.get(&claim);
        own.is(200).says("发票.pdf");
        assert!(!own.links().contains(&file), "who handed it in has it");
        w.applicant.get(&file).is(403);
        w.reviewer.get(&file).is(403);
        w.visitor.get(&file).is(401);
        w.officers[0].get(&address(&claim, b"another")).is(404);
    });
}

#[test]
fn a_file_that_is_not_taken_comes_back_at_its_field_and_nothing_is_claimed() {
    on_both(|w| {
        let award = w.awarded();
        for (name, content) in [("page.html", &b"<script>"[..]), ("invoice.pdf", b"MZ")] {
            let again = w.applicant.send(&w.claim_form(&award).file("file", name, content));
            again.is(422).says("PDF, XML, OFD, PNG or JPEG");
            assert!(again.body.contains("id=\"file-error\""), "the error stands at its field");
            let kept = again.form(&format!("{award}/claim")).fields;
            assert!(kept.contains(&("invoice".to_owned(), "INV-1".to_owned())), "{kept:?}");
        }
        w.applicant.get(&award).says("No invoice has been claimed yet");
    });
}

#[test]
fn a_file_can_be_added_until_the_claim_is_verified() {
    on_both(|w| {
        let claim = w.applicant.send(&w.claim_form(&w.awarded())).location();
        let path = format!("{claim}/files");
        w.officers[0].get(&claim).says("No invoice file was handed in");
        let page = w.applicant.get(&claim);
        page.says("Add the invoice as a file below");
        w.applicant.send(&page.form(&path)).is(422).says("must be filled in");
        let form = page.form(&path).file("file", "invoice.xml", b"<invoice/>");
        w.applicant.send(&form).location();
        w.applicant.send(&form).location();
        assert!(!w.applicant.get(&claim).text().contains("Add the invoice as a file below"));
        assert!(!w.officers[0].get(&claim).offers(&path), "it is the beneficiary's");
        let late = w.applicant.get(&claim).form(&path).file("file", "late.pdf", PDF);
        w.officers[0].get(&claim).says("Compare the file with the entries");
        w.verified(&claim);
        assert!(!w.applicant.get(&claim).offers(&path), "it would be refused");
        w.applicant.send(&late).is(409);
        assert!(!w.officers[0].get(&claim).text().contains("late.pdf"));
    });
}

#[test]
fn the_same_file_in_a_second_claim_is_told_to_the_office_alone() {
    on_both(|w| {
        let award = w.awarded();
        let form = w.claim_form(&award).set("amount", "100,000").set("asked", "30,000");
        let first = w.applicant.send(&form.clone().file("file", "a.pdf", PDF)).location();
        let form = form.set("invoice", "INV-2").set("idempotency_key", "another");
        let second = w.applicant.send(&form.file("file", "b.pdf", PDF)).location();
        let page = w.officers[0].get(&second);
        page.says("The same file is with another claim");
        assert!(page.links().contains(&first));
        assert!(!w.applicant.get(&second).text().contains("The same file"));
    });
}

#[test]
fn a_claim_says_what_comes_next_until_it_is_paid() {
    on_both(|w| {
        let claim = claimed(w);
        let page = w.applicant.get(&claim);
        page.says("by 9 Mar 2026 if all is in order");
        page.says("Supplier is paid directly and its bank account is not known yet");
        page.says("Verification by an officer");
        w.auditor.get(&claim).says("It waits for an officer");
        let office = w.officers[0].get(&claim);
        office.says("cannot be verified as things stand now").says("no bank account is known");
        assert!(!office.body.contains("value=\"verify\""), "it would be refused");
        w.verified(&claim);
        w.applicant.get(&claim).says("180,000.00 CNY goes to Supplier with the next batch");
        assert!(w.officers[0].get(&claim).links().contains(&"/payments".to_owned()));
        w.paid(&claim);
        w.applicant.get(&claim).says("was paid to Supplier on 2 Mar 2026");
    });
}

#[test]
fn a_refused_claim_leads_to_a_new_one() {
    on_both(|w| {
        let claim = claimed(w);
        let form = w.officers[0].get(&claim).form(&claim).set("verdict", "refuse");
        w.officers[0].send(&form.set("reason", "unreadable")).location();
        let page = w.applicant.get(&claim);
        page.says("claim the invoice again").says("unreadable");
        assert!(page.links().iter().any(|link| link.ends_with("/claim")));
    });
}

#[test]
fn the_summary_of_errors_names_each_input() {
    on_both(|w| {
        let award = w.awarded();
        let form = w.claim_form(&award).set("date", "soon").set("asked", "much");
        let again = w.applicant.send(&form);
        again.is(422).says("Invoice date: must be a date").says("Support claimed: much is not");
        let path = "/calls/new";
        let form = w.officers[0].get(path).form(path).set("budget", "5");
        let again = w.officers[0].send(&form);
        again.is(422).says("Code: must be filled in").says("Category: must be filled in");
        again.says("Opens: must be a date").says("Reviews needed: must be a whole number");
        let form = w.apply_form().set("title_en", "").set("act", "submit");
        let again = w.applicant.send(&form.set("line1_amount", "x"));
        again.is(422).says("Cost line 1 · Amount: x is not an amount");
    });
}
