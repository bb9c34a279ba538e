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
#[repr(C)] // in another order of the fields `Decoder::next` takes up to 4 % more instructions
pub(crate) struct Scanner {
    /// That of the line under way, behind its first byte.
    field: Field,
    place: Place,
    /// Which of `HEADS` stands next in the head under way. At the start of the stream, how many bytes of a byte
    /// order mark have come.
    next: u8,
}

const _: () = assert!(size_of::<Scanner>() <= 4);

/// What may stand before the values of the fields that the standard knows. A NUL ends each of them: the value
/// begins there, whatever it begins with. Its length is a power of two, so that a mask keeps a position in bounds.
const HEADS: [u8; 32] = *b"data: \0event: \0id: \0retry: \0\0\0\0\0";

/// Where in the stream the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    LineStart,
    /// Within the value.
    Value,
    /// Before the first byte of the value.
    ValueStart,
    /// Behind the first bytes of one of `HEADS`.
    Head,
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
            next: 0,
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

    /// The same of an event type or an id.
    #[inline(always)]
    pub fn is_within_line(&self) -> bool {
        self.place == Place::Value && matches!(self.field, Field::Event | Field::Id)
    }

    /// The same of a line of no interest.
    #[inline(always)]
    pub fn is_within_comment(&self) -> bool {
        self.place == Place::Value && matches!(self.field, Field::Comment | Field::Unknown)
    }

    /// Takes a byte.
    #[inline(always)]
    pub fn push(&mut self, byte: u8) -> Pushed {
        match self.place {
            Place::LineStart if matches!(byte, b'\n' | b'\r') => {
                self.end_line(byte);
                Pushed::BlankLine
            }
            Place::Value => self.push_value(byte, false),
            _ => match self.step_inlined(byte) {
                Step::Moved => Pushed::Nothing,
                Step::Value => self.push_value(byte, true),
                Step::BlankLine => Pushed::BlankLine,
                Step::Again => match self.push_again(byte) {
                    true => Pushed::BlankLine,
                    false => Pushed::Nothing,
                },
            },
        }
    }

    /// Takes a byte that is the first of its line, or makes the line one of no interest. Tells whether it is a blank
    /// line. Apart from `push`, which must not loop: a compiler computes before a loop what only rare bytes need.
    #[inline(never)]
    fn push_again(&mut self, byte: u8) -> bool {
        let ends = matches!(byte, b'\n' | b'\r');
        let is_blank = ends && self.place == Place::LineStart;
        if ends {
            self.end_line(byte);
        } else if self.place == Place::LineStart {
            self.start_line(byte);
        }
        is_blank
    }

    #[inline(always)]
    fn push_value(&mut self, byte: u8, starts: bool) -> Pushed {
        self.place = Place::Value;
        let is_kept = !matches!(self.field, Field::Comment | Field::Unknown);
        if matches!(byte, b'\n' | b'\r') {
            self.end_line(byte);
            return match self.field {
                _ if starts && is_kept => Pushed::Value(ValueByte::Empty),
                Field::Event | Field::Id | Field::Retry => Pushed::Value(ValueByte::End),
                _ => Pushed::Nothing,
            };
        }
        match starts {
            _ if !is_kept => Pushed::Nothing,
            true => Pushed::Value(ValueByte::First),
            false => Pushed::Value(ValueByte::More),
        }
    }

    /// The field of the line under way, or of the one that has ended last.
    pub fn field(&self) -> Field {
        self.field
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
        while let (Place::LineStart | Place::Head, [byte, rest @ ..]) = (self.place, *input) {
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

    /// Takes the first byte of a known name.
    #[inline(always)]
    fn start_line(&mut self, byte: u8) -> Step {
        (self.field, self.next) = match byte {
            b'd' => (Field::Data, 1),
            b'e' => (Field::Event, 8),
            b'i' => (Field::Id, 16),
            b'r' => (Field::Retry, 21),
            _ => (Field::Unknown, 0),
        };
        let step;
        (self.place, step) = match self.field {
            Field::Unknown => (Place::Value, Step::Again),
            _ => (Place::Head, Step::Moved),
        };
        step
    }

    /// The byte of `HEADS` that stands next.
    #[inline(always)]
    fn expected(&self) -> u8 {
        // The mask shows that the position is in bounds, so no check is compiled.
        let place = usize::from(self.next & 31);
        HEADS.get(place).copied().unwrap_or_default()
    }

    /// Takes the byte that `HEADS` has next.
    #[inline(always)]
    pub fn push_head(&mut self, byte: u8) -> bool {
        let is_next = self.place == Place::Head && self.expected() == byte && byte != 0;
        if is_next {
            self.next = self.next.plus(1);
        }
        is_next
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
        self.step_inlined(byte)
    }

    /// The same for `push`, which has it inlined: a call would be a third of the work on the first byte of a line.
    #[inline(always)]
    fn step_inlined(&mut self, byte: u8) -> Step {
        if self.push_head(byte) {
            return Step::Moved;
        }
        use Place::{AfterCr, Head, LineStart, StreamStart, Value, ValueStart};

        let step;
        (self.place, step) = match (self.place, byte) {
            (LineStart, b'\r') => (AfterCr, Step::BlankLine),
            (LineStart, _) => return self.start_line(byte),
            (Head, _) => match self.expected() {
                0 | b' ' => (ValueStart, Step::Value),
                b':' if matches!(byte, b'\n' | b'\r') => (ValueStart, Step::Value),
                _ => {
                    self.field = Field::Unknown;
                    (Value, Step::Again)
                }
            },
            (ValueStart | Value, _) => (ValueStart, Step::Value),

            (AfterCr, b'\n') => (LineStart, Step::Moved),
            (AfterCr, _) => (LineStart, Step::Again),

            (StreamStart, _) => match (self.next, byte) {
                (0, 0xef) | (1, 0xbb) => {
                    self.next = self.next.plus(1);
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
    } else if [a, b, c] == *b"id:" {
        (Field::Id, line.get(3..)?)
    } else if name == u32::from_ne_bytes(*b"even") && [e, f] == *b"t:" && line.len() > 6 {
        (Field::Event, line.get(6..)?)
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
