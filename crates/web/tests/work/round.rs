//! The ordinary way of an application through every page.

use crate::world::{RULE, on_both};

#[test]
fn money_goes_from_a_form_to_a_confirmed_payment() {
    on_both(|w| {
        let application = w.submitted();
        w.applicant.get(&application).is(200).says("Submitted").says("Contract");
        w.applicant.get(&application).says("it is decided by 9 Mar 2026");
        w.applicant.get("/applications").is(200).says("A project");
        w.officers[0].get("/desk").is(200).says("A project").says("9 Mar 2026");
        let file = w.officers[0].get(&format!("{application}/papers/contract"));
        assert_eq!(file.body, "%PDF contract");
        assert!(
            file.header("content-disposition").starts_with("attachment; filename=\"______.pdf\"")
        );
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        w.reviewed(&application);
        w.officers[0].get("/desk?queue=decide").is(200).says("A project");
        w.officers[0].get(&format!("/calls/{}/sheet", w.call)).is(200).says("0 %");
        let page = w.officers[0].get(&format!("{application}/decision"));
        page.is(200).says("300,000.00").says("reviewer@example.org").says("the last 3 years");
        let first = w.officers[0].send(&w.vote_form(0, &application, "approve")).location();
        assert_eq!(first, format!("{application}/decision"));
        w.officers[0].get(&first).says("You voted first");
        let award = w.officers[1].send(&w.vote_form(1, &application, "approve")).location();
        w.officers[1].get(&first).is(200).says("not waiting for a vote any more");
        w.applicant.get(&application).says("Approved by two officers");

        let claim = w.applicant.send(&w.claim_form(&award)).location();
        w.applicant.get(&claim).is(200).says("INV-1").says("180,000.00");
        assert!(!w.applicant.get(&claim).offers(&claim), "an applicant verifies nothing");
        let form = w.officers[0].get(&claim).form(&claim).set("verdict", "verify");
        w.officers[0].send(&form).is(409).says("no bank account is known");
        let bank = format!("/organisations/{}/bank-account", w.supplier);
        let form = w.officers[0].get(&bank).form(&bank);
        w.officers[0].send(&form.set("holder_name", "Supplier").set("number", "D-1")).location();
        let form = w.officers[0].get(&claim).form(&claim).set("verdict", "verify");
        w.officers[0].send(&form).location();

        let due = w.officers[0].get("/payments");
        due.is(200).says("180,000.00").says("Supplier").says("INV-1");
        w.officers[0].send(&due.form("/payments")).location();
        let sent = w.officers[0].get("/payments");
        let start = sent.body.find("/payments/").expect("a batch") + "/payments/".len();
        let batch = &sent.body[start..start + 26];
        let csv = w.officers[0].get(&format!("/payments/{batch}.csv"));
        assert!(csv.is(200).body.contains("D-1"), "{}", csv.body);
        let xml = w.officers[0].get(&format!("/payments/{batch}.xml"));
        assert!(xml.is(200).body.contains("pain.001.001.09"));
        w.officers[0].send(&sent.form(&format!("/payments/{batch}/confirm"))).location();
        w.applicant.get(&claim).says("Paid");
        w.applicant.get(&application).says("Payment confirmed by the bank");
    });
}

#[test]
fn asking_what_one_is_entitled_to_keeps_nothing() {
    on_both(|w| {
        let answer = w.applicant.send(&w.apply_form().set("act", "check"));
        answer.is(200).says("Up to 300,000.00").says("Why not more?");
        w.applicant.get("/applications").says("You have not applied yet");
    });
}

#[test]
fn a_bad_form_comes_back_with_every_error_and_every_word() {
    on_both(|w| {
        let form = w.apply_form().set("title_en", "").set("summary", " ");
        let form = form.set("line1_amount", "1.234").set("line1_supplier", "Nobody Ltd");
        let again = w.applicant.send(&form.set("requested", "much").set("act", "save"));
        again.is(422).says("To correct before this can be sent: 5");
        let kept = again.form(&format!("/calls/{}/apply", w.call)).fields;
        for (name, value) in
            [("line1_amount", "1.234"), ("line1_supplier", "Nobody Ltd"), ("requested", "much")]
        {
            assert!(kept.contains(&(name.to_owned(), value.to_owned())), "{name} in {kept:?}");
        }
    });
}

#[test]
fn a_draft_can_be_changed_handed_in_and_taken_back() {
    on_both(|w| {
        let path = format!("/calls/{}/apply", w.call);
        let form = w.applicant.get(&path).form(&path).set("title_en", "Draft");
        let form = form.set("summary", "s").set("line1_amount", "1000").set("requested", "300");
        let draft = w.applicant.send(&form.set("act", "save")).location();
        let page = w.applicant.get(&draft);
        page.is(200).says("Draft").says("missing: Contract");
        assert!(!page.offers(&format!("{draft}/submit")), "it would be refused");
        for other in [&w.officers[0], &w.auditor, &w.reviewer] {
            other.get(&draft).is(404);
            other.get(&format!("{draft}/decision")).is(if other.session == w.reviewer.session {
                403
            } else {
                404
            });
        }
        let edit = format!("{draft}/edit");
        let form = w.applicant.get(&edit).form(&edit).set("title_en", "Better");
        w.applicant.send(&form.set("act", "save")).location();
        let papers = format!("{draft}/papers");
        let form = w.applicant.get(&draft).form(&papers);
        w.applicant.send(&form).is(422).says("must not be empty");
        let form = w.applicant.get(&draft).form(&papers);
        w.applicant.send(&form.file("content", "c.pdf", b"x")).location();
        let form = w.applicant.get(&draft).form(&format!("{draft}/submit"));
        w.applicant.send(&form).location();
        let page = w.applicant.get(&draft);
        page.says("Better").says("Submitted");
        w.applicant.send(&page.form(&format!("{draft}/withdraw"))).location();
        w.applicant.get(&draft).says("Withdrawn");
    });
}

#[test]
fn an_officer_publishes_a_rule_and_opens_a_call() {
    on_both(|w| {
        let officer = &w.officers[0];
        let path = "/instruments/new";
        let form = officer.get(path).form(path);
        let broken = RULE.replace("unit = \"CNY\"", "unit = \"RMB\"");
        let again = officer.send(&form.clone().set("toml", &broken));
        again.is(422).says("rule.toml:11:");
        let next = RULE.replace("version = 1", "version = 2");
        officer.send(&form.set("toml", &next)).location();
        let path = "/calls/new";
        let form = officer.get(path).form(path);
        officer.send(&form.clone()).is(422).says("To correct before this can be sent");
        let form = form.set("code", "second").set("title_en", "Second").set("category", "compute");
        let form = form.set("mode", "Sealed").set("budget", "5,000").set("reviews_least", "2");
        let form = form.set("opens_at", "2026-03-01").set("closes_at", "2026-04-01");
        let call = officer.send(&form).location();
        let csrf = officer.get(path).form(path).fields;
        let csrf = csrf.iter().find(|(name, _)| name == "csrf").expect("a token");
        let closed = officer.post(&format!("{call}/close"), &[("csrf", &csrf.1)]);
        assert_eq!(closed.location(), call);
    });
}

#[test]
fn a_token_is_shown_once_and_can_be_ended() {
    on_both(|w| {
        let form = w.applicant.get("/account").form("/account/tokens").set("label", "server");
        let made = w.applicant.send(&form);
        made.is(200).says("shown this once");
        assert_eq!(w.applicant.send(&form).location(), "/account", "the same form makes no other");
        let page = w.applicant.get("/account");
        page.says("server").says("Firm");
        let start = page.body.find("/account/tokens/").expect("a token") + 16;
        let id = page.body[start..start + 26].to_owned();
        let end = page.form(&format!("/account/tokens/{id}/revoke"));
        w.applicant.send(&end).location();
        w.applicant.get("/account").says("No token yet");
    });
}

#[test]
fn what_a_rule_asks_is_asked_checked_and_kept() {
    on_both(|w| {
        let facts = r#"
[[fact]]
name = "is_new"
type = "bool"
ask = { en = "Is it new?", zh = "是否新项目?" }

[[fact]]
name = "turnover"
type = "amount"
ask = { en = "Turnover?", zh = "营业收入?" }

[[eligibility]]
id = "new"
require = "is_new"
message = { en = "Only new projects.", zh = "仅限新项目。" }

[support]"#;
        let rule = RULE.replace("version = 1", "version = 2").replace("\n[support]", facts);
        let rule = rule.replace(
            "facts = { kinds = [\"company\"] }",
            "facts = { kinds = [\"company\"], is_new = true }",
        );
        let call = w.opened(&rule);
        let call = call.rsplit('/').next().expect("an id").to_owned();
        let form = w.apply_form_of(&call).set("fact_turnover", "many").set("act", "check");
        w.applicant.send(&form).is(422).says("To correct before this can be sent: 1");
        let form = form.set("fact_turnover", "5000");
        w.applicant.send(&form).is(200).says("Is it new?");
        let no = form.clone().set("fact_is_new", "no");
        w.applicant.send(&no).is(200).says("Only new projects.");
        let yes = form.set("fact_is_new", "yes");
        w.applicant.send(&yes).is(200).says("Up to 300,000.00");
        let draft = w.applicant.send(&yes.set("act", "save")).location();
        let edit = format!("{draft}/edit");
        let kept = w.applicant.get(&edit).form(&edit).fields;
        for (name, value) in [("fact_is_new", "yes"), ("fact_turnover", "5000.00")] {
            assert!(kept.contains(&(name.to_owned(), value.to_owned())), "{name} in {kept:?}");
        }
    });
}

#[test]
fn the_sheet_says_in_both_languages_why_an_application_is_not_on_it() {
    on_both(|w| {
        let first = w.submitted();
        w.reviewed(&first);
        let other = w.apply_form().set("title_en", "Other").set("act", "submit");
        w.applicant.send(&other).location();
        let sheet = format!("/calls/{}/sheet", w.call);
        w.officers[0].get(&format!("{sheet}?lang=en")).is(200).says("Reviews are missing.");
        w.officers[0].get(&format!("{sheet}?lang=zh")).is(200).says("缺少评审。");
    });
}
