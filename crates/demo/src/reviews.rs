//! Who scores what, and how.

use crate::calendar::{between, midnight, moment};
use crate::groups::Groups;
use crate::model::{CostLine, Review, Scores};
use crate::people::REVIEWERS;
use crate::prose::{GOOD, MIDDLING, WEAK, pick};
use base::{Random, Time};

/// How well an application fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Well above the pass mark.
    Good,
    /// Passes, but not ahead of others.
    Middling,
    /// Below the pass mark.
    Weak,
}

/// What reviews are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) applicant: &'static str,
    pub(crate) level: Level,
    pub(crate) count: usize,
    /// Whether a reviewer of the applicant's own group tries first, to be refused.
    pub(crate) with_conflict: bool,
    pub(crate) days: (&'static str, &'static str),
}

/// Makes the reviews in the order of time. Scores of reviewers of the applicant's group are marked
/// as conflicted; reviewers of a supplier's group are not asked.
pub(crate) fn reviews(
    random: &Random,
    groups: &Groups,
    wanted: Wanted,
    lines: &[CostLine],
) -> Vec<Review> {
    let is_own = |employers: &&[&'static str]| {
        employers.iter().any(|employer| groups.are_one(employer, wanted.applicant))
    };
    let (mut own, mut free): (Vec<_>, Vec<_>) =
        REVIEWERS.iter().partition(|(_, employers)| is_own(employers));
    free.retain(|(_, employers)| {
        let sells = |employer| lines.iter().any(|line| groups.are_one(employer, line.supplier));
        !employers.iter().any(|employer| sells(employer))
    });
    shuffle(random, &mut free);
    free.truncate(wanted.count);
    own.truncate(usize::from(wanted.with_conflict));
    let count = free.len();
    let at = times(random, wanted.days, count + own.len());
    let conflicted = own.iter().map(|(email, _)| (email, true, Level::Good));
    let counted = free.iter().map(|(email, _)| (email, false, wanted.level));
    conflicted
        .chain(counted)
        .zip(at)
        .map(|((email, is_conflicted, level), at)| Review {
            reviewer: (*email).to_owned(),
            scores: scores(random, level),
            comment: pick(random, comments(level)),
            at,
            is_conflicted,
        })
        .collect()
}

/// Puts things in an order that the seed decides.
pub(crate) fn shuffle<T>(random: &Random, things: &mut [T]) {
    for i in (1..things.len()).rev() {
        let bound = u64::try_from(i + 1).unwrap_or(1);
        things.swap(i, usize::try_from(random.below(bound)).unwrap_or(0));
    }
}

fn times(random: &Random, days: (&str, &str), count: usize) -> Vec<Time> {
    let (first, last) = (midnight(days.0), midnight(days.1));
    let mut found: Vec<Time> = (0..count).map(|_| moment(random, first, last)).collect();
    found.sort_unstable();
    found
}

fn scores(random: &Random, level: Level) -> Scores {
    let (least, most) = match level {
        Level::Good => (68, 96),
        Level::Middling => (60, 67),
        Level::Weak => (34, 58),
    };
    let one = || u8::try_from(between(random, least, most)).unwrap_or(0);
    Scores { quality: one(), feasibility: one(), public_value: one() }
}

fn comments(level: Level) -> &'static [&'static str] {
    match level {
        Level::Good => GOOD,
        Level::Middling => MIDDLING,
        Level::Weak => WEAK,
    }
}
