//! Uploads of every kind, request by request, so that each request can be cut off.

use super::http::{Answer, Ask};
use super::zone::{Address, LFS, LINES, TOKEN, Zone};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Where a request is cut off. The zone is killed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Half of the body has been sent.
    Half,
    /// All has been sent, just now.
    Sent,
    /// All has been sent, and the zone has had this many turns of the machine since.
    Working(u32),
    /// The answer has come.
    Heard,
}

/// How a file goes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Inside the commit.
    Small,
    /// By Git LFS, in one piece.
    Basic,
    /// By Git LFS, in parts.
    Parts,
    /// By Xet.
    Chunks,
    /// By a push of Git.
    Push,
}

/// Sends requests to a zone, and kills it at one of them.
pub(crate) struct Line<'a> {
    zone: &'a mut Zone,
    cut: Option<(usize, Cut)>,
    sent: usize,
}

impl<'a> Line<'a> {
    /// Cuts off the request of this number, counted from 0.
    pub(crate) fn new(zone: &'a mut Zone, cut: Option<(usize, Cut)>) -> Self {
        Self { zone, cut, sent: 0 }
    }

    pub(crate) fn at(&self) -> Address {
        self.zone.at.clone()
    }

    fn kill(&mut self) {
        self.zone.child.kill().expect("the zone can be killed");
        self.zone.child.wait().expect("the zone ends");
    }

    /// Sends a request; `Err` where it was cut off.
    pub(crate) fn ask(&mut self, ask: &Ask) -> io::Result<Answer> {
        let number = self.sent;
        self.sent += 1;
        let cut = match self.cut {
            Some((at, cut)) if at == number => cut,
            _ => return ask.send(),
        };
        if cut == Cut::Heard {
            let answer = ask.send();
            self.kill();
            return answer;
        }
        let mut stream = ask.connect()?;
        let length = u64::try_from(ask.body.len()).expect("a body in memory");
        let is_half = cut == Cut::Half;
        let sent = if is_half { ask.body.len() / 2 } else { ask.body.len() };
        stream.write_all(ask.head(length).as_bytes())?;
        stream.write_all(&ask.body[..sent])?;
        if let Cut::Working(turns) = cut {
            (0..turns).for_each(|_| std::thread::yield_now());
        }
        self.kill();
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}

/// Uploads a file and commits it. Returns the answer to the last request, whatever it says;
/// `scratch` is a folder for a clone.
pub(crate) fn upload(
    line: &mut Line<'_>,
    way: Way,
    (path, bytes): (&str, &[u8]),
    scratch: &Path,
) -> io::Result<Answer> {
    match way {
        Way::Small => {
            let content = String::from_utf8_lossy(bytes);
            let value = json!({"path": path, "content": content, "encoding": "utf-8"});
            return line.ask(&commit(&line.at(), &json!({"key": "file", "value": value})));
        }
        Way::Push => {
            let ask = push(&line.at(), (path, bytes), scratch);
            return line.ask(&ask);
        }
        Way::Basic => basic(line, bytes)?,
        Way::Parts => parts(line, bytes)?,
        Way::Chunks => chunks(line, bytes)?,
    }
    line.ask(&commit(&line.at(), &pointer(path, bytes)))
}

pub(crate) fn pointer(path: &str, bytes: &[u8]) -> Value {
    let oid = blob::Sha256::of(bytes).to_string();
    json!({"key": "lfsFile", "value": {"path": path, "algo": "sha256", "oid": oid}})
}

/// A commit of one line.
pub(crate) fn commit(at: &Address, line: &Value) -> Ask {
    let header = json!({"key": "header", "value": {"summary": "one file", "description": ""}});
    let body = format!("{header}\n{line}\n").into_bytes();
    Ask { body, ..at.ask("POST", "api/models/DVUser/r/commit/main", LINES) }
}

/// Asks where an object is to be put.
pub(crate) fn batch(at: &Address, transfers: &[&str], bytes: &[u8]) -> Ask {
    let oid = blob::Sha256::of(bytes).to_string();
    batch_of(at, transfers, &json!({"oid": oid, "size": bytes.len()}))
}

pub(crate) fn batch_of(at: &Address, transfers: &[&str], object: &Value) -> Ask {
    let body = json!({"operation": "upload", "transfers": transfers, "objects": [object]});
    let body = body.to_string().into_bytes();
    Ask { body, ..at.ask("POST", "DVUser/r.git/info/lfs/objects/batch", LFS) }
}

/// A request to an address that carries its permission.
pub(crate) fn open(method: &'static str, href: &Value, body: &[u8]) -> Ask {
    let url = href.as_str().expect("an address").to_owned();
    Ask { method, url, token: String::new(), kind: LFS, body: body.to_vec() }
}

fn basic(line: &mut Line<'_>, bytes: &[u8]) -> io::Result<()> {
    let told = line.ask(&batch(&line.at(), &["basic"], bytes))?.json();
    let actions = &told["objects"][0]["actions"];
    if actions.is_null() {
        return Ok(());
    }
    line.ask(&open("PUT", &actions["upload"]["href"], bytes))?;
    verify(line, actions, bytes)
}

fn verify(line: &mut Line<'_>, actions: &Value, bytes: &[u8]) -> io::Result<()> {
    let oid = blob::Sha256::of(bytes).to_string();
    let body = json!({"oid": oid, "size": bytes.len()}).to_string();
    line.ask(&open("POST", &actions["verify"]["href"], body.as_bytes())).map(drop)
}

fn parts(line: &mut Line<'_>, bytes: &[u8]) -> io::Result<()> {
    let told = line.ask(&batch(&line.at(), &["basic", "multipart"], bytes))?.json();
    let actions = &told["objects"][0]["actions"];
    if actions.is_null() {
        return Ok(());
    }
    assert_eq!(told["transfer"], "multipart");
    let header = &actions["upload"]["header"];
    let size: usize =
        header["chunk_size"].as_str().and_then(|text| text.parse().ok()).expect("a size");
    let mut done = Vec::new();
    for (number, part) in (1..).zip(bytes.chunks(size)) {
        let answer = line.ask(&open("PUT", &header[number.to_string()], part))?;
        done.push(json!({"partNumber": number, "etag": answer.header("etag")}));
    }
    let oid = blob::Sha256::of(bytes).to_string();
    let body = json!({"oid": oid, "parts": done}).to_string();
    line.ask(&open("POST", &actions["upload"]["href"], body.as_bytes()))?;
    verify(line, actions, bytes)
}

/// A way to the store of chunks.
pub(crate) struct Cas {
    url: String,
    token: String,
}

impl Cas {
    /// Where the answer to a request for a token leads.
    pub(crate) fn of(answer: &Answer) -> Self {
        let told = answer.json();
        let text = |name: &str| told[name].as_str().expect("it is told").to_owned();
        Self { url: text("casUrl"), token: text("accessToken") }
    }

    pub(crate) fn ask(&self, method: &'static str, path: &str, body: Vec<u8>) -> Ask {
        let url = format!("{}/v1/{path}", self.url);
        Ask { method, url, token: self.token.clone(), kind: "application/octet-stream", body }
    }
}

/// Asks for a token of the store of chunks.
pub(crate) fn cas_token(at: &Address, what: &str) -> Ask {
    at.ask("GET", &format!("api/models/DVUser/r/xet-{what}-token/main"), LFS)
}

/// A file in chunks.
pub(crate) struct Packed {
    pub(crate) file: xet::File,
    pub(crate) xorbs: Vec<xet::PackedXorb>,
}

pub(crate) fn packed(bytes: &[u8]) -> Packed {
    let mut xorbs = Vec::new();
    let mut keep = |xorb: xet::PackedXorb| {
        xorbs.push(xorb);
        Ok::<(), std::convert::Infallible>(())
    };
    let mut packer = xet::Packer::new();
    let Ok(()) = packer.bytes_add(bytes, &mut keep);
    let Ok(file) = packer.finish(&mut keep);
    Packed { file, xorbs }
}

/// Writes a shard of one file as clients do: `metadata_shard/` of `xet-core-structures` 1.8.0.
pub(crate) fn shard(file: &xet::File) -> Vec<u8> {
    /// With proofs and with a SHA-256.
    const FLAGS: u32 = 1 << 31 | 1 << 30;
    fn record(bytes: &mut Vec<u8>, hash: &[u8; 32], numbers: [u32; 4]) {
        bytes.extend_from_slice(hash);
        numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
    }
    let mut magic =
        *b"HFRepoMetaData\0\x55\x69\x67\x45\x6a\x7b\x81\x57\x83\xa5\xbd\xd9\x5c\xcd\xd1\x4a\xa9";
    let mut bytes = Vec::new();
    record(&mut bytes, &magic, [2, 0, 0, 0]);
    let count = u32::try_from(file.terms.len()).expect("few terms");
    record(&mut bytes, file.hash.as_bytes(), [FLAGS, count, 0, 0]);
    for term in &file.terms {
        let numbers = [0, term.unpacked_bytes, term.chunk_start, term.chunk_end];
        record(&mut bytes, term.xorb.as_bytes(), numbers);
    }
    for term in &file.terms {
        let proof = term.verification.expect("a packed file has its proofs");
        record(&mut bytes, proof.as_bytes(), [0; 4]);
    }
    let sha256 = file.sha256.expect("a packed file has its hash");
    record(&mut bytes, xet::Hash::from_sha256(sha256).as_bytes(), [0; 4]);
    magic.fill(0xff);
    record(&mut bytes, &magic, [0; 4]);
    record(&mut bytes, &magic, [0; 4]);
    bytes
}

fn chunks(line: &mut Line<'_>, bytes: &[u8]) -> io::Result<()> {
    let cas = Cas::of(&line.ask(&cas_token(&line.at(), "write"))?);
    let Packed { file, xorbs } = packed(bytes);
    for packed in xorbs {
        let path = format!("xorbs/default/{}", packed.xorb.hash());
        line.ask(&cas.ask("POST", &path, packed.body))?;
    }
    line.ask(&cas.ask("POST", "shards", shard(&file))).map(drop)
}

/// Runs Git's program without anything of the machine's configuration; returns what it writes.
pub(crate) fn git(folder: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear().env("HOME", folder);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0");
    command.args(["-c", "user.name=Lin", "-c", "user.email=lin@example.org"]).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("git is installed");
    child.stdin.take().expect("it was asked for").write_all(input).expect("git reads");
    let output = child.wait_with_output().expect("git ends");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {told}");
    output.stdout
}

/// Runs Git's program and reads one word.
pub(crate) fn git_word(folder: &Path, args: &[&str]) -> String {
    String::from_utf8_lossy(&git(folder, args, b"")).trim().to_owned()
}

/// Clones the repository and commits a file there, unpushed.
pub(crate) fn cloned(at: &Address, (path, bytes): (&str, &[u8]), folder: &Path) {
    if folder.exists() {
        std::fs::remove_dir_all(folder).expect("an old clone goes");
    }
    std::fs::create_dir_all(folder).expect("a folder for the clone");
    let url = format!("http://DVUser:{TOKEN}@{}/DVUser/r", at.host());
    git(folder, &["clone", "-q", &url, "."], b"");
    std::fs::write(folder.join(path), bytes).expect("the file is written");
    git(folder, &["add", "-A"], b"");
    git(folder, &["commit", "-q", "-m", path], b"");
}

/// The body of a push: one command and a pack (`gitprotocol-pack`).
pub(crate) fn push_body((old, new, name): (&str, &str, &str), pack: &[u8]) -> Vec<u8> {
    let command = format!("{old} {new} {name}\0report-status");
    let mut body = format!("{:04x}{command}0000", command.len() + 4).into_bytes();
    body.extend_from_slice(pack);
    body
}

pub(crate) fn push_ask(at: &Address, body: Vec<u8>) -> Ask {
    let kind = "application/x-git-receive-pack-request";
    Ask { body, ..at.ask("POST", "DVUser/r.git/git-receive-pack", kind) }
}

fn push(at: &Address, file: (&str, &[u8]), scratch: &Path) -> Ask {
    let folder = scratch.join("clone");
    cloned(at, file, &folder);
    let (old, new) = (
        git_word(&folder, &["rev-parse", "origin/main"]),
        git_word(&folder, &["rev-parse", "HEAD"]),
    );
    let wanted = format!("{new}\n^{old}\n");
    let pack = git(&folder, &["pack-objects", "-q", "--revs", "--stdout"], wanted.as_bytes());
    push_ask(at, push_body((&old, &new, "refs/heads/main"), &pack))
}
