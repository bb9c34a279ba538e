//! Time as the core sees it: a number that the caller hands in.

/// A moment: milliseconds since any fixed moment, such as the start of the program.
///
/// The core never reads a clock. It takes the time as an argument, and tells when it wants to be
/// called again.
///
/// # Examples
///
/// ```
/// use embedded_sse::Instant;
///
/// let start = Instant::from_millis(1_000);
/// assert_eq!(start.after(500), Instant::from_millis(1_500));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Instant(u64);

impl Instant {
    /// A moment that never comes.
    pub const NEVER: Self = Self(u64::MAX);

    /// The moment this many milliseconds after the fixed one.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since the fixed moment.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The moment this many milliseconds later.
    pub const fn after(self, milliseconds: u32) -> Self {
        // Saturates at `NEVER`.
        Self(self.0.saturating_add(milliseconds as u64))
    }

    /// The end of a time limit that begins now; 0 stands for no limit.
    pub(crate) const fn limit(self, milliseconds: u32) -> Self {
        match milliseconds {
            0 => Self::NEVER,
            _ => self.after(milliseconds),
        }
    }

    /// Milliseconds from an earlier moment to this one; 0 if that is the later one.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
