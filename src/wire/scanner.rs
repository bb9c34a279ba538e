//! Splits an event stream into fields and blank lines, whatever way it is cut (WHATWG HTML 9.2.5
//! and the line rules of 9.2.6).

use super::line_end;

/// A few bytes of state that remember where in a line the input was cut. It holds no text: values
/// are spans of the input.
///
/// **The state belongs to one response: bytes go in once, in order. Start the next response with a
/// new scanner.**
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner {
    state: State,
}

const _: () = assert!(size_of::<Scanner>() <= 4);

/// What the next bytes of the input are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A comment or a field that the standard knows, or a part of one where the input was cut.
    Piece(Piece),
    /// The end of a block of fields.
    BlankLine,
}

/// A value, or as much of it as the input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub field: Field,
    /// Empty only in the last piece of a line.
    pub value: Span,
    /// Whether this is the first piece of its line.
    pub starts: bool,
    /// Whether the line ends behind this piece.
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

/// A range of the input, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Scanner {
    /// At the start of a response.
    pub const fn new() -> Self {
        Self {
            state: State::StreamStart(0),
        }
    }

    /// The next token of `input` behind position `at`, which moves past what the token covers.
    /// `None` when the input is used up.
    #[inline]
    pub fn next(&mut self, input: &[u8], at: &mut usize) -> Option<Token> {
        use Field::{Comment, Data, Event, Id, Retry, Unknown};
        use State::{AfterColon, AfterCr, LineStart, Name, StreamStart, Value, ValueStart};

        loop {
            let rest = input.get(*at..).unwrap_or_default();
            // The next state, and how many bytes it has taken.
            let (state, taken) = match (self.state, rest) {
                (_, []) => return None,

                (LineStart, [end @ (b'\n' | b'\r'), ..]) => {
                    self.state = State::after(*end);
                    *at = at.wrapping_add(1);
                    return Some(Token::BlankLine);
                }
                (LineStart, [b'd', b'a', b't', b'a', b':', ..]) => (AfterColon(Data), 5),
                (LineStart, [b'i', b'd', b':', ..]) => (AfterColon(Id), 3),
                (LineStart, [b'e', b'v', b'e', b'n', b't', b':', ..]) => (AfterColon(Event), 6),
                (LineStart, [b':', ..]) => (ValueStart(Comment), 1),
                (LineStart, [b'd', ..]) => (Name(Data, 1), 1),
                (LineStart, [b'e', ..]) => (Name(Event, 1), 1),
                (LineStart, [b'i', ..]) => (Name(Id, 1), 1),
                (LineStart, [b'r', ..]) => (Name(Retry, 1), 1),
                (LineStart, _) => (Value(Unknown), 0),

                // The rest of a name that no literal above matched whole, byte by byte.
                (Name(field, matched), [byte, ..]) => {
                    match (field.name().get(usize::from(matched)), byte) {
                        (Some(expected), byte) if expected == byte => {
                            (Name(field, matched.wrapping_add(1)), 1)
                        }
                        (None, b':') => (AfterColon(field), 1),
                        (None, b'\n' | b'\r') => (ValueStart(field), 0),
                        _ => (Value(Unknown), 0),
                    }
                }

                (AfterColon(field), [b' ', ..]) => (ValueStart(field), 1),
                (AfterColon(field), _) => (ValueStart(field), 0),

                (ValueStart(field) | Value(field), _) => {
                    let starts = self.state == ValueStart(field);
                    let start = *at;
                    let end = match line_end::find(rest) {
                        Some(length) => start.wrapping_add(length),
                        None => input.len(),
                    };
                    let ends = match input.get(end) {
                        Some(&byte) => {
                            self.state = State::after(byte);
                            *at = end.wrapping_add(1);
                            true
                        }
                        None => {
                            self.state = Value(field);
                            *at = end;
                            false
                        }
                    };
                    if field == Unknown {
                        continue;
                    }
                    return Some(Token::Piece(Piece {
                        field,
                        value: Span { start, end },
                        starts,
                        ends,
                    }));
                }

                (AfterCr, [b'\n', ..]) => (LineStart, 1),
                (AfterCr, _) => (LineStart, 0),

                (StreamStart(0), [0xef, ..]) => (StreamStart(1), 1),
                (StreamStart(1), [0xbb, ..]) => (StreamStart(2), 1),
                (StreamStart(2), [0xbf, ..]) => (LineStart, 1),
                (StreamStart(0), _) => (LineStart, 0),
                // A part of a byte order mark is content: the start of an unknown name.
                (StreamStart(_), _) => (Value(Unknown), 0),
            };
            self.state = state;
            *at = at.wrapping_add(taken);
        }
    }
}

impl Field {
    /// As it stands on the wire.
    const fn name(self) -> &'static [u8] {
        match self {
            Field::Data => b"data",
            Field::Event => b"event",
            Field::Id => b"id",
            Field::Retry => b"retry",
            Field::Comment | Field::Unknown => b"",
        }
    }
}

impl Span {
    /// The bytes of this range.
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start..self.end).unwrap_or_default()
    }

    pub const fn len(self) -> usize {
        self.end.wrapping_sub(self.start)
    }
}

/// Where in the stream the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At the very start, behind so many bytes of a byte order mark.
    StreamStart(u8),
    LineStart,
    /// As `LineStart`, behind a CR: a LF belongs to the line end.
    AfterCr,
    /// Behind so many bytes of the field's name.
    Name(Field, u8),
    /// Behind the colon, before the space that may follow it.
    AfterColon(Field),
    /// Before the first byte of the value.
    ValueStart(Field),
    /// Within the value.
    Value(Field),
}

impl State {
    /// Behind a line that ended with `byte`. A CR ends its line at once: waiting for the LF that may
    /// follow would stall a stream that uses CR alone.
    const fn after(byte: u8) -> Self {
        if byte == b'\r' {
            State::AfterCr
        } else {
            State::LineStart
        }
    }
}
