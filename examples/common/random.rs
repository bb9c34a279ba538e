//! Random numbers by the standard library alone.

use std::hash::{BuildHasher, RandomState};

/// Returns a random number of the system: `RandomState` takes its keys from there.
pub fn random() -> u32 {
    RandomState::new().hash_one(0) as u32
}
