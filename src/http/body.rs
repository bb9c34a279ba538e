//! Bodies: they end after a length, after the last chunk, or with the connection (RFC 9112, sections 6 and 7).

use crate::bytes::digits::{HexCase, hex_digit, hex_value};
use crate::bytes::exact::{Exact, ExactSlice};

/// The last chunk and the end of a chunked body, without trailers.
pub(crate) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// The line with the size before the data of a chunk.
///
/// It has four digits, with leading zeros, so that it can be written once the size is known, into bytes that were reserved.
pub(crate) struct ChunkSize([u8; Self::LEN]);

impl ChunkSize {
    pub const LEN: usize = 6;
    /// The largest size.
    pub const MAX: usize = 0xffff;

    pub fn new(length: usize) -> Self {
        let digit = |shift: u32| hex_digit((length >> shift) as u8 & 0xf, HexCase::Lower);
        Self([digit(12), digit(8), digit(4), digit(0), b'\r', b'\n'])
    }

    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Decodes the chunked transfer coding of a body (RFC 9112, section 7.1), in whatever pieces the body arrives.
///
/// It returns slices of the input, and copies nothing. It skips extensions and trailers of any length.
///
/// **For every piece of the body, call [`next`](Dechunker::next) until it returns `None`. Once
/// [`has_ended`](Dechunker::has_ended) returns `true`, the rest of the input comes after the body.**
///
/// # Examples
///
/// ```
/// use embedded_sse::http::Dechunker;
///
/// let mut dechunker = Dechunker::new();
/// let mut body = Vec::new();
/// for mut input in [&b"5\r\nda"[..], b"ta:\r\n3;x=y\r\n 1\n\r\n0\r\n\r\n"] {
///     while let Some(data) = dechunker.next(&mut input)? {
///         body.extend_from_slice(data);
///     }
/// }
/// assert_eq!(body, b"data: 1\n");
/// assert!(dechunker.has_ended());
/// # Ok::<(), embedded_sse::http::InvalidChunk>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Dechunker {
    state: ChunkState,
    /// The size of the chunk as far as it has been read, or how many bytes of its data are still to come.
    pub(super) size: u32,
}

/// The body of a response (RFC 9112, section 6.3), which returns its data without chunk sizes.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(super) framing: Framing,
    /// Reads a body that is not chunked as the data of one chunk. If the body has no length, this chunk does not end.
    pub(super) dechunker: Dechunker,
}

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// With the connection.
    UntilClose,
    /// After its length.
    Length,
    /// After the last chunk.
    Chunked,
}

/// A chunked body is malformed: the size of a chunk is missing, malformed or over 4 GB, or no line end follows its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidChunk;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum ChunkState {
    /// Before the first digit of a size.
    #[default]
    SizeStart,
    Size,
    /// After a size, before the end of its line.
    Extension,
    Data,
    /// Before the line end after the data.
    DataEnd,
    /// After the CR of that line end.
    DataCr,
    /// At the start of a line after the last chunk.
    TrailerStart,
    Trailer,
    Ended,
    /// The body is malformed. This state does not change.
    Invalid,
}

impl Dechunker {
    /// Creates a decoder at the start of a body.
    pub const fn new() -> Self {
        Self {
            state: ChunkState::SizeStart,
            size: 0,
        }
    }

    /// Returns the next data of `input`, and shortens `input` by the bytes read. Returns `None` when `input` is used up, or the
    /// body has ended.
    ///
    /// # Errors
    ///
    /// [`InvalidChunk`] if the body is malformed. All later calls return it, too: close the connection.
    pub fn next<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<&'i [u8]>, InvalidChunk> {
        let data = self.peek(input)?;
        self.count_read(data.len());
        *input = input.part(data.len()..);
        Ok((!data.is_empty()).then_some(data))
    }

    /// Returns whether the body has ended, with its trailer section (RFC 9112, section 7.1.2).
    pub const fn has_ended(&self) -> bool {
        matches!(self.state, ChunkState::Ended)
    }

    /// Reads the framing (sizes, line ends, trailers) at the start of `input`, and returns the data that follows.
    ///
    /// The data stays in `input`: the caller removes what it has used, and reports its length to `count_read`.
    fn peek<'i>(&mut self, input: &mut &'i [u8]) -> Result<&'i [u8], InvalidChunk> {
        loop {
            if self.state == ChunkState::Invalid {
                return Err(InvalidChunk);
            }
            let Some((byte, rest)) = input.split_first() else {
                return Ok(b"");
            };
            if self.state == ChunkState::Data {
                return Ok(self.data(input));
            }
            if self.state == ChunkState::Ended {
                return Ok(b"");
            }
            self.state = self.after(*byte);
            *input = rest;
        }
    }

    /// Returns the data at the start of `input`. It is empty if a chunk size comes first.
    #[inline(always)] // It is a part of the fast path of clients.
    fn data<'i>(&self, input: &'i [u8]) -> &'i [u8] {
        match self.state {
            ChunkState::Data => input.get(..self.size as usize).unwrap_or(input),
            _ => &[],
        }
    }

    /// Counts `length` bytes of the data that `peek` or `data` has returned as read.
    #[inline(always)] // It is a part of the fast path of clients.
    fn count_read(&mut self, length: usize) {
        if self.state == ChunkState::Data {
            self.size = self.size.minus(length as u32);
            if self.size == 0 {
                self.state = ChunkState::DataEnd;
            }
        }
    }

    /// Returns the state after a byte that is no data. A bare LF ends a line, too.
    #[inline(never)] // `peek` is inlined in several callers: each of them would hold a copy.
    fn after(&mut self, byte: u8) -> ChunkState {
        use ChunkState::{
            Data, DataCr, DataEnd, Ended, Extension, Invalid, Size, SizeStart, Trailer,
            TrailerStart,
        };
        let digit = hex_value(byte);
        if let (SizeStart | Size, Some(digit)) = (self.state, digit) {
            if self.size >> 28 != 0 {
                return Invalid;
            }
            self.size = self.size << 4 | digit;
            return Size;
        }
        match (self.state, byte) {
            (Size | Extension, b'\n') if self.size == 0 => TrailerStart,
            (Size | Extension, b'\n') => Data,
            (Size, b'\r' | b';' | b' ' | b'\t') | (Extension, _) => Extension,
            (DataEnd, b'\r') => DataCr,
            (DataEnd | DataCr, b'\n') => SizeStart,
            (TrailerStart, b'\n') => Ended,
            (TrailerStart, b'\r') => TrailerStart,
            (Trailer, b'\n') => TrailerStart,
            (TrailerStart | Trailer, _) => Trailer,
            _ => Invalid,
        }
    }
}

impl Body {
    pub const fn until_close() -> Self {
        // The size is never reduced: `count_read` does nothing for this framing.
        Self::new(Framing::UntilClose, ChunkState::Data, u32::MAX)
    }

    pub const fn of_length(length: u32) -> Self {
        let state = match length {
            0 => ChunkState::Ended,
            _ => ChunkState::Data,
        };
        Self::new(Framing::Length, state, length)
    }

    pub const fn chunked() -> Self {
        Self::new(Framing::Chunked, ChunkState::SizeStart, 0)
    }

    const fn new(framing: Framing, state: ChunkState, size: u32) -> Self {
        let dechunker = Dechunker { state, size };
        Self { framing, dechunker }
    }

    /// Returns the data at the start of `input`. It is empty if a chunk size comes first.
    #[inline(always)] // It is a part of the fast path of clients.
    pub fn content<'i>(&self, input: &'i [u8]) -> &'i [u8] {
        self.dechunker.data(input)
    }

    /// Reads the framing (sizes, line ends, trailers) at the start of `input`, and returns the data that follows. The data
    /// stays in `input` until `read` removes it.
    pub fn peek<'i>(&mut self, input: &mut &'i [u8]) -> Result<&'i [u8], InvalidChunk> {
        self.dechunker.peek(input)
    }

    /// Counts `length` bytes of the data that `peek` or `content` has returned as read.
    #[inline(always)] // It is a part of the fast path of clients.
    fn count_read(&mut self, length: usize) {
        if self.framing != Framing::UntilClose {
            self.dechunker.count_read(length);
            if self.framing == Framing::Length && self.dechunker.state != ChunkState::Data {
                self.dechunker.state = ChunkState::Ended;
            }
        }
    }

    /// Removes `length` bytes of data from the start of `input`, and counts them as read.
    #[inline(always)] // It is a part of the fast path of clients.
    pub fn read(&mut self, length: usize, input: &mut &[u8]) {
        self.count_read(length);
        *input = input.part(length..);
    }

    pub const fn has_ended(&self) -> bool {
        self.dechunker.has_ended()
    }

    /// Whether the body ends with the connection.
    pub const fn ends_with_connection(&self) -> bool {
        matches!(self.framing, Framing::UntilClose)
    }
}

words!([] InvalidChunk {
    Self => "malformed chunked body",
});

impl core::error::Error for InvalidChunk {}

#[cfg(test)]
mod tests {
    use super::{Dechunker, InvalidChunk};
    use std::vec::Vec;

    /// Returns all data, whether the body has ended, and how many bytes are left after it.
    fn dechunk(pieces: &[&[u8]]) -> Result<(Vec<u8>, bool, usize), InvalidChunk> {
        let mut dechunker = Dechunker::new();
        let mut data = Vec::new();
        let mut left = 0;
        for piece in pieces {
            let mut input = *piece;
            while let Some(slice) = dechunker.next(&mut input)? {
                assert!(!slice.is_empty());
                data.extend_from_slice(slice);
            }
            left += input.len();
        }
        Ok((data, dechunker.has_ended(), left))
    }

    /// Decodes the body whole, byte by byte, and divided at every position.
    fn dechunk_every_way(body: &[u8]) -> Result<(Vec<u8>, bool, usize), InvalidChunk> {
        let whole = dechunk(&[body]);
        let bytes: Vec<&[u8]> = body.chunks(1).collect();
        assert_eq!(dechunk(&bytes), whole);
        for at in 0..=body.len() {
            assert_eq!(dechunk(&[&body[..at], b"", &body[at..]]), whole, "{at}");
        }
        whole
    }

    /// Breaks when framing bytes are returned as data, data is lost, or the end of the body is found at the wrong byte.
    #[test]
    fn framing_is_removed() {
        let cases: [(&[u8], &[u8], bool, usize); 9] = [
            (b"3\r\nabc\r\n0\r\n\r\n", b"abc", true, 0),
            (b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde", true, 0),
            (
                b"00A\r\n0123456789\r\n000\r\n\r\ntail",
                b"0123456789",
                true,
                4,
            ),
            (
                b"3;a=\"b\";c\r\n\r\n0\r\n0;x\r\nA: b\r\nC: d\r\n\r\n",
                b"\r\n0",
                true,
                0,
            ),
            (b"3 \r\nabc\r\n", b"abc", false, 0),
            (b"3\nabc\n0\n\n", b"abc", true, 0),
            (b"3\r\nab", b"ab", false, 0),
            (b"0\r\nA: b\r\n", b"", false, 0),
            (b"", b"", false, 0),
        ];
        for (body, data, ended, left) in cases {
            let expected = Ok((data.to_vec(), ended, left));
            assert_eq!(dechunk_every_way(body), expected, "{}", body.escape_ascii());
        }
    }

    /// Breaks when a malformed body is accepted.
    #[test]
    fn malformed_bodies_are_refused() {
        let cases: [&[u8]; 8] = [
            b"\r\n",
            b"g\r\n",
            b" 3\r\nabc\r\n",
            b"3\r\nabcd\r\n",
            b"3\r\nabc\rd",
            b"100000000\r\n",
            b"-3\r\nabc",
            b"3\r\nabc\r\n\r\n0\r\n\r\n",
        ];
        for body in cases {
            assert_eq!(
                dechunk_every_way(body),
                Err(InvalidChunk),
                "{}",
                body.escape_ascii()
            );
        }
    }
}
