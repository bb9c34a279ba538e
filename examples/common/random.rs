//! Random numbers of the standard library alone.

use std::hash::{BuildHasher, RandomState};

/// A number that the system has drawn: the keys of `RandomState` are.
pub fn random() -> u32 {
    RandomState::new().hash_one(0) as u32
}
