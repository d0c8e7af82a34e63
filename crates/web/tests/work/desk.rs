//! Desks: what waits, what comes next, and what is done.

use crate::world::on_both;

#[test]
fn an_applicant_reads_the_next_step_of_every_application() {
    on_both(|w| {
        let empty = w.applicant.get("/applications");
        empty.is(200).says("You have not applied yet");
        let application = w.submitted();
        w.applicant.get("/applications").says("Reviewers are chosen");
        w.reviewed(&application);
        w.applicant.get("/applications").says("Two officers decide");
        w.officers[0].send(&w.vote_form(0, &application, "approve")).location();
        let award = w.officers[1].send(&w.vote_form(1, &application, "approve")).location();
        w.applicant.get("/applications").says("Claim invoices: 300,000.00 CNY left");
        let claim = w.applicant.send(&w.claim_form(&award)).location();
        w.applicant.get("/applications").says("Claim invoices: 120,000.00 CNY left");
        w.verified(&claim);
        let path = format!("{award}/close");
        w.officers[0].send(&w.officers[0].get(&path).form(&path)).location();
        let page = w.applicant.get("/applications");
        page.says("What is verified is paid");
        w.paid(&claim);
        assert!(!w.applicant.get("/applications").text().contains("Claim invoices"));
    });
}

#[test]
fn a_reviewer_finds_finished_reviews_again() {
    on_both(|w| {
        w.reviewer.get("/reviews").is(200).says("0 To review").says("Nothing to review");
        let application = w.submitted();
        w.reviewed(&application);
        w.reviewer.get("/reviews").says("0 To review").says("1 Done");
        let done = w.reviewer.get("/reviews?queue=done");
        done.is(200).says("A project");
        let review = format!("{application}/review");
        assert!(done.links().contains(&review));
        assert!(!w.reviewer.get(&review).is(200).offers(&review), "it is done");
    });
}
