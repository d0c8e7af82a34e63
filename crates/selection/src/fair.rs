//! The rule for equals: an earlier proposal is not passed over for a later one that has the same
//! score and asks the same, where the exchange keeps every budget and cap.

use crate::problem::Problem;
use crate::settled::Settled;
use std::collections::BTreeMap;

/// Gives awards to the earliest of equals. `from` is the paying fund by proposal, none where
/// unfunded; decided proposals are not touched.
///
/// Each exchange lowers the sum of the chosen positions, so it ends.
pub(crate) fn exchange(problem: &Problem, settled: &Settled, from: &mut [Option<usize>]) {
    let mut left = settled.group_left.clone();
    let mut equals: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for (place, proposal) in problem.proposals.iter().enumerate() {
        if settled.facts[place].is_none() {
            continue;
        }
        let ask = proposal.ask.minor;
        equals.entry((proposal.score, ask)).or_default().push(place);
        if from[place].is_some() {
            group_add(settled, &mut left, place, -ask);
        }
    }
    // An exchange makes room in a group, which may allow one among other equals: go on until none.
    let mut has_moved = true;
    while has_moved {
        has_moved = false;
        for ((_, ask), places) in equals.iter().filter(|(_, places)| places.len() > 1) {
            has_moved |= pass(settled, &mut left, from, (*ask, places));
        }
    }
}

/// Goes once over a class of equals; tells whether anything moved.
fn pass(
    settled: &Settled,
    left: &mut [Option<i64>],
    from: &mut [Option<usize>],
    (ask, places): (i64, &[usize]),
) -> bool {
    let mut has_moved = false;
    for (i, early) in places.iter().enumerate() {
        if from[*early].is_some() {
            continue;
        }
        let Some(facts) = &settled.facts[*early] else { continue };
        let has_room = facts.group.and_then(|g| left[g]).is_none_or(|left| left >= ask);
        let late = places[i + 1..].iter().rev().find(|late| {
            let pays = from[**late].is_some_and(|fund| facts.funds.contains(&fund));
            pays && (has_room || settled.group_of[**late] == facts.group)
        });
        let Some(late) = late else { continue };
        from[*early] = from[*late].take();
        group_add(settled, left, *late, ask);
        group_add(settled, left, *early, -ask);
        has_moved = true;
    }
    has_moved
}

fn group_add(settled: &Settled, left: &mut [Option<i64>], place: usize, amount: i64) {
    if let Some(left) = settled.group_of[place].and_then(|g| left[g].as_mut()) {
        *left += amount;
    }
}
