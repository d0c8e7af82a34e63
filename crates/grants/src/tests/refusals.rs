//! Every refusal by name, and that it leaves nothing behind.

use super::world::*;
use crate::*;
use base::{Amount, Id, Time, Unit};
use identity::{Actor, Role, Standing};
use rulebook::Text;

fn nobody<T: From<Id>>() -> T {
    T::from(Id::new(Time::from_millis(5), 5, 5))
}

fn fields(refused: Refused) -> Vec<String> {
    let Refused::Invalid(problems) = refused else { panic!("{refused:?}") };
    for problem in &problems {
        assert!(problem.zh.is_some(), "`{problem}` is not said in Chinese");
    }
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn a_broken_rule_file_is_named_with_its_lines() {
    on_both(|w| {
        let broken = RULE.replace("30%", "130%").replace("8,000,000", "-8");
        let publish = w.write(move |tx| instrument_publish(tx, Actor::System, "b.toml", &broken));
        let Refused::RuleBroken(lines) = refusal(publish) else { panic!() };
        assert!(lines.iter().any(|line| line.starts_with("b.toml:21:")), "{lines:?}");
        assert!(lines.len() >= 2, "all problems at once: {lines:?}");
    });
}

#[test]
fn a_published_version_is_never_changed() {
    on_both(|w| {
        let changed = RULE.replace("30%", "40%").replace("30,000", "40,000");
        let publish = w.write(move |tx| instrument_publish(tx, Actor::System, "b.toml", &changed));
        let expected = Refused::VersionTaken { code: "test-voucher".to_owned(), version: 1 };
        assert_eq!(refusal(publish), expected);
    });
}

#[test]
fn bad_calls_are_refused() {
    on_both(|w| {
        let rule = w.db.read(|r| call_read(r, w.call)).expect("reads").instrument;
        let create = |new: NewCall| w.write(move |tx| call_create(tx, Actor::System, &new));
        let mut new = new_call(rule, "vouchers", "1");
        assert_eq!(refusal(create(new.clone())), Refused::CallCodeTaken("vouchers".to_owned()));
        new.budget = Amount::new(1, Unit::EUR);
        let units = Refused::UnitMismatch { rule: Unit::CNY, given: Unit::EUR };
        assert_eq!(refusal(create(new.clone())), units);
        new.instrument = nobody();
        assert!(matches!(refusal(create(new.clone())), Refused::InstrumentUnknown(_)));
        new.code = "No Spaces".to_owned();
        new.budget.minor = 0;
        new.closes_at = None;
        assert_eq!(fields(refusal(create(new))), ["code", "budget", "closes_at"]);
        let call = w.call;
        w.write(move |tx| call_close(tx, Actor::System, call)).expect("closes");
        let again = w.write(move |tx| call_close(tx, Actor::System, call));
        assert_eq!(refusal(again), Refused::CallClosed);
        let unknown = w.write(|tx| call_close(tx, Actor::System, nobody()));
        assert!(matches!(refusal(unknown), Refused::CallUnknown(_)));
    });
}

#[test]
fn all_bad_fields_of_an_application_are_named_at_once() {
    on_both(|w| {
        let mut draft = w.draft("100", "30");
        draft.title_en = " ".to_owned();
        draft.summary = String::new();
        draft.requested = Amount::new(-1, Unit::EUR);
        draft.lines[0].amount = Amount::new(0, Unit::CNY);
        let found = fields(refusal(w.create(draft)));
        assert_eq!(found, ["title_en", "summary", "requested", "requested", "lines.0.amount"]);
        let mut draft = w.draft("100", "30");
        draft.lines[0].supplier = Some(nobody());
        assert_eq!(fields(refusal(w.create(draft))), ["lines.0.supplier"]);
        let mut draft = w.draft("100", "30");
        let most = Amount::new(i64::MAX, Unit::CNY);
        draft.lines = vec![CostLine { cost: None, what: None, amount: most, supplier: None }; 2];
        assert_eq!(fields(refusal(w.create(draft))), ["lines"]);
    });
}

#[test]
fn a_closed_call_takes_no_applications() {
    on_both(|w| {
        let draft = w.create(w.draft("100", "30")).expect("creates");
        w.clock.set(Time::parse("2026-06-01T00:00:00Z").unwrap());
        assert!(matches!(refusal(w.create(w.draft("1", "1"))), Refused::CallNotOpen { .. }));
        let standing = w.standing(w.applicant);
        let late = w.write(move |tx| application_submit(tx, &standing, draft));
        assert!(matches!(refusal(late), Refused::CallNotOpen { .. }));
        w.clock.set(Time::parse("2026-02-01T00:00:00Z").unwrap());
        let early = refusal(w.create(w.draft("1", "1")));
        assert!(early.to_string().contains("it opens at 2026-03-01"), "{early}");
    });
}

#[test]
fn nobody_applies_for_somebody_elses_firm() {
    on_both(|w| {
        let (call, firm, draft) = (w.call, w.firm, w.draft("100", "30"));
        for standing in [Standing::default(), w.standing(w.officers[0])] {
            let draft = draft.clone();
            let create = w.write(move |tx| application_create(tx, &standing, call, firm, &draft));
            assert_eq!(refusal(create), Refused::NotYours(firm));
        }
    });
}

#[test]
fn the_rule_decides_who_may_submit() {
    on_both(|w| {
        let mut draft = w.draft("100", "30");
        draft.lines[0].supplier = Some(w.sister);
        let id = w.create(draft).expect("creates");
        let Refused::Ineligible(reasons) = refusal(w.submit(id)) else { panic!() };
        assert!(reasons.iter().any(|reason| reason.en.contains("Sister")), "{reasons:?}");
        let unknown = RULE.replace("rate = \"30%\"", "rate = \"unknown\"");
        let unknown = unknown.replace("\"test-voucher\"", "\"unknown-rate\"").replace(
            "expect = { outcome = \"entitled\", amount = \"30,000\" }",
            "expect = { outcome = \"unknown\", missing = [\"rate\"] }",
        );
        let (standing, firm, draft) = (w.standing(w.applicant), w.firm, w.draft("100", "30"));
        let submit = w.write(move |tx| {
            let rule = instrument_publish(tx, Actor::System, "u.toml", &unknown)?;
            let call = call_create(tx, Actor::System, &new_call(rule.id, "unknown", "1"))?;
            let id = application_create(tx, &standing, call.id, firm, &draft)?.id;
            application_submit(tx, &standing, id)
        });
        assert!(matches!(refusal(submit), Refused::NotComputable(_)));
    });
}

#[test]
fn papers_are_asked_for() {
    on_both(|w| {
        let id = w.create(w.draft("100", "30")).expect("creates");
        let standing = w.standing(w.applicant);
        let submit = w.write(move |tx| application_submit(tx, &standing, id));
        assert_eq!(
            refusal(submit),
            Refused::PapersMissing(vec![Text::both("Contract (contract)", "合同（contract）")])
        );
        let standing = w.standing(w.applicant);
        let large = vec![0; PAPER_BYTES_MAX + 1];
        let add = w.write(move |tx| paper_add(tx, &standing, id, ("", "x"), &large));
        assert_eq!(fields(refusal(add)), ["code", "content"]);
    });
}

#[test]
fn a_submitted_application_is_not_edited_and_a_decided_one_not_withdrawn() {
    on_both(|w| {
        let award = w.awarded("100", "30");
        let id = w.db.read(|r| award_read(r, award)).expect("reads").application;
        let (standing, draft) = (w.standing(w.applicant), w.draft("100", "30"));
        let edit = w.write(move |tx| application_edit(tx, &standing, id, &draft));
        assert!(matches!(refusal(edit), Refused::ApplicationState { .. }));
        let standing = w.standing(w.applicant);
        let withdraw = w.write(move |tx| application_withdraw(tx, &standing, id));
        assert!(matches!(refusal(withdraw), Refused::ApplicationState { .. }));
    });
}

#[test]
fn a_draft_and_a_sealed_application_are_seen_by_the_applicant_alone() {
    on_both(|w| {
        let id = w.create(w.draft("100", "30")).expect("creates");
        let read = |standing: &Standing, id| {
            let now = w.now();
            w.db.read(|r| application_read(r, standing, id, now)).map(|a| a.id)
        };
        let (officer, applicant) = (w.standing(w.officers[0]), w.standing(w.applicant));
        assert_eq!(read(&applicant, id).expect("own"), id);
        assert_eq!(refusal(read(&officer, id)), Refused::ApplicationUnknown(id));
        let rule = w.db.read(|r| call_read(r, w.call)).expect("reads").instrument;
        let mut new = new_call(rule, "sealed", "1,000");
        new.mode = CallMode::Sealed;
        new.reviews_least = 0;
        let (standing, firm, draft) = (applicant.clone(), w.firm, w.draft("100", "30"));
        let sealed = w
            .write(move |tx| {
                let call = call_create(tx, Actor::System, &new)?.id;
                let id = application_create(tx, &standing, call, firm, &draft)?.id;
                paper_add(tx, &standing, id, ("contract", "c.pdf"), b"x")?;
                application_submit(tx, &standing, id)?;
                Ok(id)
            })
            .expect("submits");
        assert_eq!(read(&applicant, sealed).expect("own"), sealed);
        assert!(matches!(refusal(read(&officer, sealed)), Refused::Sealed(_)));
        let vote = w.vote(0, w.form(sealed, Verdict::Decline, "0"));
        assert!(matches!(refusal(vote), Refused::Sealed(_)));
        w.clock.set(Time::parse("2026-06-01T00:00:00Z").unwrap());
        assert_eq!(read(&officer, sealed).expect("opened"), sealed);
        assert_eq!(
            refusal(read(&Standing::default(), sealed)),
            Refused::ApplicationUnknown(sealed)
        );
    });
}

#[test]
fn reviewers_have_the_role_no_conflict_and_one_review() {
    on_both(|w| {
        let id = w.submitted("100", "30");
        let assign = |person| w.write(move |tx| review_assign(tx, Actor::System, id, person));
        assert_eq!(refusal(assign(w.applicant)), Refused::NotReviewer(w.applicant));
        for (email, employer) in [("a@example.org", w.sister), ("b@example.org", w.supplier)] {
            let bound = person(&w.db, email, Some(Role::Reviewer));
            employ(&w.db, bound, employer);
            let refused = refusal(assign(bound));
            assert!(matches!(refused, Refused::ReviewerConflict(_)), "{refused}");
        }
        let review = assign(w.reviewer).expect("assigns").id;
        assert_eq!(refusal(assign(w.reviewer)), Refused::ReviewAssigned);
        let score = |standing: Standing, points| {
            let scores = [Score { criterion: "quality".to_owned(), points }];
            w.write(move |tx| review_score(tx, &standing, review, &scores, "why"))
        };
        assert_eq!(refusal(score(w.standing(w.applicant), 1)), Refused::ReviewNotYours);
        assert_eq!(fields(refusal(score(w.standing(w.reviewer), 101))), ["scores.0.points"]);
        score(w.standing(w.reviewer), 100).expect("scores");
        let again = refusal(score(w.standing(w.reviewer), 1));
        assert_eq!(again, Refused::ReviewClosed(ReviewState::Scored));
        let unknown = w.db.read(|r| review_read(r, nobody()));
        assert!(matches!(refusal(unknown), Refused::ReviewUnknown(_)));
    });
}

#[test]
fn two_officers_who_are_one_person_decide_nothing() {
    on_both(|w| {
        let id = w.submitted("1,000", "300");
        w.review(id);
        w.vote(0, w.form(id, Verdict::Approve, "300")).expect("first");
        let second = w.vote(0, w.form(id, Verdict::Approve, "300"));
        assert_eq!(refusal(second), Refused::SameOfficer);
        assert!(w.db.read(|r| award_of_application(r, id)).expect("reads").is_none());
    });
}

#[test]
fn a_second_decision_is_refused() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let id = w.db.read(|r| award_read(r, award)).expect("reads").application;
        let again = w.vote(0, w.form(id, Verdict::Approve, "300"));
        let expected = Refused::ApplicationState {
            is: ApplicationState::Awarded,
            needed: ApplicationState::Submitted,
        };
        assert_eq!(refusal(again), expected);
    });
}

#[test]
fn a_vote_on_stale_facts_is_refused() {
    on_both(|w| {
        let (one, two) = (w.submitted("1,000", "300"), w.submitted("2,000", "600"));
        w.review(one);
        w.review(two);
        let stale = w.form(one, Verdict::Approve, "300");
        w.approve(two, "600");
        assert_eq!(refusal(w.vote(0, stale)), Refused::ShownChanged);
    });
}

#[test]
fn votes_keep_to_reviews_rule_and_budget() {
    on_both(|w| {
        let id = w.submitted("26,000,000", "7,800,000");
        let form = w.form(id, Verdict::Approve, "1");
        assert_eq!(refusal(w.vote(0, form)), Refused::ReviewsMissing { needed: 1, scored: 0 });
        w.review(id);
        let vote = |amount: &str| w.vote(0, w.form(id, Verdict::Approve, amount));
        let above = refusal(vote("7,800,000.01"));
        let most = cny("7,800,000");
        let asked = cny("7,800,000.01");
        assert_eq!(above, Refused::AmountAboveEntitled { asked, most });
        let mut empty = w.form(id, Verdict::Approve, "0");
        empty.reason = " ".to_owned();
        assert_eq!(fields(refusal(w.vote(0, empty))), ["reason", "amount"]);
        let conflict = person(&w.db, "three@example.org", Some(Role::Officer));
        employ(&w.db, conflict, w.parent);
        let form = w.form(id, Verdict::Approve, "1");
        let vote = w.write(move |tx| vote_cast(tx, conflict, &form));
        assert!(matches!(refusal(vote), Refused::OfficerConflict(_)));
    });
}

#[test]
fn a_budget_is_never_exceeded() {
    on_both(|w| {
        let rule = w.db.read(|r| call_read(r, w.call)).expect("reads").instrument;
        let (standing, firm, draft) = (w.standing(w.applicant), w.firm, w.draft("1,000", "300"));
        let ids = w
            .write(move |tx| {
                let new = new_call(rule, "small", "500");
                let call = call_create(tx, Actor::System, &new)?.id;
                let mut ids = Vec::new();
                for _ in 0..2 {
                    let id = application_create(tx, &standing, call, firm, &draft)?.id;
                    paper_add(tx, &standing, id, ("contract", "c.pdf"), b"x")?;
                    application_submit(tx, &standing, id)?;
                    ids.push(id);
                }
                Ok(ids)
            })
            .expect("submits");
        w.review(ids[0]);
        w.review(ids[1]);
        w.approve(ids[0], "300");
        let vote = w.vote(0, w.form(ids[1], Verdict::Approve, "300"));
        let expected = Refused::BudgetExceeded { asked: cny("300"), left: cny("200") };
        assert_eq!(refusal(vote), expected);
    });
}

#[test]
fn bad_claims_are_refused() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let mut bad = w.new_claim(award, "0", "0");
        bad.invoice_number = "--".to_owned();
        bad.invoice_date = "2026-03-03".parse().unwrap();
        let found = fields(refusal(w.claim(bad)));
        assert_eq!(found, ["invoice_number", "invoice_date", "invoice", "asked"]);
        let above = refusal(w.claim(w.new_claim(award, "1,000", "300.01")));
        let expected = Refused::ClaimAboveRule { asked: cny("300.01"), most: cny("300") };
        assert_eq!(above, expected);
        let above = refusal(w.claim(w.new_claim(award, "2,000", "600")));
        let expected = Refused::ClaimAboveAward { asked: cny("600"), left: cny("300") };
        assert_eq!(above, expected);
        let unknown = refusal(w.claim(w.new_claim(nobody(), "1", "1")));
        assert!(matches!(unknown, Refused::AwardUnknown(_)));
        let mut stranger = w.new_claim(award, "100", "30");
        stranger.supplier = nobody();
        assert_eq!(fields(refusal(w.claim(stranger))), ["supplier"]);
        let (standing, new) = (w.standing(w.officers[0]), w.new_claim(award, "100", "30"));
        let foreign = w.write(move |tx| claim_submit(tx, &standing, &new));
        assert_eq!(refusal(foreign), Refused::NotYours(w.firm));
    });
}

#[test]
fn open_claims_together_stay_within_the_award() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        w.claim(w.new_claim(award, "700", "200")).expect("claims");
        let mut second = w.new_claim(award, "700", "200");
        second.invoice_number = "INV-2".to_owned();
        let expected = Refused::ClaimAboveAward { asked: cny("200"), left: cny("100") };
        assert_eq!(refusal(w.claim(second)), expected);
    });
}

#[test]
fn an_invoice_is_claimed_once_however_it_is_written() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let first = w.claim(w.new_claim(award, "100", "30")).expect("claims");
        let mut again = w.new_claim(award, "100", "30");
        again.invoice_number = "inv 1".to_owned();
        let refused = refusal(w.claim(again.clone()));
        assert_eq!(refused, Refused::DuplicateInvoice { invoice: "inv 1".into(), claim: first });
        let officer = w.officers[0];
        w.write(move |tx| claim_refuse(tx, officer, first, "not legible")).expect("refuses");
        w.claim(again).expect("a refused invoice may be claimed again");
        let settled = refusal(w.settle(first));
        assert_eq!(settled, Refused::ClaimState(ClaimState::Refused));
        assert!(matches!(refusal(w.settle(nobody())), Refused::ClaimUnknown(_)));
    });
}

#[test]
fn a_supplier_of_the_same_group_is_refused_when_the_money_is_spent() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let mut own = w.new_claim(award, "100", "30");
        own.supplier = w.sister;
        let Refused::SupplierRefused(why) = refusal(w.claim(own)) else { panic!() };
        assert!(why.iter().any(|one| one.en.contains("Sister")), "{why:?}");
        let mut unknown = w.new_claim(award, "100", "30");
        unknown.supplier = w.unknown;
        assert!(matches!(refusal(w.claim(unknown)), Refused::SupplierRefused(_)));
        // Fair when it was handed in, sold to the group before it is paid.
        let claim = w.claim(w.new_claim(award, "100", "30")).expect("claims");
        let statements = w.db.read(|r| identity::ownership_of(r, w.supplier)).expect("reads").0;
        let old = statements[0].id;
        let withdraw =
            w.db.write(move |tx| identity::ownership_withdraw(tx, Actor::System, old, "sold"));
        withdraw.wait().expect("withdraws");
        owns(&w.db, w.parent, w.supplier, 600_000);
        assert!(matches!(refusal(w.settle(claim)), Refused::SupplierRefused(_)));
        let known = w.db.read(|r| award_read(r, award)).expect("reads");
        assert_eq!(known.settled, cny("0"), "nothing was half-written");
    });
}

#[test]
fn nobody_verifies_their_own_claim() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let claim = w.claim(w.new_claim(award, "100", "30")).expect("claims");
        let applicant = w.applicant;
        let own = w.write(move |tx| claim_settle(tx, applicant, claim));
        assert_eq!(refusal(own), Refused::OwnClaim);
        let colleague = person(&w.db, "colleague@example.org", Some(Role::Officer));
        employ(&w.db, colleague, w.sister);
        let bound = w.write(move |tx| claim_settle(tx, colleague, claim));
        assert!(matches!(refusal(bound), Refused::OfficerConflict(_)));
    });
}

#[test]
fn payments_need_an_account_and_happen_once() {
    on_both(|w| {
        let officer = w.officers[0];
        let nothing = w.write(move |tx| payments_send(tx, officer, Unit::CNY));
        assert_eq!(refusal(nothing), Refused::NothingDue(Unit::CNY));
        let award = w.awarded("1,000", "300");
        let other = firm_new(&w.db, "Other");
        owns(&w.db, w.unknown, other, 1_000_000);
        let mut new = w.new_claim(award, "100", "30");
        new.supplier = other;
        let claim = w.claim(new).expect("claims");
        assert_eq!(refusal(w.settle(claim)), Refused::BankAccountMissing(other));
        w.bank(other);
        w.settle(claim).expect("settles");
        assert_eq!(refusal(w.settle(claim)), Refused::ClaimState(ClaimState::Settled));
        let batch = w.write(move |tx| payments_send(tx, officer, Unit::CNY)).expect("sends").id;
        w.write(move |tx| batch_confirm(tx, officer, batch)).expect("confirms");
        let again = w.write(move |tx| batch_confirm(tx, officer, batch));
        assert_eq!(refusal(again), Refused::BatchConfirmed);
        let unknown = w.db.read(|r| batch_read(r, nobody()));
        assert!(matches!(refusal(unknown), Refused::BatchUnknown(_)));
        let standing = w.standing(w.applicant);
        let account = BankAccount {
            holder_name: "Me".to_owned(),
            number: "1".to_owned(),
            bank_code: String::new(),
        };
        let theft = w.write(move |tx| bank_account_set(tx, &standing, other, &account));
        assert_eq!(refusal(theft), Refused::NotYours(other));
    });
}

#[test]
fn an_award_with_an_open_claim_is_not_closed_and_closes_once() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let claim = w.claim(w.new_claim(award, "100", "30")).expect("claims");
        let close = || w.write(move |tx| award_close(tx, Actor::System, award));
        assert_eq!(refusal(close()), Refused::ClaimState(ClaimState::Submitted));
        w.settle(claim).expect("settles");
        close().expect("closes");
        assert_eq!(refusal(close()), Refused::AwardClosed);
        let mut late = w.new_claim(award, "100", "30");
        late.invoice_number = "INV-2".to_owned();
        assert_eq!(refusal(w.claim(late)), Refused::AwardClosed);
    });
}

#[test]
fn an_officer_bound_to_the_beneficiary_does_not_close_its_award() {
    on_both(|w| {
        let award = w.awarded("1,000", "300");
        let colleague = person(&w.db, "colleague@example.org", Some(Role::Officer));
        employ(&w.db, colleague, w.sister);
        let bound = w.write(move |tx| award_close(tx, Actor::Person(colleague), award));
        assert!(matches!(refusal(bound), Refused::OfficerConflict(_)));
        let officer = w.officers[0];
        let rest = w.write(move |tx| award_close(tx, Actor::Person(officer), award));
        assert_eq!(rest.expect("closes"), cny("300"));
    });
}

#[test]
fn a_sealed_application_is_not_given_to_a_reviewer() {
    on_both(|w| {
        let rule = w.db.read(|r| call_read(r, w.call)).expect("reads").instrument;
        let mut new = new_call(rule, "sealed", "1,000,000");
        new.mode = CallMode::Sealed;
        let sealed = w.write(move |tx| call_create(tx, Actor::System, &new)).expect("creates");
        let call = sealed.id;
        let (standing, firm) = (w.standing(w.applicant), w.firm);
        let draft = w.draft("1,000", "300");
        let id = w
            .write(move |tx| Ok(application_create(tx, &standing, call, firm, &draft)?.id))
            .expect("creates");
        w.submit(id).expect("submits");
        let reviewer = w.reviewer;
        let assign = w.write(move |tx| review_assign(tx, Actor::System, id, reviewer));
        let end = sealed.closes_at.expect("a sealed call has a last day");
        assert_eq!(refusal(assign), Refused::Sealed(end));
    });
}

#[test]
fn an_organisation_that_nobody_knows_is_refused_and_no_failure() {
    on_both(|w| {
        let nobody = nobody::<identity::OrganisationId>();
        let asked = |firm, lines: Vec<CostLine>| {
            w.db.read(|r| {
                let (published, rule) = instrument_latest(r, "test-voucher")?.expect("one");
                let declared = Declared::default();
                entitlement(r, (&published, &rule), firm, &declared, (&lines, w.now()))
            })
        };
        let refused = refusal(asked(nobody, Vec::new()));
        assert_eq!(refused, Refused::Identity(identity::Refused::OrganisationUnknown(nobody)));
        assert!(refused.to_string().contains(&format!("`{nobody}`: register it first")));
        let mut lines = w.draft("100", "30").lines;
        lines[0].supplier = Some(nobody);
        let Refused::Invalid(problems) = refusal(asked(w.firm, lines)) else { panic!() };
        assert_eq!(problems[0].field, "lines.0.supplier");
    });
}
