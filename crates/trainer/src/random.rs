//! Numbers that look random and are the same on every machine, in every release.
//!
//! `SplitMix64`. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
//! OOPSLA 2014, figure 17. The crates for randomness promise no stable sequence between versions.
//! Must never: make anything that has to stay secret.

/// A sequence that its seed determines.
#[derive(Debug, Clone)]
pub(crate) struct Sequence {
    state: u64,
}

impl Sequence {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Returns 16 bits, which floats hold exactly.
    fn bits(&mut self) -> u16 {
        let [high, low, ..] = self.next().to_be_bytes();
        u16::from_be_bytes([high, low])
    }

    /// Returns a number from -1 to 1, in steps of 1/32768.
    pub(crate) fn signed_unit(&mut self) -> f32 {
        f32::from(self.bits()) / 32_768.0 - 1.0
    }

    /// Puts items in a random order (Fisher and Yates). The bias of the remainder is below one in
    /// a million million for lists that fit the limits here.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let choices = u64::try_from(last).map_or(u64::MAX, |last| last + 1);
            let chosen = usize::try_from(self.next() % choices).unwrap_or(last);
            items.swap(last, chosen);
        }
    }
}
