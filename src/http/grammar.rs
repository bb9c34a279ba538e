//! Splits heads into lines, and parses lines with `nom`.

use core::iter::{Copied, Enumerate};
use core::slice::Iter;

use nom::bytes::complete::{tag, take_while1};
use nom::{Compare, CompareResult, IResult, Input, Needed, Parser};

use crate::bytes::digits::parse_decimal;
use crate::bytes::exact::{Exact, ExactSlice};

/// Collects the bytes of a line in a buffer of the caller (RFC 9112, section 2.2). A line ends with CRLF or LF.
#[derive(Clone, Debug, Default)]
pub(super) struct LineReader {
    length: u16,
    is_truncated: bool,
    /// Whether the line has ended, unless the next line continues it.
    has_ended: bool,
}

/// Whether a line that begins with white space continues the line before it (RFC 9112, section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Folding {
    /// It is another line.
    Never,
    /// It continues that line, as old servers write it. So a line is whole when the first byte of the next line is there.
    Allowed,
}

/// A whole line. Its bytes are at the start of the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The length without the line end.
    pub length: u16,
    /// Whether the line was longer than the buffer, so that its last bytes are lost.
    pub is_truncated: bool,
}

impl LineReader {
    pub const fn new() -> Self {
        Self {
            length: 0,
            is_truncated: false,
            has_ended: false,
        }
    }

    /// Reads `input` up to the end of a line. Returns `None` when `input` is used up before that.
    ///
    /// Pass the same buffer until a line is returned.
    pub fn next(&mut self, input: &mut &[u8], buffer: &mut [u8], folding: Folding) -> Option<Line> {
        while let Some((byte, rest)) = input.split_first() {
            if self.has_ended {
                if !matches!(byte, b' ' | b'\t') {
                    return Some(self.take());
                }
                self.has_ended = false;
            }
            *input = rest;
            if *byte == b'\n' {
                self.strip_cr(buffer);
                if folding == Folding::Never || self.length == 0 {
                    return Some(self.take());
                }
                self.has_ended = true;
                continue;
            }
            match buffer.get_mut(usize::from(self.length)) {
                Some(slot) if self.length < u16::MAX => {
                    *slot = *byte;
                    self.length = self.length.plus(1);
                }
                _ => self.is_truncated = true,
            }
        }
        None
    }

    fn strip_cr(&mut self, buffer: &[u8]) {
        if let [.., b'\r'] = buffer.part(..usize::from(self.length)) {
            self.length = self.length.minus(1);
        }
    }

    fn take(&mut self) -> Line {
        let line = Line {
            length: self.length,
            is_truncated: self.is_truncated,
        };
        *self = Self::default();
        line
    }
}

/// Returns the method, the target, and whether the version is HTTP/1.0 (RFC 9112, section 3). Both are ASCII.
pub(super) fn request_line(line: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let (rest, method) = run(is_token_byte, Bytes(line)).ok()?;
    let (rest, _) = literal(" ", rest).ok()?;
    let (rest, target) = run(is_visible, rest).ok()?;
    let (rest, _) = literal(" HTTP/1.", rest).ok()?;
    match rest.0 {
        [minor @ (b'0' | b'1')] => Some((method.0, target.0, *minor == b'0')),
        _ => None,
    }
}

/// Returns the code of a status line (RFC 9112, section 4). Some servers leave out the reason phrase and the space before it.
pub(super) fn status_line(line: &[u8]) -> Option<u16> {
    let (rest, _) = literal("HTTP/1.", Bytes(line)).ok()?;
    let [b'0'..=b'9', b' ', code @ ..] = rest.0 else {
        return None;
    };
    let (code, reason) = code.split_first_chunk::<3>()?;
    if !matches!(reason, [] | [b' ', ..]) {
        return None;
    }
    parse_decimal(code).map(|code| code as u16)
}

/// Returns the name of a header field, and the bytes after the colon (RFC 9112, section 5).
pub(super) fn field_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, name) = run(is_token_byte, Bytes(line)).ok()?;
    let (rest, _) = literal(":", rest).ok()?;
    Some((name.0, rest.0))
}

/// Parses one or more bytes of a kind.
fn run(is_of_kind: fn(u8) -> bool, input: Bytes<'_>) -> Parsed<'_> {
    take_while1(is_of_kind).parse(input)
}

/// Parses this text.
fn literal<'i>(text: &'static str, input: Bytes<'i>) -> Parsed<'i> {
    tag(text).parse(input)
}

fn is_visible(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

/// Whether `text` is a token, such as a method or the name of a header field (RFC 9110, section 5.6.2).
pub(super) const fn is_token(text: &[u8]) -> bool {
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        if !is_token_byte(*byte) {
            return false;
        }
        rest = tail;
    }
    !text.is_empty()
}

/// Whether `text` can be the value of a header field: it holds no control character but tabs (RFC 9110, section 5.5).
pub(crate) const fn is_field_value(text: &[u8]) -> bool {
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        if byte.is_ascii_control() && *byte != b'\t' {
            return false;
        }
        rest = tail;
    }
    true
}

const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~'
        )
}

/// The result of a parser. Its error holds nothing, because callers only ask whether a line is well-formed.
type Parsed<'i> = IResult<Bytes<'i>, Bytes<'i>, ()>;

/// The input of the parsers. With `nom`'s own input, `&[u8]`, the linked program holds code that can panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bytes<'i>(&'i [u8]);

impl<'i> Input for Bytes<'i> {
    type Item = u8;
    type Iter = Copied<Iter<'i, u8>>;
    type IterIndices = Enumerate<Self::Iter>;

    fn input_len(&self) -> usize {
        self.0.len()
    }

    fn take(&self, index: usize) -> Self {
        Bytes(self.0.part(..index))
    }

    fn take_from(&self, index: usize) -> Self {
        Bytes(self.0.part(index..))
    }

    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.take_from(index), self.take(index))
    }

    fn position<P: Fn(u8) -> bool>(&self, predicate: P) -> Option<usize> {
        self.iter_elements().position(predicate)
    }

    fn iter_elements(&self) -> Self::Iter {
        self.0.iter().copied()
    }

    fn iter_indices(&self) -> Self::IterIndices {
        self.iter_elements().enumerate()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        match count.checked_sub(self.0.len()) {
            None | Some(0) => Ok(count),
            Some(missing) => Err(Needed::new(missing)),
        }
    }
}

impl Compare<&str> for Bytes<'_> {
    fn compare(&self, text: &str) -> CompareResult {
        // `==` would link `memcmp`. `Iterator::eq` would be a call, which takes 16 bytes of stack.
        let is_text =
            |start: &[u8]| (start.iter().zip(text.as_bytes())).all(|(one, other)| one == other);
        match self.0.get(..text.len()) {
            Some(start) if is_text(start) => CompareResult::Ok,
            _ => CompareResult::Error,
        }
    }

    fn compare_no_case(&self, text: &str) -> CompareResult {
        match self.0.get(..text.len()) {
            Some(start) if start.eq_ignore_ascii_case(text.as_bytes()) => CompareResult::Ok,
            _ => CompareResult::Error,
        }
    }
}
