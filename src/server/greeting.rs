//! Tells a client that is new, or has lost events, the present state.

use core::fmt;

#[cfg(feature = "http")]
use super::lifecycle::{Stream, greet};
#[cfg(feature = "http")]
use super::scratch::Scratch;
use crate::encode::SliceSink;

/// The hook of [`StreamOptions::greeting`](super::StreamOptions::greeting).
#[derive(Clone, Copy)]
pub(super) struct Greeting<'a> {
    pub hook: Hook<'a>,
    /// `greet`, for those who want to link it only if it is needed.
    #[cfg(feature = "http")]
    pub greet: Greet,
}

/// Puts the next frame into the scratch, if that has nothing to send any more.
#[cfg(feature = "http")]
pub(super) type Greet = fn(&mut Stream<'_>, &mut Scratch<'_>);

/// Writes a frame, or returns `false`.
pub(super) type Hook<'a> = &'a (dyn Fn(u32, &mut SliceSink<'_>) -> bool + Sync);

impl<'a> Greeting<'a> {
    pub const fn new(hook: Hook<'a>) -> Self {
        Self {
            hook,
            #[cfg(feature = "http")]
            greet,
        }
    }
}

impl fmt::Debug for Greeting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Greeting").finish_non_exhaustive()
    }
}
