//! The worked example of every page in `docs/indicators` is what the code computes.

use super::support::{award, date, graph, statements, tally};
use super::upstream::repositories;
use crate::{
    Project, Relation, concentration_ratio, effective_number, hhi, hidden_concentration,
    if_awarded, related_parties, shares, supplier_capture, upstream_dependence,
};
use base::{Amount, Ppm, Unit};

const HEADINGS: [&str; 7] = [
    "## Method",
    "## Formula",
    "## Worked example",
    "## Why it matters",
    "## Source",
    "## Settings",
    "## Known false alarms",
];

macro_rules! page {
    ($name:literal) => {
        include_str!(concat!("../../../../docs/indicators/", $name, ".md"))
    };
}

/// Checks that a page has every heading in order and exactly this example.
fn check(page: &str, example: &str) {
    let mut rest = page;
    for heading in HEADINGS {
        let Some((_, after)) = rest.split_once(heading) else {
            panic!("no `{heading}` in:\n{page}")
        };
        rest = after;
    }
    let shown = page.split("```text\n").nth(1).and_then(|block| block.split("\n```").next());
    assert_eq!(shown, Some(example));
}

#[test]
fn the_page_on_groups_is_right() {
    let said = "A>C 30; A>B 100; B>C 25";
    let graph = graph(said);
    let links = graph.why(&"C");
    let why = links.iter().map(|link| {
        let said = &link.statement;
        format!("{}>{} {}", said.owner, said.owned, said.share.unwrap())
    });
    let (why, head) = (why.collect::<Vec<_>>().join(", "), graph.group_head(&"C"));
    check(page!("group"), &format!("{said}\nC is in the group of {head} because {why}"));
    assert_eq!((statements(said).len(), graph.date()), (3, date("2019-12-31")));
}

#[test]
fn the_pages_on_the_index_are_right() {
    let sums = "A 50, B 30, C 20";
    let index = hhi(&tally(sums)).unwrap();
    check(page!("hhi"), &format!("{sums}\nHHI = {index} = {} points", index.points()));
    let number = effective_number(&tally(sums)).unwrap();
    let (whole, part) = (number.scaled(100) / 100, number.scaled(100) % 100);
    let example = format!("{sums}\neffective number = {number} = {whole}.{part:02}");
    check(page!("effective"), &example);
}

#[test]
fn the_page_on_the_ratio_is_right() {
    let sums = "A 40, B 25, C 20, D 10, E 5";
    let line = |count| {
        let ratio = concentration_ratio(&tally(sums), count).unwrap();
        format!("CR{count} = {ratio} = {} ppm", ratio.ppm())
    };
    check(page!("cr"), &format!("{sums}\n{}\n{}", line(1), line(4)));
}

#[test]
fn the_page_on_shares_is_right() {
    let (sums, said) = ("A 30, B 30, C 40", "G>A 100; G>B 60");
    let by_entity = tally(sums);
    let line = |tally| {
        let all = shares(tally);
        let one = all.iter().map(|one| format!("{} {} ppm", one.key, one.share.unwrap().ppm()));
        one.collect::<Vec<_>>().join(", ")
    };
    let (entity, group) = (line(&by_entity), line(&by_entity.by_group(&graph(said))));
    let example = format!("{sums} with {said}\nby entity: {entity}\nby group: {group}");
    check(page!("shares"), &example);
}

#[test]
fn the_page_on_hidden_concentration_is_right() {
    let (sums, said) = ("A 30, B 30, C 40", "G>A 100; G>B 60; X>C 100");
    let found = hidden_concentration(&tally(sums), &graph(said)).unwrap();
    let (entity, group) = (found.by_entity.points(), found.by_group.points());
    let hidden = found.hidden.points();
    let example = format!(
        "{sums} with {said}\nHHI by entity {entity} points, by group {group} points, hidden {hidden} points"
    );
    check(page!("hidden"), &example);
}

#[test]
fn the_page_on_added_awards_is_right() {
    let sums = "A 50, B 30, C 20";
    let found = if_awarded(&tally(sums), &award("A", 100)).unwrap();
    let points = |standing: &crate::Standing<&str>| standing.hhi.unwrap().points();
    let top = |standing: &crate::Standing<&str>| standing.cr1.unwrap().ppm();
    let example = format!(
        "{sums}, then A gets 100\nHHI {} -> {} points, change {}; top share {} -> {} ppm",
        points(&found.before),
        points(&found.after),
        found.hhi_change.unwrap().points(),
        top(&found.before),
        top(&found.after)
    );
    check(page!("added"), &example);
}

#[test]
fn the_page_on_capture_is_right() {
    let project = |suppliers: &[&'static str]| Project {
        beneficiary: "A",
        suppliers: suppliers.to_vec(),
        amount: Amount::new(1, Unit::CNY),
    };
    let mut all = vec![project(&["X"]); 20];
    all.extend(vec![project(&["X", "Y"]); 5]);
    all.extend(vec![project(&["Y"]); 2]);
    let found = supplier_capture(Unit::CNY, &all).unwrap();
    let x = &found.suppliers[0];
    let (sole, any) = (x.sole_share.unwrap(), x.any_share.unwrap());
    let example = format!(
        "{} projects: {} with X alone, {} with X and Y, 2 with Y alone\n{} sole {sole} = {} ppm, any {any} = {} ppm",
        found.projects,
        x.sole,
        x.co,
        x.supplier,
        sole.ppm(),
        any.ppm()
    );
    check(page!("capture"), &example);
}

#[test]
fn the_page_on_related_parties_is_right() {
    let said = "G>B 100; G>H 100; H>S 12; B>S 8";
    let found = related_parties(&graph(said), &"B", &"S", Ppm::new(200_000).unwrap());
    let Relation::Interest { holder, held, share: Some(share) } = found.found[0].relation else {
        panic!("{found:?}")
    };
    let example =
        format!("{said}\nB and S are related: the group of {holder} holds {share} of {held}");
    check(page!("related"), &example);
}

#[test]
fn the_page_on_upstream_dependence_is_right() {
    let (said, owned) = ("d* A; m1 B: d; m2 C: m1; m3 C: far/base; m4 D", "G>A 100; G>B 60");
    let owners = graph(owned);
    let found = upstream_dependence(&repositories(said), |owner| owners.group_head(owner));
    let row = found.repositories.iter().find(|row| row.key == "d").unwrap();
    let (share, others) = (row.share.unwrap(), row.others_share.unwrap());
    let (group, outside) = (&found.groups[0], &found.outside[0]);
    let example = format!(
        "{said} with {owned}\n{}: named by {}, own {}, others {}, share {share} = {} ppm, \
         others' share {others} = {} ppm\ngroup {}: own {}, others {}; outside {}: {} of {} \
         models; silent: {}",
        row.key,
        row.direct,
        row.own,
        row.others,
        share.ppm(),
        others.ppm(),
        group.key,
        group.own,
        group.others,
        outside.key,
        outside.others,
        found.models,
        found.models_silent
    );
    check(page!("upstream"), &example);
}
