//! Asking for access and deciding.

use super::world::{World, on_both, refusal};
use crate::*;
use base::Page;
use serde_json::{Value, json};

fn form() -> Vec<(String, FieldKind)> {
    let options = vec!["research".to_owned(), "teaching".to_owned()];
    let field = |name: &str, kind| (name.to_owned(), kind);
    vec![
        field("Affiliation", FieldKind::Text),
        field("Country", FieldKind::Country),
        field("Until", FieldKind::Date),
        field("Use", FieldKind::Select(options)),
        field("I agree", FieldKind::Checkbox),
    ]
}

fn answers() -> Value {
    json!({"Affiliation": "Town", "Country": "CN", "Until": "2026-09-01", "Use": "teaching",
           "I agree": true})
}

fn ask(world: &World, visitor: &Visitor, repo: &Repo, answers: Value) -> Result<Access, Error> {
    world.act((visitor, repo), move |tx, visitor, repo| {
        access_ask(tx, visitor, repo, (&form(), &answers))
    })
}

fn decide(world: &World, repo: &Repo, asker: Asker, state: AccessState) -> Result<Access, Error> {
    let owner = world.visitor(world.lin);
    world.act((&owner, repo), move |tx, visitor, repo| {
        access_decide(tx, visitor, repo, &asker, (state, " too little "))
    })
}

fn grant(world: &World, visitor: &Visitor, repo: &Repo) -> Result<Access, Error> {
    world.act((visitor, repo), |tx, visitor, repo| access_grant(tx, visitor, repo, "ZHAO"))
}

fn gets_files(world: &World, visitor: &Visitor, repo: &Repo) -> bool {
    let now = base::Time::parse("2026-03-01T09:00:00Z").expect("an instant");
    world.look(|read| access_test(read, visitor, repo, (Action::Read, now))).is_ok()
}

fn gated(world: &World, gating: Gating) -> Repo {
    let repo = world.model(world.lin, "Valley", "gated");
    world.set(&repo, false, gating)
}

fn named(name: &str) -> Asker {
    Asker::Named(name.to_owned())
}

#[test]
fn an_automatic_gate_opens_when_the_form_is_answered() {
    on_both(|world| {
        let repo = gated(world, Gating::Automatic);
        let zhao = world.visitor(world.zhao);
        assert!(!gets_files(world, &zhao, &repo));
        let access = ask(world, &zhao, &repo, answers()).expect("asks");
        assert_eq!(access.state, AccessState::Accepted);
        assert!(gets_files(world, &zhao, &repo));
        let kept: Value = serde_json::from_str(&access.answers.clone().expect("kept")).unwrap();
        assert_eq!(kept, answers());
        assert_eq!(world.read(|read| access_own(read, &zhao, &repo)), Some(access));
    });
}

#[test]
fn a_gate_by_approval_opens_when_the_owner_says_so_and_shuts_again() {
    on_both(|world| {
        let repo = gated(world, Gating::Approval);
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        let asked = ask(world, &zhao, &repo, answers()).expect("asks");
        assert_eq!(asked.state, AccessState::Pending);
        let listed = |state| {
            let page = Page::first(10);
            world.read(|read| accesses(read, &lin, &repo, (state, &page))).len()
        };
        let counts = || AccessState::ALL.iter().map(|state| listed(*state)).collect::<Vec<_>>();
        let by_id = Asker::Request(asked.id.to_string());
        for (asker, state, files, expected) in [
            (by_id.clone(), AccessState::Accepted, true, [0, 1, 0]),
            (named("zhao"), AccessState::Pending, false, [1, 0, 0]),
            (named("Zhao"), AccessState::Rejected, false, [0, 0, 1]),
            (by_id, AccessState::Accepted, true, [0, 1, 0]),
        ] {
            let access = decide(world, &repo, asker.clone(), state).expect("decides");
            let reason = if state == AccessState::Rejected { "too little" } else { "" };
            assert_eq!(access.reason, reason);
            assert_eq!((gets_files(world, &zhao, &repo), counts()), (files, expected.to_vec()));
            let again = refusal(decide(world, &repo, asker, state));
            assert_eq!(again.code(), "access_stands");
        }
    });
}

#[test]
fn whoever_was_rejected_cannot_ask_again() {
    on_both(|world| {
        let repo = gated(world, Gating::Automatic);
        let zhao = world.visitor(world.zhao);
        ask(world, &zhao, &repo, answers()).expect("asks");
        decide(world, &repo, named("zhao"), AccessState::Rejected).expect("rejects");
        let again = refusal(ask(world, &zhao, &repo, answers()));
        assert_eq!(again, Refused::AccessStands("rejected"));
        assert!(!gets_files(world, &zhao, &repo));
    });
}

#[test]
fn access_given_unasked_has_no_answers_and_is_given_once() {
    on_both(|world| {
        let repo = gated(world, Gating::Approval);
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        let access = grant(world, &lin, &repo).expect("grants");
        assert_eq!((access.state, access.answers), (AccessState::Accepted, None));
        assert!(gets_files(world, &zhao, &repo));
        assert_eq!(refusal(grant(world, &lin, &repo)), Refused::AccessStands("accepted"));
        decide(world, &repo, named("zhao"), AccessState::Pending).expect("cancels");
        assert!(grant(world, &lin, &repo).is_ok());
        let to_member = world.act((&lin, &repo), |tx, v, r| access_grant(tx, v, r, "wu"));
        assert_eq!(refusal(to_member), Refused::AccessStands("accepted"));
    });
}

#[test]
fn only_administrators_of_a_gated_repository_decide() {
    on_both(|world| {
        let repo = gated(world, Gating::Approval);
        for person in [world.wu, world.zhao] {
            let visitor = world.visitor(person);
            assert_eq!(refusal(grant(world, &visitor, &repo)).code(), "forbidden");
            let page = Page::first(1);
            let asked = (AccessState::Pending, &page);
            let list = world.look(|read| accesses(read, &visitor, &repo, asked));
            assert_eq!(refusal(list).code(), "forbidden");
        }
        let reader = world.reader(world.lin);
        assert_eq!(refusal(grant(world, &reader, &repo)), Refused::ReadOnlyToken);
        assert_eq!(refusal(grant(world, &Visitor::default(), &repo)), Refused::SignIn);
        let open = world.set(&repo, false, Gating::Open);
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        assert_eq!(refusal(grant(world, &lin, &open)), Refused::NotGated);
        assert_eq!(refusal(ask(world, &zhao, &open, answers())), Refused::NotGated);
        let wu = world.visitor(world.wu);
        assert_eq!(refusal(ask(world, &wu, &repo, answers())), Refused::NotGated);
    });
}

#[test]
fn unknown_people_and_requests_are_told_apart() {
    on_both(|world| {
        let repo = gated(world, Gating::Approval);
        let other = world.model(world.lin, "Valley", "other");
        let other = world.set(&other, false, Gating::Approval);
        let elsewhere = ask(world, &world.visitor(world.zhao), &other, answers()).expect("asks");
        let id = elsewhere.id.to_string();
        let refused = |asker| refusal(decide(world, &repo, asker, AccessState::Accepted));
        assert_eq!(refused(named("nobody")), Refused::PersonUnknown("nobody".to_owned()));
        assert_eq!(refused(named("Valley")), Refused::PersonUnknown("Valley".to_owned()));
        assert_eq!(refused(named("zhao")), Refused::AccessUnknown("zhao".to_owned()));
        assert_eq!(refused(Asker::Request("x".to_owned())), Refused::AccessUnknown("x".to_owned()));
        assert_eq!(refused(Asker::Request(id.clone())), Refused::AccessUnknown(id));
    });
}

#[test]
fn every_wrong_answer_is_named() {
    on_both(|world| {
        let repo = gated(world, Gating::Automatic);
        let zhao = world.visitor(world.zhao);
        let check = |answers: Value, expected: &[&str]| {
            let shown = answers.to_string();
            let refused = refusal(ask(world, &zhao, &repo, answers));
            let Refused::Invalid(problems) = refused else { panic!("{shown}: {refused:?}") };
            let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
            assert_eq!(fields, expected, "{shown}");
        };
        let changed = |name: &str, value: Value| {
            let mut answers = answers();
            answers[name] = value;
            answers
        };
        check(json!({}), &["Affiliation", "Country", "Until", "Use", "I agree"]);
        check(json!([]), &["answers", "Affiliation", "Country", "Until", "Use", "I agree"]);
        check(changed("Affiliation", json!("  ")), &["Affiliation"]);
        check(changed("Affiliation", json!("x".repeat(2_001))), &["Affiliation"]);
        check(changed("Country", json!("China")), &["Country"]);
        check(changed("Until", json!("2026-02-30")), &["Until"]);
        check(changed("Use", json!("war")), &["Use"]);
        check(changed("I agree", json!(false)), &["I agree"]);
        check(changed("I agree", json!("true")), &["I agree"]);
        check(changed("Shoe size", json!("42")), &["Shoe size"]);
    });
}

#[test]
fn the_trail_names_every_decision_and_no_answer() {
    on_both(|world| {
        let repo = gated(world, Gating::Approval);
        let asked = ask(world, &world.visitor(world.zhao), &repo, answers()).expect("asks");
        decide(world, &repo, named("zhao"), AccessState::Rejected).expect("rejects");
        let lines = world.read(|read| Ok(identity::audit_of(read, &asked.id.0, 10)?));
        let mut said: Vec<_> = lines.iter().map(|l| (l.action.as_str(), l.person)).collect();
        said.sort();
        assert_eq!(said, [("access.asked", Some(world.zhao)), ("access.decided", Some(world.lin))]);
        assert!(lines.iter().all(|line| !line.detail.contains("Town")), "{lines:?}");
    });
}
