//! Splits an event stream into fields and blank lines, however it is cut (WHATWG HTML 9.2.5 and the line rules of
//! 9.2.6).

use super::grammar::{
    Field, LinePart, NameMatch, Piece, Pushed, ScanState, Token, ValueByte, whole_name,
};
use super::line_end;

/// The place in the stream where the input was cut. It holds no text: values are slices of the input.
///
/// **Give it the bytes of one response, each once and in order. Start the next response with a new scanner.**
#[derive(Clone, Copy, Debug)]
#[repr(C)] // in another order of the fields `Decoder::next` takes up to 4 % more instructions
pub(crate) struct Scanner {
    /// The field of the line under way, after the first byte of that line.
    field: Field,
    state: ScanState,
    /// The part of a name that has come, within `ScanState::Name`.
    name: NameMatch,
}

const _: () = assert!(size_of::<Scanner>() <= 4);

impl Scanner {
    /// Creates the scanner for a response.
    pub const fn new() -> Self {
        Self {
            state: ScanState::StreamStart,
            field: Field::Unknown,
            name: NameMatch::new(),
        }
    }

    /// Returns the next token of `input`, and shortens `input` by it. Returns `None` when `input` is used up. The search
    /// for line ends is inlined if it has to be `FAST`.
    #[inline(always)] // it is the loop of each decoder: the pieces stay in registers
    pub fn next<'i, const FAST: bool>(&mut self, input: &mut &'i [u8]) -> Option<Token<'i>> {
        loop {
            // A name that is whole in the input is taken at once, any other byte by byte.
            let whole = match (self.state, *input) {
                (_, []) => return None,
                (ScanState::LineStart, [b'\n', rest @ ..]) => {
                    *input = rest;
                    return Some(Token::BlankLine);
                }
                (ScanState::LineStart, [b':', value @ ..]) => Some((true, Field::Comment, value)),
                (ScanState::LineStart, line) => {
                    whole_name(line).map(|(field, value)| (true, field, value))
                }
                (ScanState::Value, value) => Some((false, self.field, value)),
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
            let (line, after) = match FAST {
                true => line_end::split_before(value),
                false => line_end::split_before_compact(value),
            };
            let ends;
            (self.state, ends, *input) = match ScanState::take_line_end(after) {
                Some((state, rest)) => (state, true, rest),
                None if starts && line.is_empty() => {
                    (self.state, self.field) = (ScanState::ValueStart, field);
                    *input = &[];
                    return None;
                }
                None => {
                    self.field = field;
                    (ScanState::Value, false, &[][..])
                }
            };
            if field != Field::Unknown {
                return Some(Token::Piece(Piece {
                    field,
                    value: line,
                    part: LinePart { starts, ends },
                }));
            }
        }
    }

    /// Skips comments, the rest of a comment or an unknown field, and blank lines. No event is under way.
    #[inline(always)] // only hosts call it, for speed
    pub fn skip_comments(&mut self, input: &mut &[u8]) {
        loop {
            let line = match (self.state, *input) {
                (ScanState::LineStart, [b'\n', rest @ ..]) => {
                    *input = rest;
                    continue;
                }
                (ScanState::LineStart, [b':', rest @ ..]) => rest,
                (ScanState::Value, [_, ..]) if self.is_within_comment() => *input,
                _ => return,
            };
            (self.state, *input) = match line_end::split_before(line).1 {
                [b'\n', b'\n', rest @ ..] => (ScanState::LineStart, rest),
                after => ScanState::take_line_end(after).unwrap_or_else(|| {
                    self.field = Field::Comment;
                    (ScanState::Value, &[])
                }),
            };
        }
    }

    /// Returns the value of the data line that the input begins with, and the input after the blank line that follows.
    /// Returns `None` if the input does not begin with both, written as nearly all servers do, or if the line is long.
    #[inline(always)] // the fast path of each decoder
    pub fn single_line<'i>(&self, input: &'i [u8]) -> Option<(&'i [u8], &'i [u8])> {
        // One check of the length serves all reads, and two numbers are compared instead of six bytes.
        let near: &[u8; 6 + line_end::NEAR] = input.first_chunk()?;
        let (name, near) = near.split_first_chunk()?;
        let (colon, _) = near.split_first_chunk()?;
        let is_data = u32::from_ne_bytes(*name) == u32::from_ne_bytes(*b"data")
            && u16::from_ne_bytes(*colon) == u16::from_ne_bytes(*b": ");
        if !is_data || self.state != ScanState::LineStart {
            return None;
        }
        let value = input.get(6..)?;
        match value.split_at_checked(line_end::find_near(value)?)? {
            (line, [b'\n', b'\n', rest @ ..]) => Some((line, rest)),
            _ => None,
        }
    }

    /// Whether the start of a data line's value has come, and its end has not.
    #[inline(always)] // two comparisons
    pub fn is_within_data(&self) -> bool {
        self.state == ScanState::Value && self.field == Field::Data
    }

    /// As `is_within_data`, for an event type or an ID.
    #[inline(always)] // a few comparisons
    pub fn is_within_type_or_id(&self) -> bool {
        self.state == ScanState::Value && matches!(self.field, Field::Event | Field::Id)
    }

    /// As `is_within_data`, for a comment or an unknown field.
    #[inline(always)] // a few comparisons
    pub fn is_within_comment(&self) -> bool {
        self.state == ScanState::Value && matches!(self.field, Field::Comment | Field::Unknown)
    }

    /// Takes one byte.
    #[inline(always)] // a part of `Core::push_of_any_kind`, its only caller
    pub fn push(&mut self, byte: u8) -> Pushed {
        match self.state {
            ScanState::LineStart if matches!(byte, b'\n' | b'\r') => {
                self.state = ScanState::after_line_end(byte);
                Pushed::BlankLine
            }
            ScanState::Value => self.push_value(byte, false),
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

    /// Takes a byte for which `step` has only changed the place. Returns whether it ends a blank line.
    // Not a loop in `push`: the compiler would compute before the loop what only rare bytes need.
    #[inline(never)] // rare
    fn push_again(&mut self, byte: u8) -> bool {
        let ends = matches!(byte, b'\n' | b'\r');
        let is_blank = ends && self.state == ScanState::LineStart;
        if ends {
            self.state = ScanState::after_line_end(byte);
        } else if self.state == ScanState::LineStart {
            self.start_line(byte);
        }
        is_blank
    }

    #[inline(always)] // a part of `push`: one copy for each value of `starts`
    fn push_value(&mut self, byte: u8, starts: bool) -> Pushed {
        self.state = ScanState::Value;
        let is_kept = !matches!(self.field, Field::Comment | Field::Unknown);
        if matches!(byte, b'\n' | b'\r') {
            self.state = ScanState::after_line_end(byte);
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

    /// Returns the field of the line under way, or of the line that ended last.
    pub fn field(&self) -> Field {
        self.field
    }

    /// Takes the start of a name, if `input` is nothing else. On a host this takes as many instructions as `next`, but
    /// less time.
    #[inline(always)] // only hosts call it, for speed
    pub fn take_partial_name(&mut self, input: &mut &[u8]) {
        match (self.state, *input) {
            (ScanState::LineStart, [b'\n' | b'\r' | b':', ..] | [_, _, _, _, _, _, ..]) => return,
            (ScanState::LineStart, _) => {}
            _ => return,
        }
        while let (ScanState::LineStart | ScanState::Name, [byte, rest @ ..]) = (self.state, *input)
        {
            if let Step::Moved = self.step(*byte) {
                *input = rest;
            }
        }
    }

    /// Returns the rest of a data line that was cut, or as much of it as there is, and leaves in `input` what follows
    /// the line. Returns `None` if no data line is under way.
    #[inline(always)] // `Core::advance` does it first for each chunk
    pub fn resume_data<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i [u8]> {
        if !self.is_within_data() {
            return None;
        }
        let (line, after) = line_end::split_before_compact(input);
        (self.state, *input) = ScanState::take_line_end(after).unwrap_or((ScanState::Value, &[]));
        Some(line)
    }

    /// Takes the first byte of a line that is not blank.
    #[inline(always)] // a few instructions
    fn start_line(&mut self, byte: u8) -> Step {
        (self.field, self.name) = NameMatch::start(byte);
        let step;
        (self.state, step) = match self.field {
            Field::Unknown => (ScanState::Value, Step::Again),
            _ => (ScanState::Name, Step::Moved),
        };
        step
    }

    /// Takes a byte if it continues a known name. Returns whether it does.
    #[inline(always)] // for `push`, a call would cost more than the match
    pub fn push_name(&mut self, byte: u8) -> bool {
        self.state == ScanState::Name && self.name.take(byte)
    }

    /// Takes a byte before a value: at the start of a line, in a name, or where the input was cut.
    // On a microcontroller `next` calls it: inlined, its registers would cost the rest of that loop more.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn step(&mut self, byte: u8) -> Step {
        self.step_inlined(byte)
    }

    /// [`step`](Self::step) for `push`.
    #[inline(always)] // a call would be a third of the work on the first byte of a line
    fn step_inlined(&mut self, byte: u8) -> Step {
        if self.push_name(byte) {
            return Step::Moved;
        }
        use ScanState::{
            AfterCr, AfterMark1, AfterMark2, LineStart, Name, StreamStart, Value, ValueStart,
        };

        let step;
        (self.state, step) = match (self.state, byte) {
            (LineStart, b'\r') => (AfterCr, Step::BlankLine),
            (LineStart, _) => return self.start_line(byte),
            (Name, _) if self.name.ends_before(byte) => (ValueStart, Step::Value),
            (Name, _) => {
                self.field = Field::Unknown;
                (Value, Step::Again)
            }
            (ValueStart | Value, _) => (ValueStart, Step::Value),

            (AfterCr, b'\n') => (LineStart, Step::Moved),
            (AfterCr, _) => (LineStart, Step::Again),

            (StreamStart, 0xef) => (AfterMark1, Step::Moved),
            (StreamStart, _) => (LineStart, Step::Again),
            (AfterMark1, 0xbb) => (AfterMark2, Step::Moved),
            (AfterMark2, 0xbf) => (LineStart, Step::Moved),
            // A part of a byte order mark is content: the start of an unknown name.
            (AfterMark1 | AfterMark2, _) => (Value, Step::Again),
        };
        step
    }
}

/// What `step` has done with a byte.
enum Step {
    /// It has taken the byte, which belongs to no value.
    Moved,
    /// It has changed the place, but has not taken the byte.
    Again,
    /// It has taken the byte, which ends a blank line.
    BlankLine,
    /// It has not taken the byte, which is the first one of a value or ends an empty value.
    Value,
}
