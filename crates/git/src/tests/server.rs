//! The smallest HTTP server that Git's program speaks to, on a port of the loopback.

use crate::{Error, Fetch, Oid, PushLimits, RefCommand, Refs, Repo, Service};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

pub(crate) const LIMITS: PushLimits =
    PushLimits { seconds: 60, pack_bytes: 10_000_000, objects: 10_000 };

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

pub(crate) struct State {
    repo: Repo,
    pub(crate) refs: Mutex<Refs>,
    /// What the last push was told.
    pub(crate) told: Mutex<String>,
    /// What somebody else does to a ref while the next push is checked.
    pub(crate) overtaking: Mutex<Option<(String, Oid)>>,
    is_over: AtomicBool,
}

impl Server {
    pub(crate) fn start(repo: &Repo) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}/it.git", listener.local_addr().unwrap());
        let refs = Refs { head: "refs/heads/main".to_owned(), ..Refs::default() };
        let state = Arc::new(State {
            repo: repo.clone(),
            refs: Mutex::new(refs),
            told: Mutex::default(),
            overtaking: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let shared = state.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let shared = shared.clone();
                std::thread::spawn(move || drop(shared.answer(stream.unwrap())));
            }
        });
        Self { url, state, thread: Some(thread) }
    }

    pub(crate) fn point(&self, name: &str, oid: Oid) {
        self.state.refs.lock().unwrap().names.insert(name.to_owned(), oid);
    }

    pub(crate) fn at(&self, name: &str) -> Option<Oid> {
        self.state.refs.lock().unwrap().names.get(name).copied()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::SeqCst);
        let address = self.url.trim_start_matches("http://").trim_end_matches("/it.git");
        drop(TcpStream::connect(address));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl State {
    fn answer(&self, stream: TcpStream) -> io::Result<()> {
        let mut out = stream.try_clone()?;
        let mut input = BufReader::new(stream);
        let mut line = String::new();
        input.read_line(&mut line)?;
        let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut is_chunked, mut is_gzip, mut protocol) = (0, false, false, None);
        loop {
            let mut header = String::new();
            input.read_line(&mut header)?;
            let Some((key, value)) = header.trim().split_once(": ") else { break };
            match key.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "transfer-encoding" => is_chunked = true,
                "content-encoding" => is_gzip = true,
                "git-protocol" => protocol = Some(value.to_owned()),
                "expect" => out.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?,
                _ => {}
            }
        }
        let mut body: Box<dyn Read + Send> = if is_chunked {
            Box::new(io::Cursor::new(chunks(&mut input)?))
        } else {
            Box::new(input.take(length))
        };
        if is_gzip {
            body = Box::new(flate2::read::GzDecoder::new(body));
        }
        let (kind, bytes) = self.route(&target, protocol.as_deref(), &mut *body).unwrap();
        // What was not read yet is, so that the connection is not reset before the answer is read.
        drop(io::copy(&mut body, &mut io::sink()));
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            bytes.len()
        );
        out.write_all(head.as_bytes())?;
        out.write_all(&bytes)
    }

    fn route(
        &self,
        target: &str,
        protocol: Option<&str>,
        body: &mut (dyn Read + Send),
    ) -> Result<(String, Vec<u8>), Error> {
        let refs = self.refs.lock().unwrap().clone();
        let fetch = Fetch { refs: &refs, protocol, seconds: 60 };
        let (is_advertise, name) = match target.split_once("/info/refs?service=") {
            Some((_, name)) => (true, name),
            None => (false, target.rsplit('/').next().unwrap_or_default()),
        };
        let service = Service::from_name(name).expect("a service");
        let mut out = Vec::new();
        match (service, is_advertise) {
            (Service::UploadPack, true) => self.repo.upload_advertise(fetch, &mut out)?,
            (Service::UploadPack, false) => self.repo.upload_pack(fetch, body, &mut out)?,
            (Service::ReceivePack, true) => out = self.repo.receive_advertise(&refs)?,
            (Service::ReceivePack, false) => out = self.push(&refs, body)?,
        }
        let kind = if is_advertise { "advertisement" } else { "result" };
        Ok((format!("application/x-{name}-{kind}"), out))
    }

    fn push(&self, refs: &Refs, body: &mut (dyn Read + Send)) -> Result<Vec<u8>, Error> {
        let received = self.repo.receive(refs, body, LIMITS)?;
        let told = received.refused().map_or_else(|| "taken".to_owned(), ToString::to_string);
        *self.told.lock().unwrap() = told;
        if received.refused().is_some() {
            return Ok(received.report(&[], &[]));
        }
        received.accept()?;
        let mut now = self.refs.lock().unwrap();
        now.names.extend(self.overtaking.lock().unwrap().take());
        let change = |command: &RefCommand| {
            if now.names.get(&command.name).copied() != command.old {
                return Err("fetch first".to_owned());
            }
            match command.new {
                Some(oid) => now.names.insert(command.name.clone(), oid),
                None => now.names.remove(&command.name),
            };
            Ok(())
        };
        let outcomes: Vec<_> = received.commands().iter().map(change).collect();
        Ok(received.report(&outcomes, &["welcome to the zone".to_owned()]))
    }
}

fn chunks(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        let mut line = String::new();
        input.read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        input.take(length).read_to_end(&mut all)?;
        input.read_line(&mut String::new())?;
        if length == 0 {
            return Ok(all);
        }
    }
}
