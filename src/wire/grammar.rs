//! The grammar of an event stream (WHATWG HTML 9.2.5): what a stream is split into, the places in it, and the names of
//! fields.

use crate::bytes::exact::Exact;

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
            part: LinePart {
                starts: matches!(self, ValueByte::First | ValueByte::Empty),
                ends,
            },
        }
    }
}

/// Returns `bytes` from the first line end on. CR and LF end lines, and nothing else does.
///
/// It works in constants. `line_end` has faster searches.
#[inline(always)] // a part of each of those searches, for the last bytes of an input
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

/// What the next byte is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanState {
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

impl ScanState {
    /// Returns the place after this byte, a CR or LF that ends a line.
    #[inline(always)] // one comparison
    pub fn after_line_end(byte: u8) -> Self {
        match byte {
            b'\r' => ScanState::AfterCr,
            _ => ScanState::LineStart,
        }
    }

    /// Takes the line end that the bytes begin with. Returns the place after it and the rest, or `None` if there is no
    /// byte.
    #[inline(always)] // its result stays in registers
    pub fn take_line_end(bytes: &[u8]) -> Option<(Self, &[u8])> {
        match bytes {
            [] => None,
            [b'\n', rest @ ..] => Some((ScanState::LineStart, rest)),
            [b'\r', b'\n', rest @ ..] => Some((ScanState::LineStart, rest)),
            [b'\r'] => Some((ScanState::AfterCr, &[])),
            [_, rest @ ..] => Some((ScanState::LineStart, rest)),
        }
    }
}

/// The names that the standard knows, as nearly all servers write them before a value. NUL ends each of them. The
/// length of the table is a power of two, so that a mask keeps a position in bounds.
const NAMES: [u8; 32] = *b"data: \0event: \0id: \0retry: \0\0\0\0\0";

/// How much of a name, and of the colon and the space after it, has matched, where it is read byte by byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameMatch {
    /// The position in `NAMES` of the byte that is expected next.
    next: u8,
}

impl NameMatch {
    pub const fn new() -> Self {
        Self { next: 0 }
    }

    /// Starts to match with the first byte of a line. Returns the field that the byte may begin.
    #[inline(always)] // a part of `Scanner::start_line`, its only caller
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

    #[inline(always)] // two instructions
    fn expected(self) -> u8 {
        // The mask shows that the position is in bounds, so no check is compiled.
        let position = usize::from(self.next & 31);
        NAMES.get(position).copied().unwrap_or_default()
    }

    /// Takes the byte if the match expects it. Returns whether it does.
    #[inline(always)] // for each byte of a name, a call would cost more than the match
    pub fn take(&mut self, byte: u8) -> bool {
        let is_next = self.expected() == byte && byte != 0;
        if is_next {
            self.next = self.next.plus(1);
        }
        is_next
    }

    /// Whether the name has ended before `byte`, which `take` has not taken: `byte` is the first one of the value, or
    /// ends a line that has no value.
    #[inline(always)] // a part of `Scanner::step`, its only caller
    pub fn ends_before(self, byte: u8) -> bool {
        match self.expected() {
            0 | b' ' => true,
            b':' => matches!(byte, b'\n' | b'\r'),
            _ => false,
        }
    }
}

/// Returns the field that a line begins with and its value, if the line has the whole name, the colon and one byte
/// more.
#[inline(always)] // each line begins with it, and its result stays in registers
pub(super) fn whole_name(line: &[u8]) -> Option<(Field, &[u8])> {
    // One check of the length serves all names, and numbers are compared instead of bytes.
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
    // A space after the colon is no part of the value.
    let value = match value {
        [b' ', rest @ ..] => rest,
        value => value,
    };
    Some((field, value))
}
