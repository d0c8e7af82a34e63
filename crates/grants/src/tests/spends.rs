//! Claims about money that is reserved before its cost is known.

use super::world::{World, cny, on_both, refusal};
use crate::{
    AwardId, AwardState, Error, NewSpend, Refused, Spend, award_close, award_read, spend_hold,
    spend_settle, spends_of_award,
};
use base::{Amount, Unit};
use identity::Actor;

/// The rule of the world gives a part of each bill; this is the bill that is asked for.
fn new(world: &World, award: AwardId, (key, bill): (&str, &str)) -> NewSpend {
    NewSpend {
        key: key.to_owned(),
        award,
        supplier: world.supplier,
        cost: None,
        what: None,
        bill: cny(bill),
        at_most: None,
    }
}

fn hold(world: &World, new: NewSpend) -> Result<Spend, Error> {
    world.write(move |tx| spend_hold(tx, Actor::System, &new))
}

fn settle(world: &World, key: &'static str, billed: &str) -> Result<Spend, Error> {
    let billed = cny(billed);
    world.write(move |tx| spend_settle(tx, Actor::System, key, billed))
}

fn figures(world: &World, award: AwardId) -> (i64, i64, i64) {
    let award = world.db.read(|read| award_read(read, award)).unwrap();
    (award.settled.minor, award.reserved.minor, award.left().minor)
}

#[test]
fn what_a_job_may_cost_is_reserved_and_what_it_did_cost_is_settled() {
    on_both(|world| {
        let award = world.awarded("100000.00", "30000.00");
        let spend = hold(world, new(world, award, ("job-1", "1000.00"))).unwrap();
        assert_eq!(spend.held, cny("300.00"), "the rule gives 30 %");
        assert_eq!(figures(world, award), (0, 30_000, 2_970_000));
        world.check();
        let spend = settle(world, "job-1", "333.33").unwrap();
        assert_eq!(spend.settled, cny("99.99"), "30 % of 333.33, rounded down");
        assert_eq!(figures(world, award), (9_999, 0, 2_990_001));
        world.check();
    });
}

#[test]
fn a_spend_is_reserved_once_and_settled_once_however_often_it_is_asked() {
    on_both(|world| {
        let award = world.awarded("100000.00", "30000.00");
        let first = hold(world, new(world, award, ("job-1", "1000.00"))).unwrap();
        assert_eq!(hold(world, new(world, award, ("job-1", "1000.00"))).unwrap(), first);
        let other = refusal(hold(world, new(world, award, ("job-1", "2000.00"))));
        assert_eq!(other, Refused::SpendKeyTaken(first.id));
        let settled = settle(world, "job-1", "1000.00").unwrap();
        assert_eq!(settle(world, "job-1", "500.00").unwrap(), settled, "the first cost stands");
        assert_eq!(figures(world, award), (30_000, 0, 2_970_000));
        assert_eq!(world.db.read(|read| spends_of_award(read, award)).unwrap(), [settled]);
        world.check();
    });
}

#[test]
fn more_than_is_left_is_never_reserved_also_by_many_at_once() {
    on_both(|world| {
        let award = world.awarded("100000.00", "30000.00");
        let all = hold(world, new(world, award, ("job-1", "99000.00"))).unwrap();
        assert_eq!(all.held, cny("29700.00"));
        let rest = hold(world, new(world, award, ("job-2", "5000.00"))).unwrap();
        assert_eq!(rest.held, cny("300.00"), "only what is left");
        let refused = refusal(hold(world, new(world, award, ("job-3", "1.00"))));
        assert!(matches!(refused, Refused::ClaimAboveAward { .. }), "{refused:?}");
        let claim = refusal(world.claim(world.new_claim(award, "1000.00", "300.00")));
        assert!(matches!(claim, Refused::ClaimAboveAward { .. }), "{claim:?}");
        settle(world, "job-1", "0.00").unwrap();
        assert_eq!(figures(world, award), (0, 30_000, 2_970_000));
        world.check();
    });
}

#[test]
fn a_cost_above_its_bill_counts_as_the_bill() {
    on_both(|world| {
        let award = world.awarded("100000.00", "30000.00");
        hold(world, new(world, award, ("job-1", "1000.00"))).unwrap();
        let spend = settle(world, "job-1", "999999.00").unwrap();
        assert_eq!((spend.billed, spend.settled), (Some(cny("1000.00")), cny("300.00")));
        world.check();
    });
}

#[test]
fn who_wants_less_than_the_rule_gives_gets_less() {
    on_both(|world| {
        let award = world.awarded("100000.00", "30000.00");
        let at_most = Some(cny("10.00"));
        let less = NewSpend { at_most, ..new(world, award, ("job-1", "1000.00")) };
        assert_eq!(hold(world, less).unwrap().held, cny("10.00"));
    });
}

#[test]
fn bad_bills_and_unknown_keys_are_refused() {
    on_both(|world| {
        let award = world.awarded("100000.00", "30000.00");
        let unit = Unit::CNY;
        for bill in [cny("0.00"), cny("-1.00"), Amount::new(100, Unit::EUR)] {
            let bad = NewSpend { bill, ..new(world, award, ("job-1", "1.00")) };
            assert_eq!(refusal(hold(world, bad)), Refused::BillInvalid { bill, unit });
        }
        let unknown = refusal(settle(world, "job-9", "1.00"));
        assert_eq!(unknown, Refused::SpendUnknown("job-9".to_owned()));
        hold(world, new(world, award, ("job-1", "1000.00"))).unwrap();
        let negative = refusal(settle(world, "job-1", "-1.00"));
        assert_eq!(negative, Refused::BillInvalid { bill: cny("-1.00"), unit });
        world.check();
    });
}

#[test]
fn a_supplier_of_the_same_group_is_refused() {
    on_both(|world| {
        let award = world.awarded("100000.00", "30000.00");
        let own = NewSpend { supplier: world.sister, ..new(world, award, ("job-1", "1000.00")) };
        let refused = refusal(hold(world, own));
        assert!(matches!(refused, Refused::SupplierRefused(_)), "{refused:?}");
    });
}

#[test]
fn an_award_stays_open_while_something_is_under_way() {
    on_both(|world| {
        let award = world.awarded("100000.00", "30000.00");
        hold(world, new(world, award, ("job-1", "1000.00"))).unwrap();
        let close = || world.write(move |tx| award_close(tx, Actor::System, award));
        assert_eq!(refusal(close()), Refused::SpendsOpen(cny("300.00")));
        settle(world, "job-1", "100.00").unwrap();
        assert_eq!(close().unwrap(), cny("29970.00"));
        let closed = world.db.read(|read| award_read(read, award)).unwrap();
        assert_eq!((closed.state, closed.left().minor), (AwardState::Closed, 0));
        let refused = refusal(hold(world, new(world, award, ("job-2", "1000.00"))));
        assert_eq!(refused, Refused::AwardClosed);
        world.check();
    });
}
