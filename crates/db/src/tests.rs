//! Every test runs on SQLite and, where a cluster is given, on PostgreSQL.

mod group;

use crate::{
    Addition, Db, EffectState, Engine, Error, MIGRATIONS, Options, Retry, Tx, effect_close,
    effect_put, effects_open, params,
};
use base::{FixedClock, Id, Random, Time};
use std::sync::Arc;
use testbed::{TestDatabase, databases};

fn open(url: &str) -> Result<Db, Error> {
    let clock = Arc::new(FixedClock::at(Time::from_millis(1_000)));
    Db::open(url, Options::default(), clock, Arc::new(Random::seeded(1)))
}

fn on_both(check: impl Fn(&Db, &TestDatabase)) {
    for database in databases() {
        let db = open(database.url()).expect("opens");
        check(&db, &database);
    }
}

fn put(tx: &mut Tx<'_>, key: &str) -> Result<(), Error> {
    effect_put(tx, "test", key, "{}")
}

fn keys(db: &Db) -> Vec<String> {
    let effects = db.read(|read| effects_open(read, "test", 1_000)).expect("reads");
    let mut keys: Vec<String> = effects.into_iter().map(|effect| effect.key).collect();
    keys.sort();
    keys
}

#[derive(Debug, PartialEq)]
enum Answer {
    Refused,
    Failed(String),
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        Self::Failed(error.to_string())
    }
}

#[test]
fn a_write_is_there_for_the_next_read() {
    on_both(|db, _| {
        db.write(|tx| put(tx, "a")).wait().expect("writes");
        assert_eq!(keys(db), ["a"]);
    });
}

#[test]
fn a_refused_write_leaves_nothing_and_spares_its_neighbours() {
    on_both(|db, _| {
        let writes: Vec<_> = (0..100)
            .map(|n: i64| {
                db.write(move |tx| {
                    put(tx, &format!("{n:03}"))?;
                    // An immediate write too, so that there is something to undo.
                    tx.exec("UPDATE outbox SET payload = '[]' WHERE kind = 'none'", params![])?;
                    if n % 3 == 0 { Err(Answer::Refused) } else { Ok(n) }
                })
            })
            .collect();
        for (n, write) in (0..100).zip(writes) {
            assert_eq!(write.wait(), if n % 3 == 0 { Err(Answer::Refused) } else { Ok(n) });
        }
        let expected: Vec<String> =
            (0..100).filter(|n| n % 3 != 0).map(|n| format!("{n:03}")).collect();
        assert_eq!(keys(db), expected);
    });
}

#[test]
fn a_constraint_refuses_only_its_own_write() {
    on_both(|db, _| {
        db.write(|tx| put(tx, "a")).wait().expect("writes");
        let writes: Vec<_> =
            ["b", "a", "c"].map(|key| db.write(move |tx| put(tx, key))).into_iter().collect();
        let answers: Vec<_> = writes.into_iter().map(super::open::Write::wait).collect();
        assert!(answers[0].is_ok() && answers[2].is_ok());
        assert!(matches!(answers[1], Err(Error::Constraint { .. })), "{:?}", answers[1]);
        assert_eq!(keys(db), ["a", "b", "c"]);
    });
}

#[test]
fn a_panic_undoes_its_write_and_the_lane_lives_on() {
    on_both(|db, _| {
        let write = db.write(|tx: &mut Tx<'_>| -> Result<(), Error> {
            tx.exec("UPDATE outbox SET payload = '[]' WHERE kind = 'none'", params![])?;
            put(tx, "lost")?;
            panic!("a bug in a closure");
        });
        assert!(matches!(write.wait(), Err(Error::Panicked)));
        db.write(|tx| put(tx, "kept")).wait().expect("writes");
        assert_eq!(keys(db), ["kept"]);
    });
}

#[test]
fn a_closure_that_hides_a_failed_statement_is_not_committed() {
    on_both(|db, _| {
        let write = db.write(|tx| {
            put(tx, "x")?;
            let _ = tx.exec("UPDATE outbox SET state = 'Nonsense'", params![]);
            let _ = tx.exec("INSERT INTO nowhere VALUES (1)", params![]);
            Ok::<(), Error>(())
        });
        assert!(matches!(write.wait(), Err(Error::Constraint { .. } | Error::Statement { .. })));
        assert!(keys(db).is_empty());
    });
}

#[test]
fn many_writers_on_several_lanes_lose_no_update() {
    for database in databases() {
        let clock = Arc::new(FixedClock::at(Time::from_millis(1_000)));
        let options = Options { write_lanes: 3, ..Options::default() };
        let db = Db::open(database.url(), options, clock, Arc::new(Random::seeded(1)));
        let db = db.expect("opens");
        db.write(|tx| effect_put(tx, "count", "count", "0")).wait().expect("writes");
        let add = |tx: &mut Tx<'_>| -> Result<(), Error> {
            let sql = "SELECT payload FROM outbox WHERE effect_key = 'count'";
            let count: String = tx.scalar(sql, params![])?;
            let next = (count.parse::<i64>().expect("a number") + 1).to_string();
            let sql = "UPDATE outbox SET payload = ?1 WHERE effect_key = 'count'";
            tx.exec(sql, params![&next]).map(|_| ())
        };
        let writes: Vec<_> = (0..200).map(|_| db.write(add)).collect();
        let kept = writes.into_iter().map(super::open::Write::wait);
        let kept = kept.filter(Result::is_ok).count();
        let effects = db.read(|read| effects_open(read, "count", 1)).expect("reads");
        assert_eq!(effects[0].payload, kept.to_string());
        assert!(kept >= 190, "{kept} of 200 writes got through");
    }
}

#[test]
fn a_lost_connection_is_healed_before_the_next_write() {
    for database in databases() {
        if database.engine() == testbed::Engine::Sqlite {
            continue;
        }
        let db = open(database.url()).expect("opens");
        db.write(|tx| put(tx, "before")).wait().expect("writes");
        let killer = open(database.url()).expect("opens");
        let sql = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        killer
            .write(move |tx| tx.scalar::<i64>(sql, params![]))
            .wait()
            .expect("ends the other connections");
        db.write(|tx| put(tx, "after")).wait().expect("reconnects by itself");
        assert_eq!(keys(&db), ["after", "before"]);
    }
}

#[test]
fn a_read_after_a_lost_connection_is_a_typed_error_and_then_works() {
    for database in databases() {
        if database.engine() == testbed::Engine::Sqlite {
            continue;
        }
        let db = open(database.url()).expect("opens");
        assert!(keys(&db).is_empty());
        let sql = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        db.write(move |tx| tx.scalar::<i64>(sql, params![])).wait().expect("ends the readers");
        let first = db.read(|read| effects_open(read, "test", 1));
        assert!(matches!(first, Err(Error::Lost)), "{first:?}");
        assert_eq!(first.expect_err("lost").retry(), Retry::Again);
        assert!(keys(&db).is_empty());
    }
}

#[test]
fn an_effect_is_closed_once() {
    on_both(|db, _| {
        db.write(|tx| put(tx, "a")).wait().expect("writes");
        let effect = db.read(|read| effects_open(read, "test", 1)).expect("reads").remove(0);
        let close = move |tx: &mut Tx<'_>| effect_close(tx, &effect.id, EffectState::Done);
        assert!(db.write(close).wait().expect("closes"));
        assert!(!db.write(close).wait().expect("was closed"));
        assert!(keys(db).is_empty());
    });
}

#[test]
fn values_of_every_kind_read_back() {
    on_both(|db, _| {
        let id: Id = Random::seeded(2).id(Time::from_millis(5));
        let text = "it's ? 杭州 ?1";
        db.write(move |tx| {
            tx.exec(
                "INSERT INTO outbox (id, effect_key, kind, payload, state, created_at)
                 VALUES (?1, 'why?', ?2, ?3, 'Open', ?4)",
                params![&id, "kind", text, i64::MAX],
            )
        })
        .wait()
        .expect("writes");
        let sql = "SELECT id, effect_key, payload, created_at, closed_at FROM outbox";
        let row = db.read(|read| {
            read.row(sql, params![], |row| {
                let closed: Option<i64> = row.get(4)?;
                Ok((
                    row.get::<Id>(0)?,
                    row.get::<String>(1)?,
                    row.get::<String>(2)?,
                    row.get::<i64>(3)?,
                    closed,
                ))
            })
        });
        let expected = (id, "why?".to_owned(), text.to_owned(), i64::MAX, None);
        assert_eq!(row.map_err(|e: Error| e.to_string()), Ok(Some(expected)));
        let wrong = db.read(|read| read.scalar::<i64>("SELECT payload FROM outbox", params![]));
        assert!(matches!(wrong, Err(Error::Column { .. })), "{wrong:?}");
    });
}

#[test]
fn a_second_start_changes_nothing() {
    on_both(|db, database| {
        let second = open(database.url()).expect("opens again");
        for db in [db, &second] {
            let count = db.read(|read| read.scalar("SELECT COUNT(*) FROM migration", params![]));
            assert_eq!(
                count.map_err(|e: Error| e.to_string()),
                Ok(i64::try_from(MIGRATIONS.len()).unwrap())
            );
        }
    });
}

#[test]
fn an_edited_or_unknown_migration_is_refused() {
    for (change, expected) in [
        ("UPDATE migration SET sha256 = 'x' WHERE number = 1", "migration 1 "),
        ("UPDATE migration SET number = 9999 WHERE number = 1", "migration 9999 "),
    ] {
        on_both(|db, database| {
            db.write(move |tx| tx.exec(change, params![])).wait().expect("writes");
            let refused = open(database.url()).map(|_| ()).expect_err("is refused");
            assert!(refused.to_string().starts_with(expected), "{refused}");
        });
    }
}

#[test]
fn a_url_without_engine_is_refused() {
    for url in ["", "zone.db", "sqlite:", "mysql://root:secret@host/db"] {
        let refused = open(url).map(|_| ()).expect_err("is refused");
        assert!(matches!(refused, Error::Url(_)), "{url}");
        assert!(!refused.to_string().contains("secret"));
    }
}

#[test]
fn a_closed_database_answers_what_was_waiting() {
    on_both(|db, database| {
        let writes: Vec<_> =
            (0..50).map(|n| db.write(move |tx| put(tx, &format!("{n:02}")))).collect();
        db.close();
        assert!(writes.into_iter().all(|write| write.wait().is_ok()));
        assert!(matches!(db.write(|tx| put(tx, "late")).wait(), Err(Error::Closed)));
        assert_eq!(keys(&open(database.url()).expect("opens")).len(), 50);
    });
}

#[test]
fn additions_are_summed_and_seen_by_the_next_read_and_after_the_commit() {
    const AGE: Addition = Addition { table: "outbox", key: "effect_key", columns: &["created_at"] };
    let age = |read: &crate::Read<'_>| {
        read.scalar::<i64>("SELECT created_at FROM outbox WHERE effect_key = ?1", params!["a"])
    };
    on_both(|db, _| {
        db.write(|tx| put(tx, "a")).wait().expect("writes");
        let seen = db.write(move |tx| -> Result<i64, Error> {
            tx.add_later(AGE, "a", &[5])?;
            tx.add_later(AGE, "a", &[-2])?;
            let seen = age(tx)?;
            tx.add_later(AGE, "a", &[10])?;
            Ok(seen)
        });
        assert_eq!(seen.wait().expect("writes"), 1_003);
        assert_eq!(db.read(age).expect("reads"), 1_013);
        let refused = db.write(|tx| {
            tx.add_later(AGE, "a", &[100])?;
            Err::<(), _>(Answer::Refused)
        });
        assert_eq!(refused.wait(), Err(Answer::Refused));
        assert_eq!(db.read(age).expect("reads"), 1_013);
    });
}

#[test]
fn deferred_rows_are_read_in_the_same_write_after_insert_now() {
    on_both(|db, _| {
        let count = db.write(|tx| {
            put(tx, "a")?;
            tx.insert_now()?;
            tx.scalar::<i64>("SELECT COUNT(*) FROM outbox", params![])
        });
        assert_eq!(count.wait().expect("writes"), 1);
    });
}

/// What the database holds, one line per column and index, without what the engine adds itself.
fn schema(db: &Db) -> Vec<String> {
    let sql = match db.engine() {
        Engine::Sqlite => {
            "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master ORDER BY 1"
        }
        Engine::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
             FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL SELECT indexname || ' ' || indexdef FROM pg_indexes
             WHERE schemaname = 'public' ORDER BY 1"
        }
    };
    db.read(|read| read.rows(sql, params![], |row| row.get(0))).expect("reads the schema")
}

#[test]
fn a_database_of_every_earlier_state_upgrades_to_the_same_schema() {
    for known in 1..=MIGRATIONS.len() {
        for (old, fresh) in databases().into_iter().zip(databases()) {
            let target = crate::open::parse(old.url()).expect("a URL");
            let mut writer = target.writer().expect("opens");
            let now = Time::from_millis(1_000);
            crate::migrate::run_history(&mut writer, &MIGRATIONS[..known], now).expect("old");
            drop(writer);
            let (upgraded, fresh) = (open(old.url()), open(fresh.url()));
            let (upgraded, fresh) = (upgraded.expect("upgrades"), fresh.expect("opens"));
            assert_eq!(schema(&upgraded), schema(&fresh), "after migration {known}");
            upgraded.write(|tx| put(tx, "works")).wait().expect("writes");
        }
    }
}

#[test]
fn a_closed_sqlite_file_is_whole_without_its_journal() {
    for database in databases() {
        let Some(path) = database.url().strip_prefix("sqlite:") else { continue };
        let db = open(database.url()).expect("opens");
        db.write(|tx| put(tx, "a")).wait().expect("writes");
        assert_eq!(keys(&db), ["a"], "a reader is open");
        db.close();
        assert!(!std::path::Path::new(&format!("{path}-wal")).exists());
        let late = db.read(|read| effects_open(read, "test", 1));
        assert!(matches!(late, Err(Error::Closed)), "{late:?}");
        let copy = format!("{path}.copy");
        std::fs::copy(path, &copy).expect("copies");
        assert_eq!(keys(&open(&format!("sqlite:{copy}")).expect("opens")), ["a"]);
    }
}

#[test]
fn a_write_is_counted_before_it_is_answered() {
    on_both(|db, _| {
        let before = db.commits();
        db.write(|tx| put(tx, "a")).wait().expect("writes");
        let between = db.commits();
        assert!(between > before);
        keys(db);
        assert_eq!(db.commits(), between);
    });
}
