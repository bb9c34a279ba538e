//! Where bytes lie, without borrowing them.

use super::exact::{Exact, ExactSlice};

/// A range of the input or of a buffer, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    #[cfg(any(
        feature = "http",
        feature = "embedded-io",
        feature = "embedded-io-async"
    ))]
    pub const EMPTY: Self = Self { start: 0, end: 0 };

    /// Where `part` lies, a slice of `whole`.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub fn within(part: &[u8], whole: &[u8]) -> Self {
        let start = part.as_ptr().addr().minus(whole.as_ptr().addr());
        let end = start.plus(part.len());
        debug_assert!(end <= whole.len(), "a slice of something else");
        Self { start, end }
    }

    /// The addresses at which `bytes` begin and end.
    #[cfg(any(
        feature = "http",
        feature = "embedded-io",
        feature = "embedded-io-async"
    ))]
    #[inline(always)] // a part of what each event costs a client
    pub fn at_addresses(bytes: &[u8]) -> Self {
        let start = bytes.as_ptr().addr();
        Self {
            start,
            end: start.plus(bytes.len()),
        }
    }

    /// The bytes of this range.
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.part(self.start..self.end)
    }

    pub fn len(self) -> usize {
        self.end.minus(self.start)
    }
}
