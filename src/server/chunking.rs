//! Streams that go in chunks (RFC 9112, section 7.1).

use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::http::{ChunkSize, LAST_CHUNK, Request, Response};

/// What streams in chunks need. It is reached through a pointer, so that programs whose streams end with the connection do
/// not link it.
#[derive(Debug)]
pub(super) struct Chunking {
    /// The head of the response.
    pub head: Response<'static>,
    /// Makes a chunk of the first bytes of a scratch: so many bytes of content stand there after [`BEFORE`]. Without content
    /// it is the last chunk. Returns the length of the whole; 0 if the last chunk does not fit.
    pub write_chunk: fn(scratch: &mut [u8], length: usize) -> usize,
}

/// How many bytes of a chunk stand before its content.
pub(super) const BEFORE: usize = ChunkSize::LEN;
/// How many bytes of a chunk stand after its content.
pub(super) const AFTER: usize = END.len();
const END: &[u8] = b"\r\n";

impl Chunking {
    /// Returns what a stream of these options needs for this request, if it goes in chunks: a client of HTTP/1.0 does not know them
    /// (RFC 9112, section 7.1).
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
