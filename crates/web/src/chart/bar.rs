//! Horizontal bars.

use crate::html::Html;
use base::Ppm;
use std::fmt::Write as _;

/// Draws parts side by side as shares of the full width. Decoration: the numbers stand beside it.
pub(crate) fn bar(parts: &[(Ppm, &str)]) -> Html {
    draw(parts, "", 10)
}

/// Draws the parts of a whole as one thick bar, each part in its tone (`accent`, `brick`, `mid`,
/// `pale`, `hatch`).
pub(crate) fn stack(parts: &[(Ppm, &str)]) -> Html {
    draw(parts, "fill-", 22)
}

fn draw(parts: &[(Ppm, &str)], prefix: &str, height: u8) -> Html {
    let mut out = format!(
        "<svg class=\"bar\" width=\"100%\" height=\"{height}\" aria-hidden=\"true\" \
         focusable=\"false\"><rect class=\"track\" width=\"100%\" height=\"{height}\"/>"
    );
    let mut left = 0;
    for (share, class) in parts {
        let width = share.get().min(1_000_000 - left);
        if width > 0 {
            let (x, w) = (percent(left), percent(width));
            let _ = write!(
                out,
                "<rect class=\"{prefix}{class}\" x=\"{x}\" width=\"{w}\" height=\"{height}\"/>"
            );
        }
        left += width;
    }
    out.push_str("</svg>");
    Html::trusted(out)
}

/// Writes parts per million as an SVG percentage.
fn percent(ppm: i64) -> String {
    format!("{}.{:04}%", ppm / 10_000, ppm % 10_000)
}
