//! The chunked transfer coding of streams (RFC 9112, section 7.1).

use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::http::{ChunkSize, LAST_CHUNK, Request, Response};

/// The response head and the chunk writer of chunked streams.
///
/// It is reached through a pointer that [`chunked`](super::ServerOptions::chunked) sets, so that other programs do not link it.
#[derive(Debug)]
pub(super) struct Chunking {
    /// The head of the response, with `Transfer-Encoding: chunked`.
    pub head: Response<'static>,
    /// Writes the framing around `length` bytes of content that lie in the scratch after the first [`BEFORE`] bytes. Returns the
    /// length of the chunk.
    ///
    /// If `length` is 0, writes the last chunk, and returns 0 if that does not fit.
    pub write_chunk: fn(scratch: &mut [u8], length: usize) -> usize,
}

/// How many bytes a chunk has before its content.
pub(super) const BEFORE: usize = ChunkSize::LEN;
/// How many bytes a chunk has after its content.
pub(super) const AFTER: usize = END.len();
const END: &[u8] = b"\r\n";

impl Chunking {
    /// Returns the chunked coding if the options set it and the client speaks HTTP/1.1: an HTTP/1.0 client does not know it
    /// (RFC 9112, section 6.1).
    pub fn of(options: Option<&'static Self>, request: &Request<'_>) -> Option<&'static Self> {
        options.filter(|_| !request.is_http_1_0())
    }
}

pub(super) static CHUNKING: Chunking = Chunking {
    head: Response::stream_in_chunks(),
    write_chunk,
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
