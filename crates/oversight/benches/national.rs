//! Measures a synthetic national case: 300,000 organisations, a million awards and projects.
//!
//! Prints lines `name value unit`. The shape: nine levels of owners, four in five owners one level
//! up and the rest anywhere above, a heavy tail of large groups, one company in twenty jointly
//! owned. Run with `cargo bench -p oversight`.

use base::{Amount, Date, Id, Ppm, Random, Time, Unit};
use oversight::{
    Award, ControlRules, Grade, InterestKind, OrgKind, Organisation, Ownership, Project, Standing,
    Statement, Tally, Thresholds, award_facts, flags_of_concentration, hidden_concentration,
    supplier_capture_by_group,
};
use std::time::Instant;

const ORGS: usize = 300_000;
const AWARDS: usize = 1_000_000;
/// Parts per thousand of organisations on each level below the ultimate owners.
const LEVELS: [usize; 9] = [420, 250, 140, 80, 50, 30, 15, 10, 5];
/// Runs of each measure; the fastest counts, because others share the machine.
const RUNS: usize = 5;

struct World {
    organisations: Vec<Organisation<Id>>,
    statements: Vec<Statement<Id>>,
    awards: Vec<Award<Id>>,
    projects: Vec<Project<Id>>,
}

fn below(random: &Random, bound: usize) -> usize {
    let bound = u64::try_from(bound).expect("a bound of this bench fits");
    usize::try_from(random.below(bound)).expect("below the bound")
}

/// Draws from `0..bound`, the small ones far more often: the product of three even draws.
fn heavy(random: &Random, bound: usize) -> usize {
    let draw = || below(random, bound) + 1;
    draw() * draw() / bound * draw() / (bound + 1)
}

fn world() -> World {
    let random = Random::seeded(7);
    let mut organisations = Vec::with_capacity(ORGS);
    for place in 0..ORGS {
        let kind = match below(&random, 100) {
            0..40 if place < ORGS * LEVELS[0] / 1_000 => OrgKind::Person,
            95.. if place < ORGS * LEVELS[0] / 1_000 => OrgKind::StateBody,
            _ => OrgKind::Company,
        };
        // Ids of random instants, so that keys do not follow the levels.
        let moment = i64::try_from(below(&random, 1_000_000_000)).expect("fits");
        organisations.push(Organisation { key: random.id(Time::from_millis(moment)), kind });
    }
    let statements = statements(&random, &organisations);
    let pick = || organisations[ORGS - 1 - heavy(&random, ORGS - ORGS / 2)].key;
    let amount = || {
        let size = below(&random, 9_000_000) + 100_000;
        Amount::new(i64::try_from(size).expect("fits"), Unit::CNY)
    };
    let awards: Vec<_> = (0..AWARDS).map(|_| Award { org: pick(), amount: amount() }).collect();
    let projects = awards.iter().map(|award| {
        let suppliers = (0..=below(&random, 2)).map(|_| organisations[heavy(&random, ORGS)].key);
        Project { beneficiary: award.org, suppliers: suppliers.collect(), amount: award.amount }
    });
    let projects = projects.collect();
    World { organisations, statements, awards, projects }
}

fn statements(random: &Random, orgs: &[Organisation<Id>]) -> Vec<Statement<Id>> {
    let mut all = Vec::with_capacity(ORGS);
    let (mut upper, mut start) = (0, ORGS * LEVELS[0] / 1_000);
    for level in &LEVELS[1..] {
        let end = (start + ORGS * level / 1_000).min(ORGS);
        for owned in start..end {
            let is_joint = below(random, 20) == 0;
            let owners = if is_joint { 2 + below(random, 3) } else { 1 };
            let mut left = 1_000_000;
            for number in 0..owners {
                let is_last = number + 1 == owners;
                let share = match (is_joint, is_last) {
                    (false, _) if below(random, 10) < 7 => 1_000_000,
                    (false, _) => 510_000 + below(random, 480_000),
                    (true, true) => left,
                    (true, false) => below(random, left + 1),
                };
                left -= share.min(left);
                let is_next = below(random, 10) < 8;
                let owner = if is_next {
                    upper + heavy(random, start - upper)
                } else {
                    heavy(random, start)
                };
                all.push(Statement {
                    owner: orgs[owner].key,
                    owned: orgs[owned].key,
                    kind: InterestKind::Shares,
                    share: Ppm::new(i64::try_from(share).expect("fits")).ok(),
                    valid_from: None,
                    valid_to: None,
                    grade: Grade::Register,
                });
            }
        }
        (upper, start) = (start, end);
    }
    all
}

/// Prints the fastest of several runs in milliseconds and returns the last answer.
fn measure<T>(name: &str, mut run: impl FnMut() -> T) -> T {
    let mut best = u128::MAX;
    let mut answer = None;
    for _ in 0..RUNS {
        let start = Instant::now();
        answer = Some(run());
        best = best.min(start.elapsed().as_micros());
    }
    println!("{name} {}.{:03} ms", best / 1_000, best % 1_000);
    answer.expect("at least one run")
}

/// Each organisation owns the one before it, and the first owns the last: keys run against control.
fn ring() -> Vec<Statement<usize>> {
    let said = |owned: usize| Statement {
        owner: (owned + 1) % ORGS,
        owned,
        kind: InterestKind::Shares,
        share: Some(Ppm::ONE),
        valid_from: None,
        valid_to: None,
        grade: Grade::Register,
    };
    (0..ORGS).map(said).collect()
}

fn main() {
    let world = world();
    let date: Date = "2026-01-01".parse().expect("a date");
    let rules = ControlRules::default();
    println!("organisations {} rows", world.organisations.len());
    println!("statements {} rows", world.statements.len());
    println!("awards {} rows", world.awards.len());
    let graph = measure("ownership_at", || {
        Ownership::at(&world.organisations, &world.statements, date, &rules)
    });
    let groups = graph.groups();
    let largest = groups.iter().map(|(_, size)| *size).max().unwrap_or(0);
    println!("groups {} rows\ngroup_largest {largest} rows", groups.len());
    let tally =
        measure("tally_by_entity", || Tally::of(Unit::CNY, &world.awards).expect("one unit"));
    let by_group = measure("tally_by_group", || tally.by_group(&graph));
    measure("standing_by_entity", || Standing::of(&tally));
    let standing = measure("standing_by_group", || Standing::of(&by_group));
    println!("hhi_by_group {} points", standing.hhi.map_or(0, |index| index.points()));
    measure("hidden_concentration", || hidden_concentration(&tally, &graph));
    measure("flags", || flags_of_concentration(&tally, &graph, &Thresholds::default()));
    measure("supplier_capture_by_group", || {
        supplier_capture_by_group(Unit::CNY, &world.projects, &graph).expect("one unit")
    });
    measure("groups_and_concentration", || {
        let graph = Ownership::at(&world.organisations, &world.statements, date, &rules);
        let by_entity = Tally::of(Unit::CNY, &world.awards).expect("one unit");
        let by_group = by_entity.by_group(&graph);
        (Standing::of(&by_entity), Standing::of(&by_group))
    });
    let (award, supplier) = (world.awards[0], world.projects[1].suppliers[0]);
    measure("award_facts", || {
        award_facts(&graph, &tally, &award, &[supplier], &Thresholds::default()).expect("one unit")
    });
    let ring = ring();
    measure("ownership_at_ring", || Ownership::at(&[], &ring, date, &rules));
}
