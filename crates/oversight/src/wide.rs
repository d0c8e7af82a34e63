//! Whole numbers of 512 bits, as wide as the difference of two exact concentration indices needs.

use std::cmp::Ordering;
use std::fmt;

/// Limbs of 64 bits, lowest first.
const LIMBS: usize = 8;
/// The largest power of ten in a limb, to write and read decimals in blocks.
const BLOCK: u64 = 10_000_000_000_000_000_000;
/// Decimals of [`BLOCK`].
const BLOCK_DIGITS: usize = 19;

/// An unsigned whole number below 2^512.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Wide([u64; LIMBS]);

/// Splits 128 bits into the low and the high 64.
fn split(value: u128) -> (u64, u64) {
    let low = u64::try_from(value & u128::from(u64::MAX)).expect("masked to 64 bits");
    (low, u64::try_from(value >> 64).expect("64 bits remain"))
}

impl Wide {
    pub(crate) const ZERO: Self = Self([0; LIMBS]);

    /// Adds; `None` from 2^512 on.
    pub(crate) fn plus(&self, other: &Self) -> Option<Self> {
        let (mut sum, mut carry) = (Self::ZERO, 0);
        for i in 0..LIMBS {
            let wide = u128::from(self.0[i]) + u128::from(other.0[i]) + u128::from(carry);
            (sum.0[i], carry) = split(wide);
        }
        (carry == 0).then_some(sum)
    }

    /// Takes away; `None` below zero.
    pub(crate) fn minus(&self, other: &Self) -> Option<Self> {
        let (mut rest, mut borrow) = (Self::ZERO, false);
        for i in 0..LIMBS {
            let (part, under) = self.0[i].overflowing_sub(other.0[i]);
            let (part, under_again) = part.overflowing_sub(u64::from(borrow));
            rest.0[i] = part;
            borrow = under || under_again;
        }
        (!borrow).then_some(rest)
    }

    /// Multiplies; `None` from 2^512 on.
    pub(crate) fn times(&self, other: &Self) -> Option<Self> {
        let mut product = Self::ZERO;
        for i in (0..LIMBS).filter(|i| self.0[*i] != 0) {
            let mut carry = 0;
            for j in 0..LIMBS {
                // (2^64-1)^2 + 2*(2^64-1) is the largest value of 128 bits, so this cannot wrap.
                let wide = u128::from(self.0[i]) * u128::from(other.0[j]) + u128::from(carry);
                if i + j >= LIMBS {
                    if wide != 0 {
                        return None;
                    }
                    continue;
                }
                (product.0[i + j], carry) = split(wide + u128::from(product.0[i + j]));
            }
            if carry != 0 {
                return None;
            }
        }
        Some(product)
    }

    /// Returns the square of a number below 2^128; it always fits.
    pub(crate) fn square(value: u128) -> Self {
        let (low, high) = split(value);
        let mut square = Self::ZERO;
        for (place, a, b) in [(0, low, low), (1, low, high), (1, low, high), (2, high, high)] {
            let (part, over) = split(u128::from(a) * u128::from(b));
            square.add_at(place, part);
            square.add_at(place + 1, over);
        }
        square
    }

    /// Adds one limb at a place and carries on. Only for sums known to fit.
    fn add_at(&mut self, place: usize, value: u64) {
        let mut carry = value;
        for limb in &mut self.0[place..] {
            let (sum, over) = limb.overflowing_add(carry);
            *limb = sum;
            if !over {
                return;
            }
            carry = 1;
        }
    }

    /// Returns how many bits the number takes.
    pub(crate) fn bits(&self) -> u32 {
        let mut bits = 0;
        let mut place = 0;
        for limb in self.0 {
            if limb != 0 {
                bits = place + (64 - limb.leading_zeros());
            }
            place += 64;
        }
        bits
    }

    /// Returns the largest whole number `q` with `q * den <= self * scale`, held at `u64::MAX`;
    /// `None` where a product leaves 512 bits or `den` is zero.
    pub(crate) fn quotient(&self, scale: u64, den: &Self) -> Option<u64> {
        if *den == Self::ZERO {
            return None;
        }
        let target = self.times(&Self::from(scale))?;
        let (mut low, mut high) = (0_u64, u64::MAX);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            // A product beyond 512 bits is beyond the target.
            let is_within = den.times(&Self::from(middle)).is_some_and(|p| p <= target);
            if is_within { low = middle } else { high = middle - 1 }
        }
        Some(low)
    }

    /// Divides by one block of decimals in place and returns the rest.
    fn divide_block(&mut self) -> u64 {
        let mut rest = 0_u64;
        for limb in self.0.iter_mut().rev() {
            let wide = (u128::from(rest) << 64) | u128::from(*limb);
            *limb = u64::try_from(wide / u128::from(BLOCK)).expect("the rest is below the block");
            rest = u64::try_from(wide % u128::from(BLOCK)).expect("a rest is below the block");
        }
        rest
    }

    /// Reads decimal digits; `None` for anything else and from 2^512 on.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let ten = Self::from(10_u64);
        text.bytes().try_fold(Self::ZERO, |sum, byte| {
            let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
            sum.times(&ten)?.plus(&Self::from(digit))
        })
    }
}

impl From<u64> for Wide {
    fn from(value: u64) -> Self {
        Self::from(u128::from(value))
    }
}

impl From<u128> for Wide {
    fn from(value: u128) -> Self {
        let mut wide = Self::ZERO;
        (wide.0[0], wide.0[1]) = split(value);
        wide
    }
}

impl Ord for Wide {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Wide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut rest, mut blocks) = (*self, Vec::new());
        while rest != Self::ZERO {
            blocks.push(rest.divide_block());
        }
        let highest = blocks.pop().unwrap_or(0);
        write!(f, "{highest}")?;
        blocks.iter().rev().try_for_each(|block| write!(f, "{block:0>BLOCK_DIGITS$}"))
    }
}

impl fmt::Debug for Wide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
