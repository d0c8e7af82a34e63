//! What the crate promises, on the real digits and on files made here.

mod data;
mod learning;
mod refusals;

use crate::{DIGITS, command};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use testbed::TempDir;

/// The shipped dataset, as a hub's download leaves it.
fn digits() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, bytes) in DIGITS {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("files are in folders")).expect("a folder");
        fs::write(path, bytes).expect("room for the digits");
    }
    folder
}

/// Runs the program; returns its exit code, what it told and what was wrong.
fn run(data: &Path, out: &Path, more: &[&str]) -> (u8, String, String) {
    let mut arguments: Vec<OsString> = vec!["trainer".into(), "--data".into(), data.into()];
    arguments.extend(["--out".into(), out.into(), "--dataset".into(), "valley/digits".into()]);
    arguments.extend(more.iter().map(OsString::from));
    let (mut told, mut wrong) = (Vec::new(), Vec::new());
    let code = command(arguments, &mut told, &mut wrong);
    let text = |bytes| String::from_utf8(bytes).expect("what it says is text");
    (code, text(told), text(wrong))
}
