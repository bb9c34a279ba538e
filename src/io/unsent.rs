//! What a writer still has to write of a frame.

use super::Error;
use crate::encode::{Chunks, Frame};
use crate::wire::copy::copy;

/// The rest of a frame.
#[derive(Debug)]
pub(super) struct Unsent<'f> {
    chunk: &'f [u8],
    chunks: Chunks<'f>,
}

impl<'f> Unsent<'f> {
    /// The frame without its first `sent` bytes.
    ///
    /// # Errors
    ///
    /// When it has no more than these: they were of another frame.
    pub fn new<E>(frame: &'f Frame<'_>, sent: usize) -> Result<Self, Error<E>> {
        let mut unsent = Self {
            chunk: b"",
            chunks: frame.chunks(),
        };
        unsent.skip(sent);
        if sent > 0 && unsent.chunk.is_empty() {
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
            let free = buffer.get_mut(length..).unwrap_or_default();
            let copied = self.chunk.len().min(free.len());
            if copied == 0 {
                return buffer.get(..length).unwrap_or_default();
            }
            copy(self.chunk.get(..copied).unwrap_or_default(), free);
            length = length.saturating_add(copied);
            self.skip(copied);
        }
    }

    /// Leaves out the next bytes, and then stands before a byte, if there is one.
    fn skip(&mut self, mut length: usize) {
        while length >= self.chunk.len() {
            length = length.saturating_sub(self.chunk.len());
            match self.chunks.next() {
                Some(chunk) => self.chunk = chunk,
                None => {
                    self.chunk = b"";
                    return;
                }
            }
        }
        self.chunk = self.chunk.get(length..).unwrap_or_default();
    }
}
