//! Claims about what is kept, on both engines.

use crate::{
    Effect, Ended, Ending, Error, Event, Flavor, Job, JobFilter, JobId, Need, NewFlavor, NewJob,
    NewPool, Outcome, Phase, Pool, Price, QUOTE_MILLIS, Quote, Refused, Sight, Ticked, Usage,
    flavor_add, flavor_find, flavor_offer, flavors_list, job_events, job_read, job_secrets,
    job_take, job_tick, jobs_alive_each, jobs_list, pool_create, pool_open, price_set, quote,
};
use base::{Amount, FixedClock, Page, Random, Time, Unit};
use db::{Db, Options};
use identity::{
    Actor, NewOrganisation, NewPerson, OrganisationId, OrganisationKind, PersonId, SizeClass,
};
use std::sync::Arc;

const SYSTEM: Actor = Actor::System;

struct World {
    db: Db,
    clock: Arc<FixedClock>,
    firm: OrganisationId,
    person: PersonId,
    pool: Pool,
}

fn on_both(check: impl Fn(&World)) {
    for database in testbed::databases() {
        check(&World::new(database.url()));
    }
}

fn fen(minor: i64, per_seconds: u32) -> Price {
    Price::new(Amount::new(minor, Unit::CNY), per_seconds).unwrap()
}

fn cores(count: u64) -> Need {
    Need { cores_milli: count * 1_000, memory_bytes: count << 30, accelerators: 0 }
}

fn flavor_new(code: &str, count: u64, price: Price) -> NewFlavor {
    NewFlavor {
        code: code.to_owned(),
        name: "A core".to_owned(),
        need: cores(count),
        disk_bytes: 1 << 30,
        accelerator: String::new(),
        price,
    }
}

impl World {
    fn new(url: &str) -> Self {
        let clock = Arc::new(FixedClock::at(Time::parse("2026-03-02T09:00:00Z").unwrap()));
        let random = Arc::new(Random::seeded(7));
        let db = Db::open(url, Options::default(), clock.clone(), random).expect("opens");
        let (supplier, firm) = (organisation(&db, "Supplier"), organisation(&db, "Firm"));
        let person = NewPerson { name: "Wu".to_owned(), email: "wu@example.org".to_owned() };
        let person =
            db.write(move |tx| identity::person_register(tx, SYSTEM, &person)).wait().unwrap().id;
        let new = NewPool {
            code: "hall-1".to_owned(),
            name_en: "Hall 1".to_owned(),
            name_zh: "一号机房".to_owned(),
            supplier,
            backend: r#"{"kind":"local"}"#.to_owned(),
            capacity: cores(8),
            group_max: Some(4),
            terms: "One price for all.".to_owned(),
            is_synthetic: true,
        };
        let pool = db.write(move |tx| pool_create(tx, SYSTEM, &new)).wait().unwrap();
        let world = Self { db, clock, firm, person, pool };
        world.flavor(flavor_new("cpu-basic", 1, fen(100, 3_600))).unwrap();
        world
    }

    fn write<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut db::Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.write(act).wait()
    }

    fn flavor(&self, new: NewFlavor) -> Result<Flavor, Error> {
        let pool = self.pool.id;
        self.write(move |tx| flavor_add(tx, SYSTEM, pool, &new))
    }

    fn quote(&self, seconds: u64, version: Option<u32>) -> Result<Quote, Error> {
        use base::Clock;
        let now = self.clock.now();
        self.db.read(|read| quote(read, flavor_find(read, "cpu-basic")?, (seconds, version), now))
    }

    fn take(&self, seconds: u64) -> Job {
        let new = NewJob {
            organisation: self.firm,
            group: self.firm,
            person: self.person,
            quote: self.quote(seconds, None).unwrap(),
            spec: r#"{"command":["true"]}"#.to_owned(),
            secrets: Some(b"sealed".to_vec()),
            attempts: 2,
        };
        self.write(move |tx| job_take(tx, &new)).unwrap()
    }

    fn tick(&self, id: JobId, event: Event) -> Ticked {
        let ticked = self.write(move |tx| job_tick(tx, id, &event)).unwrap();
        assert_eq!(self.db.read(|read| job_read(read, id)).unwrap(), ticked.job, "as it is kept");
        ticked
    }
}

fn organisation(db: &Db, name: &'static str) -> OrganisationId {
    let new = NewOrganisation {
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
    };
    db.write(move |tx| identity::organisation_register(tx, SYSTEM, &new)).wait().unwrap().id
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refused {
    match result.expect_err("must be refused") {
        Error::Refused(refused) => refused,
        error => panic!("failed: {error:?}"),
    }
}

fn ended(ending: Ending, wall_ms: u64) -> Sight {
    let usage = Usage { wall_ms, ..Usage::default() };
    let at = Time::from_millis(0);
    Sight::Ended(Ended { started_at: Some(at), ended_at: at, ending, usage })
}

#[test]
fn a_quote_is_the_price_times_the_time_and_outlives_its_price_by_ten_minutes() {
    on_both(|world| {
        let first = world.quote(3_601, None).unwrap();
        assert_eq!((first.bound, first.flavor.version), (Amount::new(101, Unit::CNY), 1));
        world.write(|tx| price_set(tx, SYSTEM, "cpu-basic", fen(200, 3_600))).unwrap();
        let second = world.quote(3_600, None).unwrap();
        assert_eq!((second.bound.minor, second.flavor.version), (200, 2));
        world.clock.advance(QUOTE_MILLIS / 1_000 - 1);
        assert_eq!(world.quote(3_600, Some(1)).unwrap().bound.minor, 100);
        world.clock.advance(1);
        let late = refusal(world.quote(3_600, Some(1)));
        assert!(matches!(late, Refused::QuoteExpired { version: 1, .. }), "{late:?}");
        let never = refusal(world.quote(3_600, Some(7)));
        assert!(matches!(never, Refused::QuoteExpired { version: 7, .. }), "{never:?}");
    });
}

#[test]
fn no_quote_for_no_time_for_ever_or_for_what_is_not_offered() {
    on_both(|world| {
        for asked in [0, crate::LIMIT_SECONDS_MAX + 1] {
            let refused = refusal(world.quote(asked, None));
            assert!(matches!(refused, Refused::LimitInvalid { .. }), "{refused:?}");
        }
        let pool = world.pool.id;
        world.write(move |tx| pool_open(tx, SYSTEM, pool, false)).unwrap();
        let closed = Refused::NotOffered("cpu-basic".to_owned());
        assert_eq!(refusal(world.quote(60, None)), closed);
        world.write(move |tx| pool_open(tx, SYSTEM, pool, true)).unwrap();
        world.write(|tx| flavor_offer(tx, SYSTEM, "cpu-basic", false)).unwrap();
        assert_eq!(refusal(world.quote(60, None)), closed);
    });
}

#[test]
fn pools_and_flavors_with_bad_fields_are_refused_with_all_of_them() {
    on_both(|world| {
        let mut bad = flavor_new("CPU basic", 9, fen(1, 1));
        bad.name = String::new();
        bad.disk_bytes = 0;
        let Refused::Invalid(problems) = refusal(world.flavor(bad)) else { panic!("fields") };
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["code", "name", "disk_bytes", "need"]);
        let taken = refusal(world.flavor(flavor_new("cpu-basic", 1, fen(1, 1))));
        assert_eq!(taken, Refused::CodeTaken("cpu-basic".to_owned()));
        let twice = world.pool.made.clone();
        let taken = refusal(world.write(move |tx| pool_create(tx, SYSTEM, &twice)));
        assert_eq!(taken, Refused::CodeTaken("hall-1".to_owned()));
        assert_eq!(world.db.read(flavors_list).unwrap().len(), 1);
    });
}

#[test]
fn a_job_is_kept_as_it_goes_and_costs_what_was_metered() {
    on_both(|world| {
        let job = world.take(3_600);
        assert_eq!((job.bound.minor, &job.state.phase), (100, &Phase::Queued));
        let secrets = world.db.read(|read| job_secrets(read, job.id)).unwrap();
        assert_eq!(secrets.as_deref(), Some(&b"sealed"[..]));
        assert_eq!(world.tick(job.id, Event::Chosen).effects, [Effect::Submit(1)]);
        let waits = Sight::Waiting("no node is free".to_owned());
        world.tick(job.id, Event::Seen(1, waits));
        let usage = Usage { wall_ms: 40_000, ..Usage::default() };
        let started_at = Time::parse("2026-03-02T09:00:10Z").unwrap();
        world.tick(job.id, Event::Seen(1, Sight::Running { started_at, usage }));
        let last = world.tick(job.id, Event::Seen(1, ended(Ending::Exited(0), 72_000)));
        assert_eq!(last.effects, [Effect::Settle(72_000), Effect::Collect(1)]);
        assert_eq!(last.job.state.phase, Phase::Over(Outcome::Completed));
        assert_eq!(last.job.cost, Some(Amount::new(2, Unit::CNY)), "72 s at 1 yuan an hour");
        assert_eq!(last.job.started_at, Some(started_at));
        assert_eq!(world.db.read(|read| job_secrets(read, job.id)).unwrap(), None);
        let events = world.db.read(|read| job_events(read, job.id)).unwrap();
        let told: Vec<_> = events.iter().map(|e| (e.seq, e.phase.as_str())).collect();
        let expected = [(1, "Queued"), (2, "Handing"), (3, "Waiting"), (4, "Running"), (5, "Over")];
        assert_eq!(told, expected);
        assert_eq!(events[2].reason, "no node is free");
    });
}

#[test]
fn no_job_costs_more_than_its_bound_however_long_its_backend_lets_it_run() {
    on_both(|world| {
        let job = world.take(60);
        world.tick(job.id, Event::Chosen);
        let over = world.tick(job.id, Event::Seen(1, ended(Ending::TimedOut, 90_000_000)));
        assert_eq!(over.job.cost, Some(job.bound));
    });
}

#[test]
fn every_outcome_is_read_back_as_it_was_kept() {
    on_both(|world| {
        let endings = [
            Ending::Exited(0),
            Ending::Exited(-7),
            Ending::Killed(9),
            Ending::TimedOut,
            Ending::OutOfMemory,
            Ending::Cancelled,
            Ending::NodeFailed("power".to_owned()),
            Ending::Unstartable("no such environment".to_owned()),
        ];
        for ending in endings {
            let job = world.take(60);
            // Two attempts: what fails once runs again.
            for attempt in 1..=2 {
                world.tick(job.id, Event::Chosen);
                world.tick(job.id, Event::Seen(attempt, ended(ending.clone(), 1_000)));
            }
            let kept = world.db.read(|read| job_read(read, job.id)).unwrap();
            assert!(matches!(kept.state.phase, Phase::Over(_)), "{ending:?}");
        }
    });
}

#[test]
fn jobs_are_listed_newest_first_and_those_alive_are_found_again() {
    on_both(|world| {
        let jobs: Vec<Job> = (0..5)
            .map(|_| {
                world.clock.advance(1);
                world.take(60)
            })
            .collect();
        world.tick(jobs[1].id, Event::CancelAsked);
        let list = |filter: JobFilter, page: Page| -> Vec<JobId> {
            let found = world.db.read(|read| jobs_list(read, &filter, &page)).unwrap();
            found.into_iter().map(|job| job.id).collect()
        };
        let all = list(JobFilter::default(), Page::first(3));
        assert_eq!(all, [jobs[4].id, jobs[3].id, jobs[2].id]);
        let rest = list(JobFilter::default(), Page::after(Some(all[2].to_string()), 3));
        assert_eq!(rest, [jobs[1].id, jobs[0].id]);
        let pool = Some(world.pool.id);
        let alive = JobFilter { organisation: Some(world.firm), pool, is_alive: true };
        assert_eq!(list(alive, Page::first(9)).len(), 4);
        let mut found = Vec::new();
        world.db.read(|read| jobs_alive_each(read, |job| found.push(job.id))).unwrap();
        assert_eq!(found, [jobs[0].id, jobs[2].id, jobs[3].id, jobs[4].id]);
    });
}

#[test]
fn an_unknown_job_pool_or_flavor_is_told() {
    on_both(|world| {
        let id: JobId = world.write(|tx| Ok(tx.id())).unwrap();
        let refused = refusal(world.write(move |tx| job_tick(tx, id, &Event::Chosen)));
        assert_eq!(refused, Refused::JobUnknown(id));
        let refused = refusal(world.db.read(|read| flavor_find(read, "gpu")));
        assert_eq!(refused, Refused::FlavorUnknown("gpu".to_owned()));
    });
}
