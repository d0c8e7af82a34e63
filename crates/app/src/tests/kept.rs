//! Claims about what is kept between requests.

use crate::{App, Config, owners, register_sums};
use base::{FixedClock, Random, Time};
use grants::AwardFilter;
use identity::{Actor, NewOrganisation, OrganisationKind, SizeClass};
use std::sync::Arc;
use testbed::TempDir;

fn register(app: &App, kind: OrganisationKind, name: &str) -> identity::OrganisationId {
    let new = NewOrganisation {
        kind,
        name_en: name.to_owned(),
        name_zh: String::new(),
        name_pinyin: String::new(),
        size_class: SizeClass::Unknown,
        region: String::new(),
        registered_on: None,
        is_synthetic: true,
        identifiers: Vec::new(),
        aliases: Vec::new(),
    };
    let write = app.db().write(move |tx| {
        identity::organisation_register(tx, Actor::System, &new).map(|one| one.id)
    });
    write.wait().expect("registers")
}

fn on_both(check: impl Fn(&Arc<App>, &FixedClock)) {
    for database in testbed::databases() {
        let folder = TempDir::new().expect("a folder");
        let data = folder.path().to_path_buf();
        let config = Config { data, database: Some(database.url().to_owned()) };
        let start = Time::parse("2026-03-02T09:00:00Z").expect("an instant");
        let clock = Arc::new(FixedClock::at(start));
        let app = App::open_with(&config, clock.clone(), Arc::new(Random::seeded(7)));
        check(&Arc::new(app.expect("opens")), &clock);
    }
}

#[test]
fn names_and_groups_are_read_again_when_somebody_is_entered() {
    on_both(|app, _| {
        let firm = register(app, OrganisationKind::Company, "First Firm");
        register(app, OrganisationKind::NaturalPerson, "A Secret Person");
        let day = app.now().date();
        let read = || app.db().read(|read| owners(app, read, day)).expect("reads");
        let first = read();
        assert!(Arc::ptr_eq(&first, &read()), "nothing has changed");
        assert_eq!(first.find("first f"), [firm]);
        assert!(first.find("secret").is_empty(), "a natural person is not found by name");
        assert_eq!(first.head(firm), None);
        let second = register(app, OrganisationKind::Company, "Second Firm");
        assert_eq!(read().find("second"), [second]);
    });
}

#[test]
fn the_register_is_built_anew_only_when_something_has_changed() {
    on_both(|app, clock| {
        register(app, OrganisationKind::Company, "First Firm");
        let all = AwardFilter::default();
        let some = AwardFilter { text: Some("x".to_owned()), ..all.clone() };
        let as_of_with = |filter| {
            let page = app.db().read(|read| register_sums(app, read, filter));
            page.expect("adds up").as_of
        };
        let as_of = || as_of_with(&some);
        clock.advance(60);
        assert_eq!(as_of_with(&all), app.now(), "the plain register waits for no view");
        let quiet = as_of();
        clock.advance(60);
        assert_eq!((as_of(), as_of_with(&all)), (quiet, quiet), "nothing has changed");
        register(app, OrganisationKind::Company, "Second Firm");
        assert_eq!(as_of(), app.now(), "something has changed");
    });
}

#[test]
fn an_overview_sees_every_change_of_one_moment() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    on_both(|app, clock| {
        let as_of = || {
            let seen = runtime.block_on(crate::overview(app, 2026, base::Unit::CNY));
            seen.expect("computes").as_of
        };
        // Ids of one moment are in no order: of eight second changes some have the lesser id.
        for number in 0..8 {
            register(app, OrganisationKind::Company, &format!("Firm {number} a"));
            as_of();
            register(app, OrganisationKind::Company, &format!("Firm {number} b"));
            clock.advance(3);
            assert_eq!(as_of(), app.now(), "change {number} is seen");
            let seen = as_of();
            clock.advance(3);
            assert_eq!(as_of(), seen, "nothing has changed");
            clock.advance(120);
        }
    });
}
