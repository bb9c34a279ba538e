//! Bodies of responses.

use super::chunked::{Dechunker, InvalidChunk};
use crate::wire::exact::Exact;

/// How the end of a body is told (RFC 9112, section 6.3).
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// By the end of the connection.
    UntilClose,
    /// By its length, of which so much is left.
    Length(u32),
    Chunked(Dechunker),
}

impl Body {
    /// The content at the start of `input`, once the framing before it was read. `consume` moves on.
    pub fn peek<'i>(&mut self, input: &mut &'i [u8]) -> Result<&'i [u8], InvalidChunk> {
        match self {
            Body::UntilClose => Ok(input),
            Body::Length(left) => Ok(input.get(..*left as usize).unwrap_or(input)),
            Body::Chunked(dechunker) => dechunker.peek(input),
        }
    }

    /// So many bytes of what `peek` has shown were taken.
    pub fn consume(&mut self, length: usize) {
        match self {
            Body::UntilClose => {}
            Body::Length(left) => *left = left.minus(length as u32),
            Body::Chunked(dechunker) => dechunker.consume(length),
        }
    }

    pub const fn has_ended(&self) -> bool {
        match self {
            Body::UntilClose => false,
            Body::Length(left) => *left == 0,
            Body::Chunked(dechunker) => dechunker.has_ended(),
        }
    }
}
