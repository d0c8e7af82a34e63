//! The binary as a process of its own, and the plainest client for it.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Longest wait for an answer, in seconds: far above every target.
const ANSWER_SECONDS_MAX: u64 = 20;

/// A served zone; the process ends with it.
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts `hutong serve` on a free port and returns when it says where it listens.
    pub(crate) fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hutong"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        // What the caller's shell sets for a zone of theirs must not lead to it.
        for name in ["HUTONG_DATABASE", "HUTONG_URL", "HUTONG_DATA", "HUTONG_LISTEN"] {
            command.env_remove(name);
        }
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the binary was built");
        let stdout = process.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let found = lines.find_map(|line| {
            let url = line.strip_prefix("Serving at http://")?;
            url.split_whitespace().next()?.parse().ok()
        });
        let Some(address) = found else {
            drop(process.kill());
            drop(process.wait());
            eprintln!("`hutong serve` ended without saying where it listens");
            std::process::exit(1);
        };
        Self { process, address }
    }

    /// Asks for a page and reads it whole.
    pub(crate) fn get(&self, path: &str) -> Result<String, Error> {
        get(self.address, path)
    }

    /// Returns where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Prints a line of `/proc/PID/status`, which the kernel gives in kibibytes (`man 5 proc`).
    pub(crate) fn memory_print(&self, name: &str, field: &str) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.expect("the server runs on a Linux");
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
        let kibibytes = line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0);
        println!("{name} {} MB", (kibibytes * 1_024).div_ceil(1_000_000));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its zone is thrown away, so there is nothing to end in order.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Asks for a page over a connection of its own; anything but 200 is an error.
pub(crate) fn get(address: SocketAddr, path: &str) -> Result<String, Error> {
    let limit = Some(Duration::from_secs(ANSWER_SECONDS_MAX));
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(limit)?;
    stream.set_write_timeout(limit)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200 ") {
        return Ok(answer);
    }
    let status = answer.lines().next().unwrap_or("no answer");
    Err(Error::new(ErrorKind::InvalidData, format!("`{path}` answers `{status}`")))
}
