//! What a writer still has to write of a frame.

use super::Error;
use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::encode::{Frame, Slices};

/// The rest of a frame.
#[derive(Debug)]
pub(super) struct Unsent<'f> {
    chunk: &'f [u8],
    chunks: Slices<'f, 'f>,
}

/// What the socket has taken of the frame under way: how much, and a checksum (FNV-1a), for data of
/// one frame behind the head of another could pose as a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct Sent {
    length: usize,
    checksum: u32,
}

impl Sent {
    pub const NOTHING: Self = Self {
        length: 0,
        checksum: 0x811c_9dc5,
    };

    pub fn note(&mut self, bytes: &[u8]) {
        // As in `Frame::encoded_len`, the sum may exceed a short `usize`.
        self.length = self.length.saturating_add(bytes.len());
        for byte in bytes {
            // FNV-1a multiplies modulo 2^32.
            self.checksum = (self.checksum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }
}

impl<'f> Unsent<'f> {
    /// The frame without what was sent of it.
    ///
    /// # Errors
    ///
    /// When it does not begin with what was sent, or is no longer: that was another frame.
    pub fn new<E>(frame: &'f Frame<'_>, sent: Sent) -> Result<Self, Error<E>> {
        let mut unsent = Self {
            chunk: b"",
            chunks: frame.slices(),
        };
        unsent.skip(0);
        let mut again = Sent::NOTHING;
        while again.length < sent.length {
            let left = sent.length.minus(again.length);
            let bytes = unsent.chunk.get(..left).unwrap_or(unsent.chunk);
            if bytes.is_empty() {
                break;
            }
            again.note(bytes);
            unsent.skip(bytes.len());
        }
        if again != sent || (sent != Sent::NOTHING && unsent.chunk.is_empty()) {
            return Err(Error::CutOff);
        }
        Ok(unsent)
    }

    /// The next bytes; empty at the end of the frame. Short chunks are gathered in `buffer`.
    pub fn gather<'g>(&mut self, buffer: &'g mut [u8]) -> &'g [u8]
    where
        'f: 'g,
    {
        if self.chunk.len() >= buffer.len() {
            let chunk = self.chunk;
            self.skip(chunk.len());
            return chunk;
        }
        let mut length = 0_usize;
        loop {
            let free = buffer.part_mut(length..);
            let copied = self.chunk.len().min(free.len());
            if copied == 0 {
                return buffer.part(..length);
            }
            copy(self.chunk.part(..copied), free);
            length = length.plus(copied);
            self.skip(copied);
        }
    }

    /// Leaves out the next bytes, and then stands before a byte, if there is one.
    fn skip(&mut self, mut length: usize) {
        while length >= self.chunk.len() {
            length = length.minus(self.chunk.len());
            match self.chunks.next() {
                Some(chunk) => self.chunk = chunk,
                None => {
                    self.chunk = b"";
                    return;
                }
            }
        }
        self.chunk = self.chunk.part(length..);
    }
}
