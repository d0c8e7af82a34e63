//! A wall with one brick per project: sole supplier, one of several, others.

use crate::html::Html;
use std::fmt::Write as _;

/// Most bricks drawn one by one; above this each stands for several.
/// ASSUMPTION: a wall of more than 120 is read as a texture, not counted.
const BRICKS_MAX: u64 = 120;
const PER_COURSE: u64 = 9;

/// Draws the wall in running bond. Decoration: the sentence beside it says the numbers.
pub(crate) fn bricks(sole: u64, shared: u64, total: u64) -> Html {
    let scale = total.div_ceil(BRICKS_MAX).max(1);
    let (sole, shared, total) = (sole / scale, shared / scale, total / scale);
    let courses = total.div_ceil(PER_COURSE).max(1);
    let (width, height) = (PER_COURSE * 34 + 17, courses * 18);
    let mut out = format!(
        "<svg class=\"bricks\" viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\" \
         focusable=\"false\">"
    );
    for i in 0..total {
        let (course, place) = (i / PER_COURSE, i % PER_COURSE);
        let x = place * 34 + if course % 2 == 1 { 17 } else { 0 };
        let class = match i {
            i if i < sole => "fill-accent",
            i if i < sole.saturating_add(shared) => "fill-mid",
            _ => "fill-pale",
        };
        let y = course * 18;
        let _ = write!(
            out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"31\" height=\"15\" rx=\"1\"/>"
        );
    }
    out.push_str("</svg>");
    Html::trusted(out)
}
