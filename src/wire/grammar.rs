//! The grammar of an event stream (WHATWG HTML 9.2.5): tokens, states, and names of fields.

use crate::bytes::exact::Exact;

/// A token of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'i> {
    /// A comment or a known field, or the part of it that is in the input.
    Piece(Piece<'i>),
    /// A blank line, which ends an event.
    BlankLine,
}

/// A value, or the part of it that is in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece<'i> {
    pub field: Field,
    /// It is empty only in the last piece of a line.
    pub value: &'i [u8],
    pub part: LinePart,
}

/// Which part of its line a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinePart {
    /// Whether this is the first piece of its line.
    pub starts: bool,
    /// Whether the line ends after this piece.
    pub ends: bool,
}

/// The field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Data,
    Event,
    Id,
    Retry,
    Comment,
    /// A field that the standard does not define. It makes no token.
    Unknown,
}

/// What `Scanner::push` has found a byte to be.
pub(crate) enum Pushed {
    /// The byte belongs to no value.
    Nothing,
    /// The byte belongs to a value, or ends its line.
    Value(ValueByte),
    BlankLine,
}

/// The role of a byte in a line with a value.
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
            part: LinePart {
                starts: matches!(self, ValueByte::First | ValueByte::Empty),
                ends,
            },
        }
    }
}

/// Returns `bytes` from the first line end on. CR and LF end lines, and nothing else does.
///
/// Constants can be computed with it. `line_end` has faster searches.
#[inline(always)] // It is a part of each of those searches, for the last bytes of an input.
pub(super) const fn from_line_end(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        if matches!(byte, b'\r' | b'\n') {
            break;
        }
        rest = after;
    }
    rest
}

/// The part of the stream to which the next byte belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanState {
    LineStart,
    /// Within the value.
    Value,
    /// Before the first byte of the value.
    ValueStart,
    /// Within a known name, or between it and the value.
    Name,
    /// At the start of a line, after a CR has ended the line before. A LF belongs to the same line end.
    ///
    /// A CR ends its line at once. Waiting for a LF would stall a stream whose lines end with CR alone.
    AfterCr,
    /// At the start of the stream. A byte order mark can follow.
    StreamStart,
    /// After the first byte of a byte order mark.
    AfterMark1,
    /// After two bytes of a byte order mark.
    AfterMark2,
}

impl ScanState {
    /// Returns the state after this byte, which is CR or LF and ends a line.
    #[inline(always)] // It is one comparison.
    pub fn after_line_end(byte: u8) -> Self {
        match byte {
            b'\r' => ScanState::AfterCr,
            _ => ScanState::LineStart,
        }
    }

    /// Reads the line end with which `bytes` begins. Returns the state after it and the rest, or `None` if there is no byte.
    #[inline(always)] // Its result stays in registers.
    pub fn take_line_end(bytes: &[u8]) -> Option<(Self, &[u8])> {
        match bytes {
            [] => None,
            [b'\n', rest @ ..] => Some((ScanState::LineStart, rest)),
            [b'\r', b'\n', rest @ ..] => Some((ScanState::LineStart, rest)),
            [b'\r'] => Some((ScanState::AfterCr, &[])),
            // CR, and a byte of the next line after it.
            [_, rest @ ..] => Some((ScanState::LineStart, rest)),
        }
    }
}

/// The names of the known fields, each with the colon and the space that nearly all servers write after it, and a NUL.
///
/// The length of the table is a power of two, so that a mask keeps positions in bounds.
const NAMES: [u8; 32] = *b"data: \0event: \0id: \0retry: \0\0\0\0\0";

/// The bytes of a name, the colon and the space that have matched so far, when a name is read byte by byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameMatch {
    /// The position in `NAMES` of the byte that is expected next.
    next: u8,
}

impl NameMatch {
    pub const fn new() -> Self {
        Self { next: 0 }
    }

    /// Starts with the first byte of a line. Returns the field whose name begins with it.
    #[inline(always)] // It is a part of `Scanner::start_line`, its only caller.
    pub fn start(byte: u8) -> (Field, Self) {
        let (field, next) = match byte {
            b'd' => (Field::Data, 1),
            b'e' => (Field::Event, 8),
            b'i' => (Field::Id, 16),
            b'r' => (Field::Retry, 21),
            _ => (Field::Unknown, 0),
        };
        (field, Self { next })
    }

    #[inline(always)] // It is two instructions.
    fn expected(self) -> u8 {
        // With the mask, the compiler leaves out the check of the bounds.
        let position = usize::from(self.next & 31);
        NAMES.get(position).copied().unwrap_or_default()
    }

    /// Takes the byte if the match expects it. Returns whether it does.
    #[inline(always)] // For each byte of a name, a call would cost more than the match.
    pub fn take(&mut self, byte: u8) -> bool {
        let is_next = self.expected() == byte && byte != 0;
        if is_next {
            self.next = self.next.plus(1);
        }
        is_next
    }

    /// Whether the name has ended before `byte`, which `take` has refused. Then `byte` is the first byte of the value, or ends
    /// a line without a value.
    #[inline(always)] // It is a part of `Scanner::step`, its only caller.
    pub fn ends_before(self, byte: u8) -> bool {
        match self.expected() {
            0 | b' ' => true,
            b':' => matches!(byte, b'\n' | b'\r'),
            _ => false,
        }
    }
}

/// Returns the field at the start of a line, and its value. Returns `None` if the input ends within the name, or at the
/// colon.
#[inline(always)] // Each line begins with it, and its result stays in registers.
pub(super) fn whole_name(line: &[u8]) -> Option<(Field, &[u8])> {
    // One check of the length serves all names, and a comparison of numbers replaces several of bytes.
    let &[a, b, c, d, e, f] = line.first_chunk()?;
    let name = u32::from_ne_bytes([a, b, c, d]);
    let (field, value) = if name == u32::from_ne_bytes(*b"data") && e == b':' {
        (Field::Data, line.get(5..)?)
    } else if [a, b, c] == *b"id:" {
        (Field::Id, line.get(3..)?)
    } else if name == u32::from_ne_bytes(*b"even") && [e, f] == *b"t:" && line.len() > 6 {
        (Field::Event, line.get(6..)?)
    } else {
        return None;
    };
    // One space after the colon does not belong to the value.
    let value = match value {
        [b' ', rest @ ..] => rest,
        value => value,
    };
    Some((field, value))
}
