//! What differs between two texts, by lines.

use imara_diff::{Algorithm, Diff, InternedInput};
use std::ops::Range;

/// Largest text whose lines are compared, in bytes. ASSUMPTION: nobody reads a difference inside a
/// larger file on a page.
pub const TEXT_BYTES_MAX: u64 = 1024 * 1024;

/// Most lines of one text that are compared. Comparing is quadratic for the worst texts.
pub const TEXT_LINES_MAX: usize = 50_000;

/// Lines of context around a change, as `git diff` shows.
const CONTEXT_LINES: u32 = 3;

/// Bytes that are searched for a NUL, as `buffer_is_binary` of Git does (`xdiff-interface.c`).
const BINARY_BYTES: usize = 8_000;

/// What differs between two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextDiff {
    /// One of them is no text: it has a NUL byte near its begin.
    Binary,
    /// One of them is above [`TEXT_BYTES_MAX`] or [`TEXT_LINES_MAX`].
    TooLarge,
    /// The places that differ, in order; none when the texts are equal.
    Hunks(Vec<Hunk>),
}

/// A place that differs, with three lines around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// First line in the old text, counted from 1; the line before when there are none.
    pub old_start: u32,
    /// Lines of the old text.
    pub old_lines: u32,
    /// First line in the new text, counted from 1; the line before when there are none.
    pub new_start: u32,
    /// Lines of the new text.
    pub new_lines: u32,
    /// The lines, old ones before new ones.
    pub lines: Vec<DiffLine>,
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// Which text it is in.
    pub kind: LineKind,
    /// The line without its end; bytes that are no UTF-8 as replacement characters.
    pub text: String,
    /// Whether a line end follows; only the last line of a text may have none.
    pub is_ended: bool,
}

/// Which text a line is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// In both.
    Context,
    /// Only in the old one.
    Removed,
    /// Only in the new one.
    Added,
}

impl LineKind {
    const fn sign(self) -> char {
        match self {
            Self::Context => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

/// Compares two texts by lines.
#[must_use]
pub fn diff_text(old: &[u8], new: &[u8]) -> TextDiff {
    if is_binary(old) || is_binary(new) {
        return TextDiff::Binary;
    }
    let Some(changes) = changes(old, new) else {
        return TextDiff::TooLarge;
    };
    let (old, new) = (lines(old), lines(new));
    let groups = changes.chunk_by(|a, b| b.old.start - a.old.end <= CONTEXT_LINES * 2);
    TextDiff::Hunks(groups.map(|group| hunk(group, &old, &new)).collect())
}

/// Says whether bytes are no text.
pub(crate) fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(BINARY_BYTES).any(|byte| *byte == 0)
}

/// Lines of the old text that stand for lines of the new one; both counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineChange {
    pub(crate) old: Range<u32>,
    pub(crate) new: Range<u32>,
}

/// Finds the lines that differ; `None` when the texts are too large.
pub(crate) fn changes(old: &[u8], new: &[u8]) -> Option<Vec<LineChange>> {
    let is_large = |text: &[u8]| {
        u64::try_from(text.len()).map_or(true, |bytes| bytes > TEXT_BYTES_MAX)
            || text.iter().filter(|byte| **byte == b'\n').count() >= TEXT_LINES_MAX
    };
    if is_large(old) || is_large(new) {
        return None;
    }
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    Some(diff.hunks().map(|hunk| LineChange { old: hunk.before, new: hunk.after }).collect())
}

/// Splits a text behind its line ends.
pub(crate) fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Takes lines out of a text; ranges come from a comparison of it.
pub(crate) fn lines_of<'a, 'b>(lines: &'b [&'a [u8]], range: Range<u32>) -> &'b [&'a [u8]] {
    let index = |at: u32| usize::try_from(at).unwrap_or(usize::MAX).min(lines.len());
    &lines[index(range.start)..index(range.end)]
}

fn hunk(group: &[LineChange], old: &[&[u8]], new: &[&[u8]]) -> Hunk {
    let (first, last) = (&group[0], &group[group.len() - 1]);
    let before = CONTEXT_LINES.min(first.old.start);
    let old_end = u32::try_from(old.len()).unwrap_or(u32::MAX);
    let after = CONTEXT_LINES.min(old_end - last.old.end);
    let old_range = first.old.start - before..last.old.end + after;
    let new_range = first.new.start - before..last.new.end + after;
    let mut shown = Vec::new();
    let mut at = old_range.start;
    for change in group {
        shown
            .extend(lines_of(old, at..change.old.start).iter().map(|l| line(LineKind::Context, l)));
        let removed = lines_of(old, change.old.clone()).iter();
        shown.extend(removed.map(|l| line(LineKind::Removed, l)));
        let added = lines_of(new, change.new.clone()).iter();
        shown.extend(added.map(|l| line(LineKind::Added, l)));
        at = change.old.end;
    }
    shown.extend(lines_of(old, at..old_range.end).iter().map(|l| line(LineKind::Context, l)));
    let count = |range: &Range<u32>| range.end - range.start;
    let start = |range: &Range<u32>| if range.is_empty() { range.start } else { range.start + 1 };
    Hunk {
        old_start: start(&old_range),
        old_lines: count(&old_range),
        new_start: start(&new_range),
        new_lines: count(&new_range),
        lines: shown,
    }
}

fn line(kind: LineKind, bytes: &[u8]) -> DiffLine {
    let ended = bytes.strip_suffix(b"\n");
    let text = String::from_utf8_lossy(ended.unwrap_or(bytes)).into_owned();
    DiffLine { kind, text, is_ended: ended.is_some() }
}

impl Hunk {
    /// Writes the hunk as `git diff` does.
    pub(crate) fn write(&self, out: &mut String) {
        let side =
            |start, count| if count == 1 { format!("{start}") } else { format!("{start},{count}") };
        let old = side(self.old_start, self.old_lines);
        let new = side(self.new_start, self.new_lines);
        out.push_str(&format!("@@ -{old} +{new} @@\n"));
        for line in &self.lines {
            out.push(line.kind.sign());
            out.push_str(&line.text);
            out.push('\n');
            if !line.is_ended {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
}
