//! Charts as server-rendered SVG. Each stands beside a table or list with the same numbers.
//!
//! Must never: use a float, an inline style or a script. Widths are SVG attributes.

mod bar;
mod bricks;
mod columns;
mod flow;
mod tree;

pub(crate) use bar::{bar, stack};
pub(crate) use bricks::bricks;
pub(crate) use columns::columns;
pub(crate) use flow::FlowSide;
pub(crate) use flow::flow;
pub(crate) use tree::tree;

/// Code points drawn two cells wide: CJK, kana, Hangul, full-width forms.
///
/// Close to Unicode Annex 11 for the scripts the zone uses; breaks labels, decides nothing.
const WIDE: [(u32, u32); 8] = [
    (0x1100, 0x115f),
    (0x2e80, 0xa4cf),
    (0xac00, 0xd7a3),
    (0xf900, 0xfaff),
    (0xfe30, 0xfe6f),
    (0xff00, 0xff60),
    (0xffe0, 0xffe6),
    (0x20000, 0x3fffd),
];

/// Returns the width of a character: two cells for [`WIDE`] ones, one for the rest.
fn cells(c: char) -> usize {
    let code = u32::from(c);
    if WIDE.iter().any(|(first, last)| (*first..=*last).contains(&code)) { 2 } else { 1 }
}

/// Breaks a label into at most `lines` lines of at most `width` cells; the last ends in an
/// ellipsis where text is left over. The full label stands in the table behind the chart.
fn wrap(label: &str, width: usize, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut used = 0;
    for word in words(label) {
        let size: usize = word.chars().map(cells).sum();
        if used + size > width && used > 0 {
            if out.len() == lines {
                return ellipsis(out, width);
            }
            out.push(String::new());
            used = 0;
        }
        let Some(line) = out.last_mut() else { return out };
        line.push_str(if line.is_empty() { word.trim_start() } else { &word });
        used += size;
    }
    out
}

fn ellipsis(mut lines: Vec<String>, width: usize) -> Vec<String> {
    if let Some(last) = lines.last_mut() {
        // The ellipsis is as wide as two cells in CJK fonts.
        while last.chars().map(cells).sum::<usize>() + 2 > width {
            last.pop();
        }
        let kept = last.trim_end().to_owned() + "…";
        *last = kept;
    }
    lines
}

/// Splits into pieces a line may break after: Latin words with their leading space (long ones cut
/// at 16 cells), single CJK characters.
fn words(label: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut size = 0;
    for c in label.chars() {
        if cells(c) == 2 || c == ' ' || size >= 16 || out.is_empty() {
            out.push(String::new());
            size = 0;
        }
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
        size += cells(c);
        if cells(c) == 2 {
            size = 16;
        }
    }
    out
}
