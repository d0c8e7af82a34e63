//! Claims about connections, over real sockets.

use crate::{Outlet, serve};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use std::fs::{self, File, OpenOptions};
use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;
use testbed::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Some windows and a bit, so that every piece has another beginning.
const LENGTH: usize = 5 * crate::outlet::WINDOW_BYTES / 2 + 12_345;

/// A server with one file, until it is stopped.
struct Served {
    folder: TempDir,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Served {
    async fn start() -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        fs::write(folder.path().join("file"), content()).expect("the file can be written");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel();
        let router = Router::new()
            .route("/file/{from}/{to}", get(file))
            .route("/plain", get(|| async { "plain" }))
            .route("/refuse", post(|| async { StatusCode::UNAUTHORIZED }))
            .with_state(folder.path().join("file"));
        let stopped = async { drop(stopped.await) };
        let task = tokio::spawn(serve(listener, router, stopped));
        Self { folder, address, stop, task }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("file")
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("the server listens")
    }

    async fn end(self) {
        self.stop.send(()).expect("the server runs");
        self.task.await.expect("it ends").expect("without an error");
    }
}

/// Bytes of which no two windows are alike.
fn content() -> Vec<u8> {
    (0..LENGTH).map(|n| u8::try_from((n * 31 + n / 251) % 255 + 1).unwrap_or(1)).collect()
}

async fn file(
    State(path): State<PathBuf>,
    Extension(outlet): Extension<Outlet>,
    axum::extract::Path((from, to)): axum::extract::Path<(u64, u64)>,
) -> Response {
    let file = File::open(path).expect("the file is there");
    ([(CONTENT_LENGTH, to - from)], outlet.body(file, from..to)).into_response()
}

async fn ask(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let head = format!("{head} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    stream.write_all(body).await.expect("the server reads to the end");
}

/// Reads one answer: its status and its body.
async fn answer(stream: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).expect("heads are text").to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.expect("a length").parse().expect("a number");
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok((head.split(' ').nth(1).unwrap_or_default().to_owned(), body))
}

async fn get_range(stream: &mut TcpStream, range: Range<usize>) -> Vec<u8> {
    ask(stream, &format!("GET /file/{}/{}", range.start, range.end), b"").await;
    let (status, body) = answer(stream).await.expect("an answer");
    assert_eq!(status, "200");
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_and_its_parts_arrive_as_they_are() {
    let served = Served::start().await;
    let expected = content();
    let mut stream = served.connect().await;
    let window = crate::outlet::WINDOW_BYTES;
    for range in
        [0..LENGTH, 0..1, LENGTH - 1..LENGTH, window - 1..window + 1, 7..2 * window + 7, 3..3]
    {
        let body = get_range(&mut stream, range.clone()).await;
        assert!(body == expected[range.clone()], "{range:?} differs");
        // The same connection goes on with answers of other kinds.
        ask(&mut stream, "GET /plain", b"").await;
        let plain = answer(&mut stream).await.expect("an answer");
        assert_eq!(plain, ("200".to_owned(), b"plain".to_vec()));
    }
    drop(stream);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_readers_of_different_parts_are_not_mixed_up() {
    let served = Served::start().await;
    let mut readers = Vec::new();
    for n in 0..16 {
        let mut stream = served.connect().await;
        readers.push(tokio::spawn(async move {
            let from = n * 100_003;
            (from, get_range(&mut stream, from..from + 2_000_000).await)
        }));
    }
    let expected = content();
    for reader in readers {
        let (from, body) = reader.await.expect("it reads");
        assert!(body == expected[from..from + 2_000_000], "the part at {from} differs");
    }
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_disturbs_nobody() {
    let served = Served::start().await;
    let mut leaving = served.connect().await;
    ask(&mut leaving, &format!("GET /file/0/{LENGTH}"), b"").await;
    leaving.read_u8().await.expect("it begins");
    drop(leaving);
    let mut stream = served.connect().await;
    assert!(get_range(&mut stream, 0..LENGTH).await == content());
    drop(stream);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_became_shorter_breaks_off_and_sends_nothing_else() {
    let served = Served::start().await;
    let file = OpenOptions::new().write(true).open(served.path()).expect("the file is there");
    file.set_len(1_000).expect("it can be cut");
    let mut stream = served.connect().await;
    ask(&mut stream, &format!("GET /file/0/{LENGTH}"), b"").await;
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.expect("the connection ends");
    let at = all.windows(4).position(|four| four == b"\r\n\r\n").expect("there is a head") + 4;
    assert!(all[at..] == content()[..1_000], "only what the file has may come");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_reaches_a_client_that_is_still_sending() {
    let served = Served::start().await;
    let mut stream = served.connect().await;
    // Far more than the buffers of two sockets: writing ends only if somebody reads.
    for _ in 0..2 {
        ask(&mut stream, "POST /refuse", &vec![7; 6 << 20]).await;
        let (status, _) = answer(&mut stream).await.expect("an answer on the same connection");
        assert_eq!(status, "401");
    }
    drop(stream);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_waits_to_be_asked_is_refused_at_once() {
    let served = Served::start().await;
    let mut stream = served.connect().await;
    let head =
        "POST /refuse HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    let (status, _) = answer(&mut stream).await.expect("an answer without the body");
    assert_eq!(status, "401");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_an_answer_under_way_end() {
    let served = Served::start().await;
    let mut stream = served.connect().await;
    ask(&mut stream, &format!("GET /file/0/{LENGTH}"), b"").await;
    stream.read_u8().await.expect("it begins");
    served.stop.send(()).expect("the server runs");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.expect("the answer goes on");
    assert!(rest.ends_with(&content()), "the whole file must come");
    served.task.await.expect("it ends").expect("without an error");
}

#[test]
fn only_the_placeholder_stands_for_a_file() {
    let same = vec![0_u8; 16];
    assert!(!crate::outlet::stands_for_file(&same));
    assert!(!crate::outlet::stands_for_file(b""));
}
