use super::support::graph;
use crate::{RelatedParties, Relation, related_parties};
use base::Ppm;

fn test(statements: &'static str) -> RelatedParties<&'static str> {
    related_parties(&graph(statements), &"B", &"S", Ppm::new(200_000).unwrap())
}

/// Writes relations as `interest A in S 20 % [A>S]`, strongest first.
fn shown(found: &RelatedParties<&str>) -> String {
    let percent = |share: &Option<Ppm>| share.map_or("by right".to_owned(), |s| s.to_string());
    let one = |one: &crate::RelationFound<&str>| {
        let path = one
            .path
            .iter()
            .map(|link| format!("{}>{}", link.statement.owner, link.statement.owned));
        let path = path.collect::<Vec<_>>().join(" ");
        let name = match &one.relation {
            Relation::SameOrganisation => "same".to_owned(),
            Relation::SameGroup { head } => format!("group {head}"),
            Relation::CommonUltimateOwner { owner, .. } => format!("owner {owner}"),
            Relation::Interest { holder, held, share } => {
                format!("interest {holder} in {held} {}", percent(share))
            }
            Relation::InterestUnknown { holder, held } => format!("unknown {holder} in {held}"),
            Relation::CommonHolder { holder, in_beneficiary, in_supplier, .. } => {
                format!("holder {holder} {} / {}", percent(in_beneficiary), percent(in_supplier))
            }
        };
        format!("{name} [{path}]")
    };
    found.found.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn check(statements: &'static str, expected: &str) {
    assert_eq!(shown(&test(statements)), expected, "{statements}");
}

#[test]
fn strangers_are_not_related() {
    check("", "");
    check("B>S 19.9999", "");
    check("X>B 100; Y>S 100", "");
    // Both hold a part of the same venture; that alone does not relate them.
    check("B>J 50; S>J 50", "");
}

#[test]
fn one_organisation_is_related_to_itself() {
    let found = related_parties(&graph("A>B 100"), &"B", &"B", Ppm::ONE);
    assert_eq!(shown(&found), "same []");
}

#[test]
fn one_group_is_related() {
    check("B>S 100", "group B [B>S]");
    check("G>B 60; G>H 100; H>S 51", "group G [G>B G>H H>S]");
    check("G>S 30; G>B 100; B>S 25", "group G [G>B G>S B>S]");
    check("P>B 60; P>S 60", "group P [P>B P>S]");
    check("B>S contract", "group B [B>S]");
}

#[test]
fn a_state_owner_of_both_is_named() {
    check("S1>B 60; S1>S 60", "owner S1 [S1>B S1>S]");
    check("S1>M 100; M>B 60; S1>S 60", "owner S1 [S1>M M>B S1>S]");
}

#[test]
fn an_interest_from_the_limit_on_relates() {
    check("B>S 20", "interest B in S 20 % [B>S]");
    check("S>B v20", "interest S in B 20 % [S>B]");
    // Held by companies of one group together.
    check("G>B 100; G>H 100; H>S 12; B>S 8", "interest G in S 20 % [G>B B>S G>H H>S]");
    // In a company that controls the supplier, but not in one that merely holds a part of it.
    check("B>T 30; T>S 100", "interest B in T 30 % [B>T T>S]");
    check("B>T 30; T>S 50", "");
    check("B>S ?", "unknown B in S [B>S]");
}

#[test]
fn a_right_that_lost_still_relates() {
    check("B>S control inf; X>S control reg", "interest B in S by right [B>S X>S]");
}

#[test]
fn a_common_holder_is_named() {
    check("P>B 30; P>S 40", "holder P 30 % / 40 % [P>B P>S]");
    check("P>B 30; P>S 19", "");
    check("P>M 100; M>B 30; P>S 40", "holder P 30 % / 40 % [P>M M>B P>S]");
    check("P>T 25; T>S 100; P>B 20", "holder P 20 % / 25 % [P>B P>T T>S]");
}

#[test]
fn a_limit_of_zero_does_not_relate_what_holds_nothing() {
    let found = related_parties(&graph("B>S 0; B>Q 1"), &"B", &"S", Ppm::ZERO);
    assert!(!found.is_related());
    let found = related_parties(&graph("B>S 0.0001"), &"B", &"S", Ppm::ZERO);
    assert!(found.is_related());
}
