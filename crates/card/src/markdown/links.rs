//! Where the links of a card lead.

use super::sanitise::ID_PREFIX;

/// The addresses that relative links are rewritten to. All begin with `/` and have no `/` at their
/// end; they are the caller's and are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkBase {
    /// Page of a file, e.g. `/owner/name/blob/main`, for links.
    pub blob: String,
    /// Bytes of a file, e.g. `/owner/name/resolve/main`, for pictures.
    pub resolve: String,
    /// Folder of the Markdown file inside the repository, e.g. `docs`; empty at the top.
    pub folder: String,
}

/// Rewrites the target of a link, or drops it.
pub(super) fn link(value: &str, base: &LinkBase) -> Option<String> {
    match target(value)? {
        Target::Scheme(scheme, url) => {
            matches!(scheme.as_str(), "http" | "https" | "mailto").then_some(url)
        }
        Target::Fragment(id) => Some(format!("#{ID_PREFIX}{id}")),
        Target::Site(path) => Some(path),
        Target::Relative(path) => inside(&base.blob, &base.folder, &path),
    }
}

/// Rewrites the source of a picture, or drops it. Pictures load by themselves with the reader's
/// session, so on this site they may come from files of repositories only.
pub(super) fn picture(value: &str, base: &LinkBase) -> Option<String> {
    match target(value)? {
        Target::Scheme(scheme, url) => matches!(scheme.as_str(), "http" | "https").then_some(url),
        Target::Fragment(_) => None,
        Target::Site(path) => {
            let (file, _) = tail_split(&path);
            let is_file = file.contains("/resolve/") && !file.split('/').any(|s| dots(s) > 0);
            is_file.then_some(path)
        }
        Target::Relative(path) => inside(&base.resolve, &base.folder, &path),
    }
}

enum Target {
    /// An absolute address, with its scheme in lower case.
    Scheme(String, String),
    /// `#id`, without the `#`.
    Fragment(String),
    /// A path from the top of this site.
    Site(String),
    /// A path inside the repository.
    Relative(String),
}

/// Tells what an address is, as a browser would: it trims white space, drops line ends inside and
/// reads `\` as `/`. What hides behind these is dropped.
fn target(value: &str) -> Option<Target> {
    let value = value.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    if value.is_empty() || value.chars().any(char::is_control) {
        return None;
    }
    if let Some(id) = value.strip_prefix('#') {
        return Some(Target::Fragment(id.to_owned()));
    }
    let (head, _) = tail_split(value);
    if let Some((scheme, _)) = head.split_once(':')
        && !scheme.contains(['/', '\\'])
    {
        return Some(Target::Scheme(scheme.to_ascii_lowercase(), value.to_owned()));
    }
    let (path, tail) = tail_split(value);
    let path = path.replace('\\', "/");
    if path.is_empty() || path.starts_with("//") {
        return None;
    }
    let whole = format!("{path}{tail}");
    Some(if path.starts_with('/') { Target::Site(whole) } else { Target::Relative(whole) })
}

/// Parts a path from its query and fragment.
fn tail_split(value: &str) -> (&str, &str) {
    value.split_at(value.find(['?', '#']).unwrap_or(value.len()))
}

/// Joins a path to the repository's address; nothing where it leads out of the repository.
fn inside(address: &str, folder: &str, target: &str) -> Option<String> {
    let (path, tail) = tail_split(target);
    let mut segments: Vec<&str> = folder.split('/').filter(|s| !s.is_empty()).collect();
    for segment in path.split('/') {
        match dots(segment) {
            0 if !segment.is_empty() => segments.push(segment),
            2 => {
                segments.pop()?;
            }
            _ => {}
        }
    }
    let mut url = address.to_owned();
    for segment in segments {
        url.push('/');
        url.push_str(segment);
    }
    url.push_str(tail);
    Some(url)
}

/// Counts the dots of a segment that is `.` or `..`, plain or in percent encoding, which browsers
/// treat alike (URL Standard, "double-dot URL path segment"); 0 for any other segment.
fn dots(segment: &str) -> usize {
    match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
        "." => 1,
        ".." => 2,
        _ => 0,
    }
}
