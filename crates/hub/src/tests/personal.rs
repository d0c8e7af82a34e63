//! Personal data: declarations, purposes, readings.

use super::world::{World, fields, on_both, refusal};
use crate::*;
use base::{Page, Time};
use identity::Standing;

const DAY: i64 = 24 * 3_600;

fn now() -> Time {
    Time::parse("2026-03-01T09:00:00Z").expect("an instant")
}

fn declared(world: &World) -> Repo {
    let repo = world.repo(world.lin, RepoKind::Dataset, ("Valley", "patients"));
    let lin = world.visitor(world.lin);
    world
        .act((&lin, &repo), |tx, v, r| personal_declare(tx, v, r, ("Scans", "privacy@valley.cn")))
        .expect("declares");
    repo
}

fn ask(world: &World, visitor: &Visitor, repo: &Repo, days: i64) -> Result<Purpose, Error> {
    let until = now().plus_seconds(days * DAY);
    world.act((visitor, repo), move |tx, v, r| purpose_ask(tx, v, r, (" Study ", until)))
}

fn decide(
    world: &World,
    visitor: &Visitor,
    repo: &Repo,
    (id, approves, reason): (PurposeId, bool, &'static str),
) -> Result<Purpose, Error> {
    world.act((visitor, repo), move |tx, v, r| purpose_decide(tx, v, r, id, (approves, reason)))
}

fn withdraw(
    world: &World,
    visitor: &Visitor,
    repo: &Repo,
    id: PurposeId,
) -> Result<Purpose, Error> {
    world.act((visitor, repo), move |tx, v, r| purpose_withdraw(tx, v, r, id))
}

fn may_read(world: &World, visitor: &Visitor, repo: &Repo, at: Time) -> bool {
    world.look(|read| access_test(read, visitor, repo, (Action::Read, at))).is_ok()
}

fn note(world: &World, visitor: &Visitor, repo: &Repo) -> Result<bool, Error> {
    world.act((visitor, repo), |tx, v, r| reading_note(tx, v, r, ("a.csv", "c0ffee")))
}

fn office() -> Standing {
    Standing { roles: vec![identity::Role::Auditor], ..Standing::default() }
}

#[test]
fn personal_data_is_read_for_an_approved_purpose_until_it_expires() {
    on_both(|world| {
        let repo = declared(world);
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        assert!(!may_read(world, &zhao, &repo, now()));
        let id = ask(world, &zhao, &repo, 10).expect("asks").id;
        assert!(!may_read(world, &zhao, &repo, now()));
        let decided = decide(world, &lin, &repo, (id, true, "")).expect("approves");
        assert_eq!((decided.purpose.as_str(), decided.state), ("Study", PurposeState::Approved));
        assert!(may_read(world, &zhao, &repo, now().plus_seconds(10 * DAY - 1)));
        assert!(!may_read(world, &zhao, &repo, now().plus_seconds(10 * DAY)));
        withdraw(world, &lin, &repo, id).expect("takes back");
        assert!(!may_read(world, &zhao, &repo, now()));
    });
}

#[test]
fn members_need_a_purpose_and_administrators_none() {
    on_both(|world| {
        let repo = declared(world);
        assert!(may_read(world, &world.visitor(world.lin), &repo, now()));
        assert!(!may_read(world, &world.visitor(world.wu), &repo, now()));
        let lin = world.visitor(world.lin);
        assert!(world.act((&lin, &repo), personal_withdraw).expect("withdraws"));
        assert!(!world.act((&lin, &repo), personal_withdraw).expect("is withdrawn"));
        assert!(may_read(world, &world.visitor(world.zhao), &repo, now()));
    });
}

#[test]
fn a_declaration_has_an_office_and_is_the_administrators() {
    on_both(|world| {
        let repo = declared(world);
        let declare = |visitor: &Visitor, statement: &'static str, office: &'static str| {
            world.act((visitor, &repo), move |tx, v, r| {
                personal_declare(tx, v, r, (statement, office))
            })
        };
        let (lin, wu) = (world.visitor(world.lin), world.visitor(world.wu));
        assert_eq!(fields(declare(&lin, " ", "")), ["statement", "office"]);
        assert_eq!(refusal(declare(&wu, "x", "y")).code(), "forbidden");
        assert_eq!(refusal(world.act((&wu, &repo), personal_withdraw)).code(), "forbidden");
        declare(&lin, "Voices", "desk").expect("declares anew");
        let found = world.read(|read| personal_of(read, &Visitor::default(), &repo));
        let found = found.expect("declared");
        assert_eq!((found.statement.as_str(), found.office.as_str()), ("Voices", "desk"));
        let hidden = world.set(&repo, true, Gating::Open);
        let found = world.look(|read| personal_of(read, &Visitor::default(), &hidden));
        assert_eq!(refusal(found), Refused::RepoUnknown);
    });
}

#[test]
fn a_purpose_lasts_at_most_a_year_and_one_waits_at_a_time() {
    on_both(|world| {
        let repo = declared(world);
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        for days in [0, -1, 367] {
            assert_eq!(fields(ask(world, &zhao, &repo, days)), ["expires_at"], "{days}");
        }
        let id = ask(world, &zhao, &repo, 366).expect("asks").id;
        assert_eq!(refusal(ask(world, &zhao, &repo, 1)), Refused::PurposeStands("asked for"));
        decide(world, &lin, &repo, (id, true, "")).expect("approves");
        assert!(ask(world, &zhao, &repo, 1).is_ok(), "the next one");
        let reader = world.reader(world.wu);
        assert_eq!(refusal(ask(world, &reader, &repo, 1)), Refused::ReadOnlyToken);
        let plain = world.model(world.lin, "Valley", "plain");
        assert_eq!(refusal(ask(world, &zhao, &plain, 1)), Refused::NotGated);
    });
}

#[test]
fn a_purpose_is_decided_once_and_by_administrators() {
    on_both(|world| {
        let repo = declared(world);
        let other = world.model(world.lin, "Valley", "other");
        let (lin, wu, zhao) =
            (world.visitor(world.lin), world.visitor(world.wu), world.visitor(world.zhao));
        let id = ask(world, &zhao, &repo, 10).expect("asks").id;
        for visitor in [&wu, &zhao] {
            let refused = refusal(decide(world, visitor, &repo, (id, true, "")));
            assert_eq!(refused.code(), "forbidden");
        }
        assert_eq!(fields(decide(world, &lin, &repo, (id, false, " "))), ["reason"]);
        let elsewhere = decide(world, &lin, &other, (id, true, ""));
        assert_eq!(refusal(elsewhere), Refused::PurposeUnknown);
        decide(world, &lin, &repo, (id, false, "too wide")).expect("refuses");
        for approves in [true, false] {
            let again = refusal(decide(world, &lin, &repo, (id, approves, "x")));
            assert_eq!(again, Refused::PurposeStands("refused"));
        }
        let late = ask(world, &zhao, &repo, 1).expect("asks").id;
        world.clock.advance(DAY);
        let expired = refusal(decide(world, &lin, &repo, (late, true, "")));
        assert_eq!(expired, Refused::PurposeStands("expired"));
    });
}

#[test]
fn whoever_asked_takes_the_purpose_back_and_others_do_not_know_it() {
    on_both(|world| {
        let repo = declared(world);
        let (wu, zhao) = (world.visitor(world.wu), world.visitor(world.zhao));
        let id = ask(world, &zhao, &repo, 10).expect("asks").id;
        assert_eq!(refusal(withdraw(world, &wu, &repo, id)), Refused::PurposeUnknown);
        withdraw(world, &zhao, &repo, id).expect("takes back");
        let again = refusal(withdraw(world, &zhao, &repo, id));
        assert_eq!(again, Refused::PurposeStands("withdrawn"));
        ask(world, &zhao, &repo, 10).expect("asks again");
        ask(world, &wu, &repo, 10).expect("asks too");
        let page = Page::first(10);
        let count = |visitor: &Visitor, standing: &Standing| {
            world.read(|read| purposes(read, visitor, standing, &repo, &page)).len()
        };
        let none = Standing::default();
        assert_eq!(count(&world.visitor(world.lin), &none), 3);
        assert_eq!((count(&zhao, &none), count(&wu, &none)), (2, 1));
        assert_eq!(count(&Visitor::default(), &office()), 3);
        let nobody = world.look(|read| purposes(read, &Visitor::default(), &none, &repo, &page));
        assert_eq!(refusal(nobody), Refused::SignIn);
    });
}

#[test]
fn every_reading_is_noted_with_its_purpose_and_outlives_the_repository() {
    on_both(|world| {
        let repo = declared(world);
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        assert_eq!(refusal(note(world, &zhao, &repo)).code(), "purpose_needed");
        assert_eq!(refusal(note(world, &Visitor::default(), &repo)), Refused::SignIn);
        let id = ask(world, &zhao, &repo, 10).expect("asks").id;
        decide(world, &lin, &repo, (id, true, "")).expect("approves");
        world.clock.advance(1);
        assert!(note(world, &zhao, &repo).expect("notes"));
        world.clock.advance(1);
        assert!(note(world, &lin, &repo).expect("notes"));
        let plain = world.model(world.lin, "Valley", "plain");
        assert!(!note(world, &zhao, &plain).expect("nothing to note"));
        let (page, none) = (Page::first(10), Standing::default());
        let list = |visitor: &Visitor, standing: &Standing| {
            world.look(|read| readings(read, visitor, standing, &repo, &page))
        };
        let found = list(&lin, &none).expect("an administrator reads");
        let said: Vec<_> = found.iter().map(|row| (row.person, row.purpose.as_str())).collect();
        assert_eq!(said, [(world.zhao, "Study"), (world.lin, ADMINISTERS)]);
        assert_eq!((found[0].path.as_str(), found[0].commit.as_str()), ("a.csv", "c0ffee"));
        assert_eq!(list(&Visitor::default(), &office()).expect("the office reads"), found);
        assert_eq!(refusal(list(&zhao, &none)).code(), "forbidden");
        assert_eq!(refusal(list(&world.visitor(world.wu), &none)).code(), "forbidden");
        world.act((&lin, &repo), repo_delete).expect("deletes");
        let gone = |standing: &Standing| {
            world.look(|read| readings_of_gone(read, standing, repo.id, &page))
        };
        assert_eq!(gone(&office()).expect("the office reads on"), found);
        assert_eq!(refusal(gone(&none)), Refused::RepoUnknown);
    });
}
