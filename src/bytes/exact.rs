//! Arithmetic and slicing that an invariant keeps in bounds.
//!
//! Use these only where no input and no order of calls can lead out of bounds. Builds with debug assertions, such as the
//! tests, panic there. Release builds hold no panic: arithmetic wraps, and a slice out of bounds is empty.
//!
//! Lengths that a caller, a socket or a peer reports can have any value. Limit them, or saturate.

use core::slice::SliceIndex;

/// Arithmetic that cannot overflow.
pub(crate) trait Exact: Copy {
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}

macro_rules! exact {
    ($($number:ty)*) => {$(
        impl Exact for $number {
            fn plus(self, other: Self) -> Self {
                debug_assert!(self.checked_add(other).is_some(), "{self} + {other}");
                self.wrapping_add(other)
            }

            fn minus(self, other: Self) -> Self {
                debug_assert!(self.checked_sub(other).is_some(), "{self} - {other}");
                self.wrapping_sub(other)
            }

            fn times(self, other: Self) -> Self {
                debug_assert!(self.checked_mul(other).is_some(), "{self} * {other}");
                self.wrapping_mul(other)
            }
        }
    )*};
}

exact!(u8 u16 u32 usize);

/// Slicing that is in bounds.
pub(crate) trait ExactSlice {
    /// Returns the bytes of a range.
    fn part<R: SliceIndex<[u8], Output = [u8]>>(&self, range: R) -> &[u8];
    fn part_mut<R: SliceIndex<[u8], Output = [u8]>>(&mut self, range: R) -> &mut [u8];
    /// Returns the first `at` bytes, and the rest.
    fn split_exact_mut(&mut self, at: usize) -> (&mut [u8], &mut [u8]);
}

impl ExactSlice for [u8] {
    fn part<R: SliceIndex<[u8], Output = [u8]>>(&self, range: R) -> &[u8] {
        let part = self.get(range);
        debug_assert!(part.is_some(), "out of {} bytes", self.len());
        part.unwrap_or_default()
    }

    // Inlined early, by this attribute, it loses its checks of the range. Otherwise a call of `Session::fill` takes 15
    // instructions more on a Cortex-M3.
    #[inline(always)]
    fn part_mut<R: SliceIndex<[u8], Output = [u8]>>(&mut self, range: R) -> &mut [u8] {
        let length = self.len();
        let part = self.get_mut(range);
        debug_assert!(part.is_some(), "out of {length} bytes");
        part.unwrap_or_default()
    }

    fn split_exact_mut(&mut self, at: usize) -> (&mut [u8], &mut [u8]) {
        let length = self.len();
        let parts = self.split_at_mut_checked(at);
        debug_assert!(parts.is_some(), "{at} out of {length} bytes");
        parts.unwrap_or_default()
    }
}

/// A range of a slice, in bytes. It does not borrow the slice.
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

    /// Returns the range of `part` in `whole`, of which it is a slice.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub fn within(part: &[u8], whole: &[u8]) -> Self {
        let start = part.as_ptr().addr().minus(whole.as_ptr().addr());
        let end = start.plus(part.len());
        debug_assert!(end <= whole.len(), "a slice of something else");
        Self { start, end }
    }
}
