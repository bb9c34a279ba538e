//! The chunked transfer coding (RFC 9112, section 7.1).

/// What ends a body.
pub(crate) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// The line before a chunk's data, in hexadecimal digits of a fixed number: leading zeros are allowed.
pub(crate) struct ChunkSize([u8; Self::LEN]);

impl ChunkSize {
    pub const LEN: usize = 6;
    /// The largest chunk.
    pub const MAX: usize = 0xffff;

    pub fn new(length: usize) -> Self {
        let digit = |shift: u32| {
            let nibble = (length >> shift) as u8 & 0xf;
            nibble.wrapping_add(if nibble < 10 {
                b'0'
            } else {
                b'a'.wrapping_sub(10)
            })
        };
        Self([digit(12), digit(8), digit(4), digit(0), b'\r', b'\n'])
    }

    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
