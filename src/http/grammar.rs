//! Parses heads with `nom`: cuts them into lines, and a line into its parts.

use core::iter::{Copied, Enumerate};
use core::slice::Iter;

use nom::bytes::complete::{tag, take_while1};
use nom::{Compare, CompareResult, IResult, Input, Needed, Parser};

use crate::bytes::digits::parse_decimal;
use crate::bytes::exact::{Exact, ExactSlice};

/// Gathers lines in a space that the caller lends (RFC 9112, section 2.2). A line ends with CRLF, or
/// with LF alone.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    length: u16,
    cut: bool,
    /// Its end has come, but the next line may go on with it.
    ended: bool,
}

/// Whether a line that begins with white space goes on with the one before (RFC 9112, section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Folding {
    /// It is a line of its own.
    Never,
    /// It does, as old servers have it. So a line has come to its end when the next one begins.
    Allowed,
}

/// A line that came to its end. Its bytes stand at the start of the space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Without its end.
    pub length: u16,
    /// It was longer than the space, and the rest of it is lost.
    pub cut: bool,
}

impl Lines {
    pub const fn new() -> Self {
        Self {
            length: 0,
            cut: false,
            ended: false,
        }
    }

    /// Takes `input` up to the end of a line; `None` when it holds none, and all of it was taken.
    /// The space must be the same until then.
    pub fn next(&mut self, input: &mut &[u8], space: &mut [u8], folding: Folding) -> Option<Line> {
        while let Some((byte, rest)) = input.split_first() {
            if self.ended {
                if !matches!(byte, b' ' | b'\t') {
                    return Some(self.take());
                }
                self.ended = false;
            }
            *input = rest;
            if *byte == b'\n' {
                self.strip_cr(space);
                if folding == Folding::Never || self.length == 0 {
                    return Some(self.take());
                }
                self.ended = true;
                continue;
            }
            match space.get_mut(usize::from(self.length)) {
                Some(place) if self.length < u16::MAX => {
                    *place = *byte;
                    self.length = self.length.plus(1);
                }
                _ => self.cut = true,
            }
        }
        None
    }

    fn strip_cr(&mut self, space: &[u8]) {
        if let [.., b'\r'] = space.part(..usize::from(self.length)) {
            self.length = self.length.minus(1);
        }
    }

    fn take(&mut self) -> Line {
        let line = Line {
            length: self.length,
            cut: self.cut,
        };
        *self = Self::default();
        line
    }
}

/// Method, target, and whether the version is 1.0 (RFC 9112, section 3). All of it is ASCII.
pub(super) fn request_line(line: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let (rest, method) = run(is_token, Bytes(line)).ok()?;
    let (rest, _) = literal(" ", rest).ok()?;
    let (rest, target) = run(is_visible, rest).ok()?;
    let (rest, _) = literal(" HTTP/1.", rest).ok()?;
    match rest.0 {
        [minor @ (b'0' | b'1')] => Some((method.0, target.0, *minor == b'0')),
        _ => None,
    }
}

/// The code of a status line (RFC 9112, section 4). The reason may be missing, and the space before it.
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

/// The name of a field, and all behind the colon (RFC 9112, section 5).
pub(super) fn field_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, name) = run(is_token, Bytes(line)).ok()?;
    let (rest, _) = literal(":", rest).ok()?;
    Some((name.0, rest.0))
}

/// One character of a kind, or more.
fn run(is_of_kind: fn(u8) -> bool, input: Bytes<'_>) -> Parsed<'_> {
    take_while1(is_of_kind).parse(input)
}

fn literal<'i>(text: &'static str, input: Bytes<'i>) -> Parsed<'i> {
    tag(text).parse(input)
}

fn is_visible(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

/// A character of a token (RFC 9110, section 5.6.2).
pub(super) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~'
        )
}

/// A character of a field's value (RFC 9110, section 5.5).
pub(crate) const fn is_text(byte: u8) -> bool {
    !byte.is_ascii_control() || byte == b'\t'
}

/// What a parser returns: that it failed is all there is to say.
type Parsed<'i> = IResult<Bytes<'i>, Bytes<'i>, ()>;

/// Bytes to be parsed. Those of `nom` itself can panic, for all that the compiler knows.
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
        match self.0.get(..text.len()) {
            // Not `==`, which calls `memcmp`.
            Some(start) if start.iter().eq(text.as_bytes()) => CompareResult::Ok,
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
