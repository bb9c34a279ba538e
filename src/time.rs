//! Time, which callers pass as a number.

/// A point in time, in milliseconds since a fixed one such as the start of the program.
///
/// State machines such as `EventSource` and `Session` do not read a clock. They get the time as an argument, and return the
/// time of the next call.
///
/// # Examples
///
/// ```
/// use embedded_sse::Instant;
///
/// let start = Instant::from_millis(1_000);
/// assert_eq!(start.after(500), Instant::from_millis(1_500));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

debug_and_format!([] Instant {
    Self(u64::MAX) => "never";
    Self(milliseconds) => "{} ms", milliseconds;
});

impl Instant {
    /// A time that never comes: 2^64 - 1 ms. As a time to wait for, it means that there is no time limit.
    pub const NEVER: Self = Self(u64::MAX);

    /// Creates a time from milliseconds since the fixed point.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Returns the milliseconds since the fixed point.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Returns the time this many milliseconds later, at most [`NEVER`](Self::NEVER).
    pub const fn after(self, milliseconds: u32) -> Self {
        // `NEVER` is the largest number, so it stays the same.
        Self(self.0.saturating_add(milliseconds as u64))
    }

    /// Returns the end of a time limit that begins now. A limit of 0 never ends.
    pub(crate) const fn limit(self, milliseconds: u32) -> Self {
        match milliseconds {
            0 => Self::NEVER,
            _ => self.after(milliseconds),
        }
    }

    /// Returns the milliseconds from `earlier` to this time, or 0 if `earlier` is later.
    pub const fn since(self, earlier: Self) -> u64 {
        // A clock that goes back must not make the difference wrap to centuries.
        self.0.saturating_sub(earlier.0)
    }
}
