//! Small graphs written as text, so that a case is one line.

use crate::{
    Award, ControlRules, Grade, InterestKind, OrgKind, Organisation, Ownership, Statement, Tally,
};
use base::{Amount, Date, Ppm, Unit};

pub(super) const TODAY: &str = "2019-12-31";

pub(super) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Reads statements such as `A>B 60; A>C v51.5 reg; A>D ?; A>E control inf 2019-01-01..2019-06-30`.
/// A number is shares in percent, `v` before it votes, `?` an unknown share, `board40` a right to
/// 40 % of the board. Grade is `dec` unless said.
pub(super) fn statements(text: &str) -> Vec<Statement<&str>> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(statement).collect()
}

fn statement(text: &str) -> Statement<&str> {
    let mut words = text.split_whitespace();
    let (owner, owned) = words.next().unwrap().split_once('>').unwrap();
    let mut said = Statement {
        owner,
        owned,
        kind: InterestKind::Shares,
        share: None,
        valid_from: None,
        valid_to: None,
        grade: Grade::Declared,
    };
    for word in words {
        match word {
            "?" => said.share = None,
            "v?" => said.kind = InterestKind::Votes,
            "control" => said.kind = InterestKind::Control,
            "contract" => said.kind = InterestKind::Contract,
            "board" => said.kind = InterestKind::BoardAppointment,
            "reg" => said.grade = Grade::Register,
            "dec" => said.grade = Grade::Declared,
            "inf" => said.grade = Grade::Inferred,
            _ => number_or_dates(word, &mut said),
        }
    }
    said
}

fn number_or_dates(word: &str, said: &mut Statement<&str>) {
    if let Some((from, to)) = word.split_once("..") {
        let read = |text: &str| (!text.is_empty()).then(|| date(text));
        (said.valid_from, said.valid_to) = (read(from), read(to));
        return;
    }
    let digits = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    said.kind = match word.trim_end_matches(|c: char| !c.is_ascii_alphabetic()) {
        "" => InterestKind::Shares,
        "v" => InterestKind::Votes,
        "board" => InterestKind::BoardAppointment,
        other => panic!("unknown word `{other}`"),
    };
    said.share = Some(Ppm::parse_percent(digits).unwrap());
}

/// Lists everybody named: `P...` is a person, `S...` a state body, the rest companies.
pub(super) fn organisations<'a>(said: &[Statement<&'a str>]) -> Vec<Organisation<&'a str>> {
    let names = said.iter().flat_map(|one| [one.owner, one.owned]);
    let kind = |name: &str| match name.as_bytes()[0] {
        b'P' => OrgKind::Person,
        b'S' => OrgKind::StateBody,
        _ => OrgKind::Company,
    };
    names.map(|key| Organisation { key, kind: kind(key) }).collect()
}

pub(super) fn graph_with<'a>(text: &'a str, on: &str, rules: &ControlRules) -> Ownership<&'a str> {
    let said = statements(text);
    Ownership::at(&organisations(&said), &said, date(on), rules)
}

pub(super) fn graph(text: &str) -> Ownership<&str> {
    graph_with(text, TODAY, &ControlRules::default())
}

/// Writes all groups as `A: A B C | D: D`, heads and members sorted.
pub(super) fn shown(graph: &Ownership<&str>) -> String {
    let groups = graph.groups().into_iter().map(|(head, size)| {
        let group = graph.group(&head);
        assert_eq!((group.head, group.members.len()), (head, size));
        let mut names: Vec<&str> = group.members.iter().map(|member| member.key).collect();
        names.sort_unstable();
        format!("{head}: {}", names.join(" "))
    });
    groups.collect::<Vec<_>>().join(" | ")
}

pub(super) fn award(org: &str, minor: i64) -> Award<&str> {
    Award { org, amount: Amount::new(minor, Unit::CNY) }
}

/// Reads a tally such as `A 50, B 30, C 20`.
pub(super) fn tally(text: &str) -> Tally<&str> {
    let rows = text.split(',').map(|part| part.trim().split_once(' ').unwrap());
    let rows: Vec<_> = rows.map(|(org, minor)| award(org, minor.parse().unwrap())).collect();
    Tally::of(Unit::CNY, &rows).unwrap()
}
