//! Commits in their order, and how two of them relate.

use crate::error::Error;
use crate::model::Commit;
use crate::oid::Oid;
use crate::repo::{Reader, Repo};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

/// Most commits of one page of a log.
pub const LOG_COMMITS_MAX: usize = 1_000;

/// Most commits that one question visits: as many as the largest public histories have (Linux had
/// about 1.4 million in 2026), with room. A visit costs some ten microseconds.
pub const HISTORY_COMMITS_MAX: usize = 3_000_000;

/// One page of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPage {
    /// Commits, newest first.
    pub commits: Vec<(Oid, Commit)>,
    /// Whether there are more; ask for them after the last one of this page.
    pub has_more: bool,
}

impl Repo {
    /// Lists the commits that `from` builds on, itself included, in the order of `git log`: by
    /// time of recording, newest first, each before the commits it builds on as far as clocks were
    /// right. `limit` is held between 1 and [`LOG_COMMITS_MAX`].
    ///
    /// A page after a commit walks the pages before it again: ten thousand commits cost about a
    /// tenth of a second. After a commit that is not in the history there is nothing.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Kind`] and [`Error::Malformed`] for any commit on the way.
    pub fn log(&self, from: Oid, limit: usize, after: Option<Oid>) -> Result<LogPage, Error> {
        let limit = limit.clamp(1, LOG_COMMITS_MAX);
        let mut reader = self.reader();
        let mut walk = DateWalk::from(&mut reader, [from])?;
        let mut page = LogPage::default();
        let mut is_before = after.is_some();
        while let Some((oid, commit)) = walk.next(&mut reader)? {
            if is_before {
                is_before = Some(oid) != after;
            } else if page.commits.len() == limit {
                page.has_more = true;
                break;
            } else {
                page.commits.push((oid, commit));
            }
        }
        Ok(page)
    }

    /// Counts the commits that `from` builds on, itself included.
    ///
    /// # Errors
    /// As [`Repo::log`].
    pub fn commits_count(&self, from: Oid) -> Result<u64, Error> {
        let mut reader = self.reader();
        let mut walk = DateWalk::from(&mut reader, [from])?;
        let mut count = 0;
        while walk.next(&mut reader)?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// Says whether `later` builds on `earlier`; a commit builds on itself.
    ///
    /// # Errors
    /// As [`Repo::log`].
    pub fn is_ancestor(&self, earlier: Oid, later: Oid) -> Result<bool, Error> {
        let mut reader = self.reader();
        let mut walk = DateWalk::from(&mut reader, [later])?;
        while let Some((oid, _)) = walk.next(&mut reader)? {
            if oid == earlier {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Finds the newest commit that both build on and that no other such commit builds on; `None`
    /// when they have no history in common.
    ///
    /// # Errors
    /// As [`Repo::log`].
    pub fn merge_base(&self, a: Oid, b: Oid) -> Result<Option<Oid>, Error> {
        let found = shared_newest(&mut self.reader(), a, b)?;
        // Clocks that go wrong can leave one that another builds on.
        for candidate in &found {
            let mut is_best = true;
            for other in found.iter().filter(|other| *other != candidate) {
                is_best &= !self.is_ancestor(*candidate, *other)?;
            }
            if is_best {
                return Ok(Some(*candidate));
            }
        }
        Ok(None)
    }
}

/// A commit waiting for its turn: newest first, and of equal ones the one that was met first.
type Waiting = (i64, Reverse<usize>, Oid);

/// Visits every commit once, by time.
pub(crate) struct DateWalk {
    waiting: BinaryHeap<Waiting>,
    commits: HashMap<Oid, Commit>,
    met: HashSet<Oid>,
}

impl DateWalk {
    pub(crate) fn from(
        reader: &mut Reader,
        tips: impl IntoIterator<Item = Oid>,
    ) -> Result<Self, Error> {
        let mut walk =
            Self { waiting: BinaryHeap::new(), commits: HashMap::new(), met: HashSet::new() };
        for tip in tips {
            walk.meet(reader, tip)?;
        }
        Ok(walk)
    }

    pub(crate) fn next(&mut self, reader: &mut Reader) -> Result<Option<(Oid, Commit)>, Error> {
        let Some((_, _, oid)) = self.waiting.pop() else {
            return Ok(None);
        };
        let commit = self.commits.remove(&oid).ok_or(Error::Missing(oid))?;
        for parent in &commit.parents {
            self.meet(reader, *parent)?;
        }
        Ok(Some((oid, commit)))
    }

    fn meet(&mut self, reader: &mut Reader, oid: Oid) -> Result<(), Error> {
        if !self.met.insert(oid) {
            return Ok(());
        }
        commits_limit(self.met.len())?;
        let commit = reader.commit(oid)?;
        self.waiting.push((commit.committer.seconds, Reverse(self.met.len()), oid));
        self.commits.insert(oid, commit);
        Ok(())
    }
}

fn commits_limit(count: usize) -> Result<(), Error> {
    if count <= HISTORY_COMMITS_MAX {
        return Ok(());
    }
    let most = u64::try_from(HISTORY_COMMITS_MAX).unwrap_or(u64::MAX);
    Err(Error::Limit { what: "the number of commits", most })
}

/// Which side a commit is reachable from. A shared commit that was found makes all that it builds
/// on stale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sides {
    is_first: bool,
    is_second: bool,
    is_stale: bool,
}

impl Sides {
    fn joined(self, other: Self) -> Self {
        Self {
            is_first: self.is_first || other.is_first,
            is_second: self.is_second || other.is_second,
            is_stale: self.is_stale || other.is_stale,
        }
    }
}

/// Paints history from both ends until only stale commits wait (`paint_down_to_common` in Git's
/// `commit-reach.c`). Newest first.
fn shared_newest(reader: &mut Reader, a: Oid, b: Oid) -> Result<Vec<Oid>, Error> {
    let mut paint = Paint::default();
    paint.add(reader, a, Sides { is_first: true, ..Sides::default() })?;
    paint.add(reader, b, Sides { is_second: true, ..Sides::default() })?;
    let mut found = Vec::new();
    while paint.fresh > 0 {
        let Some((_, _, oid)) = paint.waiting.pop() else { break };
        let Some(node) = paint.nodes.get_mut(&oid) else { continue };
        node.is_waiting = false;
        let mut sides = node.sides;
        let parents = node.parents.clone();
        if !sides.is_stale {
            paint.fresh -= 1;
            if sides.is_first && sides.is_second {
                found.push(oid);
                sides.is_stale = true;
            }
        }
        for parent in parents {
            paint.add(reader, parent, sides)?;
        }
    }
    let is_fresh = |oid: &Oid| !paint.nodes.get(oid).is_some_and(|node| node.sides.is_stale);
    found.retain(is_fresh);
    Ok(found)
}

#[derive(Debug)]
struct Node {
    sides: Sides,
    seconds: i64,
    parents: Vec<Oid>,
    is_waiting: bool,
}

#[derive(Debug, Default)]
struct Paint {
    nodes: HashMap<Oid, Node>,
    waiting: BinaryHeap<Waiting>,
    /// Waiting commits that are not stale.
    fresh: usize,
}

impl Paint {
    /// Adds sides to a commit, and has it visited (again) when that is news.
    fn add(&mut self, reader: &mut Reader, oid: Oid, sides: Sides) -> Result<(), Error> {
        if !self.nodes.contains_key(&oid) {
            commits_limit(self.nodes.len() + 1)?;
            let Commit { parents, committer, .. } = reader.commit(oid)?;
            let (sides, seconds) = (Sides::default(), committer.seconds);
            self.nodes.insert(oid, Node { sides, seconds, parents, is_waiting: false });
        }
        let order = self.nodes.len();
        let Some(node) = self.nodes.get_mut(&oid) else { return Ok(()) };
        let joined = node.sides.joined(sides);
        if joined == node.sides {
            return Ok(());
        }
        let was_fresh = node.is_waiting && !node.sides.is_stale;
        node.sides = joined;
        if !node.is_waiting {
            node.is_waiting = true;
            self.waiting.push((node.seconds, Reverse(order), oid));
        }
        match (was_fresh, !joined.is_stale) {
            (true, false) => self.fresh -= 1,
            (false, true) => self.fresh += 1,
            _ => {}
        }
        Ok(())
    }
}
