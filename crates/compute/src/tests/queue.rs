//! Claims about the order.

use crate::{Entry, Need, Queue, Room};
use base::Time;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use std::collections::HashMap;

fn cores(count: u64) -> Need {
    Need { cores_milli: count * 1_000, ..Need::default() }
}

fn entry(job: u32, group: &'static str, (need, seconds): (u64, u64)) -> Entry<u32, &'static str> {
    Entry { job, group, need: cores(need), limit_ms: seconds * 1_000, work: need * seconds }
}

fn now() -> Time {
    Time::from_millis(1_000_000)
}

fn after(seconds: i64) -> Time {
    Time::from_millis(now().millis() + seconds * 1_000)
}

fn free(count: u64) -> Room {
    Room { free: cores(count), ..Room::default() }
}

#[test]
fn a_group_with_a_thousand_jobs_does_not_keep_another_waiting() {
    let mut queue = Queue::default();
    for job in 0..1_000 {
        queue.push(entry(job, "many", (1, 10)));
    }
    queue.push(entry(5_000, "one", (1, 10)));
    let turn = queue.turn(&5_000).unwrap();
    assert_eq!((turn.before, turn.of, turn.own_before), (1, 1_001, 0));
    assert_eq!(queue.turn(&999).unwrap().own_before, 999);
    let first = queue.choose(&free(1), now(), |_| 0).unwrap();
    let second = queue.choose(&free(1), now(), |_| 0).unwrap();
    assert_eq!((first.job, second.job), (0, 5_000));
}

#[test]
fn groups_get_the_same_work_whatever_the_size_of_their_jobs() {
    let mut queue = Queue::default();
    for job in 0..400 {
        queue.push(entry(job, "small", (1, 10)));
        if job < 100 {
            queue.push(entry(1_000 + job, "large", (1, 40)));
        }
    }
    let mut done: HashMap<&str, u64> = HashMap::new();
    for _ in 0..200 {
        let chosen = queue.choose(&free(1), now(), |_| 0).unwrap();
        *done.entry(chosen.group).or_default() += chosen.work;
    }
    let (small, large) = (done["small"], done["large"]);
    assert!(small.abs_diff(large) <= 80, "small {small} large {large}");
}

#[test]
fn who_waits_is_not_passed_for_ever() {
    let mut queue = Queue::default();
    queue.push(entry(0, "big", (1, 1_000)));
    queue.push(entry(1, "big", (1, 1_000)));
    for round in 0..400 {
        queue.push(entry(100 + round, "stream", (1, 10)));
        let chosen = queue.choose(&free(1), now(), |_| 0).unwrap();
        if chosen.job == 1 {
            return;
        }
    }
    panic!("the second big job never came");
}

#[test]
fn a_job_behind_goes_ahead_only_where_it_delays_nobody() {
    let room = Room {
        free: cores(2),
        running: vec![(after(100), cores(2)), (after(900), cores(4))],
        ..Room::default()
    };
    let chosen = |jobs: &[Entry<u32, &'static str>]| {
        let mut queue = Queue::default();
        for job in jobs {
            queue.push(job.clone());
        }
        queue.choose(&room, now(), |_| 0).map(|entry| entry.job)
    };
    let first = entry(1, "a", (4, 500));
    assert_eq!(chosen(&[first.clone(), entry(2, "b", (2, 100))]), Some(2), "ends in time");
    assert_eq!(chosen(&[first.clone(), entry(2, "b", (2, 101))]), None, "would delay the first");
    let wide = entry(1, "a", (3, 500));
    assert_eq!(chosen(&[wide, entry(2, "b", (1, 9_999))]), Some(2), "fits beside it");
    assert_eq!(chosen(&[entry(1, "a", (99, 1)), entry(2, "b", (2, 9_999))]), Some(2), "too large");
}

#[test]
fn limits_of_groups_and_hours_of_the_pool_are_kept() {
    let mut queue = Queue::default();
    queue.push(entry(1, "busy", (1, 10)));
    queue.push(entry(2, "idle", (1, 100)));
    queue.push(entry(3, "idle", (1, 50)));
    let room = Room { group_max: Some(2), closes_at: Some(after(60)), ..free(8) };
    let running = |group: &&str| if *group == "busy" { 2 } else { 0 };
    assert_eq!(queue.choose(&room, now(), running).unwrap().job, 3);
    assert_eq!(queue.choose(&room, now(), running), None);
    assert_eq!(queue.len(), 2);
}

#[test]
fn a_job_is_in_the_queue_once_and_leaves_it_whole() {
    let mut queue = Queue::default();
    queue.push(entry(1, "a", (1, 10)));
    queue.push(entry(1, "a", (1, 10)));
    assert_eq!(queue.len(), 1);
    assert!(queue.remove(&1).is_some() && queue.remove(&1).is_none());
    assert!(queue.is_empty() && queue.turn(&1).is_none());
}

proptest! {
    #[test]
    fn jobs_of_a_group_come_in_their_order_and_none_is_lost(
        jobs in proptest::collection::vec((0..5_usize, 1..4_u64, 1..100_u64), 1..300),
    ) {
        const GROUPS: [&str; 5] = ["a", "b", "c", "d", "e"];
        let mut queue = Queue::default();
        for (job, (group, need, seconds)) in (0..).zip(&jobs) {
            queue.push(entry(job, GROUPS[*group], (*need, *seconds)));
        }
        let mut last: HashMap<&str, u32> = HashMap::new();
        let mut count = 0;
        while let Some(chosen) = queue.choose(&free(4), now(), |_| 0) {
            if let Some(earlier) = last.insert(chosen.group, chosen.job) {
                prop_assert!(earlier < chosen.job);
            }
            count += 1;
        }
        prop_assert_eq!(count, jobs.len());
        prop_assert!(queue.is_empty());
    }
}
