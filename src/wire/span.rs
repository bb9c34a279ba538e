//! Where bytes lie, without borrowing them.

/// A range of the input or of a buffer, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// Where `part` lies, which was taken of `whole`.
    #[cfg(any(
        feature = "http",
        feature = "embedded-io",
        feature = "embedded-io-async"
    ))]
    pub fn within(part: &[u8], whole: &[u8]) -> Self {
        let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
        Self {
            start,
            end: start.wrapping_add(part.len()),
        }
    }

    /// The bytes of this range.
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start..self.end).unwrap_or_default()
    }

    pub const fn len(self) -> usize {
        self.end.wrapping_sub(self.start)
    }
}
