//! The order of waiting jobs: fair between groups, first come first served inside one.
//!
//! Start-time fair queueing (Goyal, Vin and Cheng 1996, "Start-Time Fair Queueing: A Scheduling
//! Algorithm for Integrated Services Packet Switching Networks", section 2): a job gets the tag
//! `max(virtual time, end of its group's last job)`, and the group's end moves on by the job's
//! work over the group's weight. Tags never change, so a job can be told its place, and a job that
//! waits is passed only by a bounded amount of work: that is its ageing. The virtual time is the
//! tag of the job that was chosen last. Groups, not entities: who founds a second firm gets no
//! second share.
//!
//! Jobs behind the first go ahead of it only where that cannot delay it (EASY backfilling:
//! Mu'alem and Feitelson 2001, "Utilization, Predictability, Workloads, and User Runtime
//! Estimates in Scheduling the IBM SP2 with Backfilling", section 3).

use crate::ranked::Ranked;
use base::Time;
use std::collections::HashMap;
use std::hash::Hash;

/// Jobs that are looked at in one choice: the rest is too far behind to be backfilled.
const LOOKED_AT_MAX: usize = 1_000;

/// What a job takes of a pool while it runs, or what a pool has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Need {
    /// Thousandths of a core.
    pub cores_milli: u64,
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Accelerators.
    pub accelerators: u64,
}

impl Need {
    /// Tells whether this fits into what is free.
    #[must_use]
    pub const fn fits(&self, free: &Self) -> bool {
        self.cores_milli <= free.cores_milli
            && self.memory_bytes <= free.memory_bytes
            && self.accelerators <= free.accelerators
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            cores_milli: self.cores_milli.saturating_add(other.cores_milli),
            memory_bytes: self.memory_bytes.saturating_add(other.memory_bytes),
            accelerators: self.accelerators.saturating_add(other.accelerators),
        }
    }

    const fn minus(self, other: Self) -> Self {
        Self {
            cores_milli: self.cores_milli.saturating_sub(other.cores_milli),
            memory_bytes: self.memory_bytes.saturating_sub(other.memory_bytes),
            accelerators: self.accelerators.saturating_sub(other.accelerators),
        }
    }
}

/// A job that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<J, G> {
    /// The job.
    pub job: J,
    /// The group that it is counted to.
    pub group: G,
    /// What it takes.
    pub need: Need,
    /// Milliseconds that it may run.
    pub limit_ms: u64,
    /// Its work, by which its group's share is counted: what it can cost, in minor units.
    pub work: u64,
}

/// A pool at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Room {
    /// What is free.
    pub free: Need,
    /// What runs: when it must have ended, and what it gives back then.
    pub running: Vec<(Time, Need)>,
    /// When the pool closes next: no job may run longer.
    pub closes_at: Option<Time>,
    /// Most jobs of one group that run at once.
    pub group_max: Option<usize>,
}

/// The place of a waiting job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Jobs before it.
    pub before: usize,
    /// Jobs that wait in all.
    pub of: usize,
    /// Jobs of its own group before it.
    pub own_before: usize,
}

#[derive(Debug, Clone)]
struct Waiting<J, G> {
    entry: Entry<J, G>,
    tag: u64,
    number: u64,
}

#[derive(Debug, Clone, Default)]
struct Group {
    /// The tag that its next job gets, unless the virtual time is later.
    next: u64,
    /// Its waiting jobs by their numbers.
    waiting: Ranked<u64>,
}

/// The waiting jobs of a pool.
#[derive(Debug, Clone)]
pub struct Queue<J, G> {
    order: Ranked<(u64, u64, J)>,
    jobs: HashMap<J, Waiting<J, G>>,
    groups: HashMap<G, Group>,
    now: u64,
    number: u64,
}

impl<J, G> Default for Queue<J, G>
where
    J: Ord,
{
    fn default() -> Self {
        Self {
            order: Ranked::default(),
            jobs: HashMap::new(),
            groups: HashMap::new(),
            now: 0,
            number: 0,
        }
    }
}

impl<J, G> Queue<J, G>
where
    J: Clone + Ord + Hash,
    G: Clone + Eq + Hash,
{
    /// Returns how many jobs wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Tells whether no job waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a job at the end of its group; nothing happens where it waits already.
    pub fn push(&mut self, entry: Entry<J, G>) {
        if self.jobs.contains_key(&entry.job) {
            return;
        }
        let group = self.groups.entry(entry.group.clone()).or_default();
        let tag = self.now.max(group.next);
        group.next = tag.saturating_add(entry.work.max(1));
        let number = self.number;
        self.number += 1;
        group.waiting.insert(number);
        self.order.insert((tag, number, entry.job.clone()));
        self.jobs.insert(entry.job.clone(), Waiting { entry, tag, number });
    }

    /// Takes a job out that was cancelled or chosen; its group keeps the share that is left.
    pub fn remove(&mut self, job: &J) -> Option<Entry<J, G>> {
        let waiting = self.jobs.remove(job)?;
        self.order.remove(&(waiting.tag, waiting.number, job.clone()));
        if let Some(group) = self.groups.get_mut(&waiting.entry.group) {
            group.waiting.remove(&waiting.number);
            let is_idle = group.waiting.len() == 0 && group.next <= self.now;
            if is_idle {
                self.groups.remove(&waiting.entry.group);
            }
        }
        Some(waiting.entry)
    }

    /// Returns the place of a job, in O(log n).
    #[must_use]
    pub fn turn(&self, job: &J) -> Option<Turn> {
        let waiting = self.jobs.get(job)?;
        let before = self.order.rank(&(waiting.tag, waiting.number, job.clone()))?;
        let group = self.groups.get(&waiting.entry.group)?;
        let own_before = group.waiting.rank(&waiting.number)?;
        Some(Turn { before, of: self.len(), own_before })
    }

    /// Chooses the next job for a pool and takes it out; `None` where nothing can begin now.
    /// `running` tells how many jobs of a group run.
    pub fn choose(
        &mut self,
        room: &Room,
        now: Time,
        running: impl Fn(&G) -> usize,
    ) -> Option<Entry<J, G>> {
        let chosen = self.chosen(room, now, running)?;
        let tag = self.jobs.get(&chosen)?.tag;
        let entry = self.remove(&chosen);
        // A backfilled job is ahead of its time; the virtual time waits for the first.
        self.now = match self.order.iter().next() {
            Some((first, ..)) => self.now.max(tag.min(*first)),
            None => self.now.max(tag),
        };
        entry
    }

    fn chosen(&self, room: &Room, now: Time, running: impl Fn(&G) -> usize) -> Option<J> {
        let mut blocked: Option<Shadow> = None;
        for (_, _, job) in self.order.iter().take(LOOKED_AT_MAX) {
            let entry = &self.jobs.get(job)?.entry;
            let is_allowed = room.group_max.is_none_or(|most| running(&entry.group) < most)
                && room.closes_at.is_none_or(|close| ends_at(now, entry.limit_ms) <= close);
            if !is_allowed {
                // Not delayed by others but by its own group or the pool's hours.
                continue;
            }
            let does_fit = entry.need.fits(&room.free);
            match &blocked {
                None if does_fit => return Some(job.clone()),
                None => blocked = Some(Shadow::of(&entry.need, room)),
                Some(shadow) if does_fit && shadow.is_spared(entry, now) => {
                    return Some(job.clone());
                }
                Some(_) => {}
            }
        }
        None
    }
}

fn ends_at(now: Time, limit_ms: u64) -> Time {
    let limit = i64::try_from(limit_ms).unwrap_or(i64::MAX);
    Time::from_millis(now.millis().saturating_add(limit))
}

/// When the first blocked job can begin, and what is free beside it then.
struct Shadow {
    at: Option<Time>,
    beside: Need,
}

impl Shadow {
    fn of(need: &Need, room: &Room) -> Self {
        let mut running = room.running.clone();
        running.sort_by_key(|(end, _)| *end);
        let mut free = room.free;
        for (end, given) in running {
            free = free.plus(given);
            if need.fits(&free) {
                return Self { at: Some(end), beside: free.minus(*need) };
            }
        }
        // It never fits: it delays nobody.
        Self { at: None, beside: free }
    }

    fn is_spared<J, G>(&self, entry: &Entry<J, G>, now: Time) -> bool {
        self.at.is_none_or(|at| ends_at(now, entry.limit_ms) <= at) || entry.need.fits(&self.beside)
    }
}
