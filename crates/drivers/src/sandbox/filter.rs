//! The filter of system calls, as the kernel and `bwrap --add-seccomp-fd` take it: a list of BPF
//! instructions of 8 bytes.
//!
//! It is written out here and not made by a crate, because it has to answer different calls with
//! different errors, refuse the second table of x86 calls (x32), and look at the family of
//! sockets: virtual sockets (`AF_VSOCK`) reach the host of a virtual machine past every network
//! namespace. Calls are named by the numbers of `libc`; there is nothing to execute here.

/// Calls that no job needs and that have carried escapes: mounts, other processes, keys, the
/// kernel itself. What is left out stays allowed; the namespaces hold without this list.
const DENIED: &[libc::c_long] = &[
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_quotactl,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_vmsplice,
    libc::SYS_move_pages,
];

/// Families of sockets that a job may open; whether they lead anywhere is for the namespace.
const FAMILIES: &[libc::c_int] = &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];

// linux/filter.h and linux/seccomp.h.
const LOAD_WORD: u16 = 0x20;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_AT_LEAST: u16 = 0x35;
const JUMP_ANY_BIT: u16 = 0x45;
const RETURN: u16 = 0x06;
const ALLOW: u32 = 0x7fff_0000;
const ERRNO: u32 = 0x0005_0000;
const KILL: u32 = 0x8000_0000;
/// Places in `struct seccomp_data`: the call, the architecture, the low half of argument 0.
const CALL: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENT: u32 = 16;
/// First number of the x32 table.
const X32: u32 = 0x4000_0000;

/// What the kernel calls this machine (`linux/audit.h`), `None` where the filter was never tried.
const MACHINE: Option<u32> = if cfg!(target_arch = "x86_64") {
    Some(0xc000_003e)
} else if cfg!(target_arch = "aarch64") {
    Some(0xc000_00b7)
} else {
    None
};

/// Whether [`filter`] is made for this machine.
pub(crate) const IS_HERE: bool = MACHINE.is_some();

/// Returns the filter as bytes, empty on a machine that it is not made for.
pub(crate) fn filter() -> Vec<u8> {
    let Some(machine) = MACHINE else { return Vec::new() };
    let mut program = Program(Vec::new());
    program.add(LOAD_WORD, ARCHITECTURE, (0, 0));
    program.add(JUMP_EQUAL, machine, (1, 0));
    program.add(RETURN, KILL, (0, 0));
    program.add(LOAD_WORD, CALL, (0, 0));
    program.answer(JUMP_AT_LEAST, X32, error(libc::ENOSYS));
    for call in DENIED {
        program.answer(JUMP_EQUAL, number(*call), error(libc::EPERM));
    }
    // Its flags are behind a pointer, where no filter sees them; callers then take `clone`.
    program.answer(JUMP_EQUAL, number(libc::SYS_clone3), error(libc::ENOSYS));
    program.add(JUMP_EQUAL, number(libc::SYS_clone), (0, 3));
    program.add(LOAD_WORD, ARGUMENT, (0, 0));
    program.answer(JUMP_ANY_BIT, number(libc::CLONE_NEWUSER.into()), error(libc::EPERM));
    program.add(LOAD_WORD, CALL, (0, 0));
    for call in [libc::SYS_socket, libc::SYS_socketpair] {
        let skip = u8::try_from(FAMILIES.len() * 2 + 2).expect("a handful of families");
        program.add(JUMP_EQUAL, number(call), (0, skip));
        program.add(LOAD_WORD, ARGUMENT, (0, 0));
        for family in FAMILIES {
            program.answer(JUMP_EQUAL, number((*family).into()), ALLOW);
        }
        program.add(RETURN, error(libc::EAFNOSUPPORT), (0, 0));
    }
    program.add(RETURN, ALLOW, (0, 0));
    program.0
}

fn error(code: libc::c_int) -> u32 {
    ERRNO | number(code.into())
}

/// Numbers of calls, flags and errors are small and not negative.
fn number(value: libc::c_long) -> u32 {
    u32::try_from(value).expect("a constant of the kernel")
}

struct Program(Vec<u8>);

impl Program {
    /// Adds an instruction. `holds` and `fails`: how many to skip when the test does.
    fn add(&mut self, code: u16, value: u32, (holds, fails): (u8, u8)) {
        self.0.extend_from_slice(&code.to_ne_bytes());
        self.0.extend_from_slice(&[holds, fails]);
        self.0.extend_from_slice(&value.to_ne_bytes());
    }

    /// Ends with an answer when the test holds.
    fn answer(&mut self, code: u16, value: u32, answer: u32) {
        self.add(code, value, (0, 1));
        self.add(RETURN, answer, (0, 0));
    }
}
