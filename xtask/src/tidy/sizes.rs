//! Files stay short. Functions are measured by clippy (`clippy.toml`).

use super::tree::RustFile;
use super::{Findings, Tree};
use std::collections::BTreeMap;

/// Above this a file says why it is long, in a line `// LONG: ...` (house style, section 9).
const LINES_UNJUSTIFIED_MAX: usize = 600;
/// Above this a file is split, whatever it says.
const LINES_MAX: usize = 900;
/// Old excesses, `path lines` each: they may shrink but not grow.
const RATCHET: &str = "xtask/ratchet.txt";

pub(super) fn files(tree: &Tree, findings: &mut Findings) {
    let mut ratchet = ratchet_read(tree, findings);
    for file in tree.rust().filter(|file| !file.is_test) {
        let count = file.lines.iter().filter(|line| !line.is_test).count();
        let refusal = refusal(&file, count);
        match (refusal, ratchet.remove(file.path)) {
            (Some(message), None) => findings.add(file.path, 1, message),
            (Some(_), Some((line, allowed))) if count != allowed => {
                let message = if count > allowed {
                    format!("`{}` grew from {allowed} to {count} lines: split it", file.path)
                } else {
                    format!("`{}` shrank to {count} lines: lower this number", file.path)
                };
                findings.add(RATCHET, line, message);
            }
            (None, Some((line, _))) => {
                let message = format!("`{}` is short enough: remove this line", file.path);
                findings.add(RATCHET, line, message);
            }
            _ => {}
        }
    }
    for (path, (line, _)) in ratchet {
        findings.add(RATCHET, line, format!("`{path}` is not a source file: remove this line"));
    }
}

fn refusal(file: &RustFile<'_>, count: usize) -> Option<String> {
    if count > LINES_MAX {
        return Some(format!("{count} lines, at most {LINES_MAX}: split the file by noun"));
    }
    let is_justified = file.source.lines().any(|line| {
        line.trim().strip_prefix("// LONG:").is_some_and(|reason| !reason.trim().is_empty())
    });
    (count > LINES_UNJUSTIFIED_MAX && !is_justified).then(|| {
        format!("{count} lines, above {LINES_UNJUSTIFIED_MAX}: split it or say why in `// LONG:`")
    })
}

fn ratchet_read<'a>(tree: &'a Tree, findings: &mut Findings) -> BTreeMap<&'a str, (usize, usize)> {
    let text = tree.files.get(RATCHET).map_or("", String::as_str);
    let mut ratchet = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once(' ').map(|(path, count)| (path, count.trim().parse())) {
            Some((path, Ok(count))) => drop(ratchet.insert(path, (at + 1, count))),
            _ => findings.add(RATCHET, at + 1, format!("`{line}` is not `path lines`")),
        }
    }
    ratchet
}
