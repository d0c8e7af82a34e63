//! A fresh database of each engine for each test.

use crate::POSTGRES_VARIABLE;
use crate::machine::{TempDir, is_ci, unique_name};
use postgres::{Client, NoTls};
use std::{env, thread};

/// Which program keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite in a file.
    Sqlite,
    /// A database on a PostgreSQL server.
    Postgres,
}

/// An empty database that belongs to one test and is deleted on drop.
///
/// Drop it after everything that is connected to it: connections still open are cut.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// Held for its drop.
    Folder(#[expect(dead_code, reason = "held so that its drop deletes the file")] TempDir),
    Server {
        server_url: String,
        name: String,
    },
}

impl TestDatabase {
    /// Returns its address: `sqlite:/.../zone.db` (the file does not exist yet) or
    /// `postgres://.../name`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns its engine.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        match self.place {
            Place::Folder(_) => Engine::Sqlite,
            Place::Server { .. } => Engine::Postgres,
        }
    }

    fn sqlite() -> Self {
        let folder = TempDir::new().expect("the temporary folder must be writable");
        let url = format!("sqlite:{}", folder.path().join("zone.db").display());
        Self { url, place: Place::Folder(folder) }
    }

    pub(crate) fn postgres(server_url: String) -> Self {
        let name = format!("t_{}", unique_name());
        // From `template0`: nobody can be connected to it, so that many tests create at once.
        server_run(&server_url, format!("CREATE DATABASE {name} TEMPLATE template0"))
            .expect("the PostgreSQL server for tests must be able to create a database");
        Self { url: url_with_name(&server_url, &name), place: Place::Server { server_url, name } }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Server { server_url, name } = &self.place {
            let dropped = server_run(server_url, format!("DROP DATABASE {name} WITH (FORCE)"));
            if let Err(error) = dropped {
                // Not a panic: the test may be unwinding already, and the cluster goes anyway.
                eprintln!("cannot drop the test database `{name}`: {error}");
            }
        }
    }
}

/// Makes a fresh SQLite database and, where `HUTONG_TEST_POSTGRES` is set, a fresh PostgreSQL
/// database. A store's test runs its claim on each.
///
/// ```
/// for database in testbed::databases() {
///     assert!(database.url().starts_with("sqlite:") || database.url().starts_with("postgres:"));
/// }
/// ```
///
/// # Panics
/// When a database cannot be made, and when there is no PostgreSQL in a run that nobody watches
/// (see [`is_ci`]): there, half a test must not pass for a whole one.
#[must_use]
pub fn databases() -> Vec<TestDatabase> {
    let mut databases = vec![TestDatabase::sqlite()];
    match env::var(POSTGRES_VARIABLE) {
        Ok(server_url) if !server_url.is_empty() => {
            databases.push(TestDatabase::postgres(server_url));
        }
        _ => {
            assert!(!is_ci(), "POSTGRESQL ABSENT: `CI` is set but `{POSTGRES_VARIABLE}` is not");
            eprintln!("POSTGRESQL ABSENT: tested on SQLite only; `cargo xtask test` tests on both");
        }
    }
    databases
}

/// Runs one statement as the server's superuser, on a thread of its own, because the blocking
/// client panics on a thread that drives async tasks.
fn server_run(server_url: &str, statement: String) -> Result<(), postgres::Error> {
    let server_url = server_url.to_owned();
    let worker =
        thread::spawn(move || Client::connect(&server_url, NoTls)?.batch_execute(&statement));
    worker.join().expect("the client returns its errors")
}

/// Replaces the database in `scheme://user@host:port/database?settings`.
fn url_with_name(server_url: &str, name: &str) -> String {
    let (address, settings) = match server_url.split_once('?') {
        Some((address, settings)) => (address, format!("?{settings}")),
        None => (server_url, String::new()),
    };
    let host_start = address.find("://").map_or(0, |at| at + "://".len());
    let host_end = address[host_start..].find('/').map_or(address.len(), |at| host_start + at);
    format!("{}/{name}{settings}", &address[..host_end])
}

#[cfg(test)]
mod tests {
    use super::url_with_name;

    #[test]
    fn only_the_database_of_an_address_is_replaced() {
        let check = |server: &str, expected: &str| assert_eq!(url_with_name(server, "t"), expected);
        check(
            "postgres://postgres@127.0.0.1:5433/postgres",
            "postgres://postgres@127.0.0.1:5433/t",
        );
        check("postgres://a:b@db.example", "postgres://a:b@db.example/t");
        check("postgres://a@db/x?connect_timeout=5", "postgres://a@db/t?connect_timeout=5");
    }
}
