use super::support::graph;
use crate::Irregularity as I;

fn check(statements: &str, expected: &[I<&str>]) {
    assert_eq!(graph(statements).irregularities(), expected, "{statements}");
}

#[test]
fn sound_statements_raise_nothing() {
    check("A>B 60; C>B 40; A>C 100; C>D control; P>A 100", &[]);
}

#[test]
fn each_oddity_is_named() {
    check("A>C 60; B>C 60", &[I::TotalAboveWhole { org: "C", total_ppm: 1_200_000 }]);
    check("A>B ?", &[I::ShareUnknown { owner: "A", org: "B" }]);
    check("A>A 10", &[I::SelfHeld { org: "A" }]);
    check("A>P 10", &[I::PersonOwned { person: "P", owner: "A" }]);
    check("B>A 60; A>B 60", &[I::Circular { head: "A" }]);
    let written = serde_json::to_string(graph("A>B ?").irregularities()).unwrap();
    assert_eq!(written, r#"[{"type":"share_unknown","owner":"A","org":"B"}]"#);
}

#[test]
fn rights_that_contradict_are_named_unless_all_belong_together() {
    let contradicted = |chosen, others: &[&'static str]| {
        [I::ControlContradicted { org: "C", chosen, others: others.to_vec() }]
    };
    check("A>C control; B>C control", &contradicted("A", &["B"]));
    check("A>C control; B>C 60", &contradicted("A", &["B"]));
    check("A>C control; B>C 30; D>C 30; B>D 60", &contradicted("A", &["B"]));
    check("A>C control; B>C 40", &[]);
    check("A>C control; B>C control; A>B 60", &[]);
}

#[test]
fn a_right_claimed_within_the_own_circle_does_not_silence_the_owner() {
    // B, owned by C, is said to control C; A holds 60 % of C.
    let text = "C>B 100; B>C contract; A>C 60";
    check(
        text,
        &[
            I::ControlContradicted { org: "C", chosen: "B", others: vec!["A"] },
            I::Circular { head: "B" },
        ],
    );
}
