//! Randomness as an argument, and the only place that asks the system for it.

use crate::{Id, Time};
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};
use std::sync::{Mutex, PoisonError};

/// A source of random bits: the system's, or a seeded stream for tests and the demonstration.
#[derive(Debug)]
pub struct Random(Mutex<StdRng>);

impl Random {
    /// Starts from the system's entropy.
    ///
    /// # Panics
    /// When the system gives no randomness: nothing secret can be made then.
    #[must_use]
    pub fn system() -> Self {
        let mut seed = [0; 32];
        SysRng.try_fill_bytes(&mut seed).expect("the system gives random bytes");
        Self(Mutex::new(StdRng::from_seed(seed)))
    }

    /// Starts from a seed; equal seeds give equal streams. Never for secrets.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Returns 64 random bits.
    pub fn bits(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }

    /// Returns a number from 0 up to but without `bound`; 0 where `bound` is 0.
    pub fn below(&self, bound: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("the high half of a 128-bit product fits 64 bits")
    }

    /// Makes a new id that sorts by `now`.
    pub fn id(&self, now: Time) -> Id {
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Id::new(now, rng.next_u64(), rng.next_u32())
    }

    /// Makes a secret of 256 random bits, as 64 hexadecimal digits.
    pub fn secret(&self) -> String {
        let mut bytes = [0; 32];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
