//! The whole way of an application, and what it leaves behind.

use super::world::*;
use crate::*;
use base::{Page, Unit};
use identity::{Actor, SizeClass};
use ledger::HoldState;

#[test]
fn money_goes_from_a_published_rule_to_a_payment() {
    on_both(|w| {
        let award = w.awarded("1,000,000", "300,000");
        let left =
            |w: &World| w.db.read(|r| money_left(r, &call_read(r, w.call)?)).expect("reads").minor;
        assert_eq!(left(w), 1_970_000_000, "the award is held");
        let claim = w.claim(w.new_claim(award, "600,000", "180,000")).expect("claims");
        let payment = w.settle(claim).expect("settles");
        assert_eq!(payment.payee, w.supplier, "the voucher is deducted from the bill");
        let officer = w.officers[0];
        let batch = w.write(move |tx| payments_send(tx, officer, Unit::CNY)).expect("sends");
        assert_eq!((batch.payments, batch.total), (1, cny("180,000")));
        let id = batch.id;
        w.write(move |tx| batch_confirm(tx, officer, id)).expect("confirms");
        let known = w.db.read(|r| award_read(r, award)).expect("reads");
        assert_eq!((known.paid, known.left()), (cny("180,000"), cny("120,000")));
        let rest = w.write(move |tx| award_close(tx, Actor::System, award)).expect("closes");
        assert_eq!(rest, cny("120,000"));
        assert_eq!(left(w), 1_982_000_000, "the rest is back in the budget");
        let hold = w.db.read(|r| ledger::hold_get(r, known.hold)).expect("reads");
        assert_eq!(hold.state, HoldState::Released);
        let events = w.db.read(|r| events_of(r, known.application)).expect("reads");
        let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
        for kind in [
            EventKind::ApplicationCreated,
            EventKind::PaperAdded,
            EventKind::ApplicationSubmitted,
            EventKind::ReviewAssigned,
            EventKind::ReviewScored,
            EventKind::VoteCast,
            EventKind::AwardMade,
            EventKind::ClaimSubmitted,
            EventKind::ClaimSettled,
            EventKind::PaymentSent,
            EventKind::PaymentConfirmed,
            EventKind::AwardClosed,
        ] {
            assert!(kinds.contains(&kind), "{kind:?} is missing in {kinds:?}");
        }
    });
}

#[test]
fn what_was_shown_is_kept_with_each_vote() {
    on_both(|w| {
        let first = w.awarded("1,000,000", "300,000");
        let id = w.submitted("2,000,000", "600,000");
        w.review(id);
        w.approve(id, "500,000");
        let votes = w.db.read(|r| votes_of(r, id)).expect("reads");
        assert_eq!(votes.len(), 2);
        for vote in &votes {
            assert_eq!(base::sha256_hex(vote.shown.as_bytes()), vote.shown_sha256);
            let shown: Shown = serde_json::from_str(&vote.shown).expect("reads back");
            assert_eq!(shown.bytes(), vote.shown);
            assert_eq!(shown.budget.left, cny("19,700,000"));
            assert_eq!(shown.facts.group_head, w.parent);
            let before = shown.facts.by_group.receiver_before.amount.amount(Unit::CNY);
            assert_eq!(before, Some(cny("300,000")), "the group's total in the window");
            let used = shown.evaluation.trace.iter().find(|step| step.id == "group");
            assert_eq!(used.and_then(|step| step.numbers.used), Some(cny("300,000")));
        }
        assert!(w.db.read(|r| award_find(r, first)).expect("reads").is_some());
    });
}

#[test]
fn two_votes_that_differ_start_another_round() {
    on_both(|w| {
        let id = w.submitted("1,000,000", "300,000");
        w.review(id);
        w.vote(0, w.form(id, Verdict::Approve, "300,000")).expect("first");
        let second = w.vote(1, w.form(id, Verdict::Decline, "0")).expect("second");
        assert_eq!(second, Decided::Differed);
        // The officer who was second may be first now.
        w.vote(1, w.form(id, Verdict::Decline, "0")).expect("first again");
        let last = w.vote(0, w.form(id, Verdict::Decline, "0")).expect("second again");
        assert_eq!(last, Decided::Declined);
        let application = w.db.read(|r| application_find(r, id)).expect("reads");
        assert_eq!(application.state, ApplicationState::Declined);
    });
}

#[test]
fn the_group_cap_counts_sister_firms() {
    on_both(|w| {
        w.awarded("20,000,000", "6,000,000");
        let sister = w.sister;
        employ(&w.db, w.applicant, sister);
        let now = w.now();
        let draft = w.draft("20,000,000", "6,000,000");
        let call = w.call;
        let found =
            w.db.read(|r| {
                let (published, rule) = instrument_read(r, call_read(r, call)?.instrument)?;
                let asked = (draft.lines.as_slice(), now);
                entitlement(r, (&published, &rule), sister, &draft.declared, asked)
            })
            .expect("answers");
        let outcome = &found.evaluation.outcome;
        assert!(
            matches!(outcome, rulebook::Outcome::Entitled { amount } if *amount == cny("4,000,000")),
            "{outcome:?}"
        );
        assert!(found.evaluation.binding.iter().any(|binding| binding.code == "group"));
    });
}

#[test]
fn a_ten_million_voucher_and_a_half_billion_pool_keep_every_fen() {
    on_both(|w| {
        let rule = RULE
            .replace("\"test-voucher\"", "\"large-voucher\"")
            .replace("8,000,000", "100,000,000")
            .replace("10,000,000", "100,000,000");
        let call = w
            .write(move |tx| {
                let rule = instrument_publish(tx, Actor::System, "large.toml", &rule)?;
                call_create(tx, Actor::System, &new_call(rule.id, "large", "500,000,000"))
            })
            .expect("creates");
        let (standing, firm) = (w.standing(w.applicant), w.firm);
        // 30 % of 33,333,333.34 is 10,000,000.002: the fraction of a fen is never paid.
        let draft = w.draft("33,333,333.34", "10,000,000.00");
        let id = w
            .write(move |tx| {
                let id = application_create(tx, &standing, call.id, firm, &draft)?.id;
                paper_add(tx, &standing, id, ("contract", "c.pdf"), b"x")?;
                application_submit(tx, &standing, id)?;
                Ok(id)
            })
            .expect("submits");
        w.review(id);
        let award = w.approve(id, "10,000,000.00");
        let claim = w.claim(w.new_claim(award, "33,333,333.34", "10,000,000")).expect("claims");
        assert_eq!(w.settle(claim).expect("settles").amount.minor, 1_000_000_000);
        let left = w.db.read(|r| money_left(r, &call_read(r, call.id)?)).expect("reads");
        assert_eq!(left, cny("490,000,000.00"));
    });
}

#[test]
fn the_decision_sheet_keeps_budgets_and_group_caps() {
    on_both(|w| {
        for requested in ["3,000,000", "3,000,000", "5,000,000", "4,000,000"] {
            w.review(w.submitted("20,000,000", requested));
        }
        let unreviewed = w.submitted("1,000", "300");
        let (call, now) = (w.call, w.now());
        let found = w.db.read(|r| proposal_of(r, &[call], now)).expect("reads").expect("sheet");
        // All four have one score: three of them fit under the group's 10,000,000.
        let total: i64 = found.sheet.chosen.iter().map(|chosen| chosen.amount.minor).sum();
        assert_eq!(found.sheet.chosen.len(), 3);
        assert!(total <= cny("10,000,000").minor);
        assert_eq!(found.sheet.gap_ppm, 0);
        assert_eq!(found.left_out, [(unreviewed, LeftOut::ReviewsMissing)]);
    });
}

#[test]
fn an_expired_voucher_gives_its_rest_back() {
    on_both(|w| {
        let award = w.awarded("1,000,000", "300,000");
        w.clock.set(base::Time::parse("2027-03-02T00:00:00Z").unwrap());
        let late = w.claim(w.new_claim(award, "100,000", "30,000"));
        assert!(matches!(refusal(late), Refused::AwardExpired(_)));
        assert_eq!(w.write(|tx| awards_expired_close(tx, 10)).expect("closes"), 1);
        let known = w.db.read(|r| award_read(r, award)).expect("reads");
        assert_eq!((known.state, known.released), (AwardState::Closed, cny("300,000")));
    });
}

#[test]
fn the_register_filters_and_its_totals_add_up() {
    on_both(|w| {
        for requested in ["100", "200", "300"] {
            w.awarded("1,000", requested);
        }
        let list = |filter: AwardFilter| {
            w.db.read(|r| awards_list(r, &filter, &Page::first(50))).expect("lists")
        };
        let count = |filter| list(filter).len();
        let all = AwardFilter::default();
        assert_eq!(count(all.clone()), 3);
        let some = |f: fn(&mut AwardFilter, &World)| {
            let mut filter = AwardFilter::default();
            f(&mut filter, w);
            count(filter)
        };
        assert_eq!(some(|f, _| f.least = Some(20_000)), 2);
        assert_eq!(some(|f, _| f.text = Some("fIrM".to_owned())), 3);
        assert_eq!(some(|f, _| f.text = Some("100%".to_owned())), 0);
        assert_eq!(some(|f, w| f.suppliers = Some(vec![w.supplier])), 3);
        assert_eq!(some(|f, w| f.suppliers = Some(vec![w.sister])), 0);
        assert_eq!(some(|f, w| f.organisations = Some(vec![w.firm, w.sister])), 3);
        assert_eq!(some(|f, _| f.organisations = Some(Vec::new())), 0);
        assert_eq!(some(|f, _| f.category = Some("office".to_owned())), 0);
        let sums = w.db.read(|r| awards_sum(r, &all)).expect("sums");
        assert_eq!((sums[0].count, sums[0].awarded), (3, cny("600")));
        let first = w.db.read(|r| awards_list(r, &all, &Page::first(2))).expect("lists");
        let key = award_page_key(&first[1]);
        let rest = w.db.read(|r| awards_list(r, &all, &Page::after(Some(key), 2)));
        let rest = rest.expect("lists");
        assert_eq!(rest.len(), 1);
        assert!(first.iter().all(|award| award.id != rest[0].id), "pages do not overlap");
    });
}

#[test]
fn the_register_is_sorted_every_way_and_carries_titles_and_suppliers() {
    on_both(|w| {
        for requested in ["200", "100", "300"] {
            w.clock.advance(60);
            w.awarded("1,000", requested);
        }
        let all = AwardFilter::default();
        let check = |order: AwardOrder, expected: [&str; 3]| {
            let mut after = None;
            let mut found = Vec::new();
            for _ in 0..3 {
                let page = Page::after(after, 1);
                let rows = w.db.read(|r| register_rows(r, &all, order, &page)).expect("lists");
                let row = rows.first().expect("three pages of one row").clone();
                assert_eq!((row.title_en.as_str(), row.suppliers), ("A project", vec![w.supplier]));
                after = Some(order.key(&row.award));
                found.push(row.award.amount);
            }
            let page = Page::after(after, 1);
            assert!(w.db.read(|r| register_rows(r, &all, order, &page)).expect("lists").is_empty());
            assert_eq!(found, expected.map(cny), "{order:?}");
        };
        check(AwardOrder::Newest, ["300", "100", "200"]);
        check(AwardOrder::Oldest, ["200", "100", "300"]);
        check(AwardOrder::Largest, ["300", "200", "100"]);
        check(AwardOrder::Smallest, ["100", "200", "300"]);
        let received = w.db.read(|r| received_by(r, &[w.firm, w.parent])).expect("adds up");
        assert_eq!(received[&w.firm][0].awarded, cny("600"));
        assert!(!received.contains_key(&w.parent), "who received nothing is left out");
        let choices = w.db.read(register_choices).expect("reads");
        assert_eq!(choices.categories, ["compute"]);
        assert_eq!(choices.instruments[0].0, "test-voucher");
        assert!(choices.span.is_some_and(|(first, last)| first < last));
    });
}

#[test]
fn a_replayed_publication_changes_nothing() {
    on_both(|w| {
        let again = |w: &World| {
            w.write(|tx| instrument_publish(tx, Actor::System, "test.toml", RULE)).expect("same").id
        };
        assert_eq!(again(w), again(w));
        let versions = w.db.read(|r| instruments_list(r, &Page::first(10))).expect("lists");
        assert_eq!(versions.len(), 1);
        assert_eq!(SizeClass::Small.as_str(), "Small");
    });
}

#[test]
fn pages_of_instruments_meet_between_versions_and_lose_none() {
    on_both(|w| {
        let mut expected = vec![("test-voucher".to_owned(), 1)];
        for (code, versions) in [("test-voucher", 2..=4), ("a-voucher", 1..=3), ("test", 1..=1)] {
            for version in versions {
                let toml = RULE.replace("id = \"test-voucher\"", &format!("id = \"{code}\""));
                let toml = toml.replace("version = 1", &format!("version = {version}"));
                w.write(move |tx| instrument_publish(tx, Actor::System, "test.toml", &toml))
                    .expect("publishes");
                expected.push((code.to_owned(), version));
            }
        }
        expected.sort();
        for rows in 1..=4 {
            let (mut after, mut found) = (None, Vec::new());
            loop {
                let page = Page::after(after, rows);
                let list = w.db.read(|r| instruments_list(r, &page)).expect("lists");
                let Some(last) = list.last() else { break };
                after = Some(instrument_page_key(last));
                found.extend(list.iter().map(|one| (one.code.clone(), one.version)));
            }
            found.sort();
            assert_eq!(found, expected, "{rows} rows a page");
        }
        let page = Page::after(Some("test".to_owned()), 10);
        let list = w.db.read(|r| instruments_list(r, &page)).expect("lists");
        assert_eq!(list.len(), 4, "a code alone stands for all of its versions");
    });
}
