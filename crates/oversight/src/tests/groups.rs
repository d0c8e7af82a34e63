use super::support::{TODAY, date, graph, graph_with, organisations, shown, statements};
use crate::{ControlRules, Majority, OrgKind, Ownership};
use base::Ppm;

fn check(statements: &str, expected: &str) {
    assert_eq!(shown(&graph(statements)), expected, "{statements}");
}

#[test]
fn a_majority_controls_and_half_does_not() {
    check("A>B 51", "A: A B");
    check("A>B 50.0001", "A: A B");
    check("A>B 50", "A: A | B: B");
    check("A>B 49; C>B 51", "A: A | C: B C");
    check("A>B 0", "A: A | B: B");
}

#[test]
fn a_joint_venture_of_halves_belongs_to_nobody() {
    check("A>J 50; B>J 50; J>K 100", "A: A | B: B | J: J K");
    // Unless one of the two controls the other.
    check("A>J 50; B>J 50; A>B 60", "A: A B J");
}

#[test]
fn chains_pass_control_down() {
    check("A>B 51; B>C 51; C>D 51", "A: A B C D");
    check("D>C 100; C>B 100; B>A 100", "D: A B C D");
    check("A>B 51; B>C 40; C>D 51", "A: A B | C: C D");
}

#[test]
fn holdings_of_controlled_companies_are_added_up() {
    check("A>C 30; A>B 100; B>C 25", "A: A B C");
    check("A>B 51; A>C 51; B>D 26; C>D 25", "A: A B C D");
    check("A>B 51; A>C 51; B>D 25; C>D 25", "A: A B C | D: D");
    // Only what is controlled counts: A holds but half of B.
    check("A>C 30; A>B 50; B>C 25", "A: A | B: B | C: C");
    // D is won jointly and then helps to win E.
    check("A>B 60; A>C 60; B>D 30; C>D 30; D>E 30; A>E 21", "A: A B C D E");
}

#[test]
fn circles_end_and_have_the_smallest_key_as_head() {
    check("A>B 100; B>A 100", "A: A B");
    check("C>B 60; B>D 60; D>C 60; C>E 51", "B: B C D E");
    check("Z>Y 60; Y>Z 60; Y>A 100; A>M 51", "Y: A M Y Z");
    check("B>A 30; C>A 30; A>B 60; A>C 60", "A: A B C");
}

#[test]
fn an_outside_majority_stands_above_a_circle() {
    check("A>Y 60; Z>Y 40; Y>Z 60", "A: A Y Z");
    check("X>C 51; C>B 60; B>D 60; D>C 49", "X: B C D X");
    // A minority in every member of a circle controls none of them.
    check("A>Y 49; A>Z 49; Y>Z 51; Z>Y 51", "A: A | Y: Y Z");
}

#[test]
fn cross_holdings_alone_do_not_control() {
    check("A>B 30; B>A 30", "A: A | B: B");
    check("P>A 40; P>B 40; A>B 30; B>A 30", "A: A | B: B | P: P");
    check("P>A 51; P>B 40; A>B 20; B>A 30", "P: A B P");
}

#[test]
fn rights_control_before_shares() {
    check("A>B board", "A: A B");
    check("A>B board51", "A: A B");
    check("A>B board50", "A: A | B: B");
    // A variable-interest structure: persons hold the shares, a contract gives the control.
    check("P1>V 60; P2>V 40; W>V contract; H>W 100", "H: H V W | P1: P1 | P2: P2");
    check("A>C contract; B>C control", "A: A | B: B C");
    check("A>C contract reg; B>C control", "A: A C | B: B");
    check("A>C control 2018-01-01..; B>C control 2019-01-01..", "A: A | B: B C");
    check("A>C control; B>C control", "A: A C | B: B");
    // The better grade speaks for A, and then against B.
    check("A>C control inf; A>C contract reg; B>C control", "A: A C | B: B");
}

#[test]
fn votes_count_before_shares() {
    check("A>C 60; A>C v40; B>C 40; B>C v60", "A: A | B: B C");
    check("A>C 60; A>C v?", "A: A C");
    // Votes are known of B alone; A's shares still stand for A's votes.
    check("A>C 60; B>C v10", "A: A C | B: B");
}

#[test]
fn an_unknown_share_is_no_majority() {
    check("A>B ?", "A: A | B: B");
    check("A>B ?; C>B 51", "A: A | C: B C");
    check("A>B ? reg; A>B 60 inf", "A: A B");
}

#[test]
fn of_several_reports_of_one_holding_the_best_speaks() {
    check("A>B 30; A>B 30", "A: A | B: B");
    check("A>B 60 dec; A>B 40 reg", "A: A | B: B");
    check("A>B 40 2015-01-01..; A>B 60 2017-01-01..", "A: A B");
    check("A>B 40; A>B 60", "A: A B");
}

#[test]
fn totals_above_the_whole_are_measured_against_their_sum() {
    check("A>C 60; B>C 60", "A: A | B: B | C: C");
    check("A>C 100; B>C 60", "A: A C | B: B");
    check("A>C 80; B>C 60; A>B 51", "A: A B C");
}

#[test]
fn nobody_owns_itself_or_a_person() {
    check("A>A 100; A>B 100", "A: A B");
    check("A>P 100; P>B 100", "A: A | P: B P");
}

#[test]
fn statements_count_from_their_first_day_to_their_last() {
    let text = "A>B 100 2018-03-01..2019-06-30; C>B 100 2019-07-01..";
    let on = |day: &str| shown(&graph_with(text, day, &ControlRules::default()));
    assert_eq!(on("2018-02-28"), "A: A | B: B | C: C");
    assert_eq!(on("2018-03-01"), "A: A B | C: C");
    assert_eq!(on("2019-06-30"), "A: A B | C: C");
    assert_eq!(on("2019-07-01"), "A: A | C: B C");
    // An end before the beginning never holds, and who is named nowhere else is not taken in.
    assert_eq!(shown(&graph("A>B 100 2020-01-01..2019-01-01")), "A: A | B: B");
    let said = statements("A>B 100 2020-01-01..");
    assert!(Ownership::at(&[], &said, date(TODAY), &ControlRules::default()).keys().is_empty());
}

#[test]
fn a_person_unites_and_a_state_body_only_if_told() {
    check("P>A 60; P>B 60; A>C 100", "P: A B C P");
    let text = "S>A 60; S>B 60; A>C 100";
    check(text, "A: A C | B: B | S: S");
    let graph = graph(text);
    assert_eq!((graph.ultimate_owner(&"C"), graph.group_head(&"C")), ("S", "A"));
    assert_eq!(graph.why_owner(&"C").len(), 2);
    assert_eq!(graph.why(&"C").len(), 1);
    let united = ControlRules { state_bodies_unite: true, ..ControlRules::default() };
    assert_eq!(shown(&graph_with(text, TODAY, &united)), "S: A B C S");
    let apart = ControlRules { persons_unite: false, ..ControlRules::default() };
    assert_eq!(shown(&graph_with("P>A 60; P>B 60", TODAY, &apart)), "A: A | B: B | P: P");
}

#[test]
fn the_majority_can_be_raised_but_not_below_one_half() {
    let share = |percent: i64| Ppm::new(percent * 10_000).unwrap();
    let strict =
        ControlRules { majority: Majority::new(share(75)).unwrap(), ..ControlRules::default() };
    let text = "A>B 75; A>C 76";
    assert_eq!(shown(&graph_with(text, TODAY, &strict)), "A: A C | B: B");
    assert!(Majority::new(share(50)).is_ok());
    for percent in [0, 49, 100] {
        let refused = Majority::new(share(percent)).unwrap_err();
        assert!(refused.to_string().contains("at least 50 %"), "{percent}");
    }
    assert!(
        serde_json::from_str::<ControlRules>(
            r#"{"majority":400000,"persons_unite":true,"state_bodies_unite":true}"#
        )
        .is_err()
    );
}

#[test]
fn a_stranger_is_a_group_of_one() {
    let graph = graph("A>B 100");
    assert_eq!(graph.group_head(&"nobody"), "nobody");
    assert_eq!(graph.ultimate_owner(&"nobody"), "nobody");
    assert_eq!(graph.group(&"nobody").members.len(), 1);
    assert_eq!(graph.kind(&"nobody"), OrgKind::Other);
    assert_eq!(graph.why(&"nobody"), vec![]);
}

/// Writes links as `A>B A>C`.
fn names(links: &[crate::Link<&str>]) -> String {
    let name = |link: &crate::Link<&str>| {
        let said = &link.statement;
        format!("{}>{}", said.owner, said.owned)
    };
    links.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_reason_is_the_shortest_chain_of_statements() {
    let text = "A>C 30; A>B 100; B>C 25; C>D 100; A>E 90; E>D 0; X>C 5";
    let graph = graph(text);
    for (org, why) in [("A", ""), ("B", "A>B"), ("C", "A>B A>C B>C"), ("D", "A>B A>C B>C C>D")] {
        assert_eq!(names(&graph.why(&org)), why, "{org}");
        assert_eq!(graph.group(&org).why(&org), graph.why(&org), "{org}");
    }
    // A large enough holding needs no help.
    let other = super::support::graph("A>B 100; A>C 60; B>C 30");
    assert_eq!(names(&other.why(&"C")), "A>C");
    let other = super::support::graph("A>B 100; A>C 100; B>D 60; C>D 30");
    assert_eq!(names(&other.why(&"D")), "A>B B>D");
    // Who does not unite is no reason, not even from within the group.
    let other = super::support::graph("H>S 100; H>M 100; H>N 100; M>A 30; N>A 25; S>A 45");
    assert_eq!(names(&other.why(&"A")), "H>M H>N M>A N>A");
    // Each link says where the statement was given.
    let said = statements(text);
    for link in graph.why(&"D") {
        assert_eq!(said[link.position], link.statement);
    }
}

#[test]
fn the_group_is_drawn_as_a_tree() {
    let graph = graph("A>C 30; A>B 100; B>C 25; C>D 100; B>E 60");
    let lines = graph.group(&"D").tree();
    let drawn = lines.iter().map(|line| format!("{}{}", "-".repeat(line.depth), line.key));
    assert_eq!(drawn.collect::<Vec<_>>().join(" "), "A -B --E -C --D");
    let joint = lines.iter().find(|line| line.key == "C").unwrap();
    assert_eq!(names(&joint.links), "A>C B>C");
    let stored = serde_json::to_string(&graph.group(&"D")).unwrap();
    assert_eq!(serde_json::from_str::<crate::Group<&str>>(&stored).unwrap(), graph.group(&"D"));
}

#[test]
fn the_order_of_statements_never_matters() {
    let text = "A>C 30; A>B 100; B>C 25; Z>Y 60; Y>Z 60; Q>C contract inf; C>M 49; B>M 2";
    let mut said = statements(text);
    let orgs = organisations(&said);
    let rules = ControlRules::default();
    let first = shown(&Ownership::at(&orgs, &said, date(TODAY), &rules));
    for turn in 0..said.len() {
        said.rotate_left(1);
        said.swap(0, turn);
        assert_eq!(shown(&Ownership::at(&orgs, &said, date(TODAY), &rules)), first);
    }
}

#[test]
fn a_ring_and_a_chain_of_many_thousands_end_soon() {
    let count = 60_000_u32;
    let said = |owner: u32, owned: u32| crate::Statement {
        owner,
        owned,
        kind: crate::InterestKind::Shares,
        share: Some(Ppm::ONE),
        valid_from: None,
        valid_to: None,
        grade: crate::Grade::Register,
    };
    // Each owns the one before it, so that keys run against control.
    let mut all: Vec<_> = (1..count).map(|i| said(i, i - 1)).collect();
    let rules = ControlRules::default();
    let chain = Ownership::at(&[], &all, date(TODAY), &rules);
    assert_eq!(chain.groups(), vec![(count - 1, 60_000)]);
    assert_eq!(chain.why(&0).len(), 59_999);
    assert_eq!(chain.group(&0).tree().last().map(|line| line.depth), Some(59_999));
    all.push(said(0, count - 1));
    let ring = Ownership::at(&[], &all, date(TODAY), &rules);
    assert_eq!(ring.groups(), vec![(0, 60_000)]);
}
