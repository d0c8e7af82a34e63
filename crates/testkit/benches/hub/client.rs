//! The plainest clients: whole answers, downloads that are counted and thrown away, `wrk`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Bytes taken from a connection at a time.
const BLOCK_BYTES: usize = 1024 * 1024;

/// Makes bytes that look random, the same for the same seed (xorshift, Marsaglia 2003).
pub(crate) fn random(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn split(url: &str) -> (&str, &str) {
    let rest = url.trim_start_matches("http://");
    let at = rest.find('/').unwrap_or(rest.len());
    rest.split_at(at)
}

struct Answer {
    status: u16,
    length: usize,
    reader: BufReader<TcpStream>,
}

fn ask(method: &str, url: &str, (token, extra): (Option<&str>, &str), body: &[u8]) -> Answer {
    let (host, path) = split(url);
    let mut stream = TcpStream::connect(host).expect("the server listens");
    stream.set_nodelay(true).expect("an option of every socket");
    stream.set_read_timeout(Some(Duration::from_secs(300))).expect("an option of every socket");
    let token = token.map_or(String::new(), |token| format!("Authorization: Bearer {token}\r\n"));
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{token}{extra}\
         Content-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("the server reads");
    stream.write_all(body).expect("the server reads");
    let mut reader = BufReader::with_capacity(BLOCK_BYTES, stream);
    let mut line = String::new();
    reader.read_line(&mut line).expect("the server answers");
    let status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).expect("the server answers");
        if line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().expect("a length");
        }
    }
    Answer { status, length, reader }
}

/// Sends a body and reads the whole answer.
pub(crate) fn send(
    method: &str,
    url: &str,
    (token, kind): (Option<&str>, &str),
    body: &[u8],
) -> (u16, Vec<u8>) {
    let mut answer = ask(method, url, (token, &format!("Content-Type: {kind}\r\n")), body);
    let mut content = Vec::new();
    answer.reader.read_to_end(&mut content).expect("the server answers");
    (answer.status, content)
}

/// Reads a whole answer.
pub(crate) fn get(url: &str, token: Option<&str>) -> (u16, Vec<u8>) {
    send("GET", url, (token, "text/plain"), b"")
}

/// Downloads the first `part` bytes by so many clients at once; returns the seconds it took.
pub(crate) fn download(url: &str, token: Option<&str>, (clients, part): (usize, usize)) -> f64 {
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let range = format!("Range: bytes=0-{}\r\n", part - 1);
                let mut answer = ask("GET", url, (token, &range), b"");
                assert_eq!((answer.status, answer.length), (206, part));
                let mut block = vec![0; BLOCK_BYTES];
                let mut taken = 0;
                loop {
                    match answer.reader.read(&mut block).expect("the server sends") {
                        0 => break,
                        count => taken += count,
                    }
                }
                assert_eq!(taken, part, "all bytes must come");
            });
        }
    });
    begun.elapsed().as_secs_f64()
}

/// Requests a second that `wrk` gets from an address; `None` where it is not installed.
pub(crate) fn wrk(url: &str, token: Option<&str>) -> Option<f64> {
    let mut command = Command::new("wrk");
    command.args(["-t1", "-c16", "-d5s"]);
    if let Some(token) = token {
        command.args(["-H", &format!("Authorization: Bearer {token}")]);
    }
    let output = command.arg(url).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("Non-2xx"), "{text}");
    let line = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"))?;
    line.trim().parse().ok()
}
