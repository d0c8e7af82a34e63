//! Claims about organisations, people and their credentials, on every database there is.

mod device;

use crate::*;
use base::{Date, FixedClock, Ppm, Random, Time};
use db::{Db, Options, Tx};
use std::sync::Arc;
use testbed::databases;

const SYSTEM: Actor = Actor::System;

fn on_both(check: impl Fn(&Db)) {
    for database in databases() {
        let clock = Arc::new(FixedClock::at(Time::parse("2026-03-01T09:00:00Z").unwrap()));
        let random = Arc::new(Random::seeded(1));
        let db = Db::open(database.url(), Options::default(), clock, random).expect("opens");
        check(&db);
    }
}

fn write<T: Send + 'static>(
    db: &Db,
    f: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    db.write(f).wait()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refused {
    match result.expect_err("must be refused") {
        Error::Refused(refused) => refused,
        Error::Db(error) => panic!("failed: {error}"),
    }
}

fn firm(name: &str) -> NewOrganisation {
    NewOrganisation {
        kind: OrganisationKind::Company,
        name_en: name.to_owned(),
        name_zh: String::new(),
        name_pinyin: String::new(),
        size_class: SizeClass::Small,
        region: "Hangzhou, CN".to_owned(),
        registered_on: None,
        is_synthetic: true,
        identifiers: Vec::new(),
        aliases: Vec::new(),
    }
}

fn register(db: &Db, new: NewOrganisation) -> OrganisationId {
    write(db, move |tx| organisation_register(tx, SYSTEM, &new)).expect("registers").id
}

fn person(db: &Db, email: &'static str) -> PersonId {
    let new = NewPerson { name: "Wei".to_owned(), email: email.to_owned() };
    write(db, move |tx| person_register(tx, SYSTEM, &new)).expect("registers").id
}

fn owns(owner: OrganisationId, owned: OrganisationId, percent: &str) -> NewOwnership {
    NewOwnership {
        owner,
        owned,
        kind: OwnershipKind::Shares,
        share: Some(Ppm::parse_percent(percent).unwrap()),
        valid_from: None,
        valid_to: None,
        grade: Grade::Declared,
        source: "declared at registration".to_owned(),
    }
}

fn state(db: &Db, new: NewOwnership) -> Result<Ownership, Error> {
    write(db, move |tx| ownership_state(tx, SYSTEM, &new))
}

fn day(text: &str) -> Option<Date> {
    Some(text.parse().unwrap())
}

#[test]
fn an_organisation_is_found_by_every_name_and_identifier() {
    on_both(|db| {
        let mut new = firm("Chengying Data");
        new.name_zh = "杭州橙鹰数据技术有限公司".to_owned();
        new.aliases = vec![(AliasLanguage::Pinyin, "Chengying Shuju".to_owned())];
        new.identifiers =
            vec![Identifier { scheme: "CN-USCI".into(), value: "91330100MA2AXXXX0A".into() }];
        let id = register(db, new);
        register(db, firm("100% Other_Firm"));
        for text in ["chengying", "橙鹰", "SHUJU", "91330100ma2axxxx0a"] {
            let found = db.read(|r| organisations_search(r, text, &base::Page::first(9))).unwrap();
            assert_eq!(found.iter().map(|o| o.id).collect::<Vec<_>>(), [id], "{text}");
        }
        let found = db.read(|r| organisations_search(r, "0%", &base::Page::first(9))).unwrap();
        assert_eq!(found.len(), 1, "a percent sign is no wildcard");
        let full = db.read(|r| organisation_read(r, id)).unwrap();
        assert_eq!((full.identifiers.len(), full.aliases.len()), (1, 1));
    });
}

#[test]
fn all_bad_fields_of_an_organisation_are_named_at_once() {
    on_both(|db| {
        let mut new = firm("");
        new.region = "x".repeat(201);
        new.identifiers = vec![Identifier { scheme: "CN USCI".into(), value: "'; DROP".into() }];
        let refused = refusal(write(db, move |tx| organisation_register(tx, SYSTEM, &new)));
        let Refused::Invalid(problems) = refused else { panic!("{refused:?}") };
        let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["name_en", "region", "identifiers.0.scheme", "identifiers.0.value"]);
    });
}

#[test]
fn an_identifier_belongs_to_one_organisation() {
    on_both(|db| {
        let mut new = firm("One");
        new.identifiers = vec![Identifier { scheme: "XI-LEI".into(), value: "5299".into() }];
        let owner = register(db, new.clone());
        let refused = refusal(write(db, move |tx| organisation_register(tx, SYSTEM, &new)));
        assert!(matches!(refused, Refused::IdentifierTaken { owner: o, .. } if o == owner));
    });
}

#[test]
fn shares_above_the_whole_at_one_time_are_refused() {
    on_both(|db| {
        let [a, b, c] = ["A", "B", "C"].map(|name| register(db, firm(name)));
        let until = NewOwnership { valid_to: day("2024-12-31"), ..owns(a, c, "60%") };
        state(db, until).expect("60 % until 2024");
        let after = NewOwnership { valid_from: day("2025-01-01"), ..owns(b, c, "70%") };
        state(db, after).expect("70 % from 2025");
        let both = NewOwnership { valid_from: day("2024-06-01"), ..owns(b, c, "30.0001%") };
        assert_eq!(refusal(state(db, both)), Refused::ShareAboveWhole { total_ppm: 1_000_001 });
        let fits = NewOwnership { valid_from: day("2024-06-01"), ..owns(b, c, "30%") };
        state(db, fits).expect("exactly the whole");
        let votes = NewOwnership { kind: OwnershipKind::Votes, ..owns(b, c, "100%") };
        state(db, votes).expect("votes are counted apart");
    });
}

#[test]
fn statements_about_nobody_or_oneself_are_refused() {
    on_both(|db| {
        let a = register(db, firm("A"));
        assert_eq!(refusal(state(db, owns(a, a, "1%"))), Refused::OwnsItself);
        let nobody: OrganisationId = "00000000000000000000000000".parse().unwrap();
        assert_eq!(refusal(state(db, owns(nobody, a, "1%"))), Refused::OrganisationUnknown(nobody));
        let b = register(db, firm("B"));
        let backwards = NewOwnership {
            valid_from: day("2025-01-02"),
            valid_to: day("2025-01-01"),
            source: " ".to_owned(),
            ..owns(b, a, "1%")
        };
        let Refused::Invalid(problems) = refusal(state(db, backwards)) else { panic!() };
        assert_eq!(problems.len(), 2);
    });
}

#[test]
fn a_withdrawn_statement_stays_readable_and_frees_its_share() {
    on_both(|db| {
        let [a, b] = ["A", "B"].map(|name| register(db, firm(name)));
        let first = state(db, owns(a, b, "100%")).unwrap().id;
        let withdraw = move |tx: &mut Tx<'_>| ownership_withdraw(tx, SYSTEM, first, "mistaken");
        write(db, withdraw).expect("withdraws");
        assert_eq!(refusal(write(db, withdraw)), Refused::AlreadyWithdrawn);
        state(db, owns(a, b, "100%")).expect("the share is free again");
        let (owned, _) = db.read(|r| ownership_of(r, b)).unwrap();
        assert_eq!(owned.len(), 2);
        assert_eq!(db.read(ownership_all).unwrap().len(), 1);
    });
}

#[test]
fn a_circle_of_owners_is_kept_as_stated() {
    on_both(|db| {
        let [a, b] = ["A", "B"].map(|name| register(db, firm(name)));
        state(db, owns(a, b, "60%")).unwrap();
        state(db, owns(b, a, "60%")).unwrap();
        assert_eq!(db.read(ownership_all).unwrap().len(), 2);
    });
}

#[test]
fn one_mail_address_is_one_person() {
    on_both(|db| {
        person(db, "wei@example.org");
        let again = NewPerson { name: "W.".to_owned(), email: " WEI@example.org ".to_owned() };
        let refused = refusal(write(db, move |tx| person_register(tx, SYSTEM, &again)));
        assert_eq!(refused, Refused::EmailTaken("wei@example.org".to_owned()));
        let bad = NewPerson { name: String::new(), email: "no address".to_owned() };
        let refused = refusal(write(db, move |tx| person_register(tx, SYSTEM, &bad)));
        assert!(matches!(refused, Refused::Invalid(problems) if problems.len() == 2));
    });
}

#[test]
fn a_sign_in_link_works_once_and_in_time() {
    for database in databases() {
        let start = Time::parse("2026-03-01T09:00:00Z").unwrap();
        let clock = Arc::new(FixedClock::at(start));
        let random = Arc::new(Random::seeded(1));
        let db = Db::open(database.url(), Options::default(), clock.clone(), random).unwrap();
        let wei = person(&db, "wei@example.org");
        let link = write(&db, move |tx| link_create(tx, SYSTEM, wei)).unwrap();
        let (secret, late) = (link.clone(), write(&db, move |tx| link_create(tx, SYSTEM, wei)));
        let (found, session) = write(&db, move |tx| link_use(tx, &secret)).expect("signs in");
        assert_eq!(found, wei);
        assert_eq!(refusal(write(&db, move |tx| link_use(tx, &link))), Refused::LinkInvalid);
        let at = |seconds| start.plus_seconds(seconds);
        let of = |at| db.read(|r| person_of_session(r, &session, at)).unwrap();
        assert_eq!(of(at(1)), Some(wei));
        assert_eq!(of(at(SESSION_SECONDS)), None);
        clock.advance(LINK_SECONDS);
        let late = late.unwrap();
        assert_eq!(refusal(write(&db, move |tx| link_use(tx, &late))), Refused::LinkInvalid);
        let secret = session.clone();
        write(&db, move |tx| session_end(tx, &secret)).unwrap();
        assert_eq!(of(at(1)), None);
    }
}

#[test]
fn a_token_is_no_session_and_its_secret_is_not_stored() {
    on_both(|db| {
        let wei = person(db, "wei@example.org");
        let made = write(db, move |tx| token_create(tx, wei, "laptop", i64::MAX));
        let (secret, token) = made.expect("makes a token");
        let at = token.created_at;
        assert!(secret.starts_with("hf_") && secret.len() == 3 + 64, "{secret}");
        assert_eq!(token.expires_at, at.plus_seconds(TOKEN_SECONDS_MAX));
        assert_eq!(db.read(|r| person_of_token(r, &secret, at)).unwrap(), Some(wei));
        assert_eq!(db.read(|r| person_of_session(r, &secret, at)).unwrap(), None);
        let sql = "SELECT COUNT(*) FROM credential WHERE secret_sha256 = ?1 OR label = ?1";
        let kept: i64 =
            db.read(|r| r.scalar(sql, db::params![&secret]).map_err(Error::from)).unwrap();
        assert_eq!(kept, 0);
        let id = token.id;
        assert!(write(db, move |tx| credential_end(tx, wei, id)).unwrap());
        assert_eq!(db.read(|r| person_of_token(r, &secret, at)).unwrap(), None);
        let empty = refusal(write(db, move |tx| token_create(tx, wei, " ", 0)));
        assert!(matches!(empty, Refused::Invalid(problems) if problems.len() == 2));
    });
}

#[test]
fn roles_and_employment_make_up_what_a_person_may_do() {
    on_both(|db| {
        let wei = person(db, "wei@example.org");
        let a = register(db, firm("A"));
        let from = day("2026-02-01");
        write(db, move |tx| employment_start(tx, SYSTEM, wei, a, (true, from))).unwrap();
        write(db, move |tx| role_grant(tx, SYSTEM, wei, Role::Officer)).unwrap();
        let on = |text: &str| db.read(|r| standing_of(r, wei, text.parse().unwrap())).unwrap();
        let today = on("2026-03-01");
        assert!(today.may(Permission::DecideAwards) && today.may(Permission::Apply));
        assert!(today.may_act_for(a) && !today.may(Permission::GrantRoles));
        assert!(!on("2026-01-31").may(Permission::Apply));
        assert!(!Standing::default().may(Permission::SignedIn));
    });
}

#[test]
fn the_last_administrator_stays() {
    on_both(|db| {
        let wei = person(db, "wei@example.org");
        let li = person(db, "li@example.org");
        write(db, move |tx| role_grant(tx, SYSTEM, wei, Role::Admin)).unwrap();
        let revoke = move |tx: &mut Tx<'_>| role_revoke(tx, SYSTEM, wei, Role::Admin);
        assert_eq!(refusal(write(db, revoke)), Refused::LastAdmin);
        write(db, move |tx| role_grant(tx, SYSTEM, li, Role::Admin)).unwrap();
        write(db, revoke).expect("another one is left");
    });
}

#[test]
fn every_change_leaves_an_audit_line() {
    on_both(|db| {
        let wei = person(db, "wei@example.org");
        write(db, move |tx| role_grant(tx, SYSTEM, wei, Role::Auditor)).unwrap();
        write(db, move |tx| role_grant(tx, Actor::Person(wei), wei, Role::Auditor)).unwrap();
        let lines = db.read(|r| audit_of(r, &wei.0, 10)).unwrap();
        let actions: Vec<&str> = lines.iter().map(|line| line.action.as_str()).collect();
        assert_eq!(actions.len(), 2, "{actions:?}");
        assert!(actions.contains(&"person.role-granted"));
        assert!(lines.iter().all(|line| !line.detail.contains("wei@example.org")));
    });
}

#[test]
fn a_firm_enrols_with_its_owners_or_not_at_all() {
    on_both(|db| {
        let wei = person(db, "wei@example.org");
        let parent = register(db, firm("Parent"));
        let mut new = firm("Child");
        let owner = |who: &str, percent: &str| Owner {
            who: who.to_owned(),
            share: Ppm::parse_percent(percent).ok(),
            since: day("2024-01-01"),
        };
        let enrol = |new: &NewOrganisation, owners: Vec<Owner>| {
            let new = new.clone();
            write(db, move |tx| organisation_enrol(tx, wei, &new, &owners))
        };
        let refused = refusal(enrol(&new, vec![owner("Nobody", "10%"), owner("Parent", "60%")]));
        let Refused::Invalid(problems) = refused else { panic!("{refused:?}") };
        let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["identifier", "owners.0.who"]);
        new.identifiers = vec![Identifier { scheme: "HT-ID".into(), value: "42".into() }];
        let above = refusal(enrol(&new, vec![owner("Parent", "60%"), owner("person Li", "41%")]));
        assert_eq!(above, Refused::ShareAboveWhole { total_ppm: 1_010_000 });
        assert_eq!(db.read(organisations_all).unwrap().len(), 1, "nothing was half-written");
        let made = enrol(&new, vec![owner("Parent", "60%"), owner("person Li", "40%")]);
        let made = made.expect("enrols").id;
        let owners = db.read(|r| ownership_of(r, made)).unwrap().0;
        assert_eq!(owners.len(), 2);
        assert!(owners.iter().any(|one| one.owner == parent));
        let today = "2026-03-01".parse().unwrap();
        assert!(db.read(|r| standing_of(r, wei, today)).unwrap().may_act_for(made));
        let found = db.read(|r| organisations_search(r, "Li", &base::Page::first(9))).unwrap();
        assert!(found.is_empty(), "a natural person is not found");
    });
}
