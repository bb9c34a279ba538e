//! Ranges of slices, without borrowing them.

use super::exact::{Exact, ExactSlice};

/// A range of a slice, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// Returns the bytes of this range.
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.part(self.start..self.end)
    }

    pub fn len(self) -> usize {
        self.end.minus(self.start)
    }
}

#[cfg(any(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
impl Span {
    pub const EMPTY: Self = Self { start: 0, end: 0 };

    /// Returns the range of `whole` that `part` is.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub fn within(part: &[u8], whole: &[u8]) -> Self {
        let start = part.as_ptr().addr().minus(whole.as_ptr().addr());
        let end = start.plus(part.len());
        debug_assert!(end <= whole.len(), "a slice of something else");
        Self { start, end }
    }
}
