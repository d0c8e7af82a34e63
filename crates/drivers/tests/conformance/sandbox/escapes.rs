//! Runs that try to get out. Each attempt is a command that must fail; one that succeeds says so.

use super::put;
use compute::Input;
use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

/// Commands that succeed where a run gets at something that is not its own.
const ATTEMPTS: &[&str] = &[
    "mount -t tmpfs none /scratch",
    "mount --bind /usr /scratch",
    "mount -o remount,rw /",
    "mount -o remount,rw,bind /usr",
    "umount /usr",
    "unshare --user true",
    "unshare --user --map-root-user mount -t tmpfs none /tmp",
    "unshare --mount true",
    "nsenter --target 1 --mount true",
    "chroot /scratch /bin/true",
    "touch /x",
    "touch /usr/x",
    "touch /etc/x",
    "touch /dev/x",
    "mknod /scratch/disk b 254 0",
    "cat /etc/shadow",
    "ls /root",
    "ls /home",
    "ls /var",
    "ls /work",
    "ls /run",
    "ls /sys/kernel",
    "ls /sys/fs/cgroup",
    "ls /proc/1/root/root",
    "echo b > /proc/sysrq-trigger",
    "echo x > /proc/sys/kernel/core_pattern",
    "echo 1 > /proc/sys/vm/drop_caches",
    "echo -1000 > /proc/1/oom_score_adj",
    "cat /proc/kcore",
    "dmesg",
    "date -s 2001-01-01",
    "hostname other",
    "su -c true",
    "test $(ls -d /proc/[0-9]* | wc -l) -gt 8",
    "test $(id -u) = 0",
    "! grep -q '^CapEff:.*0000000000000000$' /proc/self/status",
    "! grep -q '^CapBnd:.*0000000000000000$' /proc/self/status",
    "! grep -q '^NoNewPrivs:.*1$' /proc/self/status",
    "! grep -q '^Seccomp:.*2$' /proc/self/status",
];

/// More of them, by the numbers of calls on x86-64; `perl` is in every Debian.
const CALLS: &[(&str, &str)] = &[
    ("ptrace", "syscall(101, 0, 0, 0, 0)"),
    ("keyctl", "syscall(250, 0, -3, 1)"),
    ("bpf", "syscall(321, 0, 0, 0) == -1 && $! != 1 ? 0 : -1"),
    ("io_uring_setup", "syscall(425, 1, 0) == -1 && $! != 1 ? 0 : -1"),
    ("clone3", "syscall(435, 0, 0) == -1 && $! != 38 ? 0 : -1"),
    ("x32 getpid", "syscall(0x40000000 + 39)"),
    ("vsock", "socket(my $s, 40, 1, 0) ? 0 : -1"),
    ("packet", "socket(my $s, 17, 3, 0) ? 0 : -1"),
    ("raw", "socket(my $s, 2, 3, 1) ? 0 : -1"),
    ("clone into a user namespace", "syscall(56, 0x10000011, 0, 0, 0, 0)"),
];

#[test]
fn no_attempt_to_get_out_succeeds() {
    put(|ground, folder| {
        Box::pin(async move {
            let mut script = String::new();
            let own = format!("ls {}", folder.display());
            for attempt in ATTEMPTS.iter().copied().chain([own.as_str()]) {
                script.push_str(&format!(
                    "if ({attempt}) >/dev/null 2>&1; then echo \"OUT: {attempt}\"; fi\n",
                    attempt = attempt.replace('"', "'")
                ));
            }
            script.push_str("echo tried\n");
            let log = ground.succeed(&ground.script("escape", &script)).await;
            assert_eq!(String::from_utf8_lossy(&log), "tried\n");
        })
    });
}

#[test]
fn a_run_is_handed_no_open_file() {
    put(|ground, _| {
        Box::pin(async move {
            // The last one is that of the listing itself.
            let log = ground.succeed(&ground.run("files", &["ls", "/proc/self/fd"])).await;
            assert_eq!(String::from_utf8_lossy(&log), "0\n1\n2\n3\n");
        })
    });
}

#[test]
fn no_call_of_the_kernel_leads_out() {
    if !cfg!(target_arch = "x86_64") {
        return eprintln!("the numbers of calls are those of x86-64");
    }
    put(|ground, _| {
        Box::pin(async move {
            let mut script = String::from("use strict; no warnings;\n");
            for (name, call) in CALLS {
                script.push_str(&format!("print \"OUT: {name}\\n\" if ({call}) != -1;\n"));
            }
            script.push_str("print \"tried\\n\";\n");
            let log = ground.succeed(&ground.run("calls", &["perl", "-e", &script])).await;
            assert_eq!(String::from_utf8_lossy(&log), "tried\n");
        })
    });
}

#[test]
fn a_run_reaches_the_network_only_when_it_may() {
    put(|ground, _| {
        Box::pin(async move {
            let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback is there");
            let port = listener.local_addr().expect("it is bound").port();
            let connect = format!("exec 3<>/dev/tcp/127.0.0.1/{port}");
            let mut run = ground.run("closed", &["bash", "-c", &connect]);
            assert_eq!(ground.end(&run).await.ending, compute::Ending::Exited(1));
            run.key = "open".parse().expect("a plain key");
            run.limits.network = true;
            ground.succeed(&run).await;
        })
    });
}

#[test]
fn a_run_with_network_does_not_reach_abstract_sockets() {
    put(|ground, _| {
        Box::pin(async move {
            let backend = ground.driver.probe().await.expect("it can be asked");
            if !backend.keeps.iter().any(|it| it.contains("Landlock")) {
                return eprintln!("Landlock closes no abstract sockets here");
            }
            let name = format!("hutong-test-{}", std::process::id());
            let address = SocketAddr::from_abstract_name(&name).expect("it is short");
            let listener = UnixListener::bind_addr(&address).expect("nobody has it");
            listener.set_nonblocking(true).expect("it can be set");
            let call = format!(
                "use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; \
                 print connect($s, pack('S', 1) . \"\\0{name}\") ? 'OUT' : 'held';"
            );
            let mut run = ground.run("abstract", &["perl", "-e", &call]);
            run.limits.network = true;
            assert_eq!(ground.succeed(&run).await, b"held");
            let nobody = listener.accept().expect_err("nobody came");
            assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
        })
    });
}

#[test]
fn what_a_run_leaves_leads_nowhere_by_itself() {
    put(|ground, folder| {
        Box::pin(async move {
            fs::write(folder.join("outside"), "kept").expect("it is ours");
            let outside = folder.join("outside");
            let script = format!(
                "ln -s {} /result/link; ln -s / /result/all; mkfifo /result/pipe; \
                 cp /usr/bin/true /result/program; chmod 6755 /result/program; \
                 mkdir /result/shut; echo x > /result/shut/file; chmod 0 /result/shut",
                outside.display()
            );
            let mut run = ground.script("leave", &script);
            run.output = Some("/result".to_owned());
            ground.succeed(&run).await;
            let output = ground.driver.output(&run.key).await.expect("it can be asked");
            let output = output.expect("it left something");
            let kind = |name: &str| fs::symlink_metadata(output.join(name));
            assert!(kind("link").expect("it is there").is_symlink(), "never followed");
            assert!(kind("all").expect("it is there").is_symlink(), "never followed");
            assert!(kind("pipe").is_err(), "who opens a pipe waits for ever");
            let mode = std::os::unix::fs::MetadataExt::mode(&kind("program").expect("it is there"));
            assert_eq!(mode & 0o7777, 0o755, "no rights of others");
            assert_eq!(fs::read(output.join("shut/file")).expect("it is opened"), b"x\n");
            ground.driver.forget(&run.key).await.expect("it has ended");
            assert_eq!(fs::read(outside).expect("it is there"), b"kept");
        })
    });
}

#[test]
fn a_link_among_inputs_leads_to_nothing_of_the_machine() {
    put(|ground, folder| {
        Box::pin(async move {
            let input = folder.join("input");
            fs::create_dir(&input).expect("it is ours");
            let link = |target: &str, name: &str| {
                std::os::unix::fs::symlink(target, input.join(name)).expect("it is ours");
            };
            link("/etc/shadow", "shadow");
            link("../../..", "up");
            let script = "cat /data/shadow && exit 1; test -e /data/up/root && exit 2; exit 0";
            let mut run = ground.script("links", script);
            run.inputs = vec![Input { from: input, to: "/data".to_owned() }];
            ground.succeed(&run).await;
        })
    });
}
