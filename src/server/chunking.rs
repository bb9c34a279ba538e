//! The transfer codings of streams: chunked (RFC 9112, section 7.1), or none.

use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::http::{ChunkSize, LAST_CHUNK, Request, Response};

/// The response head and the framing of streams with one transfer coding.
///
/// It is reached through a pointer, which is to [`UNCHUNKED`] unless [`chunked`](super::ServerOptions::chunked) is set. So
/// other programs do not link the chunked coding, and no code tests for it.
#[derive(Debug)]
pub(super) struct Chunking {
    /// The head of the response. Chunked streams have `Transfer-Encoding: chunked`.
    pub head: Response<'static>,
    /// Writes the framing around `length` bytes of content that lie in the scratch after the first `before` bytes. Returns the
    /// length of the chunk.
    ///
    /// If `length` is 0, writes the last chunk, and returns 0 if that does not fit.
    pub write_chunk: fn(scratch: &mut [u8], length: usize) -> usize,
    /// How many bytes a chunk has before its content.
    pub before: usize,
    /// How many bytes a chunk has after its content.
    pub after: usize,
}

const BEFORE: usize = ChunkSize::LEN;
const AFTER: usize = END.len();
const END: &[u8] = b"\r\n";

impl Chunking {
    /// Returns the coding of the options if the client speaks HTTP/1.1: an HTTP/1.0 client does not know the chunked one (RFC
    /// 9112, section 6.1).
    pub fn of(options: &'static Self, request: &Request<'_>) -> &'static Self {
        match request.is_http_1_0() {
            true => &UNCHUNKED,
            false => options,
        }
    }
}

pub(super) static CHUNKING: Chunking = Chunking {
    head: Response::stream_in_chunks(),
    write_chunk,
    before: BEFORE,
    after: AFTER,
};
/// No framing: the stream ends with its connection.
pub(super) static UNCHUNKED: Chunking = Chunking {
    head: Response::stream(),
    write_chunk: |_, length| length,
    before: 0,
    after: 0,
};

fn write_chunk(scratch: &mut [u8], length: usize) -> usize {
    if length == 0 {
        let Some(target) = scratch.get_mut(..LAST_CHUNK.len()) else {
            return 0;
        };
        copy(LAST_CHUNK, target);
        return LAST_CHUNK.len();
    }
    let (size, rest) = scratch.split_exact_mut(BEFORE);
    copy(ChunkSize::new(length).as_bytes(), size);
    copy(END, rest.part_mut(length..length.plus(AFTER)));
    length.plus(BEFORE).plus(AFTER)
}
