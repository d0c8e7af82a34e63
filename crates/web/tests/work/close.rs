//! Closing an award before its term.

use crate::world::on_both;

#[test]
fn an_officer_closes_an_award_after_seeing_what_goes_where() {
    on_both(|w| {
        let award = w.awarded();
        let path = format!("{award}/close");
        w.officers[0].get(&award).is(200).says("Close before its term");
        let page = w.officers[0].get(&path);
        page.is(200).says("Goes back to the budget synthetic300,000.00").says("Compute vouchers");
    });
}

#[test]
fn what_an_officer_closes_goes_back_and_nothing_more_is_claimed() {
    on_both(|w| {
        let award = w.awarded();
        let path = format!("{award}/close");
        let kept = w.claim_form(&award);
        let form = w.officers[0].get(&path).form(&path);
        assert_eq!(w.officers[0].send(&form).location(), award);
        let after = w.officers[0].get(&award);
        after.is(200).says("Released 300,000.00").says("Nothing more is claimed or paid");
        assert!(!after.text().contains("Close before its term"), "it is closed");
        w.applicant.send(&kept).is(409).says("the award is closed");
        w.officers[0].get(&path).is(409).says("the award is closed");
        // The same form again is done already and leads to the same place.
        assert_eq!(w.officers[0].send(&form).location(), award);
    });
}

#[test]
fn an_award_with_a_claim_that_waits_is_not_closed() {
    on_both(|w| {
        let award = w.awarded();
        let path = format!("{award}/close");
        let form = w.officers[0].get(&path).form(&path);
        w.applicant.send(&w.claim_form(&award)).location();
        let page = w.officers[0].get(&path);
        page.is(200).says("It cannot be closed now").says("INV-1");
        assert!(!page.offers(&path), "it would be refused");
        w.officers[0].send(&form).is(409);
        let page = w.officers[0].get(&award);
        page.says("Claims that wait to be verified: 1");
        assert!(!page.links().contains(&path), "it would be refused");
    });
}

#[test]
fn an_award_that_changed_since_the_page_was_opened_is_not_closed() {
    on_both(|w| {
        let award = w.awarded();
        let path = format!("{award}/close");
        let form = w.officers[0].get(&path).form(&path);
        let claim = w.applicant.send(&w.claim_form(&award)).location();
        w.verified(&claim);
        let again = w.officers[0].send(&form);
        again.is(409).says("changed after you opened this page").says("120,000.00");
        w.officers[0].send(&again.form(&path)).location();
        w.officers[0].get(&award).says("Released 120,000.00").says("paid with the next batch");
        w.paid(&claim);
        w.applicant.get(&claim).says("Paid");
    });
}

#[test]
fn only_an_officer_without_a_part_in_it_closes_an_award() {
    on_both(|w| {
        let award = w.awarded();
        let path = format!("{award}/close");
        for other in [&w.applicant, &w.auditor, &w.reviewer] {
            other.get(&path).is(403);
            assert!(!other.get(&award).text().contains("Close before its term"));
        }
        w.visitor.get(&path).is(401);
        w.both.get(&path).is(409).says("you act for the applicant");
        assert!(!w.both.get(&award).text().contains("Close before its term"));
    });
}
