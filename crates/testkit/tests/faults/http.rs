//! As much HTTP as the tests need: one request, one answer, one connection.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Longest wait for an answer: a machine that is busy with other tests is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer that came whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the answer is JSON")
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Looks for a header; empty where it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    }

    /// The name by which clients choose an exception.
    pub(crate) fn code(&self) -> &str {
        self.header("x-error-code")
    }
}

/// A request with its body.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    /// Empty for none.
    pub(crate) token: String,
    pub(crate) kind: &'static str,
    pub(crate) body: Vec<u8>,
}

impl Ask {
    /// The head, which says how long the body is.
    pub(crate) fn head(&self, length: u64) -> String {
        let (method, kind) = (self.method, self.kind);
        let (host, path) = split(&self.url);
        let token = match self.token.as_str() {
            "" => String::new(),
            token => format!("authorization: Bearer {token}\r\n"),
        };
        format!(
            "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
             content-type: {kind}\r\n{token}content-length: {length}\r\n\r\n"
        )
    }

    pub(crate) fn send(&self) -> io::Result<Answer> {
        let length = u64::try_from(self.body.len()).expect("a body in memory");
        self.exchange(self.head(length).as_bytes(), |stream| stream.write_all(&self.body))
    }

    /// Opens a connection, sends a head of the caller's and what `more` writes, and reads the
    /// answer. A server that refuses early closes while the body is sent; its answer counts.
    pub(crate) fn exchange(
        &self,
        head: &[u8],
        more: impl FnOnce(&mut TcpStream) -> io::Result<()>,
    ) -> io::Result<Answer> {
        let mut stream = self.connect()?;
        let sent = stream.write_all(head).and_then(|()| more(&mut stream));
        answer(stream, sent)
    }

    /// As [`Self::exchange`], but says that nothing more comes before it waits for the answer.
    pub(crate) fn broken_off(&self, head: &[u8], part: &[u8]) -> io::Result<Answer> {
        self.exchange(head, |stream| {
            stream.write_all(part)?;
            stream.shutdown(Shutdown::Write)
        })
    }

    pub(crate) fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(split(&self.url).0)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(stream)
    }
}

fn split(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").expect("the zone serves plain HTTP");
    rest.split_once('/').unwrap_or((rest, ""))
}

/// Sends a request and waits for its whole answer.
pub(crate) fn send(
    method: &'static str,
    url: &str,
    (token, kind): (&str, &'static str),
    body: &[u8],
) -> io::Result<Answer> {
    let (url, token, body) = (url.to_owned(), token.to_owned(), body.to_vec());
    Ask { method, url, token, kind, body }.send()
}

fn answer(mut stream: TcpStream, sent: io::Result<()>) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    match parse(&bytes) {
        Some(answer) => Ok(answer),
        None => {
            Err(sent.and(read.map(|_| ())).err().unwrap_or(io::ErrorKind::UnexpectedEof.into()))
        }
    }
}

/// Reads an answer; `None` when it is cut off.
fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?.to_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = bytes[end + 4..].to_vec();
    let answer = Answer { status, head, body };
    match answer.header("content-length").parse::<usize>() {
        Ok(length) if length != answer.body.len() => None,
        _ => Some(answer),
    }
}
