//! Patterns of file paths, as the `datasets` library resolves them in a repository.
//!
//! `*` and `?` stay inside one name, `**` as a whole name spans folders, `[..]` is one character
//! of a set (`[!..]` or `[^..]` none of it). Source: fsspec's `glob`, which `datasets` uses
//! (huggingface/datasets, `src/datasets/data_files.py`, `resolve_pattern`).

/// Longest pattern. ASSUMPTION: a path of the hub is shorter.
const PATTERN_BYTES_MAX: usize = 1_024;

/// Says whether a path fits a pattern. Too long a pattern fits nothing.
///
/// Hidden parts (`.x`) and special folders (`__x`) fit only if the pattern names as many of them.
pub(crate) fn glob_fits(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let pattern = pattern.strip_prefix('/').unwrap_or(pattern);
    if pattern.len() > PATTERN_BYTES_MAX {
        return false;
    }
    let wanted: Vec<&str> = pattern.split('/').collect();
    let parts: Vec<&str> = path.split('/').collect();
    let hidden = |parts: &[&str]| parts.iter().filter(|part| part.starts_with('.')).count();
    let special = |parts: &[&str]| {
        let folders = parts.split_last().map_or(&[][..], |(_, folders)| folders);
        folders.iter().filter(|part| part.starts_with("__")).count()
    };
    hidden(&wanted) == hidden(&parts)
        && special(&wanted) == special(&parts)
        && parts_fit(&wanted, &parts)
}

/// Fits names one by one; `**` goes back to the last one only, so that the time is bounded by the
/// product of the lengths.
fn parts_fit(pattern: &[&str], path: &[&str]) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < path.len() {
        let wanted = pattern.get(at).copied();
        if wanted == Some("**") {
            star = Some((at, seen));
            at += 1;
        } else if wanted.is_some_and(|wanted| name_fits(wanted, path[seen])) {
            at += 1;
            seen += 1;
        } else if let Some((place, from)) = star {
            star = Some((place, from + 1));
            at = place + 1;
            seen = from + 1;
        } else {
            return false;
        }
    }
    // `data/**` takes files in `data`, and never the folder itself as a file.
    pattern[at.min(pattern.len())..].iter().all(|part| *part == "**")
        && !(pattern.len() > at && star.is_none())
}

/// Fits one name.
fn name_fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        let step = match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => set_fits(&pattern[at..], name[seen]),
            Some(wanted) if *wanted == name[seen] => Some(1),
            _ => None,
        };
        if let Some(step) = step {
            at += step;
            seen += 1;
        } else if let Some((place, from)) = star {
            star = Some((place, from + 1));
            at = place + 1;
            seen = from + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|part| *part == '*')
}

/// Returns the length of the set at the start of the pattern if the character is in it; an open
/// bracket without an end stands for itself.
fn set_fits(pattern: &[char], wanted: char) -> Option<usize> {
    let is_negated = matches!(pattern.get(1), Some('!' | '^'));
    let start = if is_negated { 2 } else { 1 };
    let Some(length) = pattern.iter().skip(start + 1).position(|part| *part == ']') else {
        return (wanted == '[').then_some(1);
    };
    let set = &pattern[start..start + 1 + length];
    let mut is_in = false;
    let mut place = 0;
    while place < set.len() {
        if place + 2 < set.len() && set[place + 1] == '-' {
            is_in |= set[place] <= wanted && wanted <= set[place + 2];
            place += 3;
        } else {
            is_in |= set[place] == wanted;
            place += 1;
        }
    }
    (is_in != is_negated).then_some(start + length + 2)
}
