//! Splits an event stream into fields and blank lines, whatever way it is cut (WHATWG HTML 9.2.5
//! and the line rules of 9.2.6).

use super::exact::Exact;
use super::line_end;
use super::token::{Field, Piece, Token};

/// A few bytes of state that remember where in a line the input was cut. It holds no text: values
/// are slices of the input.
///
/// **The state belongs to one response: bytes go in once, in order. Start the next response with a
/// new scanner.**
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner {
    place: Place,
    /// That of the line under way, behind its first byte.
    field: Field,
    /// How many bytes of its name, or of a byte order mark, have come.
    matched: u8,
}

const _: () = assert!(size_of::<Scanner>() <= 4);

/// Where in the stream the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    LineStart,
    /// Within the value.
    Value,
    /// Before the first byte of the value.
    ValueStart,
    /// Behind the colon, before the space that may follow it.
    AfterColon,
    /// Behind the first bytes of the field's name.
    Name,
    /// As `LineStart`, behind a CR: a LF belongs to the line end. A CR ends its line at once: waiting for
    /// the LF that may follow would stall a stream that uses CR alone.
    AfterCr,
    /// At the very start, or behind the first bytes of a byte order mark.
    StreamStart,
}

impl Scanner {
    /// At the start of a response.
    pub const fn new() -> Self {
        Self {
            place: Place::StreamStart,
            field: Field::Unknown,
            matched: 0,
        }
    }

    /// The next token of `input`, which is shortened by what the token covers; `None` when it is used up.
    /// It is searched for line ends either `FAST`, or in little space.
    #[inline(always)]
    pub fn next<'i, const FAST: bool>(&mut self, input: &mut &'i [u8]) -> Option<Token<'i>> {
        loop {
            // A name that lies whole in the input is taken at once, any other one byte by byte.
            let whole = match (self.place, *input) {
                (_, []) => return None,
                (Place::LineStart, [b'\n', rest @ ..]) => {
                    *input = rest;
                    return Some(Token::BlankLine);
                }
                (Place::LineStart, [b':', value @ ..]) => Some((true, Field::Comment, value)),
                (Place::LineStart, line) => {
                    whole_name(line).map(|(field, value)| (true, field, value))
                }
                (Place::Value, value) => Some((false, self.field, value)),
                _ => None,
            };
            let (starts, field, value) = match (whole, *input) {
                (Some(whole), _) => whole,
                (None, []) => return None,
                (None, [byte, rest @ ..]) => match self.step(*byte) {
                    Step::Moved => {
                        *input = rest;
                        continue;
                    }
                    Step::Again => continue,
                    Step::BlankLine => {
                        *input = rest;
                        return Some(Token::BlankLine);
                    }
                    Step::Value => (true, self.field, *input),
                },
            };
            let (line, behind) = match FAST {
                true => line_end::cut(value),
                false => line_end::cut_compactly(value),
            };
            let ends;
            (self.place, ends, *input) = match behind_line_end(behind) {
                Some((place, rest)) => (place, true, rest),
                None if starts && line.is_empty() => {
                    (self.place, self.field) = (Place::ValueStart, field);
                    *input = &[];
                    return None;
                }
                None => {
                    self.field = field;
                    (Place::Value, false, &[][..])
                }
            };
            if field != Field::Unknown {
                return Some(Token::Piece(Piece {
                    field,
                    value: line,
                    starts,
                    ends,
                }));
            }
        }
    }

    /// Takes comments, other lines of no interest under way, and blank lines. No event is under way.
    #[inline(always)]
    pub fn skip_comments(&mut self, input: &mut &[u8]) {
        loop {
            let line = match (self.place, *input) {
                (Place::LineStart, [b'\n', rest @ ..]) => {
                    *input = rest;
                    continue;
                }
                (Place::LineStart, [b':', rest @ ..]) => rest,
                (Place::Value, [_, ..]) if self.is_within_comment() => *input,
                _ => return,
            };
            (self.place, *input) = match line_end::cut(line).1 {
                [b'\n', b'\n', rest @ ..] => (Place::LineStart, rest),
                behind => behind_line_end(behind).unwrap_or_else(|| {
                    self.field = Field::Comment;
                    (Place::Value, &[])
                }),
            };
        }
    }

    /// The data line that the input begins with, and what follows it and the blank line behind it. `None` if
    /// they are not there as nearly all servers write them, or the line does not end near.
    #[inline(always)]
    pub fn data_alone<'i>(&self, input: &'i [u8]) -> Option<(&'i [u8], &'i [u8])> {
        // One look at the length does for all, and two numbers are compared, not six bytes.
        let near: &[u8; 6 + line_end::NEAR] = input.first_chunk()?;
        let (name, near) = near.split_first_chunk()?;
        let (colon, _) = near.split_first_chunk()?;
        let is_data = u32::from_ne_bytes(*name) == u32::from_ne_bytes(*b"data")
            && u16::from_ne_bytes(*colon) == u16::from_ne_bytes(*b": ");
        if !is_data || self.place != Place::LineStart {
            return None;
        }
        let value = input.get(6..)?;
        match value.split_at_checked(line_end::find_near(value)?)? {
            (line, [b'\n', b'\n', rest @ ..]) => Some((line, rest)),
            _ => None,
        }
    }

    /// Whether some value of a data line has come, and its end has not.
    #[inline(always)]
    pub fn is_within_data(&self) -> bool {
        self.place == Place::Value && self.field == Field::Data
    }

    /// The same of a line of no interest.
    #[inline(always)]
    pub fn is_within_comment(&self) -> bool {
        self.place == Place::Value && matches!(self.field, Field::Comment | Field::Unknown)
    }

    /// Takes one byte, where that is simple.
    #[inline(always)]
    pub fn push(&mut self, byte: u8) -> Pushed {
        loop {
            let ends = matches!(byte, b'\n' | b'\r');
            match self.place {
                Place::LineStart if ends => {
                    self.end_line(byte);
                    return Pushed::BlankLine;
                }
                Place::Value => match self.field {
                    Field::Data | Field::Comment | Field::Unknown if ends => {
                        self.end_line(byte);
                        return Pushed::Taken;
                    }
                    Field::Comment | Field::Unknown => return Pushed::Taken,
                    Field::Event | Field::Id if !ends => return Pushed::ToLine,
                    _ => return Pushed::Not,
                },
                Place::ValueStart => return Pushed::Not,
                _ => {}
            }
            if let Step::Moved = self.step(byte) {
                return Pushed::Taken;
            }
        }
    }

    /// Takes a field's name that is cut, if a line begins with it and nothing else is left. That costs a host no
    /// fewer instructions than `next` does, but less time.
    #[inline(always)]
    pub fn take_cut_name(&mut self, input: &mut &[u8]) {
        match (self.place, *input) {
            (Place::LineStart, [b'\n' | b'\r' | b':', ..] | [_, _, _, _, _, _, ..]) => return,
            (Place::LineStart, _) => {}
            _ => return,
        }
        while let (Place::LineStart | Place::Name | Place::AfterColon, [byte, rest @ ..]) =
            (self.place, *input)
        {
            if let Step::Moved = self.step(*byte) {
                *input = rest;
            }
        }
    }

    /// The rest of a data line that was cut, or as much of it as there is; `input` is behind its line end then.
    /// `None` if no data line is under way.
    #[inline(always)]
    pub fn resume_data<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i [u8]> {
        if !self.is_within_data() {
            return None;
        }
        let (line, behind) = line_end::cut_compactly(input);
        (self.place, *input) = behind_line_end(behind).unwrap_or((Place::Value, &[]));
        Some(line)
    }

    #[inline(always)]
    fn end_line(&mut self, byte: u8) {
        self.place = match byte {
            b'\r' => Place::AfterCr,
            _ => Place::LineStart,
        };
    }

    /// What happens rarely: at a line's start, in its name, and where the input was cut.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn step(&mut self, byte: u8) -> Step {
        use Place::{AfterColon, AfterCr, LineStart, Name, StreamStart, Value, ValueStart};

        let step;
        (self.place, step) = match (self.place, byte) {
            (LineStart, b'\r') => (AfterCr, Step::BlankLine),
            (LineStart, _) => {
                self.matched = 1;
                self.field = match byte {
                    b'd' => Field::Data,
                    b'e' => Field::Event,
                    b'i' => Field::Id,
                    b'r' => Field::Retry,
                    _ => Field::Unknown,
                };
                match self.field {
                    Field::Unknown => (Value, Step::Again),
                    _ => (Name, Step::Moved),
                }
            }
            (Name, _) => match (self.field.name().get(usize::from(self.matched)), byte) {
                (Some(expected), _) if *expected == byte => {
                    self.matched = self.matched.plus(1);
                    (Name, Step::Moved)
                }
                (None, b':') => (AfterColon, Step::Moved),
                (None, b'\n' | b'\r') => (ValueStart, Step::Again),
                _ => {
                    self.field = Field::Unknown;
                    (Value, Step::Again)
                }
            },
            (AfterColon, b' ') => (ValueStart, Step::Moved),
            (AfterColon | ValueStart | Value, _) => (ValueStart, Step::Value),

            (AfterCr, b'\n') => (LineStart, Step::Moved),
            (AfterCr, _) => (LineStart, Step::Again),

            (StreamStart, _) => match (self.matched, byte) {
                (0, 0xef) | (1, 0xbb) => {
                    self.matched = self.matched.plus(1);
                    (StreamStart, Step::Moved)
                }
                (2, 0xbf) => (LineStart, Step::Moved),
                (0, _) => (LineStart, Step::Again),
                // A part of a byte order mark is content: the start of an unknown name.
                _ => (Value, Step::Again),
            },
        };
        step
    }
}

/// What one byte was.
pub(crate) enum Pushed {
    /// Nothing that has to be kept.
    Taken,
    /// More of an event type or an id, which holds its first byte already.
    ToLine,
    BlankLine,
    /// Not taken yet: a byte of another value, or the end of one.
    Not,
}

/// What the next byte does.
enum Step {
    /// It belongs to what comes before the value.
    Moved,
    /// Nothing yet, but it stands in another place now.
    Again,
    BlankLine,
    /// It is the first one of the value.
    Value,
}

/// The place behind the line end that the input begins with, and what is left; `None` if there is no input.
#[inline(always)]
fn behind_line_end(behind: &[u8]) -> Option<(Place, &[u8])> {
    match behind {
        [] => None,
        [b'\n', rest @ ..] => Some((Place::LineStart, rest)),
        [b'\r', b'\n', rest @ ..] => Some((Place::LineStart, rest)),
        [b'\r'] => Some((Place::AfterCr, &[])),
        [_, rest @ ..] => Some((Place::LineStart, rest)),
    }
}

/// The field that a line begins with and its value, if the name, the colon and a byte more are there.
#[inline(always)]
fn whole_name(line: &[u8]) -> Option<(Field, &[u8])> {
    // One look at the length serves all names, and numbers are compared instead of bytes.
    let &[a, b, c, d, e, f] = line.first_chunk()?;
    let name = u32::from_ne_bytes([a, b, c, d]);
    let (field, value) = if name == u32::from_ne_bytes(*b"data") && e == b':' {
        (Field::Data, line.get(5..)?)
    } else if name == u32::from_ne_bytes(*b"even") && [e, f] == *b"t:" && line.len() > 6 {
        (Field::Event, line.get(6..)?)
    } else if [a, b, c] == *b"id:" {
        (Field::Id, line.get(3..)?)
    } else {
        return None;
    };
    Some((field, without_space(value)))
}

/// A space behind the colon is no part of the value.
#[inline(always)]
const fn without_space(value: &[u8]) -> &[u8] {
    match value {
        [b' ', rest @ ..] => rest,
        _ => value,
    }
}
