//! An ownership group as a tree that grows from the ultimate owner on the left.

use super::wrap;
use crate::html::{Html, escape};
use crate::lang::Lang;
use crate::parts::GroupNode;
use std::fmt::Write as _;

const BOX_WIDTH: usize = 196;
const BOX_HEIGHT: usize = 50;
const STEP_X: usize = 262;
const STEP_Y: usize = 64;
/// Most boxes drawn; the list behind the drawing has all.
/// ASSUMPTION: a drawing of more than 40 rows is no longer read as one picture.
const NODES_MAX: usize = 40;
/// Deepest level drawn; deeper levels are in the list.
const DEPTH_MAX: usize = 4;

/// A box with its place.
struct Placed<'a> {
    node: &'a GroupNode,
    row: usize,
}

/// Draws the nodes, given in depth-first order. `title` and `desc` are read out in its place.
pub(crate) fn tree(nodes: &[GroupNode], lang: Lang, title: &str, desc: &str) -> Html {
    let placed = place(nodes);
    let rows = placed.last().map_or(1, |last| last.row + 1);
    let deepest = placed.iter().map(|p| p.node.depth).max().unwrap_or(0);
    let (width, height) = (deepest * STEP_X + BOX_WIDTH + 4, rows * STEP_Y - 10);
    let mut out = format!(
        "<svg class=\"tree\" width=\"{width}\" height=\"{height}\" viewBox=\"-2 -2 {width} \
         {height}\" role=\"img\" aria-labelledby=\"tree-title tree-desc\"><title \
         id=\"tree-title\">{}</title><desc id=\"tree-desc\">{}</desc>",
        escape(title),
        escape(desc)
    );
    for (i, here) in placed.iter().enumerate() {
        let parent =
            placed.iter().take(i).rev().find(|above| above.node.depth + 1 == here.node.depth);
        if let Some(parent) = parent {
            line(&mut out, parent, here);
        }
    }
    for here in &placed {
        node_box(&mut out, here, lang);
    }
    out.push_str("</svg>");
    Html::trusted(out)
}

/// Gives each node a row: a first child stands beside its owner, the next below.
fn place(nodes: &[GroupNode]) -> Vec<Placed<'_>> {
    let mut out: Vec<Placed<'_>> = Vec::new();
    for node in nodes.iter().filter(|node| node.depth <= DEPTH_MAX).take(NODES_MAX) {
        let row = out.last().map_or(0, |last: &Placed<'_>| {
            if node.depth > last.node.depth { last.row } else { last.row + 1 }
        });
        out.push(Placed { node, row });
    }
    out
}

fn line(out: &mut String, parent: &Placed<'_>, child: &Placed<'_>) {
    let x0 = parent.node.depth * STEP_X + BOX_WIDTH;
    let x1 = child.node.depth * STEP_X;
    let (y0, y1) = (middle(parent.row), middle(child.row));
    let elbow = x0 + 14;
    let _ = write!(out, "<path class=\"edge\" d=\"M{x0} {y0}H{elbow}V{y1}H{x1}\"/>");
    if let Some(share) = child.node.share {
        let (x, y) = (x1 - 6, y1 - 5);
        let tenths = share.get() / 1_000;
        let _ = write!(
            out,
            "<text class=\"mute\" x=\"{x}\" y=\"{y}\" text-anchor=\"end\">{}.{} %</text>",
            tenths / 10,
            tenths % 10
        );
    }
}

const fn middle(row: usize) -> usize {
    row * STEP_Y + BOX_HEIGHT / 2
}

fn node_box(out: &mut String, here: &Placed<'_>, lang: Lang) {
    let (x, y) = (here.node.depth * STEP_X, here.row * STEP_Y);
    let class = match here.node {
        node if node.depth == 0 => "node owner",
        node if node.is_subject => "node subject",
        _ => "node",
    };
    let lines = wrap(here.node.org.name.plain(lang), 25, 2);
    let _ = write!(
        out,
        "<g class=\"{class}\"><rect x=\"{x}\" y=\"{y}\" width=\"{BOX_WIDTH}\" \
         height=\"{BOX_HEIGHT}\" rx=\"2\"/>"
    );
    let first = if lines.len() == 1 { y + 30 } else { y + 21 };
    for (i, text) in lines.iter().enumerate() {
        let (tx, ty) = (x + 12, first + i * 17);
        let _ = write!(out, "<text x=\"{tx}\" y=\"{ty}\">{}</text>", escape(text));
    }
    out.push_str("</g>");
}
