//! Servers that answer as no good backend does.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use url::Url;

/// What a bad server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// Answers this, whatever was asked.
    Says(u16, &'static str),
    /// Takes the request and never answers.
    Hangs,
    /// Sends half of an answer.
    Breaks,
    /// Passes the request on, and drops the answer of the first of these requests.
    Drops(Url, &'static str),
}

/// Starts a server for the rest of the test, and returns its address.
pub(crate) fn server(manner: Manner) -> Url {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (manner, count) = (manner.clone(), Arc::clone(&count));
            thread::spawn(move || answer(stream, &manner, &count));
        }
    });
    url.parse().unwrap()
}

fn answer(mut stream: TcpStream, manner: &Manner, count: &AtomicUsize) {
    let Some(request) = request(&mut stream) else { return };
    let done = match manner {
        Manner::Says(status, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}");
            write!(stream, "{head}\r\nConnection: close\r\n\r\n{body}")
        }
        Manner::Hangs => {
            let mut nothing = [0];
            stream.read(&mut nothing).map(drop)
        }
        Manner::Breaks => write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{{\"a\":"),
        Manner::Drops(real, start) => {
            let answer = passed(real, &request);
            let is_victim = request.starts_with(start.as_bytes());
            if is_victim && count.fetch_add(1, Ordering::SeqCst) == 0 {
                stream.shutdown(Shutdown::Both)
            } else {
                stream.write_all(&answer)
            }
        }
    };
    drop(done);
}

/// Reads one request with its body.
fn request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap_or(0)) {
            return Some(bytes);
        }
    }
}

/// Asks the real server and returns all that it answers.
fn passed(real: &Url, request: &[u8]) -> Vec<u8> {
    let at = (real.host_str().unwrap(), real.port().unwrap());
    let mut stream = TcpStream::connect(at).unwrap();
    let text = String::from_utf8_lossy(request).replacen("\r\n", "\r\nConnection: close\r\n", 1);
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}
