//! What can be tried without starting anything: groups on a tree of plain files, the log, names
//! and places.

use super::cgroup::{Bounds, Group, Version};
use super::environment::{Environment, environment_add, environment_read, environments_list};
use super::log::{Log, read};
use super::record::{Folder, Meter, Started};
use super::{EnvironmentError, disk, filter};
use base::Time;
use compute::{Ending, Sight};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use testbed::TempDir;

const BOUNDS: Bounds = Bounds { memory_bytes: 1 << 30, cores_milli: 1_500, processes: 65 };

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Makes a tree of version 2 in which the own group is `zone.service`.
fn tree(root: &Path, processes: &str) -> (String, PathBuf) {
    let own = root.join("zone.service");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("cgroup.controllers"), "cpuset cpu io memory pids").unwrap();
    fs::write(own.join("cgroup.subtree_control"), "").unwrap();
    fs::write(own.join("cgroup.procs"), processes).unwrap();
    (format!("29 23 0:26 / {} rw - cgroup2 cgroup2 rw\n", root.display()), own)
}

#[test]
fn limits_of_version_2_are_written_as_the_kernel_reads_them() {
    let root = folder();
    let (mounts, own) = tree(root.path(), "");
    // The kernel shows what was switched on; plain files keep what was written last.
    fs::write(own.join("cgroup.subtree_control"), "cpu memory pids").unwrap();
    let groups = Group::find(&mounts, "0::/zone.service\n", None);
    let two = Some(Version::Two);
    assert_eq!(groups.kinds(), [("memory", two), ("cpu", two), ("pids", two)]);
    let group = groups.below("run");
    group.make(BOUNDS).unwrap();
    let run = own.join("run");
    assert_eq!(text(&run.join("memory.max")), "1073741824");
    assert_eq!(text(&run.join("memory.swap.max")), "0");
    assert_eq!(text(&run.join("memory.oom.group")), "1");
    assert_eq!(text(&run.join("cpu.max")), "150000 100000");
    assert_eq!(text(&run.join("pids.max")), "65");
    group.enter(4_711).unwrap();
    assert_eq!(text(&run.join("cgroup.procs")), "4711");
    assert_eq!(group.processes(), [4_711]);
    group.hop(true).unwrap();
    assert!(!run.join("tasks").exists(), "only of version 1");
}

#[test]
fn readings_of_version_2_are_understood() {
    let root = folder();
    let (mounts, own) = tree(root.path(), "");
    fs::write(own.join("cgroup.subtree_control"), "memory pids cpu").unwrap();
    let group = Group::find(&mounts, "0::/zone.service\n", None).below("run");
    group.make(BOUNDS).unwrap();
    let run = own.join("run");
    assert_eq!((group.cpu_ms(), group.memory_peak_bytes()), (None, None));
    fs::write(run.join("cpu.stat"), "usage_usec 1234567\nuser_usec 1\n").unwrap();
    fs::write(run.join("memory.peak"), "4096\n").unwrap();
    assert_eq!((group.cpu_ms(), group.memory_peak_bytes()), (Some(1_234), Some(4_096)));
    fs::write(run.join("memory.events"), "oom 1\noom_kill 0\noom_group_kill 0\n").unwrap();
    assert!(!group.is_out_of_memory());
    fs::write(run.join("memory.events"), "oom 1\noom_kill 1\noom_group_kill 1\n").unwrap();
    assert!(group.is_out_of_memory());
    fs::write(run.join("cgroup.kill"), "").unwrap();
    group.kill();
    assert_eq!(text(&run.join("cgroup.kill")), "1");
}

#[test]
fn a_zone_moves_aside_where_its_group_is_its_own() {
    let root = folder();
    let (mounts, own) = tree(root.path(), &std::process::id().to_string());
    // A folder cannot be written to, as a group with processes cannot be given children.
    fs::remove_file(own.join("cgroup.subtree_control")).unwrap();
    fs::create_dir(own.join("cgroup.subtree_control")).unwrap();
    Group::find(&mounts, "0::/zone.service\n", None);
    assert_eq!(text(&own.join("zone/cgroup.procs")), std::process::id().to_string());
}

#[test]
fn a_zone_does_not_move_others() {
    let root = folder();
    let (mounts, own) = tree(root.path(), "1\n2\n");
    fs::remove_file(own.join("cgroup.subtree_control")).unwrap();
    fs::create_dir(own.join("cgroup.subtree_control")).unwrap();
    let groups = Group::find(&mounts, "0::/zone.service\n", None);
    assert!(groups.kinds().iter().all(|(_, version)| version.is_none()));
    assert!(!own.join("zone").exists());
}

#[test]
fn a_zone_that_moved_aside_makes_groups_beside_itself() {
    let root = folder();
    let (mounts, own) = tree(root.path(), "");
    fs::write(own.join("cgroup.subtree_control"), "cpu memory pids").unwrap();
    fs::create_dir(own.join("zone")).unwrap();
    let groups = Group::find(&mounts, "0::/zone.service/zone\n", None);
    assert_eq!(groups.memory.unwrap().folder, own);
}

#[test]
fn limits_of_version_1_are_written_as_the_kernel_reads_them() {
    let root = folder();
    let mut mounts = String::new();
    for kind in ["memory", "cpu,cpuacct", "pids"] {
        let point = root.path().join(kind);
        fs::create_dir_all(point.join("own")).unwrap();
        let line = format!("31 23 0:28 /docker {} rw - cgroup cgroup rw,{kind}\n", point.display());
        mounts.push_str(&line);
    }
    // In a container the mount shows a part of the tree.
    let own = "4:memory:/docker/own\n2:cpu,cpuacct:/docker/own\n8:pids:/docker/own\n";
    let groups = Group::find(&mounts, own, None);
    let one = Some(Version::One);
    assert_eq!(groups.kinds(), [("memory", one), ("cpu", one), ("pids", one)]);
    let group = groups.below("run");
    group.make(BOUNDS).unwrap();
    let at = |kind: &str, name: &str| root.path().join(kind).join("own/run").join(name);
    assert_eq!(text(&at("memory", "memory.limit_in_bytes")), "1073741824");
    assert_eq!(text(&at("memory", "memory.memsw.limit_in_bytes")), "1073741824");
    assert_eq!(text(&at("cpu,cpuacct", "cpu.cfs_period_us")), "100000");
    assert_eq!(text(&at("cpu,cpuacct", "cpu.cfs_quota_us")), "150000");
    assert_eq!(text(&at("pids", "pids.max")), "65");
    group.hop(true).unwrap();
    assert_eq!(text(&at("memory", "tasks")), "0");
    group.hop(false).unwrap();
    assert_eq!(text(&root.path().join("memory/own/tasks")), "0");
    fs::write(at("cpu,cpuacct", "cpuacct.usage"), "1234567890\n").unwrap();
    fs::write(at("memory", "memory.max_usage_in_bytes"), "4096\n").unwrap();
    fs::write(at("memory", "memory.oom_control"), "under_oom 0\noom_kill 2\n").unwrap();
    assert_eq!((group.cpu_ms(), group.memory_peak_bytes()), (Some(1_234), Some(4_096)));
    assert!(group.is_out_of_memory());
}

#[test]
fn a_machine_without_groups_has_none() {
    let groups = Group::find("", "0::/\n", None);
    assert_eq!(groups, Group::default());
}

/// Writes pieces, and returns what is read from the beginning on, with the bytes on the disk.
fn logged(pieces: &[Vec<u8>], bytes_max: u64, part_bytes: usize) -> (Vec<u8>, u64) {
    let place = folder();
    let mut log = Log::create(place.path(), bytes_max).unwrap();
    pieces.iter().for_each(|piece| log.append(piece).unwrap());
    log.finish().unwrap();
    let files = fs::read_dir(place.path()).unwrap();
    let kept = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    let (mut all, mut from) = (vec![], 0);
    loop {
        let part = read(place.path(), (from, part_bytes)).unwrap();
        if part.bytes.is_empty() {
            return (all, kept);
        }
        all.extend_from_slice(&part.bytes);
        from = part.next;
    }
}

proptest! {
    #[test]
    fn a_log_keeps_its_beginning_and_end_and_no_more_than_it_may(
        pieces in prop::collection::vec(prop::collection::vec(1_u8..255, 0..40), 0..40),
        bytes_max in 0_u64..400,
        part_bytes in 1_usize..50,
    ) {
        let whole = pieces.concat();
        let (log, kept) = logged(&pieces, bytes_max, part_bytes);
        prop_assert!(kept <= bytes_max, "{kept} of {bytes_max}");
        let max = usize::try_from(bytes_max).unwrap();
        if whole.len() <= max / 2 {
            prop_assert_eq!(&log, &whole);
        }
        let head = whole.len().min(max / 2);
        prop_assert_eq!(&log[..head], &whole[..head]);
        let tail = whole.len().min(max / 4);
        prop_assert!(tail == 0 || log.ends_with(&whole[whole.len() - tail..]));
    }
}

#[test]
fn a_log_says_how_much_is_left_out() {
    let (log, kept) = logged(&[vec![b'a'; 1_000]], 100, 4_096);
    assert_eq!(kept, 100);
    let text = String::from_utf8(log).unwrap();
    assert!(text.contains("\n[... 900 bytes of output are left out ...]\n"), "{text}");
}

#[test]
fn an_environment_is_kept_and_listed() {
    let place = folder();
    let environment = Environment {
        root: Some(place.path().to_owned()),
        folders: vec!["/usr".into()],
        path: vec!["/opt/bin".to_owned()],
        variables: [("A".to_owned(), "b \"c\"\n".to_owned())].into(),
    };
    environment_add(place.path(), "py3.12", &environment).unwrap();
    environment_add(place.path(), "bare", &Environment::default()).unwrap();
    assert_eq!(environment_read(place.path(), "py3.12").unwrap(), environment);
    let list = environments_list(place.path()).unwrap();
    assert_eq!(list.keys().collect::<Vec<_>>(), ["bare", "py3.12"]);
    assert!(environments_list(&place.path().join("none")).unwrap().is_empty());
}

#[test]
fn a_wrong_environment_is_refused() {
    let place = folder();
    for name in ["", "..", ".a", "a/b", "A", &"a".repeat(65)] {
        let refused = environment_add(place.path(), name, &Environment::default());
        assert!(matches!(refused, Err(EnvironmentError::Name(_))), "{name}");
    }
    for root in ["relative", "/no/such/folder"] {
        let environment = Environment { root: Some(root.into()), ..Environment::default() };
        let refused = environment_add(place.path(), "a", &environment);
        assert!(matches!(refused, Err(EnvironmentError::NoFolder(_))), "{root}");
    }
    let unknown = environment_read(place.path(), "none");
    assert!(matches!(unknown, Err(EnvironmentError::Unknown(_))));
    fs::create_dir(place.path().join("odd")).unwrap();
    fs::write(place.path().join("odd/environment.toml"), "rot = \"/\"").unwrap();
    assert!(matches!(environments_list(place.path()), Err(EnvironmentError::Text { .. })));
}

#[test]
fn nothing_is_laid_over_what_a_run_needs() {
    let host = Environment::default();
    for place in ["/data", "/data/deep", "/mnt/in", "/scratch/in"] {
        assert!(host.is_free(place), "{place}");
    }
    let bad = ["", "/", "data", "/proc", "/proc/self", "/dev/shm", "/tmp/x", "/usr", "/usr/x"];
    for place in bad.into_iter().chain(["/etc", "/etc/x", "/a/../usr", "/scratch", "/sys/fs"]) {
        assert!(!host.is_free(place), "{place}");
    }
    let root = folder();
    fs::create_dir_all(root.path().join("opt/empty")).unwrap();
    let own = Environment { root: Some(root.path().to_owned()), ..host };
    assert!(own.is_free("/opt/empty") && own.is_free("/data"));
    assert!(!own.is_free("/opt/new"), "a folder of the root cannot be added to");
}

#[test]
fn files_on_disk_are_counted_once_and_deep_trees_are_too_much() {
    let place = folder();
    fs::write(place.path().join("a"), vec![1; 100_000]).unwrap();
    fs::hard_link(place.path().join("a"), place.path().join("b")).unwrap();
    std::os::unix::fs::symlink("/usr", place.path().join("c")).unwrap();
    let is_over = |most: u64| disk::is_over(&[place.path().to_owned()], &[], most);
    assert!(is_over(90_000) && !is_over(150_000));
    for number in 0..100 {
        fs::write(place.path().join(number.to_string()), "").unwrap();
    }
    assert!(is_over(400_000) && !is_over(600_000), "empty files count too");
    fs::create_dir_all(place.path().join("d/".repeat(200))).unwrap();
    assert!(is_over(u64::MAX));
    disk::remove(&place.path().join("d")).unwrap();
    assert!(!is_over(600_000));
}

#[test]
fn a_lost_run_ends_at_its_last_reading_whatever_the_clock_says() {
    let place = folder();
    let run = Folder::new(place.path().to_owned());
    let start = Time::from_millis(1_000_000);
    run.write("run.json", &"{}").unwrap();
    let started = Started { started_at: start, steady_ms: 5, supervisor: std::process::id() };
    run.write("started", &started).unwrap();
    let meter = Meter { wall_ms: 20_000, cpu_ms: Some(7), memory_peak_bytes: None };
    run.write("meter", &meter).unwrap();
    let held = run.lock(true).unwrap().expect("nobody has it");
    let look =
        |now: i64| run.look(Meter::default, |run| run.lost_write(Time::from_millis(now))).unwrap();
    // A process of the supervisor's number lives: only the lock counts.
    assert!(matches!(look(0), Sight::Running { started_at, .. } if started_at == start));
    drop(held);
    let Sight::Ended(ended) = look(-99_000_000) else { panic!("it is lost") };
    assert!(matches!(ended.ending, Ending::NodeFailed(_)));
    assert_eq!(ended.started_at, Some(start));
    assert_eq!(ended.ended_at, start.plus_seconds(20));
    assert_eq!(ended.usage, meter.into());
    assert_eq!(look(99_000_000), Sight::Ended(ended), "it stays as it was told");
}

#[test]
fn every_jump_of_the_filter_stays_inside_it() {
    let program = filter::filter();
    assert_eq!(program.len() % 8, 0);
    let count = program.len() / 8;
    assert!((50..4_096).contains(&count), "the kernel takes 4,096 at most: {count}");
    for (index, instruction) in program.chunks_exact(8).enumerate() {
        let code = u16::from_ne_bytes([instruction[0], instruction[1]]);
        if code & 0x07 == 0x05 {
            let furthest = usize::from(instruction[2].max(instruction[3]));
            assert!(index + 1 + furthest < count, "instruction {index}");
        }
    }
    assert_eq!(program[program.len() - 8], 0x06, "the last one answers");
}
