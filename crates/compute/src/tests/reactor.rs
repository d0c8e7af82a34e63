//! Claims about a job, whatever happens to it.

use crate::{
    ATTEMPTS_MAX, Effect, Ended, Ending, Event, JobState, LOST_MILLIS, Outcome, Phase, Sight,
    Usage, tick,
};
use base::Time;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

fn at(millis: i64) -> Time {
    Time::from_millis(millis)
}

fn used(wall_ms: u64) -> Usage {
    Usage { wall_ms, ..Usage::default() }
}

fn running(wall_ms: u64) -> Sight {
    Sight::Running { started_at: at(0), usage: used(wall_ms) }
}

fn ended(ending: Ending, wall_ms: u64) -> Sight {
    let usage = used(wall_ms);
    Sight::Ended(Ended { started_at: Some(at(0)), ended_at: at(1), ending, usage })
}

/// Runs a job through events, a second apart, and returns it with what had to be done.
fn run(attempts: u32, events: &[Event]) -> (JobState, Vec<Effect>) {
    let mut job = JobState::new(attempts, 3_600_000);
    let mut effects = Vec::new();
    for (second, event) in (0..).zip(events) {
        effects.extend(tick(&mut job, event, at(second * 1_000)));
    }
    (job, effects)
}

#[test]
fn a_plain_job_is_handed_over_runs_and_is_paid_once() {
    let seen = |sight| Event::Seen(1, sight);
    let (job, effects) = run(
        1,
        &[
            Event::Chosen,
            Event::Taken(1),
            seen(Sight::Waiting("no node is free".to_owned())),
            seen(running(500)),
            seen(ended(Ending::Exited(0), 1_500)),
            seen(ended(Ending::Exited(0), 1_500)),
        ],
    );
    assert_eq!(job.phase, Phase::Over(Outcome::Completed));
    assert_eq!(effects, [Effect::Submit(1), Effect::Settle(1_500), Effect::Collect(1)]);
}

#[test]
fn a_lost_reply_is_found_by_looking_and_nothing_is_handed_over_twice() {
    let (job, effects) = run(1, &[Event::Chosen, Event::Seen(1, running(10))]);
    assert_eq!(job.phase, Phase::Running { started_at: at(0) });
    assert_eq!(effects, [Effect::Submit(1)]);
    let (_, effects) = run(1, &[Event::Chosen, Event::Seen(1, Sight::Unknown)]);
    assert_eq!(effects, [Effect::Submit(1), Effect::Submit(1)], "the backend never had it");
}

#[test]
fn a_cancelled_job_is_told_until_it_ends_and_pays_for_what_it_used() {
    let (job, effects) = run(
        3,
        &[
            Event::Chosen,
            Event::Taken(1),
            Event::CancelAsked,
            Event::Seen(1, running(700)),
            Event::Seen(1, ended(Ending::Cancelled, 900)),
        ],
    );
    assert_eq!(job.phase, Phase::Over(Outcome::Cancelled));
    let expected = [
        Effect::Submit(1),
        Effect::Cancel(1),
        Effect::Cancel(1),
        Effect::Settle(900),
        Effect::Collect(1),
    ];
    assert_eq!(effects, expected);
    let (_, effects) = run(1, &[Event::CancelAsked, Event::Chosen]);
    assert_eq!(effects, [Effect::Settle(0)], "before its turn it costs nothing");
}

#[test]
fn a_job_that_is_cancelled_while_nobody_knows_whether_it_arrived_leaves_no_orphan() {
    let (job, effects) = run(
        1,
        &[
            Event::Chosen,
            Event::CancelAsked,
            Event::Seen(1, Sight::Unknown),
            Event::Seen(1, running(5)),
        ],
    );
    assert_eq!(job.phase, Phase::Over(Outcome::Cancelled));
    let expected = [
        Effect::Submit(1),
        Effect::Cancel(1),
        Effect::Cancel(1),
        Effect::Settle(0),
        Effect::Cancel(1),
    ];
    assert_eq!(effects, expected);
}

#[test]
fn what_a_machine_lost_is_not_paid_and_what_failed_by_itself_is() {
    let (job, effects) = run(
        3,
        &[
            Event::Chosen,
            Event::Seen(1, ended(Ending::NodeFailed("power".to_owned()), 4_000)),
            Event::Chosen,
            Event::Seen(2, ended(Ending::Exited(3), 2_000)),
            Event::Chosen,
            Event::Seen(3, ended(Ending::OutOfMemory, 1_000)),
        ],
    );
    assert_eq!(job.phase, Phase::Over(Outcome::OutOfMemory));
    assert_eq!(
        effects,
        [
            Effect::Submit(1),
            Effect::Forget(1),
            Effect::Submit(2),
            Effect::Forget(2),
            Effect::Submit(3),
            Effect::Settle(3_000),
            Effect::Collect(3),
        ]
    );
}

#[test]
fn a_run_counts_as_lost_after_two_minutes_in_which_its_backend_does_not_know_it() {
    let mut job = JobState::new(1, 3_600_000);
    let mut step = |event, millis| tick(&mut job, &event, at(millis));
    step(Event::Chosen, 0);
    step(Event::Seen(1, running(1_000)), 1_000);
    assert_eq!(step(Event::Seen(1, Sight::Unknown), 2_000), []);
    step(Event::Seen(1, running(5_000)), 6_000);
    assert_eq!(step(Event::Seen(1, Sight::Unknown), 7_000), [], "known again in between");
    assert_eq!(step(Event::Seen(1, Sight::Unknown), 7_000 + LOST_MILLIS - 1), []);
    let effects = step(Event::Seen(1, Sight::Unknown), 7_000 + LOST_MILLIS);
    assert_eq!(effects, [Effect::Settle(0)]);
    assert!(matches!(job.phase, Phase::Over(Outcome::NodeFailed(_))));
}

#[test]
fn a_run_over_its_time_is_ended_by_the_zone_and_has_timed_out() {
    let mut job = JobState::new(2, 10_000);
    assert_eq!(tick(&mut job, &Event::Chosen, at(0)), [Effect::Submit(1)]);
    assert_eq!(tick(&mut job, &Event::Seen(1, running(70_000)), at(0)), []);
    assert_eq!(tick(&mut job, &Event::Seen(1, running(70_001)), at(0)), [Effect::Cancel(1)]);
    let over = ended(Ending::Cancelled, 71_000);
    let effects = tick(&mut job, &Event::Seen(1, over), at(0));
    assert_eq!(effects, [Effect::Settle(71_000), Effect::Collect(1)]);
    assert_eq!(job.phase, Phase::Over(Outcome::TimedOut));
}

#[test]
fn an_earlier_attempt_that_comes_back_is_ended() {
    let (_, effects) = run(
        2,
        &[
            Event::Chosen,
            Event::Seen(1, ended(Ending::NodeFailed("gone".to_owned()), 0)),
            Event::Chosen,
            Event::Seen(1, running(9)),
            Event::Seen(1, ended(Ending::Exited(0), 9)),
        ],
    );
    let expected = [Effect::Submit(1), Effect::Forget(1), Effect::Submit(2), Effect::Cancel(1)];
    assert_eq!(effects, expected);
}

fn any_sight() -> impl Strategy<Value = Sight> {
    let ending = prop_oneof![
        any::<i32>().prop_map(Ending::Exited),
        (1..64).prop_map(Ending::Killed),
        Just(Ending::TimedOut),
        Just(Ending::OutOfMemory),
        Just(Ending::Cancelled),
        Just(Ending::NodeFailed("x".to_owned())),
        Just(Ending::Unstartable("x".to_owned())),
    ];
    prop_oneof![
        Just(Sight::Unknown),
        Just(Sight::Waiting("x".to_owned())),
        (0..10_000_u64).prop_map(running),
        (ending, 0..10_000_u64).prop_map(|(ending, wall)| ended(ending, wall)),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => Just(Event::Chosen),
        2 => (0..4_u32).prop_map(Event::Taken),
        1 => (0..4_u32).prop_map(|attempt| Event::Refused(attempt, "x".to_owned())),
        6 => (0..4_u32, any_sight()).prop_map(|(attempt, sight)| Event::Seen(attempt, sight)),
        1 => Just(Event::CancelAsked),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_a_job_is_paid_at_most_once_and_exactly_when_it_is_over(
        attempts in 0..20_u32,
        events in proptest::collection::vec((any_event(), 0..200_000_i64), 0..60),
    ) {
        let mut job = JobState::new(attempts, 20_000);
        let mut settled: Option<u64> = None;
        let mut now = 0;
        for (event, later) in events {
            now += later;
            let before = job.clone();
            for effect in tick(&mut job, &event, at(now)) {
                match effect {
                    Effect::Settle(millis) => {
                        prop_assert!(settled.is_none(), "paid twice");
                        settled = Some(millis);
                    }
                    Effect::Submit(attempt) => {
                        prop_assert_eq!(attempt, job.attempt);
                        prop_assert_eq!(&job.phase, &Phase::Handing);
                        prop_assert!(!job.is_cancelled, "a cancelled job is handed over");
                    }
                    Effect::Collect(attempt) => prop_assert_eq!(attempt, job.attempt),
                    Effect::Forget(attempt) | Effect::Cancel(attempt) => {
                        prop_assert!(attempt <= job.attempt);
                    }
                }
            }
            prop_assert_eq!(settled.is_some(), matches!(job.phase, Phase::Over(_)));
            prop_assert!((1..=ATTEMPTS_MAX).contains(&job.attempts_max));
            prop_assert!(job.attempt <= job.attempts_max);
            prop_assert!(job.charged_ms >= before.charged_ms, "what is to be paid only grows");
            if matches!(before.phase, Phase::Over(_)) {
                prop_assert_eq!(&before, &job, "what is over stays as it is");
            }
        }
        if let Some(millis) = settled {
            prop_assert_eq!(millis, job.metered_ms());
        }
    }
}
