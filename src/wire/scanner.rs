//! Splits an event stream into fields and blank lines, in whatever pieces it arrives (WHATWG HTML 9.2.5 and 9.2.6).

use super::grammar::{
    Field, LinePart, NameMatch, Piece, Pushed, ScanState, Token, ValueByte, whole_name,
};
use super::line_end;

/// The state between two pieces of a stream. It holds no text: values are slices of the input.
///
/// **Pass all bytes of one response, in order. Use a new scanner for the next response.**
#[derive(Clone, Copy, Debug)]
#[repr(C)] // keeps the order of the fields: in another order, `Decoder::next` takes up to 4 % more instructions
pub(crate) struct Scanner {
    /// The field of the current line, once its first byte has been read.
    field: Field,
    state: ScanState,
    /// The part of the name that has been read, in `ScanState::Name`.
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

    /// Returns the next token of `input`, and shortens `input` by it. Returns `None` when `input` is used up.
    #[inline(always)] // The loop of each decoder calls it in one place. Inlined there, it keeps tokens in registers.
    pub fn next<'i>(&mut self, input: &mut &'i [u8]) -> Option<Token<'i>> {
        self.next_by(input, line_end::split_before)
    }

    /// Does the same as `next`, in less flash and more time.
    #[inline(always)] // The loop of each decoder calls it in one place. Inlined there, it keeps tokens in registers.
    pub fn next_compact<'i>(&mut self, input: &mut &'i [u8]) -> Option<Token<'i>> {
        self.next_by(input, line_end::split_before_compact)
    }

    /// Does the same as `next`. `split_before` splits a value before its line end.
    #[inline(always)] // The loop of each decoder calls it in one place. Inlined there, it keeps tokens in registers.
    fn next_by<'i>(
        &mut self,
        input: &mut &'i [u8],
        split_before: impl Fn(&'i [u8]) -> (&'i [u8], &'i [u8]),
    ) -> Option<Token<'i>> {
        loop {
            // A name that is whole in the input is compared at once, and a part of a name byte by byte.
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
            let (line, after) = split_before(value);
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

    /// Skips comments, the rest of a comment or an unknown field, and blank lines that end with LF. Stops at everything else.
    /// Call it only between events: it would skip the blank line that ends an event.
    #[inline(always)] // Only hosts call it, for speed.
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

    /// Returns the value of the data line at the start of the input, and the input after the blank line that follows.
    ///
    /// Returns `None` if the input does not begin with `data: `, a short value and two line feeds, as nearly all servers write
    /// an event.
    #[inline(always)] // It is the fast path of each decoder.
    pub fn single_line<'i>(&self, input: &'i [u8]) -> Option<(&'i [u8], &'i [u8])> {
        // One check of the length serves all reads, and a comparison of two numbers replaces those of six bytes.
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

    /// Whether a byte of the value of a data line was read, and the line has not ended.
    #[inline(always)] // It is two comparisons.
    pub fn is_within_data(&self) -> bool {
        self.state == ScanState::Value && self.field == Field::Data
    }

    /// As `is_within_data`, for an event type or an ID.
    #[inline(always)] // It is a few comparisons.
    pub fn is_within_type_or_id(&self) -> bool {
        self.state == ScanState::Value && matches!(self.field, Field::Event | Field::Id)
    }

    /// As `is_within_data`, for a comment or an unknown field.
    #[inline(always)] // It is a few comparisons.
    pub fn is_within_comment(&self) -> bool {
        self.state == ScanState::Value && matches!(self.field, Field::Comment | Field::Unknown)
    }

    /// Reads one byte.
    #[inline(always)] // It is a part of `DecoderState::push_slow`, its only caller.
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

    /// Reads a byte for which `step` has only changed the state. Returns whether it ends a blank line.
    // Not a loop in `push`: the compiler would move work of these rare bytes before the loop, where all bytes pay for it.
    #[inline(never)] // It is rarely called: inlined, it would make its caller longer.
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

    /// Reads a byte of a value, or the line end after it.
    #[inline(always)] // It is a part of `push`: in each of its two copies, `starts` is a constant.
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

    /// Returns the field of the line whose value is being read. At other times the result has no meaning.
    pub fn field(&self) -> Field {
        self.field
    }

    /// Reads the name of a field, or the start of one. Does nothing unless the scanner is at the start of a line and `input`
    /// has fewer than six bytes.
    ///
    /// On a host this takes as many instructions as `next`, but less time.
    #[inline(always)] // Only hosts call it, for speed.
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

    /// Returns the part of the current data line that is in `input`, and shortens `input` by it and its line end. Returns
    /// `None` unless [`is_within_data`](Self::is_within_data).
    #[inline(always)] // `DecoderState::read` calls it first for each chunk.
    pub fn resume_data<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i [u8]> {
        if !self.is_within_data() {
            return None;
        }
        let (line, after) = line_end::split_before_compact(input);
        (self.state, *input) = ScanState::take_line_end(after).unwrap_or((ScanState::Value, &[]));
        Some(line)
    }

    /// Reads the first byte of a line that is not blank.
    #[inline(always)] // It is a few instructions.
    fn start_line(&mut self, byte: u8) -> Step {
        (self.field, self.name) = NameMatch::start(byte);
        let step;
        (self.state, step) = match self.field {
            Field::Unknown => (ScanState::Value, Step::Again),
            _ => (ScanState::Name, Step::Moved),
        };
        step
    }

    /// Reads a byte if it continues a known name. Returns whether it does.
    #[inline(always)] // For `push`, a call would cost more than the match.
    pub fn push_name(&mut self, byte: u8) -> bool {
        self.state == ScanState::Name && self.name.take(byte)
    }

    /// Reads a byte before a value: at the start of a line, in a name, or at the start of the stream.
    // Not inlined on a microcontroller: inlined, it leaves fewer registers to the loop of `next`. Hosts have enough.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn step(&mut self, byte: u8) -> Step {
        self.step_inlined(byte)
    }

    /// Does the same as [`step`](Self::step), for `push`.
    #[inline(always)] // A call would be a third of the work on the first byte of a line.
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
            // A partial byte order mark is content: the start of an unknown name.
            (AfterMark1 | AfterMark2, _) => (Value, Step::Again),
        };
        step
    }
}

/// The result of `step` for a byte.
enum Step {
    /// The byte is read. It belongs to no value.
    Moved,
    /// Only the state has changed. The byte has to be read again.
    Again,
    /// The byte is read. It ends a blank line.
    BlankLine,
    /// The byte is not read. It is the first one of a value, or ends an empty value.
    Value,
}
