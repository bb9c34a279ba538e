//! The lines of a head, one at a time.

use crate::wire::exact::{Exact, ExactSlice};

/// Gathers lines in a space that the caller lends (RFC 9112, section 2.2). A line ends with CRLF, or
/// with LF alone.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    length: u16,
    cut: bool,
    /// Its end has come, but the next line may go on with it.
    ended: bool,
}

/// Whether a line that begins with white space goes on with the one before (RFC 9112, section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Folding {
    /// It is a line of its own.
    Never,
    /// It does, as old servers have it. So a line has come to its end when the next one begins.
    Allowed,
}

/// A line that came to its end. Its bytes stand at the start of the space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Without its end.
    pub length: u16,
    /// It was longer than the space, and the rest of it is lost.
    pub cut: bool,
}

impl Lines {
    pub const fn new() -> Self {
        Self {
            length: 0,
            cut: false,
            ended: false,
        }
    }

    /// Takes `input` up to the end of a line; `None` when it holds none, and all of it was taken.
    /// The space must be the same until then.
    pub fn next(&mut self, input: &mut &[u8], space: &mut [u8], folding: Folding) -> Option<Line> {
        while let Some((byte, rest)) = input.split_first() {
            if self.ended {
                if !matches!(byte, b' ' | b'\t') {
                    return Some(self.take());
                }
                self.ended = false;
            }
            *input = rest;
            if *byte == b'\n' {
                self.strip_cr(space);
                if folding == Folding::Never || self.length == 0 {
                    return Some(self.take());
                }
                self.ended = true;
                continue;
            }
            match space.get_mut(usize::from(self.length)) {
                Some(place) if self.length < u16::MAX => {
                    *place = *byte;
                    self.length = self.length.plus(1);
                }
                _ => self.cut = true,
            }
        }
        None
    }

    fn strip_cr(&mut self, space: &[u8]) {
        if let [.., b'\r'] = space.part(..usize::from(self.length)) {
            self.length = self.length.minus(1);
        }
    }

    fn take(&mut self) -> Line {
        let line = Line {
            length: self.length,
            cut: self.cut,
        };
        *self = Self::default();
        line
    }
}
