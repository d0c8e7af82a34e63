//! What the office's pages ask: due days, groups, conflicts and suppliers as they are now.

use super::world::*;
use crate::*;
use identity::Actor;
use rulebook::SupplierStanding;

#[test]
fn a_service_clock_skips_weekends() {
    let rule = RULE.replace("[[paper]]", "[clock]\nworking_days = 5\n\n[[paper]]");
    let rule = rulebook::check("rule.toml", &rule).expect("a sound rule");
    let due = |from: &str| due_on(&rule, from.parse().unwrap()).map(|day| day.to_string());
    // 2 March 2026 is a Monday.
    assert_eq!(due("2026-03-02").as_deref(), Some("2026-03-09"));
    assert_eq!(due("2026-03-06").as_deref(), Some("2026-03-13"));
    assert_eq!(due("2026-03-07").as_deref(), Some("2026-03-13"), "begun on a Saturday");
    let plain = rulebook::check("rule.toml", RULE).expect("a sound rule");
    assert_eq!(due_on(&plain, "2026-03-02".parse().unwrap()), None);
}

#[test]
fn a_group_is_counted_by_member_in_the_window_of_its_cap() {
    on_both(|w| {
        w.awarded("1,000,000", "300,000");
        let now = w.now();
        let group_before = |firm, before| {
            w.db.read(|r| {
                let graph = graph_at_default(r, now.date())?;
                group_awarded(r, &graph, &call_read(r, w.call)?, (firm, now), before)
            })
            .expect("reads")
        };
        let group = |firm| group_before(firm, None);
        let found = group(w.sister);
        assert_eq!((found.head, found.cap), (w.parent, Some(cny("10,000,000"))));
        assert_eq!(found.members, [(w.firm, cny("300,000"))]);
        assert_eq!(found.total, cny("300,000"));
        assert_eq!(found.from.date().to_string(), "2023-03-03", "three rolling years");
        assert_eq!(group_before(w.firm, Some(now)).total, cny("0"), "before the award");
        let other = group(w.supplier);
        assert_eq!((other.total, other.members), (cny("0"), Vec::new()));
    });
}

#[test]
fn a_conflict_is_known_before_anybody_acts() {
    on_both(|w| {
        let id = w.submitted("1,000,000", "300,000");
        let now = w.now();
        let conflict =
            |w: &World| w.db.read(|r| conflict_find(r, w.reviewer, id, now)).expect("reads");
        assert_eq!(conflict(w), None);
        employ(&w.db, w.reviewer, w.sister);
        let found = conflict(w).expect("a conflict");
        assert!(
            found.to_string().contains("works for Sister, which is in the group of Firm"),
            "{found}"
        );
        let reviewer = w.reviewer;
        let assign = w.write(move |tx| review_assign(tx, Actor::System, id, reviewer));
        assert_eq!(refusal(assign), Refused::ReviewerConflict(found));
    });
}

#[test]
fn a_supplier_is_tested_as_things_stand_now() {
    on_both(|w| {
        let award = w.awarded("1,000,000", "300,000");
        let now = w.now();
        let state = |supplier| {
            let states = w.db.read(|r| {
                let award = award_read(r, award)?;
                supplier_states(r, &award, supplier, now)
            });
            states.expect("reads").iter().map(|state| state.state).collect::<Vec<_>>()
        };
        assert_eq!(state(w.supplier), [SupplierStanding::Met]);
        assert_eq!(state(w.sister), [SupplierStanding::Broken]);
        owns(&w.db, w.parent, w.unknown, 1_000_000);
        assert_eq!(state(w.unknown), [SupplierStanding::Broken], "bought since");
    });
}

#[test]
fn the_answer_to_a_draft_is_not_kept() {
    on_both(|w| {
        let id = w.create(w.draft("1,000,000", "300,000")).expect("creates");
        let now = w.now();
        let found = w.db.read(|r| application_entitlement(r, id, now)).expect("reads");
        assert_eq!(found.evaluation.papers.len(), 1);
        let kept = w.db.read(|r| application_find(r, id)).expect("reads");
        assert_eq!(kept.evaluation, None);
    });
}

#[test]
fn the_batch_that_was_just_made_is_listed_first() {
    on_both(|w| {
        let officer = w.officers[0];
        let award = w.awarded("1,000", "300");
        let mut made = Vec::new();
        for number in 1..=3 {
            let mut new = w.new_claim(award, "100", "30");
            new.invoice_number = format!("INV-{number}");
            w.settle(w.claim(new).expect("claims")).expect("settles");
            let batch = w.write(move |tx| payments_send(tx, officer, base::Unit::CNY));
            made.push(batch.expect("sends").id);
            w.clock.advance(60);
        }
        made.reverse();
        let ids = |page: base::Page| {
            let found = w.db.read(|r| batches_newest(r, &page)).expect("lists");
            found.into_iter().map(|batch| batch.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(base::Page::first(2)), made[..2]);
        assert_eq!(ids(base::Page::after(Some(made[1].to_string()), 2)), made[2..]);
    });
}
