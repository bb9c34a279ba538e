//! Bodies of responses.

use super::chunked::{Dechunker, InvalidChunk};

/// The content of a response, without its framing (RFC 9112, section 6.3).
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(super) framing: Framing,
    /// A body that is not chunked is read as one chunk.
    pub(super) dechunker: Dechunker,
}

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// By the end of the connection.
    UntilClose,
    Length,
    Chunked,
}

impl Body {
    pub const fn until_close() -> Self {
        Self {
            framing: Framing::UntilClose,
            dechunker: Dechunker::within_chunk(u32::MAX),
        }
    }

    pub const fn of_length(length: u32) -> Self {
        Self {
            framing: Framing::Length,
            dechunker: match length {
                0 => Dechunker::ended(),
                length => Dechunker::within_chunk(length),
            },
        }
    }

    pub const fn chunked() -> Self {
        Self {
            framing: Framing::Chunked,
            dechunker: Dechunker::new(),
        }
    }

    /// The content at the start of `input`; nothing if framing comes first.
    #[inline(always)] // a part of the fast path of clients
    pub fn content<'i>(&self, input: &'i [u8]) -> &'i [u8] {
        self.dechunker.data(input)
    }

    /// The content at the start of `input`, once the framing before it was read. `consume` moves on.
    pub fn peek<'i>(&mut self, input: &mut &'i [u8]) -> Result<&'i [u8], InvalidChunk> {
        self.dechunker.peek(input)
    }

    /// So many bytes of what `peek` or `content` has shown were taken.
    #[inline(always)] // a part of the fast path of clients
    pub fn consume(&mut self, length: usize) {
        if self.framing != Framing::UntilClose {
            self.dechunker.consume(length);
            if self.framing == Framing::Length && !self.dechunker.is_within_chunk() {
                self.dechunker.end();
            }
        }
    }

    pub const fn has_ended(&self) -> bool {
        self.dechunker.has_ended()
    }
}
