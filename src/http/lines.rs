//! The lines of a head, one at a time.

/// Gathers lines in a space that the caller lends (RFC 9112, section 2.2). A line ends with CRLF, or
/// with LF alone.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    length: u16,
    cut: bool,
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
    /// Takes `input` up to the end of a line; `None` when it holds none, and all of it was taken.
    /// The space must be the same until then.
    pub fn next(&mut self, input: &mut &[u8], space: &mut [u8]) -> Option<Line> {
        while let Some((byte, rest)) = input.split_first() {
            *input = rest;
            if *byte == b'\n' {
                return Some(self.end(space));
            }
            match space.get_mut(usize::from(self.length)) {
                Some(place) if self.length < u16::MAX => {
                    *place = *byte;
                    self.length = self.length.saturating_add(1);
                }
                _ => self.cut = true,
            }
        }
        None
    }

    fn end(&mut self, space: &[u8]) -> Line {
        let mut length = self.length;
        let last = length.wrapping_sub(1);
        if space.get(usize::from(last)) == Some(&b'\r') && length > 0 {
            length = last;
        }
        let line = Line {
            length,
            cut: self.cut,
        };
        *self = Self::default();
        line
    }
}
