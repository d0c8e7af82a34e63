use crate::*;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, io};

/// A limit that only a broken watchdog reaches.
const LIMIT: Duration = Duration::from_secs(60);
/// Set for the process that is started to be killed.
const VICTIM: &str = "TESTKIT_VICTIM";

#[test]
fn a_folder_goes_with_its_content() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_owned();
    fs::create_dir(path.join("inner")).unwrap();
    fs::write(path.join("inner/file"), "x").unwrap();
    assert_ne!(path, TempDir::new().unwrap().path());
    drop(folder);
    assert!(!path.exists());
}

#[test]
fn a_free_port_can_be_listened_on() {
    // Another process may take one in between, but not every one.
    let can_listen = |_| TcpListener::bind(("127.0.0.1", free_port().unwrap())).is_ok();
    assert!((0..10).any(can_listen));
}

#[test]
fn a_wait_ends_at_its_condition_or_its_limit() {
    let mut looks = 0;
    assert!(wait_until(LIMIT, || {
        looks += 1;
        looks == 3
    }));
    assert_eq!(looks, 3);
    assert!(!wait_until(Duration::ZERO, || false));
}

#[test]
fn a_dropped_cluster_leaves_nothing() {
    let Some(cluster) = cluster_or_notice() else { return };
    let (url, folder) = (cluster.url(), cluster.folder().to_owned());
    assert!(is_accepting(&url));
    drop(cluster);
    assert!(!is_accepting(&url));
    assert!(!folder.exists());
}

#[test]
fn a_dropped_slurm_leaves_nothing() {
    let cluster = match Slurm::start() {
        Ok(cluster) => cluster,
        Err(SlurmError::Absent(program)) if !is_ci() => {
            eprintln!("SLURM ABSENT: no `{program}`");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let slurm = |program: &str, words: &[&str]| {
        let mut command = Command::new(program);
        let ran = command.env("SLURM_CONF", cluster.configuration()).args(words).output().unwrap();
        String::from_utf8(ran.stdout).unwrap()
    };
    // A job that would outlive the daemons, were it not ended.
    let mark = cluster.folder().join("began");
    let script = format!("--wrap=echo $$ >{}; exec sleep 600", mark.display());
    slurm("sbatch", &["--output=/dev/null", "--chdir=/", &script]);
    let number = || fs::read_to_string(&mark).unwrap_or_default().trim().to_owned();
    assert!(wait_until(LIMIT, || !number().is_empty()));
    let (folder, job) = (cluster.folder().to_owned(), PathBuf::from("/proc").join(number()));
    assert!(job.exists());
    drop(cluster);
    assert!(!folder.exists());
    assert!(wait_until(LIMIT, || !job.exists()), "its job has ended");
}

#[test]
fn a_killed_parent_takes_its_cluster_along() {
    if victim_is_me() || is_absent_with_notice() {
        return;
    }
    let room = TempDir::new().unwrap();
    let mut victim = victim_start("tests::a_killed_parent_takes_its_cluster_along", &room);
    let lines = BufReader::new(victim.stderr.take().unwrap()).lines();
    let said = lines.map_while(Result::ok).find(|line| line.starts_with("postgres:")).unwrap();
    assert!(is_accepting(&said));
    victim.kill().unwrap();
    victim.wait().unwrap();
    assert!(wait_until(LIMIT, || !is_accepting(&said)), "the server must stop");
    assert!(wait_until(LIMIT, || is_empty(&room)), "its folder must go");
}

#[test]
fn a_parent_killed_while_its_cluster_starts_leaves_nothing() {
    if victim_is_me() || is_absent_with_notice() {
        return;
    }
    for moment in ["log", "data/PG_VERSION", "data/postmaster.pid"] {
        let room = TempDir::new().unwrap();
        let name = "tests::a_parent_killed_while_its_cluster_starts_leaves_nothing";
        let mut victim = victim_start(name, &room);
        let reached = || entries(&room).iter().any(|folder| folder.join(moment).exists());
        assert!(wait_until(LIMIT, reached), "{moment}");
        victim.kill().unwrap();
        victim.wait().unwrap();
        assert!(wait_until(LIMIT, || is_empty(&room)), "killed at {moment}");
    }
}

/// Runs this program again as a process that will be killed: only the named test, which then
/// starts a cluster below `room`, says where, and waits.
fn victim_start(test: &str, room: &TempDir) -> Child {
    Command::new(env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(VICTIM, "1")
        .env("TMPDIR", room.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn victim_is_me() -> bool {
    let is_me = env::var_os(VICTIM).is_some();
    if is_me {
        let cluster = Cluster::start().unwrap();
        eprintln!("{}", cluster.url());
        io::stdin().read_to_end(&mut Vec::new()).unwrap();
    }
    is_me
}

fn entries(room: &TempDir) -> Vec<PathBuf> {
    fs::read_dir(room.path()).unwrap().flatten().map(|entry| entry.path()).collect()
}

fn is_empty(room: &TempDir) -> bool {
    entries(room).is_empty()
}

#[cfg(feature = "databases")]
#[test]
fn each_call_gives_databases_of_its_own() {
    let Some(cluster) = cluster_or_notice() else { return };
    let (first, second) = (Postgres::new(&cluster), Postgres::new(&cluster));
    first.run("CREATE TABLE thing (id BIGINT)");
    second.run("CREATE TABLE thing (id BIGINT)");
    // A connection that is still open must not keep the database.
    let name = first.name();
    let open = postgres::Client::connect(first.0.url(), postgres::NoTls).unwrap();
    assert_eq!(second.count(&name), 1);
    drop(first);
    assert_eq!(second.count(&name), 0);
    drop(open);
}

#[cfg(feature = "databases")]
struct Postgres(TestDatabase);

#[cfg(feature = "databases")]
impl Postgres {
    fn new(cluster: &Cluster) -> Self {
        let database = TestDatabase::postgres(cluster.url());
        assert_eq!(database.engine(), Engine::Postgres);
        Self(database)
    }

    fn run(&self, sql: &str) {
        postgres::Client::connect(self.0.url(), postgres::NoTls)
            .unwrap()
            .batch_execute(sql)
            .unwrap();
    }

    fn name(&self) -> String {
        self.0.url().rsplit('/').next().unwrap().to_owned()
    }

    fn count(&self, name: &str) -> i64 {
        let mut client = postgres::Client::connect(self.0.url(), postgres::NoTls).unwrap();
        let sql = "SELECT count(*) FROM pg_database WHERE datname = $1";
        client.query_one(sql, &[&name]).unwrap().get(0)
    }
}

#[test]
fn a_dropped_s3_server_leaves_nothing() {
    let Some(program) = s3_program_or_notice() else { return };
    let server = S3Server::start(&program).unwrap();
    let folder = server.folder().to_owned();
    assert!(s3_is_accepting(&server.url()));
    let url = server.url();
    drop(server);
    assert!(!s3_is_accepting(&url));
    assert!(!folder.exists());
}

#[test]
fn a_killed_parent_takes_its_s3_server_along() {
    let Some(program) = s3_program_or_notice() else { return };
    if env::var_os(VICTIM).is_some() {
        let server = S3Server::start(&program).unwrap();
        eprintln!("{}", server.url());
        io::stdin().read_to_end(&mut Vec::new()).unwrap();
        return;
    }
    let room = TempDir::new().unwrap();
    let mut victim = victim_start("tests::a_killed_parent_takes_its_s3_server_along", &room);
    let lines = BufReader::new(victim.stderr.take().unwrap()).lines();
    let said = lines.map_while(Result::ok).find(|line| line.starts_with("s3:")).unwrap();
    assert!(s3_is_accepting(&said));
    victim.kill().unwrap();
    victim.wait().unwrap();
    assert!(wait_until(LIMIT, || !s3_is_accepting(&said)), "the server must stop");
    assert!(wait_until(LIMIT, || is_empty(&room)), "its folder must go");
}

#[test]
fn an_s3_server_that_cannot_start_says_why() {
    let error = S3Server::start(&PathBuf::from("/no/such/program")).unwrap_err();
    assert!(matches!(&error, S3Error::Stopped(log) if log.contains("not found")), "{error}");
}

fn s3_program_or_notice() -> Option<PathBuf> {
    let program = env::var_os(S3_PROGRAM_VARIABLE).map(PathBuf::from);
    if program.is_none() {
        assert!(!is_ci(), "S3 ABSENT: `CI` is set but `{S3_PROGRAM_VARIABLE}` is not");
        eprintln!("S3 ABSENT: its server is not tested");
    }
    program
}

fn s3_is_accepting(url: &str) -> bool {
    let address = url.split(['/', '&']).nth(4).unwrap();
    TcpStream::connect(address).is_ok()
}

fn cluster_or_notice() -> Option<Cluster> {
    (!is_absent_with_notice()).then(|| Cluster::start().unwrap())
}

fn is_absent_with_notice() -> bool {
    let is_absent = programs_find().is_none();
    assert!(!(is_absent && is_ci()), "POSTGRESQL ABSENT: its programs are not installed");
    if is_absent {
        eprintln!("POSTGRESQL ABSENT: not tested");
    }
    is_absent
}

fn is_accepting(url: &str) -> bool {
    let address = url.split(['@', '/']).nth(3).unwrap();
    TcpStream::connect(address).is_ok()
}
