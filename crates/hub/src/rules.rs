//! What names may be.

use base::{FieldProblem, FieldProblems};

/// Longest name of a repository, as clients hold it (`huggingface_hub` refuses more than 96).
pub const NAME_CHARS_MAX: usize = 96;
/// Longest namespace: leaves the page address readable.
const NAMESPACE_CHARS_MAX: usize = 42;
/// First words of page and API addresses of a zone; a namespace of that name would be hidden.
const RESERVED: &[&str] = &[
    "account",
    "admin",
    "api",
    "applications",
    "apply",
    "assets",
    "audit",
    "awards",
    "calls",
    "claims",
    "collections",
    "compute",
    "concentration",
    "croissant",
    "datasets",
    "decisions",
    "desk",
    "discussions",
    "docs",
    "entitlement",
    "favicon.ico",
    "filter",
    "first-rows",
    "flags",
    "health",
    "healthz",
    "help",
    "hub",
    "info",
    "instruments",
    "is-valid",
    "jobs",
    "join",
    "kernels",
    "login",
    "logout",
    "me",
    "models",
    "new",
    "oauth",
    "organisations",
    "organizations",
    "papers",
    "parquet",
    "payments",
    "people",
    "platforms",
    "register",
    "reviews",
    "robots.txt",
    "rows",
    "rules",
    "search",
    "settings",
    "sign-in",
    "sign-out",
    "size",
    "spaces",
    "splits",
    "static",
    "statistics",
    "v1",
    "v2",
    "xet",
    "zone",
];

/// Tells whether a first word of an address, whatever its case, belongs to the zone itself and can
/// never be a namespace.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word.to_lowercase().as_str())
}

/// Tests the name of a namespace: 2 to 42 of letters, digits, `-`, `_`, neither reserved nor
/// beginning or ending with `-`.
pub(crate) fn namespace_check(name: &str) -> Result<(), Vec<FieldProblem>> {
    let mut problems = FieldProblems::default();
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    problems.require(
        plain && (2..=NAMESPACE_CHARS_MAX).contains(&name.len()),
        "namespace",
        ("must be 2 to 42 of letters, digits, `-` and `_`", "须为 2 至 42 个字母、数字、- 或 _"),
    );
    problems.require(
        !name.starts_with('-') && !name.ends_with('-') && !name.contains("--"),
        "namespace",
        ("must not begin or end with `-`, nor hold `--`", "不得以 - 开头或结尾，也不得含 --"),
    );
    problems.require(
        !is_reserved(name),
        "namespace",
        ("is an address of the zone: choose another", "与本站地址冲突，请换一个"),
    );
    problems.finish()
}

/// Tests the name of a repository as clients do (`huggingface_hub/utils/_validators.py`): 1 to 96
/// of letters, digits, `-`, `_`, `.`; not beginning or ending with `-` or `.`; no `--` or `..`; not
/// ending with `.git`.
pub(crate) fn repo_check(name: &str) -> Result<(), Vec<FieldProblem>> {
    let mut problems = FieldProblems::default();
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    problems.require(
        plain && (1..=NAME_CHARS_MAX).contains(&name.len()),
        "name",
        (
            "must be 1 to 96 of letters, digits, `-`, `_` and `.`",
            "须为 1 至 96 个字母、数字、-、_ 或 .",
        ),
    );
    let edges = ['-', '.'];
    problems.require(
        !name.starts_with(edges) && !name.ends_with(edges),
        "name",
        ("must not begin or end with `-` or `.`", "不得以 - 或 . 开头或结尾"),
    );
    problems.require(
        !name.contains("--") && !name.contains(".."),
        "name",
        ("must not hold `--` or `..`", "不得含 -- 或 .."),
    );
    problems.require(
        !name.ends_with(".git"),
        "name",
        ("must not end with `.git`", "不得以 .git 结尾"),
    );
    problems.finish()
}

/// Makes a short name of a person's name, or of the first half of their mail address where the
/// name has no letters that may stand in one.
pub(crate) fn namespace_stem(name: &str, email: &str) -> String {
    let short = |text: &str| {
        let spaced = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' });
        let words = spaced.collect::<String>().to_lowercase();
        let joined = words.split_whitespace().collect::<Vec<_>>().join("-");
        joined.chars().take(NAMESPACE_CHARS_MAX - 4).collect::<String>()
    };
    let candidates = [short(name), short(email.split('@').next().unwrap_or(""))];
    let fits = |candidate: &String| namespace_check(candidate).is_ok();
    candidates.into_iter().find(fits).unwrap_or_else(|| "member".to_owned())
}

/// Tests a branch's or tag's short name by the rules of `git check-ref-format`.
pub(crate) fn ref_name_is_valid(name: &str) -> bool {
    /// Longest name: file systems that a clone lands on take 255 bytes.
    const BYTES_MAX: usize = 200;
    let odd = |c: char| {
        c.is_ascii_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    let component = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.ends_with(".lock")
    };
    !name.is_empty()
        && name.len() <= BYTES_MAX
        && !name.contains(odd)
        && !name.contains("..")
        && !name.contains("@{")
        && name != "@"
        && !name.starts_with('-')
        && name.split('/').all(component)
}
