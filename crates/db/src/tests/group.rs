//! What a write may rely on when others are committed with it.

use super::{keys, on_both, put};
use crate::{Error, Tx, params};
use base::Id;

/// Inserts a row that the next write of the group sees.
fn put_now(tx: &mut Tx<'_>, number: i64) -> Result<(), Error> {
    let id: Id = tx.id();
    tx.exec(
        "INSERT INTO outbox (id, effect_key, kind, payload, state, created_at)
         VALUES (?1, ?2, 'test', '{}', 'Open', 0)",
        params![&id, &number.to_string()],
    )
    .map(|_| ())
}

#[test]
fn a_write_refused_after_it_wrote_leaves_its_neighbours_in_their_order() {
    on_both(|db, _| {
        // The first write holds the lane until the others wait behind it.
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let gate = std::sync::Mutex::new(Some(gate));
        let first = db.write(move |tx| {
            if let Some(gate) = gate.lock().expect("no panic").take() {
                gate.recv().expect("the test goes on");
            }
            put_now(tx, 0)
        });
        let writes: Vec<_> = (1..40_i64)
            .map(|number| {
                db.write(move |tx| {
                    let before: i64 = tx.scalar("SELECT COUNT(*) FROM outbox", params![])?;
                    put_now(tx, number)?;
                    match number % 7 {
                        0 => Err(Error::Closed),
                        3 if number > 30 => panic!("a bug in a closure"),
                        _ => Ok(before),
                    }
                })
            })
            .collect();
        go.send(()).expect("the lane waits");
        first.wait().expect("writes");
        let mut kept = 1;
        for (number, write) in (1..).zip(writes) {
            match (number % 7, write.wait()) {
                (0, answer) => assert!(matches!(answer, Err(Error::Closed)), "{number}"),
                (3, answer) if number > 30 => assert!(matches!(answer, Err(Error::Panicked))),
                (_, answer) => {
                    assert_eq!(answer.expect("writes"), kept, "the order is kept");
                    kept += 1;
                }
            }
        }
        assert_eq!(kept, 33);
    });
}

#[test]
fn rows_wanted_by_a_group_are_read_before_it_and_seen_by_each() {
    #[derive(Default)]
    struct Seen(Vec<String>);
    fn load(tx: &mut Tx<'_>, keys: &[String]) -> Result<(), Error> {
        let mut found = Vec::new();
        tx.each_of("SELECT effect_key FROM outbox WHERE effect_key = ?1", keys, |row| {
            found.push(row.get(0)?);
            Ok(())
        })?;
        tx.memory::<Seen>().0.extend(found);
        Ok(())
    }
    on_both(|db, _| {
        for number in 0..20 {
            db.write(move |tx| put(tx, &format!("k{number}"))).wait().expect("writes");
        }
        let writes: Vec<_> = (0..20)
            .map(|number| {
                db.write(move |tx| {
                    let key = format!("k{number}");
                    if !tx.memory::<Seen>().0.contains(&key) {
                        tx.want(load, &[&key])?;
                        load(tx, std::slice::from_ref(&key))?;
                    }
                    let seen = tx.memory::<Seen>().0.iter().filter(|k| **k == key).count();
                    put(tx, &format!("n{number}"))?;
                    Ok::<_, Error>(seen)
                })
            })
            .collect();
        for write in writes {
            assert_eq!(write.wait().expect("no rehearsal reaches a caller"), 1);
        }
        assert_eq!(keys(db).len(), 40);
    });
}
