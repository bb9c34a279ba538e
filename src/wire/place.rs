//! The places in a stream.

/// What the next byte is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    LineStart,
    /// Within the value.
    Value,
    /// Before the first byte of the value.
    ValueStart,
    /// Within a known name, or between it and the value.
    Name,
    /// As `LineStart`, after a CR: a LF belongs to the line end. A CR ends its line at once: waiting for a LF would
    /// stall a stream that ends its lines with CR alone.
    AfterCr,
    /// At the very start. A byte order mark may follow.
    StreamStart,
    /// After the first byte of a byte order mark.
    AfterMark1,
    /// After two bytes of a byte order mark.
    AfterMark2,
}

impl Place {
    /// Returns the place after this byte, a CR or LF that ends a line.
    #[inline(always)] // one comparison
    pub fn after_line_end(byte: u8) -> Self {
        match byte {
            b'\r' => Place::AfterCr,
            _ => Place::LineStart,
        }
    }

    /// Takes the line end that the bytes begin with. Returns the place after it and the rest, or `None` if there is no
    /// byte.
    #[inline(always)] // its result stays in registers
    pub fn take_line_end(bytes: &[u8]) -> Option<(Self, &[u8])> {
        match bytes {
            [] => None,
            [b'\n', rest @ ..] => Some((Place::LineStart, rest)),
            [b'\r', b'\n', rest @ ..] => Some((Place::LineStart, rest)),
            [b'\r'] => Some((Place::AfterCr, &[])),
            [_, rest @ ..] => Some((Place::LineStart, rest)),
        }
    }
}
