//! Counts as upright bars.

use crate::html::Html;
use std::fmt::Write as _;

const WIDTH: u64 = 120;
const HEIGHT: u64 = 30;

/// Draws counts side by side, the largest as high as the chart. Decoration: the numbers stand in a
/// table on the same page.
pub(crate) fn columns(counts: &[u64]) -> Html {
    let most = counts.iter().copied().max().unwrap_or(0);
    let places = u64::try_from(counts.len()).unwrap_or(u64::MAX);
    if most == 0 || places > WIDTH / 2 {
        return Html::default();
    }
    let step = WIDTH / places;
    let mut out = format!(
        "<svg class=\"columns\" width=\"{WIDTH}\" height=\"{HEIGHT}\" aria-hidden=\"true\" \
         focusable=\"false\">"
    );
    for (place, count) in (0_u64..).zip(counts.iter().copied()) {
        // A pixel at least, so that one among a million is seen; wide numbers, so that none wraps.
        let share = u128::from(count) * u128::from(HEIGHT) / u128::from(most);
        let height = u64::try_from(share).unwrap_or(HEIGHT).max(u64::from(count > 0));
        let (x, y, width) = (place * step, HEIGHT - height, step - 1);
        let _ = write!(
            out,
            "<rect class=\"fill-brick\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        );
    }
    out.push_str("</svg>");
    Html::trusted(out)
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn the_largest_count_fills_the_chart_and_the_smallest_is_seen() {
        let drawn = columns(&[1, 0, u64::MAX]).to_string();
        assert!(drawn.contains("y=\"29\" width=\"39\" height=\"1\""), "{drawn}");
        assert!(drawn.contains("y=\"30\" width=\"39\" height=\"0\""), "{drawn}");
        assert!(drawn.contains("y=\"0\" width=\"39\" height=\"30\""), "{drawn}");
        assert_eq!(columns(&[]).to_string(), "");
        assert_eq!(columns(&[0, 0]).to_string(), "");
    }
}
