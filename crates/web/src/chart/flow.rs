//! How legal entities (left) merge into ultimate owners (right).

use super::wrap;
use crate::html::{Html, escape};
use base::Ppm;
use std::fmt::Write as _;

const HEIGHT: i64 = 440;
const GAP: i64 = 5;
const LEFT: i64 = 226;
const RIGHT: i64 = 520;
const THICK: i64 = 14;
/// Below this height a block has no label of its own; the table behind names it.
const LABEL_HEIGHT_MIN: i64 = 11;

/// One block of the flow: an entity on the left or an owner on the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FlowSide {
    /// Label, in the reader's language.
    pub(crate) label: String,
    /// Its share of all support.
    pub(crate) share: Ppm,
    /// For an entity: the place of its owner in the list of owners. For an owner: its own place.
    pub(crate) owner: usize,
}

/// A column of blocks with its scale.
struct Column {
    count: i64,
}

impl Column {
    fn new(count: usize) -> Self {
        Self { count: i64::try_from(count).unwrap_or(i64::MAX).max(1) }
    }

    /// Returns the y of a share summed from the top, `place` blocks down.
    fn y(&self, sum_ppm: i64, place: usize) -> i64 {
        let room = (HEIGHT - GAP * (self.count - 1)).max(HEIGHT / 4);
        let gap = (HEIGHT - room) / (self.count - 1).max(1);
        sum_ppm * room / 1_000_000 + gap * i64::try_from(place).unwrap_or(0)
    }
}

/// Draws the flow; the first owner is the largest and gets the accent. `title` and `desc` are
/// read out in place of the drawing.
pub(crate) fn flow(entities: &[FlowSide], owners: &[FlowSide], title: &str, desc: &str) -> Html {
    let mut sorted: Vec<&FlowSide> = entities.iter().collect();
    sorted.sort_by_key(|side| side.owner);
    let (left, right) = (Column::new(sorted.len()), Column::new(owners.len()));
    let mut out = format!(
        "<svg class=\"flow\" viewBox=\"0 -4 760 {}\" role=\"img\" aria-labelledby=\"flow-title \
         flow-desc\"><title id=\"flow-title\">{}</title><desc id=\"flow-desc\">{}</desc>",
        HEIGHT + 8,
        escape(title),
        escape(desc)
    );
    let mut owner_sum: Vec<i64> = Vec::new();
    let mut sum = 0;
    for owner in owners {
        owner_sum.push(sum);
        let (y0, y1) = block(&right, owners, owner.owner, sum, owner.share);
        rect(&mut out, RIGHT, (y0, y1), owner.owner);
        label(&mut out, RIGHT + THICK + 10, "start", (y0, y1), owner);
        sum += owner.share.get();
    }
    let mut sum = 0;
    for (place, entity) in sorted.iter().enumerate() {
        let (y0, y1) = (left.y(sum, place), left.y(sum + entity.share.get(), place));
        rect(&mut out, LEFT, (y0, y1), entity.owner);
        label(&mut out, LEFT - 10, "end", (y0, y1), entity);
        if let Some(from) = owner_sum.get_mut(entity.owner) {
            let to =
                (right.y(*from, entity.owner), right.y(*from + entity.share.get(), entity.owner));
            ribbon(&mut out, (y0, y1), to, entity.owner);
            *from += entity.share.get();
        }
        sum += entity.share.get();
    }
    out.push_str("</svg>");
    Html::trusted(out)
}

fn block(column: &Column, all: &[FlowSide], place: usize, sum: i64, share: Ppm) -> (i64, i64) {
    let place = place.min(all.len());
    (column.y(sum, place), column.y(sum + share.get(), place))
}

const fn tone(owner: usize) -> &'static str {
    if owner == 0 { "accent" } else { "brick" }
}

fn rect(out: &mut String, x: i64, (y0, y1): (i64, i64), owner: usize) {
    let height = (y1 - y0).max(1);
    let _ = write!(
        out,
        "<rect class=\"fill-{}\" x=\"{x}\" y=\"{y0}\" width=\"{THICK}\" height=\"{height}\"/>",
        tone(owner)
    );
}

fn ribbon(out: &mut String, (a0, a1): (i64, i64), (b0, b1): (i64, i64), owner: usize) {
    let (x0, x1) = (LEFT + THICK, RIGHT);
    let middle = i64::midpoint(x0, x1);
    let (a1, b1) = (a1.max(a0 + 1), b1.max(b0 + 1));
    let _ = write!(
        out,
        "<path class=\"ribbon-{}\" d=\"M{x0} {a0}C{middle} {a0} {middle} {b0} {x1} {b0}V{b1}\
         C{middle} {b1} {middle} {a1} {x0} {a1}Z\"/>",
        tone(owner)
    );
}

fn label(out: &mut String, x: i64, anchor: &str, (y0, y1): (i64, i64), side: &FlowSide) {
    if y1 - y0 < LABEL_HEIGHT_MIN {
        return;
    }
    let text = wrap(&side.label, 26, 1).join(" ");
    let y = i64::midpoint(y0, y1) + 4;
    let (whole, part) = (side.share.get() / 10_000, side.share.get() % 10_000 / 1_000);
    let _ = write!(
        out,
        "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{} <tspan class=\"mute\">{whole}.{part} \
         %</tspan></text>",
        escape(&text)
    );
}
