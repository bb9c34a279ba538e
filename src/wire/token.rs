//! What a stream is split into (WHATWG HTML 9.2.5).

/// What the next bytes of the input are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'i> {
    /// A comment or a field that the standard knows, or a part of one where the input was cut.
    Piece(Piece<'i>),
    /// The end of a block of fields.
    BlankLine,
}

/// A value, or as much of it as the input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece<'i> {
    pub field: Field,
    /// Empty only in the last piece of a line.
    pub value: &'i [u8],
    /// Whether this is the first piece of its line.
    pub starts: bool,
    /// Whether the line ends after this piece.
    pub ends: bool,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Data,
    Event,
    Id,
    Retry,
    Comment,
    /// A name that the standard does not know; no token is made of it.
    Unknown,
}

/// What one byte was.
pub(crate) enum Pushed {
    /// Nothing that has to be kept.
    Nothing,
    /// A byte of a value, or the end of its line.
    Value(ValueByte),
    BlankLine,
}

/// What a byte is of a line that has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueByte {
    /// The first byte of the value.
    First,
    More,
    /// The line end.
    End,
    /// The line end of an empty value.
    Empty,
}

impl ValueByte {
    /// Returns the piece of a field that this byte is.
    pub fn piece(self, field: Field, byte: &[u8; 1]) -> Piece<'_> {
        let ends = matches!(self, ValueByte::End | ValueByte::Empty);
        Piece {
            field,
            value: match ends {
                true => b"",
                false => byte,
            },
            starts: matches!(self, ValueByte::First | ValueByte::Empty),
            ends,
        }
    }
}
