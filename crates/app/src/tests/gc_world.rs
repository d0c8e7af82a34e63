//! A zone with one person and an open depot, on a clock that is moved by hand.
//!
//! The clock stands a hundred years ahead: files of this run are then as old as the test wants, for
//! the file system has its own time.

use crate::depot::{
    Collected, Depot, Draft, FsckTold, GcOptions, GcStep, Message, Push, UpkeepError, fsck, gc,
    publish, repo_begin,
};
use crate::{App, Config};
use base::{FixedClock, Random, Time};
use blob::{Sha256, Wanted};
use hub::{Holder, NewObject, NewRepo, ObjectState, Pointer, Repo, RepoKind, Visitor};
use identity::{Actor, NewPerson, PersonId, person_register};
use std::convert::Infallible;
use std::sync::Arc;
use xet::{PackedXorb, Packer, terms_encode};

pub(super) const DAY: i64 = 86_400;

pub(super) struct World {
    pub(super) app: Arc<App>,
    pub(super) depot: Arc<Depot>,
    pub(super) clock: Arc<FixedClock>,
    pub(super) person: PersonId,
    _folder: testbed::TempDir,
    _database: testbed::TestDatabase,
}

/// Makes a world on each engine.
pub(super) async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in testbed::databases() {
        let folder = testbed::TempDir::new().unwrap();
        let (data, url) = (folder.path().to_owned(), database.url().to_owned());
        let clock = Arc::new(FixedClock::at(Time::parse("2126-03-02T09:00:00Z").unwrap()));
        let random = Arc::new(Random::seeded(3));
        let config = Config { data: data.clone(), database: Some(url) };
        let app = Arc::new(App::open_with(&config, clock.clone(), random.clone()).unwrap());
        let depot = Arc::new(Depot::open(&data, None, random).await.unwrap());
        let entered = app.write(|tx| {
            let new = NewPerson { name: "Lin".to_owned(), email: "lin@example.org".to_owned() };
            let id = person_register(tx, Actor::System, &new)?.id;
            let holder = Holder::Person(id);
            hub::namespace_claim(tx, Actor::System, holder, ("lin", false))?;
            Ok::<_, hub::Error>(id)
        });
        let person = entered.await.unwrap();
        worlds.push(World { app, depot, clock, person, _folder: folder, _database: database });
    }
    worlds
}

impl World {
    pub(super) async fn visitor(&self) -> Visitor {
        let (person, today) = (self.person, self.app.now().date());
        let look = move |read: &db::Read<'_>| hub::visitor_of(read, person, today, true);
        self.app.read(look).await.unwrap()
    }

    pub(super) async fn aside<T: Send + 'static>(
        &self,
        act: impl FnOnce(&App, &Depot) -> T + Send + 'static,
    ) -> T {
        let (app, depot) = (self.app.clone(), self.depot.clone());
        tokio::task::spawn_blocking(move || act(&app, &depot)).await.unwrap()
    }

    pub(super) async fn repo(&self, name: &str) -> Arc<Repo> {
        let new = NewRepo {
            kind: RepoKind::Model,
            owner: None,
            name: name.to_owned(),
            is_private: None,
            sdk: String::new(),
        };
        let visitor = self.visitor().await;
        let made = move |app: &App, depot: &Depot| {
            repo_begin(app, depot, (&visitor, "lin"), &new).unwrap()
        };
        Arc::new(self.aside(made).await)
    }

    /// Uploads a large file that is stored whole.
    pub(super) async fn whole(&self, repo: &Arc<Repo>, bytes: &[u8]) -> Pointer {
        let sha256 = Sha256::of(bytes);
        let size = u64::try_from(bytes.len()).unwrap();
        let key = Depot::whole_key(&sha256.to_string()).unwrap();
        let text = key.to_string();
        assert!(self.app.write(move |tx| hub::leftover_claim(tx, &text)).await.unwrap());
        self.depot.blobs().put(&key, bytes, Wanted::exactly(sha256, size)).await.unwrap();
        self.object(repo, (sha256.to_string(), bytes.len()), None).await
    }

    async fn object(
        &self,
        repo: &Arc<Repo>,
        (sha256, size): (String, usize),
        chunked: Option<String>,
    ) -> Pointer {
        let size_bytes = i64::try_from(size).unwrap();
        let (store, state) = (repo.namespace, ObjectState::Held);
        let new = NewObject { sha256: sha256.clone(), size_bytes, chunked, store, state };
        let repo = repo.clone();
        self.app.write(move |tx| hub::object_add(tx, &repo, &new)).await.unwrap();
        Pointer { sha256, size_bytes }
    }

    /// Uploads a large file as chunks, one container after the other.
    pub(super) async fn chunked(&self, repo: &Arc<Repo>, bytes: &[u8]) -> Pointer {
        let mut packed = Vec::new();
        let mut keep = |xorb: PackedXorb| {
            packed.push(xorb);
            Ok::<(), Infallible>(())
        };
        let mut packer = Packer::new();
        packer.bytes_add(bytes, &mut keep).unwrap();
        let file = packer.finish(&mut keep).unwrap();
        let store = repo.namespace;
        for PackedXorb { xorb, body } in packed {
            let hash = xorb.hash().to_string();
            let key = Depot::xorb_key(store, &hash).unwrap();
            self.depot.blobs().put(&key, &body, Wanted::unhashed(1 << 30)).await.unwrap();
            let size_bytes = i64::try_from(body.len()).unwrap();
            let new = hub::Xorb { hash: hash.clone(), size_bytes, chunks: xorb.encode() };
            let first = xorb.chunks()[0].hash.to_string();
            let added = self.app.write(move |tx| {
                hub::xorb_add(tx, store, &new, &[])?;
                hub::chunk_add(tx, store, &first, &hash)
            });
            added.await.unwrap();
        }
        let hash = file.hash.to_string();
        let size_bytes = i64::try_from(bytes.len()).unwrap();
        let new = hub::Chunked { hash: hash.clone(), size_bytes, terms: terms_encode(&file.terms) };
        self.app.write(move |tx| hub::chunked_add(tx, store, &new)).await.unwrap();
        let sha256 = Sha256::of(bytes).to_string();
        self.object(repo, (sha256, bytes.len()), Some(hash)).await
    }

    /// Commits large files that came before; `None` deletes a path.
    pub(super) async fn commit(
        &self,
        repo: &Arc<Repo>,
        branch: &str,
        files: &[(&str, Option<&Pointer>)],
    ) -> String {
        let (repo, visitor) = (repo.clone(), self.visitor().await);
        let revision = branch.to_owned();
        let files: Vec<_> =
            files.iter().map(|(path, file)| ((*path).to_owned(), file.cloned())).collect();
        let act = move |app: &App, depot: &Depot| {
            let mut draft = Draft::begin(depot, &repo).unwrap();
            for (path, file) in &files {
                match file {
                    Some(pointer) => draft.large(path, pointer).unwrap(),
                    None => draft.delete(path, false).unwrap(),
                }
            }
            let message = Message {
                author: "lin".to_owned(),
                summary: "change".to_owned(),
                description: String::new(),
                seconds: 1,
            };
            let push = Push { repo, visitor, revision, parent: None, message };
            publish(app, depot, &push, &mut draft).unwrap().commit.to_string()
        };
        self.aside(act).await
    }

    pub(super) async fn branch(&self, repo: &Arc<Repo>, name: &str, commit: &str) {
        let (repo, visitor) = (repo.clone(), self.visitor().await);
        let (name, commit) = (name.to_owned(), commit.to_owned());
        let act =
            move |tx: &mut db::Tx<'_>| hub::branch_create(tx, &visitor, &repo, (&name, &commit));
        self.app.write(act).await.unwrap();
    }

    pub(super) async fn branch_delete(&self, repo: &Arc<Repo>, name: &str) {
        let (repo, visitor, name) = (repo.clone(), self.visitor().await, name.to_owned());
        let act = move |tx: &mut db::Tx<'_>| hub::branch_delete(tx, &visitor, &repo, &name);
        self.app.write(act).await.unwrap();
    }

    /// Collects with a grace period of two days, under a watcher.
    pub(super) async fn collect_watched(
        &self,
        watch: &mut (dyn FnMut(GcStep) -> bool + Send),
    ) -> Result<Collected, UpkeepError> {
        let options = GcOptions { grace_seconds: 2 * DAY, is_dry: false };
        gc(&self.app, &self.depot, &options, watch).await
    }

    pub(super) async fn collect(&self) -> Collected {
        let found = self.collect_watched(&mut |_| true).await.unwrap();
        assert_eq!(found.skipped, [""; 0]);
        found
    }

    /// Collects again and again until nothing waits any more.
    pub(super) async fn collect_all(&self) {
        for _ in 0..3 {
            self.collect().await;
            self.clock.advance(3 * DAY);
        }
        self.collect().await;
    }

    pub(super) async fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut watch = |told: FsckTold| {
            if let FsckTold::Fault(fault) = told {
                faults.push(fault.to_string());
            }
        };
        let checked = fsck(&self.app, &self.depot, false, &mut watch).await.unwrap();
        assert_eq!(checked.faults, u64::try_from(faults.len()).unwrap());
        faults
    }

    pub(super) async fn is_held(&self, repo: &Arc<Repo>, file: &Pointer) -> bool {
        let (repo, sha256) = (repo.clone(), file.sha256.clone());
        let read = move |read: &db::Read<'_>| hub::object_find(read, &repo, &sha256);
        self.app.read(read).await.unwrap().is_some()
    }

    /// Lists the keys of the store.
    pub(super) async fn stored(&self) -> Vec<String> {
        use futures_util::TryStreamExt;
        let entries: Vec<blob::Entry> = self.depot.blobs().list(None).try_collect().await.unwrap();
        entries.into_iter().map(|entry| entry.key.to_string()).collect()
    }
}

/// Bytes that look random, the same on every run.
pub(super) fn noise(size: usize, seed: u64) -> Vec<u8> {
    let random = Random::seeded(seed);
    let mut noise = Vec::with_capacity(size + 64);
    while noise.len() < size {
        noise.extend_from_slice(random.secret().as_bytes());
    }
    noise.truncate(size);
    noise
}
