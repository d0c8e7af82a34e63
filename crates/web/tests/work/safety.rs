//! What the pages must never do.

use crate::world::on_both;

#[test]
fn every_change_is_refused_to_a_visitor() {
    on_both(|w| {
        let id = "0000000000000000000000000a";
        for route in web::route_list().iter().filter(|route| route.method == "POST") {
            if route.permission == identity::Permission::Public {
                continue;
            }
            let path = route.path.replace("{id}", id).replace("{code}", "c");
            let answer = w.visitor.post(&path, &[]);
            assert_eq!(answer.status, 401, "{path}: {}", answer.text());
        }
    });
}

#[test]
fn a_forged_form_changes_nothing() {
    on_both(|w| {
        let application = w.submitted();
        let forms = [
            (&w.applicant, w.apply_form().set("act", "save")),
            (&w.applicant, w.applicant.get(&application).form(&format!("{application}/withdraw"))),
        ];
        for (who, form) in forms {
            who.send(&form.set("csrf", "0".repeat(64).as_str())).is(403);
        }
        w.applicant.get(&application).says("Submitted");
        w.officers[0].get("/desk").says("1 To give to reviewers");
    });
}

#[test]
fn the_same_form_twice_is_done_once() {
    on_both(|w| {
        let form = w.apply_form().set("act", "submit");
        let first = w.applicant.send(&form).location();
        assert_eq!(w.applicant.send(&form).location(), first);
        w.reviewed(&first);
        let vote = w.vote_form(0, &first, "approve");
        let decided = w.officers[0].send(&vote).location();
        assert_eq!(w.officers[0].send(&vote).location(), decided);
        let award = w.officers[1].send(&w.vote_form(1, &first, "approve")).location();
        let form = w.claim_form(&award);
        let claim = w.applicant.send(&form).location();
        assert_eq!(w.applicant.send(&form).location(), claim);
        let again = w.applicant.send(&w.claim_form(&award));
        again.is(409).says("was claimed before");
    });
}

#[test]
fn one_officer_cannot_vote_twice() {
    on_both(|w| {
        let application = w.submitted();
        w.reviewed(&application);
        let kept = w.vote_form(0, &application, "approve");
        w.officers[0].send(&kept).location();
        let page = w.officers[0].get(&format!("{application}/decision"));
        assert!(!page.offers(&format!("{application}/decision")), "no second vote is offered");
        let again = w.officers[0].send(&kept.set("reason", "once more"));
        again.is(409).says("another officer has to vote second");
    });
}

#[test]
fn a_vote_on_stale_facts_shows_the_fresh_ones() {
    on_both(|w| {
        let first = w.submitted();
        let other = w.applicant.send(&w.apply_form().set("title_en", "Other").set("act", "submit"));
        let other = other.location();
        w.reviewed(&first);
        w.reviewed(&other);
        let stale = w.vote_form(0, &other, "approve").set("reason", "typed with care");
        for officer in [0, 1] {
            w.officers[officer].send(&w.vote_form(officer, &first, "approve")).location();
        }
        let again = w.officers[0].send(&stale);
        again.is(409).says("changed after you opened it").says("19,700,000.00");
        let fresh = again.form(&format!("{other}/decision"));
        let typed = ("reason".to_owned(), "typed with care".to_owned());
        assert!(fresh.fields.contains(&typed), "{:?}", fresh.fields);
        w.officers[0].send(&fresh.set("verdict", "approve")).location();
    });
}

#[test]
fn an_invoice_of_an_affiliated_supplier_is_refused() {
    on_both(|w| {
        let award = w.awarded();
        let form = w.claim_form(&award).set("supplier", w.sister.as_str());
        let again = w.applicant.send(&form);
        again.is(409).says("the supplier does not meet the rule");
        let kept = again.form(&format!("{award}/claim")).fields;
        assert!(kept.contains(&("invoice".to_owned(), "INV-1".to_owned())), "{kept:?}");
    });
}

#[test]
fn a_reviewer_with_a_conflict_is_not_offered_and_is_refused() {
    on_both(|w| {
        let application = w.submitted();
        let path = format!("{application}/reviewers");
        let page = w.officers[0].get(&path);
        page.is(200).says("works for Sister, which is in the group of Firm");
        assert!(!page.body.contains(w.insider.as_str()), "no button for the insider");
        let forced = page.form(&path).set("reviewer", w.insider.as_str());
        w.officers[0].send(&forced).is(409).says("conflict of interest");
    });
}

#[test]
fn names_and_reviews_stay_inside_the_office() {
    on_both(|w| {
        let application = w.submitted();
        w.reviewed(&application);
        w.officers[0].send(&w.vote_form(0, &application, "approve")).location();
        let page = w.applicant.get(&application);
        for secret in ["reviewer@example.org", "one@example.org", "sound"] {
            assert!(!page.text().contains(secret), "{secret} is shown to the applicant");
        }
        w.applicant.get(&format!("{application}/decision")).is(403);
        w.visitor.get(&application).is(401);
        let stranger = w.reviewer.get(&format!("{application}/decision"));
        stranger.is(403);
    });
}

#[test]
fn an_auditor_reads_everything_and_is_offered_nothing() {
    on_both(|w| {
        let application = w.submitted();
        w.reviewed(&application);
        for path in ["/desk", "/payments", application.as_str()] {
            let page = w.auditor.get(path);
            page.is(200);
            assert!(!page.body.contains("<button class=\"plain\""), "{path} has a button");
        }
        assert!(
            w.auditor.get("/").body.contains("href=\"/desk\""),
            "the desk is in the navigation"
        );
        let path = format!("{application}/decision");
        let page = w.auditor.get(&path);
        page.is(200).says("Only programme officers vote");
        assert!(!page.offers(&path));
        w.auditor.post(&path, &[("verdict", "approve")]).is(403);
    });
}

#[test]
fn a_bank_account_is_shown_to_its_owner_and_the_office_alone() {
    on_both(|w| {
        let path = format!("/organisations/{}/bank-account", w.firm);
        w.applicant.get(&path).is(200);
        w.reviewer.get(&path).is(403);
        let other = format!("/organisations/{}/bank-account", w.supplier);
        w.applicant.get(&other).is(403);
    });
}

#[test]
fn a_sealed_application_is_read_by_nobody_else() {
    on_both(|w| {
        let form = w.apply_form_of(&w.sealed).set("act", "submit");
        let application = w.applicant.send(&form).location();
        w.applicant.get(&application).is(200).says("Submitted");
        for other in [&w.officers[0], &w.auditor] {
            other.get(&application).is(409).says("sealed until 2026-06-01");
            other.get(&format!("{application}/papers/contract")).is(409);
            other.get(&format!("{application}/decision")).is(409);
            other.get("/desk").is(200).says("0 To give to reviewers");
            other.get(&format!("/calls/{}/sheet", w.sealed)).is(409);
        }
    });
}

#[test]
fn a_sealed_application_is_not_given_to_a_reviewer_before_its_day() {
    on_both(|w| {
        let form = w.apply_form_of(&w.sealed).set("act", "submit");
        let application = w.applicant.send(&form).location();
        let path = format!("{application}/reviewers");
        w.officers[0].get(&path).is(409).says("sealed until");
        let other = w.submitted();
        let page = w.officers[0].get(&format!("{other}/reviewers"));
        let fields = page.form(&format!("{other}/reviewers")).fields;
        let csrf = &fields.iter().find(|(name, _)| name == "csrf").expect("a token").1;
        let fields = [("csrf", csrf.as_str()), ("reviewer", w.reviewer_id.as_str())];
        w.officers[0].post(&path, &fields).is(409);
        w.reviewer.get("/reviews").says("Nothing to review");
    });
}

#[test]
fn a_reviewer_who_steps_back_scores_nothing() {
    on_both(|w| {
        let application = w.submitted();
        let path = format!("{application}/reviewers");
        let form = w.officers[0].get(&path).form(&path);
        w.officers[0].send(&form.set("reviewer", w.reviewer_id.as_str())).location();
        let path = format!("{application}/review");
        let form = w.reviewer.get(&path).form(&path);
        let again = w.reviewer.send(&form.clone().set("score_quality", "101"));
        again.is(422).says("To correct before this can be sent: 5");
        let form = form.set("conflict", "yes").set("comment", "my cousin works there");
        w.reviewer.send(&form).location();
        assert!(!w.reviewer.get(&path).offers(&path), "it is done");
        w.officers[0].get(&application).says("A reviewer stepped back").says("my cousin");
        let page = w.officers[0].get(&format!("{application}/decision"));
        page.says("0 of 1 reviews are done");
        let form = page.form(&format!("{application}/decision"));
        let forced = form.set("verdict", "approve").set("reason", "now");
        w.officers[0].send(&forced).is(409).says("1 reviews are needed and 0 are done");
    });
}

#[test]
fn a_decision_keeps_showing_what_the_voters_saw() {
    on_both(|w| {
        let application = w.submitted();
        w.reviewed(&application);
        for officer in [0, 1] {
            w.officers[officer].send(&w.vote_form(officer, &application, "approve")).location();
        }
        let page = w.officers[0].get(&format!("{application}/decision"));
        page.is(200).says("Budget left20,000,000.00").says("Awarded to the group 0.00");
    });
}

#[test]
fn a_paper_that_is_too_large_is_told_at_its_field() {
    on_both(|w| {
        let large = vec![b'x'; 2 * 1024 * 1024 + 1];
        let form = w.apply_form().set("act", "submit").file("paper_contract", "big.pdf", &large);
        w.applicant.send(&form).is(422).says("at most 2 MiB are kept");
        w.applicant.get("/applications").says("You have not applied yet");
    });
}

#[test]
fn an_officer_of_the_applicant_sees_it_as_the_applicant_does() {
    on_both(|w| {
        let application = w.submitted();
        w.reviewed(&application);
        let page = w.both.get(&application);
        page.is(200);
        assert!(!page.text().contains("sound"), "no review is shown");
        for inner in ["decision", "reviewers"] {
            w.both.get(&format!("{application}/{inner}")).is(409).says("you act for the applicant");
        }
        let award = {
            let first = w.vote_form(0, &application, "approve");
            w.officers[0].send(&first).location();
            w.officers[1].send(&w.vote_form(1, &application, "approve")).location()
        };
        let claim = w.applicant.send(&w.claim_form(&award)).location();
        assert!(!w.both.get(&claim).offers(&claim), "an insider verifies nothing");
        let csrf = w.both.get("/account").form("/account/tokens").fields;
        let csrf = &csrf.iter().find(|(name, _)| name == "csrf").expect("a token").1;
        let forced = w.both.post(&claim, &[("csrf", csrf), ("verdict", "verify")]);
        forced.is(409).says("conflict of interest");
    });
}

#[test]
fn an_officer_of_the_applicant_has_neither_its_row_nor_its_sheet() {
    on_both(|w| {
        let sheet = format!("/calls/{}/sheet", w.call);
        w.both.get(&sheet).is(200);
        let application = w.submitted();
        w.reviewed(&application);
        w.both.get(&sheet).is(409).says("you act for the applicant");
        let desk = w.both.get("/desk?queue=decide");
        desk.is(200).says("0 To decide");
        assert!(!desk.links().contains(&sheet), "it would be refused");
        w.officers[0].get("/desk?queue=decide").says("1 To decide");
        w.officers[0].get(&sheet).is(200);
        let call = format!("/calls/{}", w.call);
        assert!(!w.both.get(&call).links().contains(&sheet));
        assert!(w.auditor.get(&call).links().contains(&sheet));
    });
}

#[test]
fn a_supplier_bought_since_the_claim_cannot_be_paid() {
    on_both(|w| {
        let award = w.awarded();
        let claim = w.applicant.send(&w.claim_form(&award)).location();
        let kept = w.officers[0].get(&claim).form(&claim).set("verdict", "verify");
        w.buys_supplier();
        let page = w.officers[0].get(&claim);
        page.is(200).says("cannot be verified as things stand now").says("belong to one group");
        assert!(!page.body.contains("value=\"verify\""), "it would be refused");
        w.officers[0].send(&kept).is(409).says("the supplier does not meet the rule");
        let form = page.form(&claim).set("verdict", "refuse").set("reason", "now affiliated");
        w.officers[0].send(&form).location();
        w.applicant.get(&claim).says("Refused").says("now affiliated");
    });
}

#[test]
fn a_refusal_on_a_chinese_page_is_chinese() {
    on_both(|w| {
        let sealed = w.apply_form_of(&w.sealed).set("act", "submit");
        let sealed = w.applicant.send(&sealed).location();
        let page = w.officers[0].get(&format!("{sealed}?lang=zh"));
        page.is(409).says("本次征集的申请在 2026-06-01 00:00 UTC 之前封存");

        let form = w.apply_form().set("summary", "").set("line1_amount", "x").set("act", "submit");
        let form = form.set("line1_supplier", "Nobody");
        let again = w.applicant.send(&form.in_chinese());
        again.is(422).says("须填写").says("须为金额，如 120,000.00").says("须为一个已登记的机构");
        assert!(!again.text().contains("must be"), "{}", again.text());

        let application = w.submitted();
        let path = format!("{application}/reviewers");
        let form = w.officers[0].get(&path).form(&path).set("reviewer", w.insider.as_str());
        let again = w.officers[0].send(&form.in_chinese());
        again.is(409).says("未办理：该评审人存在利益冲突：该人员现任职于Sister");

        w.reviewed(&application);
        let twice = w.vote_form(0, &application, "approve").in_chinese();
        w.officers[0].send(&twice).location();
        w.officers[0].send(&twice.set("reason", "again")).is(409).says("须由两位不同的官员决定");
        let award = w.officers[1].send(&w.vote_form(1, &application, "approve")).location();

        let sister = w.claim_form(&award).set("supplier", w.sister.as_str()).in_chinese();
        w.applicant.send(&sister).is(409).says("未办理：供应商不符合规则要求：");
        w.applicant.send(&w.claim_form(&award)).location();
        let again = w.applicant.send(&w.claim_form(&award).in_chinese());
        again.is(409).says("未办理：该供应商的发票 INV-1 已在申领").says("不得重复申领");
    });
}
