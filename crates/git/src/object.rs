//! The text of objects: trees, commits and tags read and written.
//!
//! Formats: "Git Internals - Git Objects" in Pro Git, and `tree-walk.c`, `commit.c`, `tag.c` of Git.
//! Reading is as tolerant as Git's own; writing is exact.

use crate::model::{Actor, Commit, Kind, Mode, Tag};
use crate::oid::{OID_BYTES, Oid};
use std::cmp::Ordering;

/// Most minutes between a clock and UTC that are written: Git takes four digits, `+hhmm`.
const OFFSET_MINUTES_MAX: i32 = 99 * 60 + 59;

/// One entry of a tree, still inside the tree's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawEntry<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) mode: Mode,
    pub(crate) oid: Oid,
}

impl<'a> RawEntry<'a> {
    /// Returns the name as text.
    pub(crate) fn text(&self) -> Result<&'a str, &'static str> {
        std::str::from_utf8(self.name).map_err(|_| "a name is not UTF-8")
    }
}

/// Reads the entries of a tree in their stored order.
#[derive(Debug, Clone)]
pub(crate) struct TreeEntries<'a>(pub(crate) &'a [u8]);

impl<'a> TreeEntries<'a> {
    fn read(bytes: &'a [u8]) -> Option<(RawEntry<'a>, &'a [u8])> {
        let mut bits = 0_u32;
        let mut at = 0;
        loop {
            let digit = *bytes.get(at)?;
            at += 1;
            match digit {
                b'0'..=b'7' if at <= 7 => bits = bits << 3 | u32::from(digit - b'0'),
                b' ' if at > 1 => break,
                _ => return None,
            }
        }
        let rest = &bytes[at..];
        let end = rest.iter().position(|byte| *byte == 0)?;
        let (name, rest) = (&rest[..end], &rest[end + 1..]);
        let oid = Oid::from_slice(rest.get(..OID_BYTES)?)?;
        if name.is_empty() || name.contains(&b'/') {
            return None;
        }
        Some((RawEntry { name, mode: Mode::from_bits(bits)?, oid }, &rest[OID_BYTES..]))
    }
}

impl<'a> Iterator for TreeEntries<'a> {
    type Item = Result<RawEntry<'a>, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let Some((entry, rest)) = Self::read(self.0) else {
            self.0 = &[];
            return Some(Err("a tree entry is cut or has no mode, name or object"));
        };
        self.0 = rest;
        Some(Ok(entry))
    }
}

/// Compares two names as trees are sorted: a folder as if its name ended in a slash.
pub(crate) fn name_order(a: (&[u8], bool), b: (&[u8], bool)) -> Ordering {
    let shared = a.0.len().min(b.0.len());
    let next = |(name, is_dir): (&[u8], bool)| {
        name.get(shared).copied().or_else(|| is_dir.then_some(b'/'))
    };
    a.0[..shared].cmp(&b.0[..shared]).then_with(|| next(a).cmp(&next(b)))
}

/// Writes one entry of a tree. Entries have to come in [`name_order`].
pub(crate) fn tree_entry_write(out: &mut Vec<u8>, name: &[u8], mode: Mode, oid: Oid) {
    out.extend_from_slice(mode.digits().as_bytes());
    out.push(b' ');
    out.extend_from_slice(name);
    out.push(0);
    out.extend_from_slice(oid.bytes());
}

/// Reads a commit. Headers that are not known (signatures, encodings) are passed over.
pub(crate) fn commit_parse(bytes: &[u8]) -> Result<Commit, &'static str> {
    let (headers, message) = headers_split(bytes);
    let mut tree = None;
    let mut parents = Vec::new();
    let (mut author, mut committer) = (None, None);
    for (key, value) in headers {
        match key {
            b"tree" if tree.is_none() => tree = Oid::from_hex(value),
            b"parent" => parents.push(Oid::from_hex(value).ok_or("a parent is no object name")?),
            b"author" if author.is_none() => author = Some(actor_parse(value)),
            b"committer" if committer.is_none() => committer = Some(actor_parse(value)),
            _ => {}
        }
    }
    Ok(Commit {
        tree: tree.ok_or("the commit names no tree")?,
        parents,
        author: author.ok_or("the commit has no author")?,
        committer: committer.ok_or("the commit has no committer")?,
        message: String::from_utf8_lossy(message).into_owned(),
    })
}

/// Reads an annotated tag.
pub(crate) fn tag_parse(bytes: &[u8]) -> Result<Tag, &'static str> {
    let (headers, message) = headers_split(bytes);
    let (mut target, mut kind, mut name, mut tagger) = (None, None, None, None);
    for (key, value) in headers {
        match key {
            b"object" => target = Oid::from_hex(value),
            b"type" => kind = Kind::from_word(value),
            b"tag" => name = Some(String::from_utf8_lossy(value).into_owned()),
            b"tagger" => tagger = Some(actor_parse(value)),
            _ => {}
        }
    }
    Ok(Tag {
        target: target.ok_or("the tag names no object")?,
        target_kind: kind.ok_or("the tag names no kind")?,
        name: name.unwrap_or_default(),
        tagger,
        message: String::from_utf8_lossy(message).into_owned(),
    })
}

/// A header line: its word and what follows the space.
type HeaderLine<'a> = (&'a [u8], &'a [u8]);

/// Splits an object into its header lines and the text after the first empty line. Lines that
/// begin with a space continue the one before; none of ours do, so they are left out.
fn headers_split(bytes: &[u8]) -> (Vec<HeaderLine<'_>>, &[u8]) {
    let mut headers = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.is_empty() {
            break;
        }
        if let Some(space) = line.iter().position(|byte| *byte == b' ').filter(|at| *at > 0) {
            headers.push((&line[..space], &line[space + 1..]));
        }
    }
    (headers, rest)
}

/// Reads `Name <mail> seconds +hhmm`. What cannot be read becomes empty or 0, as `git log` does.
fn actor_parse(line: &[u8]) -> Actor {
    let text = String::from_utf8_lossy(line);
    let (person, time) = text.rsplit_once('>').unwrap_or((&text, ""));
    let (name, email) = person.split_once('<').unwrap_or((person, ""));
    let mut words = time.split_ascii_whitespace();
    let seconds = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let offset = words.next().and_then(|word| word.parse::<i32>().ok()).unwrap_or(0);
    let offset_minutes = offset / 100 * 60 + offset % 100;
    Actor {
        name: name.trim().to_owned(),
        email: email.trim().to_owned(),
        seconds,
        offset_minutes: offset_minutes.clamp(-OFFSET_MINUTES_MAX, OFFSET_MINUTES_MAX),
    }
}

/// Writes a commit; equal values give equal bytes.
pub(crate) fn commit_bytes(commit: &Commit) -> Vec<u8> {
    let mut text = format!("tree {}\n", commit.tree);
    for parent in &commit.parents {
        text.push_str(&format!("parent {parent}\n"));
    }
    text.push_str(&format!("author {}\n", actor_line(&commit.author)));
    text.push_str(&format!("committer {}\n\n", actor_line(&commit.committer)));
    text.push_str(&message_text(&commit.message));
    text.into_bytes()
}

/// Writes an annotated tag.
pub(crate) fn tag_bytes(tag: &Tag) -> Vec<u8> {
    let mut text = format!("object {}\ntype {}\ntag {}\n", tag.target, tag.target_kind, tag.name);
    if let Some(tagger) = &tag.tagger {
        text.push_str(&format!("tagger {}\n", actor_line(tagger)));
    }
    text.push('\n');
    text.push_str(&message_text(&tag.message));
    text.into_bytes()
}

fn actor_line(actor: &Actor) -> String {
    let name = crud_removed(&actor.name);
    let name = if name.is_empty() { "unknown" } else { &name };
    let minutes = actor.offset_minutes.clamp(-OFFSET_MINUTES_MAX, OFFSET_MINUTES_MAX);
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let email = crud_removed(&actor.email);
    format!("{name} <{email}> {} {sign}{hours:02}{rest:02}", actor.seconds.max(0))
}

/// Leaves out what would end the name or the line (`ident.c`, `strbuf_addstr_without_crud`).
fn crud_removed(text: &str) -> String {
    let kept: String =
        text.chars().filter(|c| !matches!(c, '<' | '>' | '\n' | '\r' | '\0')).collect();
    kept.trim().to_owned()
}

/// A message holds no NUL, which ends a commit for Git, and ends its last line.
fn message_text(message: &str) -> String {
    let mut text: String = message.chars().filter(|c| *c != '\0').collect();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
