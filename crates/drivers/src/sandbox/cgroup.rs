//! Control groups: limits on memory, processor time and processes, of version 1 and 2.
//!
//! A machine has version 2 (one tree), version 1 (a tree for each kind) or both at once, with the
//! kinds spread over them. So each kind is looked for by itself. Nothing is made outside the group
//! that the zone itself is in, or the one that the operator names: a zone does not escape its own
//! limits.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a group whose processes are killed may take to become empty.
const EMPTY_LIMIT: Duration = Duration::from_secs(5);
/// Between two looks at that.
const EMPTY_LOOK: Duration = Duration::from_millis(2);
/// Length of the accounting period for processor time, in microseconds: the kernel's own default.
const PERIOD_US: u64 = 100_000;
/// Least quota that the kernel takes, in microseconds.
const QUOTA_US_MIN: u64 = 1_000;
/// The group that a zone moves itself into, so that its own can have children with limits.
const ZONE_GROUP: &str = "zone";
/// The kinds of limit that are used.
const KINDS: [&str; 3] = ["memory", "cpu", "pids"];

/// Which interface a folder has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Version {
    One,
    Two,
}

/// The folder in which one kind of limit is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub folder: PathBuf,
    pub version: Version,
}

impl Place {
    fn below(&self, name: &str) -> Self {
        Self { folder: self.folder.join(name), version: self.version }
    }
}

/// Where groups can be made, or one group: a folder for each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub memory: Option<Place>,
    pub cpu: Option<Place>,
    pub pids: Option<Place>,
    /// Version 2, which alone kills a whole group at once; also tells processor time.
    pub unified: Option<PathBuf>,
    /// Version 1 of the processor time used, where there is no version 2.
    pub cpuacct: Option<PathBuf>,
}

/// What a group may use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub memory_bytes: u64,
    pub cores_milli: u32,
    pub processes: u32,
}

impl Group {
    /// Finds where this process may make groups.
    ///
    /// `mounts` is the text of `/proc/self/mountinfo`, `own` that of `/proc/self/cgroup`, `named`
    /// a folder of version 2 that the operator has handed over.
    pub(crate) fn find(mounts: &str, own: &str, named: Option<&Path>) -> Self {
        let mut found = Self::default();
        for (kinds, folder) in own.lines().filter_map(|line| own_folder(mounts, line)) {
            if kinds.is_empty() {
                found.take_unified(named.unwrap_or(&folder));
                continue;
            }
            for kind in kinds.split(',') {
                let place = Place { folder: folder.clone(), version: Version::One };
                match kind {
                    "memory" => found.memory = Some(place),
                    "cpu" => found.cpu = Some(place),
                    "pids" => found.pids = Some(place),
                    "cpuacct" => found.cpuacct = Some(place.folder),
                    _ => {}
                }
            }
        }
        found.keep_writable();
        found
    }

    fn take_unified(&mut self, folder: &Path) {
        let is_zone = folder.file_name().is_some_and(|name| name == ZONE_GROUP);
        let folder = if is_zone { folder.parent().unwrap_or(folder) } else { folder };
        let given = controllers_enable(folder);
        let place = || Some(Place { folder: folder.to_owned(), version: Version::Two });
        for kind in &given {
            match kind.as_str() {
                "memory" => self.memory = place(),
                "cpu" => self.cpu = place(),
                "pids" => self.pids = place(),
                _ => {}
            }
        }
        self.unified = Some(folder.to_owned());
    }

    /// Leaves out what this process may not make folders in.
    fn keep_writable(&mut self) {
        let name = format!("hutong-try-{}", std::process::id());
        let may = |folder: &Path| {
            let path = folder.join(&name);
            let is_made = fs::create_dir(&path).is_ok();
            is_made && fs::remove_dir(&path).is_ok()
        };
        for place in [&mut self.memory, &mut self.cpu, &mut self.pids] {
            *place = place.take().filter(|place| may(&place.folder));
        }
        self.unified = self.unified.take().filter(|folder| may(folder));
        self.cpuacct = self.cpuacct.take().filter(|folder| may(folder));
        let places = [&self.memory, &self.cpu, &self.pids];
        let is_two = places.into_iter().flatten().any(|place| place.version == Version::Two);
        if self.cpuacct.is_some() && !is_two {
            // It would only cost: see `Self::hop`.
            self.unified = None;
        } else if self.unified.is_some() {
            self.cpuacct = None;
        }
    }

    /// Names a group in it.
    pub(crate) fn below(&self, name: &str) -> Self {
        Self {
            memory: self.memory.as_ref().map(|place| place.below(name)),
            cpu: self.cpu.as_ref().map(|place| place.below(name)),
            pids: self.pids.as_ref().map(|place| place.below(name)),
            unified: self.unified.as_ref().map(|folder| folder.join(name)),
            cpuacct: self.cpuacct.as_ref().map(|folder| folder.join(name)),
        }
    }

    fn folders(&self) -> BTreeSet<&Path> {
        let places = [&self.memory, &self.cpu, &self.pids];
        let kinds = places.into_iter().flatten().map(|place| place.folder.as_path());
        kinds.chain(self.unified.as_deref()).chain(self.cpuacct.as_deref()).collect()
    }

    /// Makes the group and sets its limits.
    pub(crate) fn make(&self, bounds: Bounds) -> io::Result<()> {
        for folder in self.folders() {
            fs::create_dir(folder).or_else(|error| match error.kind() {
                // Left by a run of the same key that was lost and forgotten; it is empty.
                io::ErrorKind::AlreadyExists => Ok(()),
                _ => Err(error),
            })?;
        }
        if let Some(place) = &self.memory {
            memory_limit(place, bounds.memory_bytes)?;
        }
        if let Some(Place { folder, .. }) = &self.pids {
            fs::write(folder.join("pids.max"), bounds.processes.to_string())?;
        }
        if let Some(Place { folder, version }) = &self.cpu {
            let quota = (u64::from(bounds.cores_milli) * PERIOD_US / 1_000).max(QUOTA_US_MIN);
            match version {
                Version::One => {
                    fs::write(folder.join("cpu.cfs_period_us"), PERIOD_US.to_string())?;
                    fs::write(folder.join("cpu.cfs_quota_us"), quota.to_string())?;
                }
                Version::Two => fs::write(folder.join("cpu.max"), format!("{quota} {PERIOD_US}"))?,
            }
        }
        Ok(())
    }

    /// Moves this process into the folders of version 1, or out of them again to where it was.
    /// What it starts meanwhile stays inside.
    ///
    /// A process that moves itself costs nothing, and one that is moved waits until every
    /// processor has passed through the scheduler: 10 ms and more on a busy machine. Only version
    /// 1 lets a process of one thread move itself.
    pub(crate) fn hop(&self, is_in: bool) -> io::Result<()> {
        for folder in self.folders_of(Version::One) {
            let at = if is_in { folder } else { folder.parent().unwrap_or(folder) };
            fs::write(at.join("tasks"), "0")?;
        }
        Ok(())
    }

    /// Moves a process into the folder of version 2, if there is one; what it starts follows.
    pub(crate) fn enter(&self, pid: u32) -> io::Result<()> {
        let text = pid.to_string();
        let folders = self.folders_of(Version::Two);
        folders.into_iter().try_for_each(|it| fs::write(it.join("cgroup.procs"), &text))
    }

    fn folders_of(&self, version: Version) -> BTreeSet<&Path> {
        let two = self.unified.as_deref();
        let is_it = |folder: &&Path| (Some(*folder) == two) == (version == Version::Two);
        self.folders().into_iter().filter(is_it).collect()
    }

    /// Lists its processes.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let read = |folder: &Path| fs::read_to_string(folder.join("cgroup.procs")).ok();
        let texts: Vec<String> = self.folders().into_iter().filter_map(read).collect();
        let all: BTreeSet<u32> = texts
            .iter()
            .flat_map(|text| text.lines())
            .filter_map(|line| line.parse().ok())
            .collect();
        all.into_iter().collect()
    }

    /// Returns milliseconds of processor time used so far.
    pub(crate) fn cpu_ms(&self) -> Option<u64> {
        if let Some(folder) = &self.unified {
            return field(&folder.join("cpu.stat"), "usage_usec").map(|us| us / 1_000);
        }
        let text = fs::read_to_string(self.cpuacct.as_ref()?.join("cpuacct.usage")).ok()?;
        text.trim().parse::<u64>().ok().map(|ns| ns / 1_000_000)
    }

    /// Returns the most bytes of memory used at once.
    pub(crate) fn memory_peak_bytes(&self) -> Option<u64> {
        let Place { folder, version } = self.memory.as_ref()?;
        let name = match version {
            Version::One => "memory.max_usage_in_bytes",
            Version::Two => "memory.peak",
        };
        fs::read_to_string(folder.join(name)).ok()?.trim().parse().ok()
    }

    /// Says whether the kernel killed a process of it for want of memory.
    pub(crate) fn is_out_of_memory(&self) -> bool {
        let Some(Place { folder, version }) = &self.memory else { return false };
        let name = match version {
            Version::One => "memory.oom_control",
            Version::Two => "memory.events",
        };
        field(&folder.join(name), "oom_kill").is_some_and(|count| count > 0)
    }

    /// Kills every process in it, and removes it when it is empty.
    pub(crate) fn end(&self) -> io::Result<()> {
        let start = Instant::now();
        loop {
            self.kill();
            let done =
                self.folders().into_iter().try_for_each(|folder| match fs::remove_dir(folder) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                    _ => Ok(()),
                });
            if done.is_ok() || start.elapsed() > EMPTY_LIMIT {
                return done;
            }
            std::thread::sleep(EMPTY_LOOK);
        }
    }

    /// Kills every process in it.
    pub(crate) fn kill(&self) {
        let at_once = self.unified.as_ref().map(|it| it.join("cgroup.kill"));
        if at_once.is_some_and(|file| file.exists() && fs::write(file, "1").is_ok()) {
            return;
        }
        for pid in self.processes() {
            super::process::kill(pid);
        }
    }

    /// Names the kinds of limit that it has.
    pub(crate) fn kinds(&self) -> [(&'static str, Option<Version>); 3] {
        let version = |place: &Option<Place>| place.as_ref().map(|place| place.version);
        [
            ("memory", version(&self.memory)),
            ("cpu", version(&self.cpu)),
            ("pids", version(&self.pids)),
        ]
    }
}

/// Finds the folder of a line of `/proc/self/cgroup`, with its kinds: none for version 2.
fn own_folder<'a>(mounts: &str, line: &'a str) -> Option<(&'a str, PathBuf)> {
    let mut parts = line.splitn(3, ':');
    let (_, kinds, path) = (parts.next()?, parts.next()?, parts.next()?);
    let first = kinds.split(',').next().unwrap_or_default();
    let mount = mounts.lines().find_map(|mount| {
        let (left, right) = mount.split_once(" - ")?;
        let mut right = right.split(' ');
        let (kind, options) = (right.next()?, right.nth(1)?);
        let is_it = match first {
            "" => kind == "cgroup2",
            first => kind == "cgroup" && options.split(',').any(|option| option == first),
        };
        let mut left = left.split(' ').skip(3);
        is_it.then_some((left.next()?, left.next()?))
    });
    let (root, point) = mount?;
    // In a container the root of the mount may be the group itself.
    let inside = path.strip_prefix(root).unwrap_or_default().trim_start_matches('/');
    let folder =
        if inside.is_empty() { PathBuf::from(point) } else { Path::new(point).join(inside) };
    Some((kinds, folder))
}

/// Lets children of a group of version 2 have limits, and returns which kinds they can have.
fn controllers_enable(folder: &Path) -> Vec<String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let control = folder.join("cgroup.subtree_control");
    let offered = read("cgroup.controllers");
    let is_used = |kind: &&str| KINDS.contains(kind);
    for kind in offered.split_whitespace().filter(is_used) {
        let is_on = |text: &str| text.split_whitespace().any(|it| it.trim_matches('+') == kind);
        if is_on(&read("cgroup.subtree_control")) {
            continue;
        }
        let line = format!("+{kind}");
        // A group with limited children may hold no process itself. If it holds only this one, as
        // under systemd with `Delegate=yes`, this one moves aside.
        let own = std::process::id().to_string();
        if fs::write(&control, &line).is_err() && read("cgroup.procs").trim() == own {
            let aside = folder.join(ZONE_GROUP);
            drop(fs::create_dir(&aside));
            drop(fs::write(aside.join("cgroup.procs"), &own));
            drop(fs::write(&control, &line));
        }
    }
    let now = read("cgroup.subtree_control");
    now.split_whitespace().map(|kind| kind.trim_matches('+').to_owned()).collect()
}

fn memory_limit(place: &Place, bytes: u64) -> io::Result<()> {
    let set = |name: &str, text: &str| fs::write(place.folder.join(name), text);
    match place.version {
        Version::One => {
            set("memory.limit_in_bytes", &bytes.to_string())?;
            // Absent where the kernel does not count swap; then there is none to limit.
            drop(set("memory.memsw.limit_in_bytes", &bytes.to_string()));
        }
        Version::Two => {
            set("memory.max", &bytes.to_string())?;
            drop(set("memory.swap.max", "0"));
            drop(set("memory.oom.group", "1"));
        }
    }
    Ok(())
}

/// Reads a number from a file of lines `name number`.
fn field(file: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}
