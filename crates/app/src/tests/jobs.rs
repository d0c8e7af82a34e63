//! Claims about jobs and their money, on both engines.

use super::jobs_world::{cny, on_both};
use crate::jobs::{JobError, JobRefused, Missing, deposit_add};
use base::Amount;
use compute::{Ended, Ending, Event, Outcome, Phase, Sight, Usage};
use grants::Refused;

fn refusal<T: std::fmt::Debug>(result: Result<T, JobError>) -> JobRefused {
    match result.expect_err("must be refused") {
        JobError::Refused(refused) => refused,
        error => panic!("failed: {error:?}"),
    }
}

fn ended(ending: Ending, wall_ms: u64) -> Event {
    let at = base::Time::from_millis(0);
    let usage = Usage { wall_ms, ..Usage::default() };
    Event::Seen(1, Sight::Ended(Ended { started_at: Some(at), ended_at: at, ending, usage }))
}

#[test]
fn voucher_and_own_money_are_held_and_each_pays_its_part() {
    on_both(|world| {
        let award = world.awarded("1000.00", "300.00");
        world.deposit("500.00");
        // 100 yuan an hour; the rule of the voucher gives 30 %.
        let (job, funding) = world.submit(7_200, Some(award)).unwrap();
        assert_eq!((job.bound, funding.voucher, funding.own), (cny("200"), cny("60"), cny("140")));
        assert_eq!(world.own_left(), cny("360"));
        world.step(&job, Event::Chosen);
        // 1 hour and 1 second: 100.02 yuan, floor(60 * 100.02 / 200) = 30.00 of them by voucher.
        let over = world.step(&job, ended(Ending::Exited(0), 3_601_000)).job;
        assert_eq!(over.cost, Some(cny("100.02")));
        assert_eq!(world.supplier_owed(), cny("100.02"));
        assert_eq!(world.own_left(), cny("429.98"), "70.02 paid, the rest given back");
        assert_eq!(world.award_left(award), cny("270"));
        world.check();
    });
}

#[test]
fn a_job_whose_money_cannot_be_held_is_not_taken_and_leaves_nothing() {
    on_both(|world| {
        let award = world.awarded("1000.00", "300.00");
        world.deposit("139.99");
        let refused = refusal(world.submit(7_200, Some(award)));
        let expected = Missing {
            bound: cny("200"),
            voucher: cny("60"),
            own_left: cny("139.99"),
            missing: cny("0.01"),
        };
        assert_eq!(refused, JobRefused::MoneyMissing(Box::new(expected)));
        assert_eq!(world.jobs(), 0);
        assert_eq!((world.own_left(), world.award_left(award)), (cny("139.99"), cny("300")));
        world.check();
    });
}

#[test]
fn a_cancelled_job_that_never_ran_gives_everything_back() {
    on_both(|world| {
        let award = world.awarded("1000.00", "300.00");
        world.deposit("500.00");
        let (job, _) = world.submit(7_200, Some(award)).unwrap();
        let over = world.step(&job, Event::CancelAsked).job;
        assert_eq!(over.state.phase, Phase::Over(Outcome::Cancelled));
        assert_eq!((world.own_left(), world.award_left(award)), (cny("500"), cny("300")));
        assert_eq!(world.supplier_owed(), cny("0"));
        world.check();
    });
}

#[test]
fn an_end_that_is_told_twice_is_paid_once() {
    on_both(|world| {
        world.deposit("500.00");
        let (job, funding) = world.submit(3_600, None).unwrap();
        assert_eq!(funding.voucher, cny("0"));
        world.step(&job, Event::Chosen);
        for _ in 0..3 {
            world.step(&job, ended(Ending::Exited(1), 1_800_000));
        }
        assert_eq!((world.supplier_owed(), world.own_left()), (cny("50"), cny("450")));
        world.check();
    });
}

#[test]
fn many_jobs_of_odd_lengths_settle_to_the_fen() {
    on_both(|world| {
        let award = world.awarded("9000.00", "2700.00");
        world.deposit("9000.00");
        let mut total = 0;
        for n in 1..=40_u64 {
            let voucher = (n % 3 != 0).then_some(award);
            let (job, _) = world.submit(n * 37, voucher).unwrap();
            world.step(&job, Event::Chosen);
            let over = world.step(&job, ended(Ending::Exited(0), n * n * 997 % (n * 37_000))).job;
            total += over.cost.unwrap().minor;
        }
        assert_eq!(world.supplier_owed(), Amount::new(total, base::Unit::CNY));
        let spent = cny("9000").minor + cny("2700").minor
            - world.own_left().minor
            - world.award_left(award).minor;
        assert_eq!(spent, total, "what left both is what the supplier got");
        world.check();
    });
}

#[test]
fn the_voucher_of_another_organisation_pays_for_nobody_else() {
    on_both(|world| {
        let award = world.awarded("1000.00", "300.00");
        world.deposit("500.00");
        let refused = refusal(world.submit_as(world.stranger, 60, Some(award)));
        assert_eq!(refused, JobRefused::AwardOfOthers(award));
    });
}

#[test]
fn a_voucher_is_refused_where_the_pool_belongs_to_the_own_group() {
    on_both(|world| {
        let award = world.awarded("1000.00", "300.00");
        world.deposit("500.00");
        world.supplier_taken_over();
        let Err(JobError::Grants(grants::Error::Refused(refused))) = world.submit(60, Some(award))
        else {
            panic!("must be refused")
        };
        assert!(matches!(refused, Refused::SupplierRefused(_)), "{refused:?}");
        world.submit(60, None).expect("own money is one's own affair");
    });
}

#[test]
fn a_deposit_counts_once_and_never_less_than_nothing() {
    on_both(|world| {
        let (officer, firm) = (world.officers[0], world.firm);
        let add = move |amount: Amount| {
            world.app.db().write(move |tx| deposit_add(tx, officer, firm, (amount, "b-1"))).wait()
        };
        assert_eq!(add(cny("10")).unwrap(), cny("10"));
        assert_eq!(add(cny("10")).unwrap(), cny("10"), "the same payment of the bank");
        assert!(add(cny("11")).is_err(), "the same name for another amount");
        assert_eq!(refusal(add(cny("0"))), JobRefused::DepositInvalid(cny("0")));
        world.check();
    });
}
