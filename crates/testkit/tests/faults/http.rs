//! As much HTTP as the tests need: one request, one answer, one connection.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longest wait for an answer: a machine that is busy with other tests is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer that came whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the answer is JSON")
    }
}

/// Sends a request and waits for its whole answer.
pub(crate) fn send(
    method: &str,
    url: &str,
    (token, kind): (&str, &str),
    body: &[u8],
) -> io::Result<Answer> {
    let rest = url.strip_prefix("http://").expect("the zone serves plain HTTP");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: {kind}\r\n\
         authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )?;
    // A server that refuses early closes while the body is sent; its answer counts.
    let sent = stream.write_all(body);
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    match parse(&bytes) {
        Some(answer) => Ok(answer),
        None => {
            Err(sent.and(read.map(|_| ())).err().unwrap_or(io::ErrorKind::UnexpectedEof.into()))
        }
    }
}

/// Reads an answer with a length; `None` when it is cut off.
fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let header = |name: &str| {
        let found = head.lines().filter_map(|line| line.split_once(':'));
        found.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim())
    };
    let body = bytes[end + 4..].to_vec();
    let length = header("content-length").map(|text| text.parse::<usize>());
    match length {
        Some(Ok(length)) if length != body.len() => None,
        _ => Some(Answer { status, body }),
    }
}
