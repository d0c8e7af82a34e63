use super::support::{award, graph, tally};
use crate::{
    AwardFacts, Indicator, Irregularity, Relation, Scale, Sum, TallyError, Thresholds, award_facts,
    flags_of_award, flags_of_concentration, flags_of_related, if_awarded, related_parties,
};
use base::{Amount, Unit};

#[test]
fn an_award_is_measured_before_it_is_made() {
    let facts = if_awarded(&tally("A 50, B 30, C 20"), &award("A", 100)).unwrap();
    assert_eq!(facts.before.hhi.map(|r| r.points()), Some(3_800));
    assert_eq!(facts.after.hhi.map(|r| r.points()), Some(5_950));
    assert_eq!(facts.hhi_change.map(|c| c.points()), Some(2_150));
    assert_eq!(facts.top_share_change.map(|c| c.ppm()), Some(250_000));
    assert_eq!(facts.receiver_before.share.map(|r| r.ppm()), Some(500_000));
    assert_eq!(facts.receiver_after.amount, Sum::new(150));
    assert_eq!((facts.after.rows, facts.after.total), (4, Sum::new(200)));
}

#[test]
fn an_award_to_a_newcomer_can_lower_concentration() {
    let facts = if_awarded(&tally("A 50, B 50"), &award("C", 50)).unwrap();
    assert!(facts.hhi_change.unwrap().is_negative());
    assert_eq!(facts.hhi_change.map(|c| c.points()), Some(-1_666));
    assert_eq!(facts.receiver_before.amount, Sum::new(0));
    assert_eq!(flags_of_award(&facts, &Thresholds::default()), vec![]);
}

#[test]
fn the_first_award_changes_nothing_that_was() {
    let nothing = crate::Tally::of(Unit::CNY, &[]).unwrap();
    let facts = if_awarded(&nothing, &award("A", 5)).unwrap();
    assert_eq!((facts.before.hhi, facts.hhi_change), (None, None));
    assert_eq!(facts.after.cr1.map(|r| r.ppm()), Some(1_000_000));
    assert_eq!(flags_of_award(&facts, &Thresholds::default()), vec![]);
    assert!(if_awarded(&nothing, &award("A", -5)).is_err());
}

#[test]
fn the_top_may_change_hands() {
    let facts = if_awarded(&tally("A 60, B 40"), &award("B", 100)).unwrap();
    assert_eq!(facts.before.top.map(|s| s.key), Some("A"));
    assert_eq!(facts.after.top.map(|s| s.key), Some("B"));
    assert_eq!(facts.top_share_change.map(|c| c.ppm()), Some(100_000));
}

#[test]
fn a_rise_is_flagged_only_above_both_limits() {
    let flags = |sums: &'static str, minor| {
        let facts = if_awarded(&tally(sums), &award("A", minor)).unwrap();
        let found = flags_of_award(&facts, &Thresholds::default());
        found.into_iter().map(|one| (one.indicator, one.value, one.scale)).collect::<Vec<_>>()
    };
    let (rise, top) = (Indicator::HhiRise, Indicator::TopShareRise);
    assert_eq!(
        flags("A 50, B 30, C 20", 100),
        [(rise, 2_150, Scale::Points), (top, 750_000, Scale::Ppm)]
    );
    // A rise of 98 points within a high index.
    assert_eq!(flags("A 50, B 30, C 20", 4), []);
    // A rise of more than 100 points that ends below 1,800 and below 30 %.
    assert_eq!(flags("A 10, B 10, C 10, D 10, E 10, F 10, G 10, H 10", 10), []);
}

#[test]
fn a_level_is_flagged_only_above_its_limit() {
    let graph = graph("A>B 100");
    let found =
        |sums: &'static str| flags_of_concentration(&tally(sums), &graph, &Thresholds::default());
    assert_eq!(found("C 30, D 30, E 30, F 10"), found("D 30, C 30, F 10, E 30"));
    let level = found("C 30, D 30, E 30, F 10");
    assert_eq!((level.len(), level[0].value, level[0].limit), (1, 2_800, 1_800));
    assert_eq!(level[0].rows[0].key, "C");
    // 5 * 10^2 + 20^2 + 30^2 = 1,800 of 100^2: at the limit, not above it.
    assert_eq!(found("C 10, D 10, E 10, F 10, G 10, H 20, I 30"), []);
    assert_eq!(found("C 10, D 10, E 10, F 10, G 9, H 20, I 31").len(), 1);
    // A and B, 10 of 100 each, hide exactly 200 points; at 5 and 10 they hide 100, the limit.
    let hidden = found("A 10, B 10, C 10, D 10, E 10, F 10, G 10, H 10, I 10, J 10");
    assert_eq!(hidden.len(), 1);
    assert_eq!((hidden[0].indicator, hidden[0].value), (Indicator::HiddenConcentration, 200));
    assert_eq!(found("A 5, B 10, C 10, D 10, E 10, F 10, G 10, H 10, I 10, J 15"), []);
}

#[test]
fn the_decision_page_gets_everything_at_once() {
    let graph = graph("P>G 100; G>A 60; G>B 100; G>S1 30; X>C 100");
    let so_far = tally("B 40, C 60");
    let thresholds = Thresholds::default();
    let facts = award_facts(&graph, &so_far, &award("A", 100), &["S1", "B", "C"], &thresholds);
    let facts = facts.unwrap();
    assert_eq!((facts.ultimate_owner, facts.group_head), ("P", "P"));
    assert_eq!(facts.by_group.receiver_before.amount, Sum::new(40));
    assert_eq!(facts.by_group.receiver_after.amount, Sum::new(140));
    assert_eq!(facts.by_entity.receiver_before.amount, Sum::new(0));
    let related: Vec<bool> = facts.related.iter().map(|one| one.is_related()).collect();
    assert_eq!(related, [true, true, false]);
    assert!(matches!(facts.related[1].found[0].relation, Relation::SameGroup { head: "P" }));
    let flags: Vec<_> = facts.findings.iter().map(|one| one.indicator).collect();
    use Indicator::{HhiRise, RelatedParties, TopShareRise};
    assert_eq!(flags, [HhiRise, TopShareRise, RelatedParties, RelatedParties]);
    // What was shown can be stored and read back.
    let stored = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<AwardFacts<&str>>(&stored).unwrap(), facts);
    assert!(
        base::canonical_json(&facts).contains(r#""relation":{"head":"P","type":"same_group"}"#)
    );
}

#[test]
fn a_decision_shows_what_could_hide_the_group() {
    // A says that a friend controls it; the register says that G owns it. H and Q are not asked.
    let graph = graph("G>A 60 reg; F>A control; F>F 1; A>B 100; S1>T ?; H>Q 60; K>Q 60");
    let thresholds = Thresholds::default();
    let facts = award_facts(&graph, &tally("C 1"), &award("B", 1), &["T"], &thresholds).unwrap();
    assert_eq!(facts.group_head, "F");
    let contradicted =
        Irregularity::ControlContradicted { org: "A", chosen: "F", others: vec!["G"] };
    let unknown = Irregularity::ShareUnknown { owner: "S1", org: "T" };
    let self_held = Irregularity::SelfHeld { org: "F" };
    assert_eq!(facts.irregularities, [unknown, self_held, contradicted]);
}

#[test]
fn an_award_in_another_unit_is_refused() {
    let euro = crate::Award { org: "A", amount: Amount::new(1, Unit::EUR) };
    let refused = award_facts(&graph(""), &tally("A 1"), &euro, &[], &Thresholds::default());
    assert!(matches!(refused, Err(TallyError::UnitMismatch { .. })));
}

#[test]
fn thresholds_may_be_set_one_by_one() {
    let set: Thresholds = serde_json::from_str(r#"{"hhi_points":2000}"#).unwrap();
    assert_eq!(set, Thresholds { hhi_points: 2_000, ..Thresholds::default() });
    assert!(serde_json::from_str::<Thresholds>(r#"{"hhi_point":2000}"#).is_err());
    let found = |sums| flags_of_concentration(&tally(sums), &graph(""), &set);
    assert_eq!(found("C 20, D 20, E 20, F 20, G 20"), []);
    assert_eq!(found("C 21, D 20, E 20, F 20, G 19").len(), 1);
}

#[test]
fn a_flag_on_related_parties_names_the_strongest_relation() {
    let graph = graph("A>B 30; S>A 60; S>B 60; X>A ?");
    let least = Thresholds::default().interest_least;
    let flag = |a, b| flags_of_related(&related_parties(&graph, &a, &b, least));
    let said = |a, b| flag(a, b).map(|one| one.formula.split(": ").nth(1).unwrap().to_owned());
    assert_eq!(said("A", "A").as_deref(), Some("same organisation"));
    assert_eq!(said("A", "B").as_deref(), Some("common ultimate owner"));
    assert_eq!(said("S", "B").as_deref(), Some("common ultimate owner"));
    assert_eq!(said("X", "A").as_deref(), Some("interest of unknown size of one in the other"));
    assert_eq!(said("X", "Q"), None);
    let found = flag("A", "B").unwrap();
    assert_eq!((found.value, found.limit, found.rows.len()), (2, 0, 2));
}
