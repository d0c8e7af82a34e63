//! A zone that is killed while it takes uploads keeps every commit that it acknowledged, whole, and
//! shows nothing by halves.

use super::zone::{Address, Place, content};
use base::Random;
use std::sync::atomic::{AtomicU64, Ordering};

/// Times that the zone is killed.
const ROUNDS: u64 = 12;

#[test]
fn a_killed_zone_keeps_every_commit_that_it_acknowledged() {
    for place in Place::each() {
        killed(&place);
    }
}

fn killed(place: &Place) {
    let random = Random::seeded(5);
    let zone = place.zone();
    zone.at.repo_create();
    drop(zone);
    let mut acknowledged: Vec<(usize, String)> = Vec::new();
    for round in 0..ROUNDS {
        let mut zone = place.zone();
        let begun = acknowledged.len();
        // How many requests are answered before the kill, which falls into the ones after them.
        let kill_after = 1 + random.below(9);
        let answered = AtomicU64::new(0);
        let at = zone.at.clone();
        std::thread::scope(|scope| {
            let uploads = scope.spawn(|| uploads(&at, (round, begun), &answered));
            while answered.load(Ordering::SeqCst) < kill_after && !uploads.is_finished() {
                std::thread::yield_now();
            }
            for _ in 0..random.below(3_000) {
                std::thread::yield_now();
            }
            zone.child.kill().expect("it was ours");
            zone.child.wait().expect("it was ours");
            acknowledged.extend(uploads.join().expect("it was ours"));
        });
        place.check();
        let zone = place.zone();
        for (number, commit) in &acknowledged[begun.saturating_sub(3)..] {
            let path = format!("DVUser/r/resolve/{commit}/{number}.bin");
            let found = zone.at.get(&path).expect("it was ours");
            assert_eq!((found.status, found.body), (200, file(*number)), "{path}");
        }
    }
    assert!(!acknowledged.is_empty(), "every kill came before the first commit");
}

fn file(number: usize) -> Vec<u8> {
    content(number, 300_000 + number * 1_000)
}

/// Uploads and commits until the zone is gone. Returns what it acknowledged.
fn uploads(
    zone: &Address,
    (round, begun): (u64, usize),
    answered: &AtomicU64,
) -> Vec<(usize, String)> {
    let mut done = Vec::new();
    for number in begun.. {
        // Numbers that were cut off are used again: their remains must not be in the way.
        let bytes = file(number);
        let Ok(status) = zone.large(&bytes) else { return done };
        assert_eq!(status, 200, "round {round}");
        answered.fetch_add(1, Ordering::SeqCst);
        let Ok(committed) = zone.commit(&format!("{number}.bin"), (&bytes, true)) else {
            return done;
        };
        done.push((number, committed.expect("the commit stands")));
        answered.fetch_add(1, Ordering::SeqCst);
    }
    done
}
