//! Push: commands read, objects checked in quarantine, answered after the caller decided.

use super::packet::{FLUSH, PACKET_BYTES_MAX, packet_read, packet_write};
use super::{Program, PushLimits, Refs, Run, Service, View, ref_name_is_valid};
use crate::error::Error;
use crate::model::{Header, Kind, OBJECT_BYTES_MAX};
use crate::object::{TreeEntries, commit_parse, tag_parse};
use crate::oid::Oid;
use crate::pack::index_names;
use crate::path::part_check;
use crate::repo::{Reader, Repo};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::PathBuf;

/// Most refs that one push changes: a mirror of a repository with many tags.
const COMMANDS_MAX: usize = 10_000;
/// What we offer (`gitprotocol-capabilities`).
const CAPABILITIES: &str =
    "report-status delete-refs side-band-64k atomic ofs-delta object-format=sha1 agent=hutong";
/// Bytes of one line of a side band: the longest line without length and band.
const BAND_BYTES_MAX: usize = PACKET_BYTES_MAX - 5;
/// Longest reason that a client is told, in bytes.
const REASON_BYTES_MAX: usize = 1_000;

/// One ref that a push wants to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefCommand {
    /// The full name, such as `refs/heads/main`.
    pub name: String,
    /// What the client believes the ref to be; `None` when it believes that there is none.
    pub old: Option<Oid>,
    /// What it shall be; `None` deletes it.
    pub new: Option<Oid>,
}

/// Why the objects of a push are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackRefused {
    /// The pack is larger than the limit.
    #[error("the pack has more than {bytes_max} bytes: push fewer commits, or large files by LFS")]
    TooLarge {
        /// The limit.
        bytes_max: u64,
    },
    /// The pack has more objects than the limit.
    #[error("the pack has {objects} objects, at most {objects_max} are taken: push fewer commits")]
    TooManyObjects {
        /// What it says of itself.
        objects: u64,
        /// The limit.
        objects_max: u64,
    },
    /// There is no space for the pack.
    #[error("the zone has no disk space left: tell its administrator")]
    Full,
    /// The pack or an object in it breaks its format.
    #[error("the pack is malformed: {complaint}")]
    Malformed {
        /// What Git's program says of it.
        complaint: String,
    },
    /// Objects that the new refs need are neither in the pack nor in the repository.
    #[error("objects are missing: {complaint}")]
    Disconnected {
        /// What Git's program says of it.
        complaint: String,
    },
    /// A name in a tree is not UTF-8, or is one that no tree may hold.
    #[error("the name `{name}` in the folder `{tree}` is refused: {reason}")]
    Name {
        /// Which folder.
        tree: Oid,
        /// The name, with replacement characters.
        name: String,
        /// Why.
        reason: String,
    },
    /// A file is too large to be kept outside of LFS.
    #[error("the file `{oid}` has {size_bytes} bytes: track it by LFS")]
    FileTooLarge {
        /// Which blob.
        oid: Oid,
        /// Its size.
        size_bytes: u64,
    },
    /// A branch is to stand for something that is no commit.
    #[error("`{name}` cannot stand for a {kind}: branches stand for commits")]
    NotACommit {
        /// Which branch.
        name: String,
        /// What was offered.
        kind: Kind,
    },
    /// A ref has a name that Git does not take.
    #[error("`{name}` is no ref name")]
    RefName {
        /// As it came.
        name: String,
    },
}

/// A push whose objects wait outside of the repository.
///
/// In this order: look at [`Received::commands`] and [`Received::refused`], judge them,
/// [`Received::accept`], change the refs, [`Received::report`]. Objects without a ref are harmless,
/// a ref without its objects is a broken repository. Dropped before `accept`, nothing is left.
#[derive(Debug)]
pub struct Received {
    commands: Vec<RefCommand>,
    capabilities: BTreeSet<String>,
    refused: Option<PackRefused>,
    objects: Vec<(Oid, Header)>,
    view: View,
    seen: Repo,
    into: PathBuf,
}

impl Repo {
    /// Answers `GET info/refs?service=git-receive-pack` with the whole body.
    ///
    /// # Errors
    /// [`Error::RefName`] for a ref that cannot be shown.
    pub fn receive_advertise(&self, refs: &Refs) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        packet_write(&mut out, format!("# service={}\n", Service::ReceivePack.name()).as_bytes());
        out.extend_from_slice(FLUSH);
        let mut tail = format!("\0{CAPABILITIES}");
        for (name, oid) in &refs.names {
            if !ref_name_is_valid(name) {
                return Err(Error::RefName(name.clone()));
            }
            packet_write(&mut out, format!("{oid} {name}{tail}\n").as_bytes());
            tail.clear();
        }
        if refs.names.is_empty() {
            let zero = Oid::ZERO;
            packet_write(&mut out, format!("{zero} capabilities^{{}}{tail}\n").as_bytes());
        }
        out.extend_from_slice(FLUSH);
        Ok(out)
    }

    /// Reads `POST git-receive-pack`, whose compression is removed, and checks its objects against
    /// the repository and `refs`. Nothing is visible in the repository after this.
    ///
    /// The time in `limits` ends the program, not a read from `input`: give the reader a limit of
    /// its own. When a limit is reached part of `input` is left unread; many clients hear the
    /// answer only after they have said all, so read on, or close.
    ///
    /// # Errors
    /// [`Error::Protocol`] and [`Error::Input`] for a request that cannot be read to its end,
    /// [`Error::Program`] and [`Error::TimedOut`]. What is wrong with the objects is a refusal in
    /// the answer, so that the client can be told.
    pub fn receive(
        &self,
        refs: &Refs,
        input: &mut (dyn Read + Send),
        limits: PushLimits,
    ) -> Result<Received, Error> {
        let (commands, capabilities) = commands_read(input)?;
        let view = View::create(self, refs)?;
        let seen = Repo::open(view.path())?;
        let into = self.pack_folder();
        let (refused, objects) = (None, Vec::new());
        let mut received = Received { commands, capabilities, refused, objects, view, seen, into };
        let program = Program::within(limits.seconds);
        if let Err(refused) = received.take_in(&program, input, limits)? {
            received.refused = Some(refused);
        }
        Ok(received)
    }
}

impl Received {
    /// Returns the refs to change, each name once. None at all is a probe that clients send to
    /// learn whether they may push; its report is empty.
    #[must_use]
    pub fn commands(&self) -> &[RefCommand] {
        &self.commands
    }

    /// Says why the objects cannot be taken; then none of the commands can be carried out.
    #[must_use]
    pub fn refused(&self) -> Option<&PackRefused> {
        self.refused.as_ref()
    }

    /// Says whether all commands have to be carried out, or none.
    #[must_use]
    pub fn is_atomic(&self) -> bool {
        self.capabilities.contains("atomic")
    }

    /// Returns a repository that sees the new objects beside the old ones, as long as `self` is
    /// there: for judging the push. Nothing may be written to it.
    #[must_use]
    pub fn repo(&self) -> &Repo {
        &self.seen
    }

    /// Returns the objects that the pack brought, sorted by name. Some may have been here before.
    #[must_use]
    pub fn objects(&self) -> &[(Oid, Header)] {
        &self.objects
    }

    /// Moves the objects into the repository: durable and visible when this returns. Refs are
    /// changed after it.
    ///
    /// # Errors
    /// [`Error::File`]; some objects may be visible then, which harms nobody.
    /// [`Error::ProgramRefused`] when the push was refused.
    pub fn accept(&self) -> Result<(), Error> {
        if let Some(refused) = &self.refused {
            return Err(Error::ProgramRefused { complaint: refused.to_string() });
        }
        if self.objects.is_empty() {
            return Ok(());
        }
        self.view.packs_move(&self.into).map(drop)
    }

    /// Writes the body of the answer: one outcome for each command, in their order, an `Err` with
    /// the reason that the person who pushes reads. `messages` are shown to them as well. Outcomes
    /// are not read when the push was refused.
    #[must_use]
    pub fn report(&self, outcomes: &[Result<(), String>], messages: &[String]) -> Vec<u8> {
        let mut lines = Vec::new();
        if !self.commands.is_empty() && self.capabilities.contains("report-status") {
            self.status_write(outcomes, &mut lines);
        }
        if !self.capabilities.contains("side-band-64k") {
            return lines;
        }
        let mut out = Vec::new();
        for message in messages {
            band_write(&mut out, 2, format!("{}\n", one_line(message)).as_bytes());
        }
        if !lines.is_empty() {
            band_write(&mut out, 1, &lines);
        }
        if !self.commands.is_empty() {
            out.extend_from_slice(FLUSH);
        }
        out
    }

    fn status_write(&self, outcomes: &[Result<(), String>], out: &mut Vec<u8>) {
        let unpack = self.refused.as_ref().map_or_else(|| "ok".to_owned(), ToString::to_string);
        packet_write(out, format!("unpack {}\n", one_line(&unpack)).as_bytes());
        for (at, RefCommand { name, .. }) in self.commands.iter().enumerate() {
            let line = match (&self.refused, outcomes.get(at)) {
                (Some(_), _) => format!("ng {name} the objects were refused\n"),
                (None, Some(Ok(()))) => format!("ok {name}\n"),
                (None, Some(Err(reason))) => format!("ng {name} {}\n", one_line(reason)),
                (None, None) => format!("ng {name} not carried out\n"),
            };
            packet_write(out, line.as_bytes());
        }
        out.extend_from_slice(FLUSH);
    }

    /// Takes the pack into the view and checks it.
    fn take_in(
        &mut self,
        program: &Program,
        input: &mut (dyn Read + Send),
        limits: PushLimits,
    ) -> Result<Result<(), PackRefused>, Error> {
        if let Some(bad) = self.commands.iter().find(|command| !ref_name_is_valid(&command.name)) {
            return Ok(Err(PackRefused::RefName { name: bad.name.clone() }));
        }
        if self.commands.iter().all(|command| command.new.is_none()) {
            return Ok(Ok(()));
        }
        if let Err(refused) = self.pack_index(program, input, limits)? {
            return Ok(Err(refused));
        }
        if let Err(refused) = self.objects_check()? {
            return Ok(Err(refused));
        }
        self.connected_check(program)
    }

    fn pack_index(
        &self,
        program: &Program,
        input: &mut (dyn Read + Send),
        limits: PushLimits,
    ) -> Result<Result<(), PackRefused>, Error> {
        let mut head = [0; 12];
        input.read_exact(&mut head).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Error::Protocol("the request ends before its pack"),
            _ => Error::Input(error),
        })?;
        let objects = head[8..].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        if &head[..4] != b"PACK" {
            return Err(Error::Protocol("what follows the commands is no pack"));
        }
        if objects > limits.objects {
            let objects_max = limits.objects;
            return Ok(Err(PackRefused::TooManyObjects { objects, objects_max }));
        }
        let bytes_max = limits.pack_bytes;
        let mut counted =
            Counted { inner: head.as_slice().chain(input), left: bytes_max, is_over: false };
        let args = ["index-pack", "--stdin", "--fix-thin", "--strict"];
        let mut output = Vec::new();
        let ended = program.run(Run {
            folder: self.view.path(),
            args: &args,
            protocol: None,
            input: &mut counted,
            output: &mut output,
        })?;
        if counted.is_over {
            return Ok(Err(PackRefused::TooLarge { bytes_max }));
        }
        if !ended.is_success {
            // `ENOSPC` as the C library says it where no language is set.
            let is_full = ended.complaint.contains("No space left on device");
            let malformed = PackRefused::Malformed { complaint: ended.complaint };
            return Ok(Err(if is_full { PackRefused::Full } else { malformed }));
        }
        Ok(Ok(()))
    }

    /// Checks what Git's program does not: names that are not UTF-8, files that nobody could read,
    /// odd modes and lines that it warns of and we cannot read.
    fn objects_check(&mut self) -> Result<Result<(), PackRefused>, Error> {
        let mut reader = self.seen.reader();
        let mut objects = Vec::new();
        for path in self.view.pack_files()? {
            if path.extension().is_some_and(|kind| kind == "idx") {
                objects.extend(index_names(&path)?);
            }
        }
        for oid in objects {
            let header = reader.header(oid)?.ok_or(Error::Missing(oid))?;
            self.objects.push((oid, header));
            if header.size_bytes > OBJECT_BYTES_MAX {
                let size_bytes = header.size_bytes;
                return Ok(Err(PackRefused::FileTooLarge { oid, size_bytes }));
            }
            let checked = match header.kind {
                Kind::Tree => tree_check(&mut reader, oid)?,
                Kind::Commit => {
                    readable(oid, commit_parse(&reader.object(oid, header.kind)?)).map(drop)
                }
                Kind::Tag => readable(oid, tag_parse(&reader.object(oid, header.kind)?)).map(drop),
                Kind::Blob => Ok(()),
            };
            if let Err(refused) = checked {
                return Ok(Err(refused));
            }
        }
        for RefCommand { name, new, .. } in &self.commands {
            let Some(oid) = new else { continue };
            let kind = reader.header(*oid)?.map(|header| header.kind);
            if let Some(kind) = kind.filter(|kind| *kind != Kind::Commit)
                && name.starts_with("refs/heads/")
            {
                return Ok(Err(PackRefused::NotACommit { name: name.clone(), kind }));
            }
        }
        Ok(Ok(()))
    }

    /// Checks that everything the new refs need is here, as `git receive-pack` does.
    fn connected_check(&self, program: &Program) -> Result<Result<(), PackRefused>, Error> {
        let mut wanted = String::new();
        for oid in self.commands.iter().filter_map(|command| command.new) {
            wanted.push_str(&format!("{oid}\n"));
        }
        let args = ["rev-list", "--objects", "--stdin", "--quiet", "--not", "--all"];
        let mut output = Vec::new();
        let ended = program.run(Run {
            folder: self.view.path(),
            args: &args,
            protocol: None,
            input: &mut wanted.as_bytes(),
            output: &mut output,
        })?;
        if ended.is_success {
            return Ok(Ok(()));
        }
        Ok(Err(PackRefused::Disconnected { complaint: ended.complaint }))
    }
}

/// Counts what is read, and ends the input at the limit.
struct Counted<R> {
    inner: R,
    left: u64,
    is_over: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_over {
            return Ok(0);
        }
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(u64::try_from(count).unwrap_or(u64::MAX)) {
            Some(left) => {
                self.left = left;
                Ok(count)
            }
            None => {
                self.is_over = true;
                Ok(0)
            }
        }
    }
}

/// Reads the commands up to their end, and the words that the client asks for.
fn commands_read(input: &mut dyn Read) -> Result<(Vec<RefCommand>, BTreeSet<String>), Error> {
    let mut commands: Vec<RefCommand> = Vec::new();
    let mut names = BTreeSet::new();
    let mut capabilities = BTreeSet::new();
    while let Some(line) = packet_read(input)? {
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        // A client with a cut history says where it is cut. What it pushes is complete with what we
        // have, or the check for missing objects finds the hole.
        if line.starts_with(b"shallow ") {
            continue;
        }
        let mut parts = line.splitn(2, |byte| *byte == 0);
        let command = command_parse(parts.next().unwrap_or_default())?;
        if let Some(words) = parts.next() {
            let words = String::from_utf8_lossy(words);
            capabilities.extend(words.split_ascii_whitespace().map(str::to_owned));
        }
        if !names.insert(command.name.clone()) {
            return Err(Error::Protocol("a ref is changed twice"));
        }
        commands.push(command);
        if commands.len() > COMMANDS_MAX {
            let most = u64::try_from(COMMANDS_MAX).unwrap_or(u64::MAX);
            return Err(Error::Limit { what: "the number of pushed refs", most });
        }
    }
    let format = capabilities.iter().find_map(|word| word.strip_prefix("object-format="));
    if format.is_some_and(|format| format != "sha1") {
        return Err(Error::Protocol("the objects are not named by SHA-1"));
    }
    Ok((commands, capabilities))
}

fn command_parse(line: &[u8]) -> Result<RefCommand, Error> {
    let text = std::str::from_utf8(line).map_err(|_| Error::Protocol("a ref is not UTF-8"))?;
    let mut words = text.splitn(3, ' ');
    let mut oid = || words.next().and_then(|word| Oid::from_hex(word.as_bytes()));
    let (Some(old), Some(new)) = (oid(), oid()) else {
        return Err(Error::Protocol("a command is not: old object, new object, ref"));
    };
    let name = words.next().unwrap_or_default().to_owned();
    let some = |oid: Oid| (!oid.is_zero()).then_some(oid);
    Ok(RefCommand { name, old: some(old), new: some(new) })
}

/// Refuses an object that cannot be read.
fn readable<T>(oid: Oid, parsed: Result<T, &'static str>) -> Result<T, PackRefused> {
    parsed.map_err(|problem| PackRefused::Malformed { complaint: format!("`{oid}`: {problem}") })
}

fn tree_check(reader: &mut Reader, tree: Oid) -> Result<Result<(), PackRefused>, Error> {
    let bytes = reader.tree(tree)?;
    for entry in TreeEntries(&bytes) {
        let entry = match readable(tree, entry) {
            Ok(entry) => entry,
            Err(refused) => return Ok(Err(refused)),
        };
        let fault = entry.text().map_err(str::to_owned);
        let fault = fault.and_then(|name| part_check(name).map_err(|fault| fault.to_string()));
        if let Err(reason) = fault {
            let name = String::from_utf8_lossy(entry.name).into_owned();
            return Ok(Err(PackRefused::Name { tree, name, reason }));
        }
    }
    Ok(Ok(()))
}

fn band_write(out: &mut Vec<u8>, band: u8, bytes: &[u8]) {
    for part in bytes.chunks(BAND_BYTES_MAX) {
        packet_write(out, &[&[band], part].concat());
    }
}

/// Makes a text fit one line of the protocol.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if line.len() + c.len_utf8() > REASON_BYTES_MAX {
            break;
        }
        line.push(c);
    }
    line
}
