//! Who reaches whom along arrows that may form circles, for many starts at once.
//!
//! Circles become one point each; what is left has no circle and is passed once, last arrows
//! first. A pass carries 128 starts as the bits of a number, so that all of them take
//! (points + arrows) * starts / 128 steps.

/// Starts of one pass.
pub(crate) const BLOCK: usize = 128;

/// Arrows between places `0..n`, prepared for passes.
pub(crate) struct Reach {
    /// The circle of each place; a place in none is a circle of its own.
    circle: Vec<usize>,
    /// The arrows out of each circle. INVARIANT: they lead to lower numbers.
    out: Vec<Vec<usize>>,
}

impl Reach {
    /// Prepares arrows: `out[a]` lists where arrows from `a` lead, all below `out.len()`.
    pub(crate) fn of(out: &[Vec<usize>]) -> Self {
        let (circle, count) = circles(out);
        let mut between = vec![Vec::new(); count];
        for (from, targets) in out.iter().enumerate() {
            let leads = targets.iter().map(|to| circle[*to]).filter(|to| *to != circle[from]);
            between[circle[from]].extend(leads);
        }
        for targets in &mut between {
            targets.sort_unstable();
            targets.dedup();
        }
        Self { circle, out: between }
    }

    /// Returns for each place which of the starts reach it, as bits: bit `i` for `starts[i]`. A
    /// start reaches itself. At most [`BLOCK`] starts are looked at.
    pub(crate) fn pass(&self, starts: &[usize]) -> Vec<u128> {
        let mut seen = vec![0_u128; self.out.len()];
        for (bit, start) in bits(starts) {
            seen[self.circle[start]] |= bit;
        }
        for from in (0..self.out.len()).rev() {
            for to in &self.out[from] {
                seen[*to] |= seen[from];
            }
        }
        self.circle.iter().map(|circle| seen[*circle]).collect()
    }
}

/// Gives each start its bit.
pub(crate) fn bits(starts: &[usize]) -> impl Iterator<Item = (u128, usize)> {
    starts.iter().take(BLOCK).enumerate().map(|(place, start)| (1_u128 << place, *start))
}

/// Numbers the strongly connected components so that arrows between them lead to lower numbers,
/// after R. Tarjan, *Depth-first search and linear graph algorithms*, SIAM Journal on Computing
/// 1(2), 1972, without recursion: a chain may be as long as the list. Returns their count too.
fn circles(out: &[Vec<usize>]) -> (Vec<usize>, usize) {
    const NONE: usize = usize::MAX;
    let (mut entered, mut low) = (vec![NONE; out.len()], vec![0; out.len()]);
    let (mut circle, mut count, mut clock) = (vec![NONE; out.len()], 0, 0);
    let (mut open, mut path) = (Vec::new(), Vec::new());
    for root in 0..out.len() {
        if entered[root] == NONE {
            path.push((root, 0));
        }
        while let Some((place, arrow)) = path.pop() {
            if arrow == 0 {
                (entered[place], low[place], clock) = (clock, clock, clock + 1);
                open.push(place);
            }
            if let Some(to) = out[place].get(arrow).copied() {
                path.push((place, arrow + 1));
                if entered[to] == NONE {
                    path.push((to, 0));
                } else if circle[to] == NONE {
                    low[place] = low[place].min(entered[to]);
                }
                continue;
            }
            if low[place] == entered[place] {
                while let Some(member) = open.pop() {
                    circle[member] = count;
                    if member == place {
                        break;
                    }
                }
                count += 1;
            }
            if let Some((parent, _)) = path.last() {
                low[*parent] = low[*parent].min(low[place]);
            }
        }
    }
    (circle, count)
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Reach};

    #[test]
    fn a_circle_reaches_all_of_itself_and_what_follows() {
        // 0 -> 1 -> 2 -> 1, 2 -> 3, 4 alone.
        let reach = Reach::of(&[vec![1], vec![2], vec![1, 3], vec![], vec![]]);
        assert_eq!(reach.pass(&[0, 2, 4]), [0b001, 0b011, 0b011, 0b011, 0b100]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_needs_no_stack() {
        let length: usize = 100_000;
        let chain: Vec<_> = (1..=length).map(|next| vec![next.min(length - 1)]).collect();
        let starts: Vec<usize> = (0..BLOCK).collect();
        assert_eq!(Reach::of(&chain).pass(&starts).last(), Some(&u128::MAX));
    }
}
