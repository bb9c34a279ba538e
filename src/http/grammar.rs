//! The grammar of heads, in `nom`.

use core::iter::{Copied, Enumerate};
use core::slice::Iter;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::combinator::value;
use nom::{Compare, CompareResult, IResult, Input, Needed, Parser};

/// Method, target, and whether the version is 1.0 (RFC 9112, section 3). All of it is ASCII.
pub(super) fn request_line(line: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let (rest, method) = token(Bytes(line)).ok()?;
    let (rest, _) = literal(" ")(rest).ok()?;
    let (rest, target) = visible(rest).ok()?;
    let (Bytes(rest), http_1_0) = version(rest).ok()?;
    rest.is_empty().then_some((method.0, target.0, http_1_0))
}

/// The name of a field, and all behind the colon (RFC 9112, section 5).
pub(super) fn field_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, name) = token(Bytes(line)).ok()?;
    let (rest, _) = literal(":")(rest).ok()?;
    Some((name.0, rest.0))
}

/// The value of a field, without the white space around it (RFC 9110, section 5.5).
pub(super) fn field_value(behind_colon: &[u8]) -> Option<&[u8]> {
    let (rest, value) = text(Bytes(behind_colon)).ok()?;
    rest.0.is_empty().then_some(value.0.trim_ascii())
}

fn token(input: Bytes<'_>) -> Parsed<'_> {
    take_while1(is_token).parse(input)
}

fn visible(input: Bytes<'_>) -> Parsed<'_> {
    take_while1(|byte: u8| byte.is_ascii_graphic()).parse(input)
}

fn text(input: Bytes<'_>) -> Parsed<'_> {
    take_while(is_text).parse(input)
}

fn version(input: Bytes<'_>) -> Parsed<'_, bool> {
    let is_1_0 = value(true, literal(" HTTP/1.0"));
    let is_1_1 = value(false, literal(" HTTP/1.1"));
    alt((is_1_0, is_1_1)).parse(input)
}

fn literal<'i>(text: &'static str) -> impl FnMut(Bytes<'i>) -> Parsed<'i> {
    move |input| tag(text).parse(input)
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
pub(super) const fn is_text(byte: u8) -> bool {
    !byte.is_ascii_control() || byte == b'\t'
}

/// What a parser returns: that it failed is all there is to say.
type Parsed<'i, O = Bytes<'i>> = IResult<Bytes<'i>, O, ()>;

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
        Bytes(self.0.get(..index).unwrap_or(self.0))
    }

    fn take_from(&self, index: usize) -> Self {
        Bytes(self.0.get(index..).unwrap_or_default())
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
            Some(start) if start == text.as_bytes() => CompareResult::Ok,
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
