//! The part of a frame that a writer has not written.

use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::encode::{Frame, Slices};

/// The rest of a frame.
#[derive(Debug)]
pub(super) struct Unsent<'f> {
    slice: &'f [u8],
    slices: Slices<'f, 'f>,
}

/// How many bytes of the current frame the socket has taken, and their checksum (FNV-1a).
///
/// The checksum tells whether the caller passes the same frame again. The rest of a different frame must not be sent: the
/// client could take it for a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    length: usize,
    checksum: u32,
}

debug_and_format!([] Sent {
    sent => "{:?} bytes", sent.length;
});

impl Sent {
    pub const NOTHING: Self = Self {
        length: 0,
        checksum: 0x811c_9dc5,
    };

    pub fn note(&mut self, bytes: &[u8]) {
        // Saturates as in `Frame::encoded_len`: an LF of the data becomes 7 bytes, so the length of a frame can exceed `usize`.
        self.length = self.length.saturating_add(bytes.len());
        for byte in bytes {
            // FNV-1a multiplies modulo 2^32.
            self.checksum = (self.checksum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }
}

impl<'f> Unsent<'f> {
    /// Returns the rest of the frame.
    ///
    /// `None` if the frame does not begin with the sent bytes or is not longer than they are: a part of another frame was
    /// sent.
    pub fn new(frame: &'f Frame<'_>, sent: Sent) -> Option<Self> {
        let mut unsent = Self {
            slice: b"",
            slices: frame.slices(),
        };
        unsent.skip(0);
        let mut again = Sent::NOTHING;
        while again.length < sent.length {
            let left = sent.length.minus(again.length);
            let bytes = unsent.slice.get(..left).unwrap_or(unsent.slice);
            if bytes.is_empty() {
                break;
            }
            again.note(bytes);
            unsent.skip(bytes.len());
        }
        if again != sent || (sent != Sent::NOTHING && unsent.slice.is_empty()) {
            return None;
        }
        Some(unsent)
    }

    /// Returns the next bytes, gathering short slices in `buffer`. Returns no bytes at the end of the frame.
    pub fn gather<'g>(&mut self, buffer: &'g mut [u8]) -> &'g [u8]
    where
        'f: 'g,
    {
        if self.slice.len() >= buffer.len() {
            let slice = self.slice;
            self.skip(slice.len());
            return slice;
        }
        let mut length = 0_usize;
        loop {
            let free = buffer.part_mut(length..);
            let copied = self.slice.len().min(free.len());
            if copied == 0 {
                return buffer.part(..length);
            }
            copy(self.slice.part(..copied), free);
            length = length.plus(copied);
            self.skip(copied);
        }
    }

    /// Skips so many bytes. After that, `slice` is empty only at the end of the frame.
    fn skip(&mut self, mut length: usize) {
        while length >= self.slice.len() {
            length = length.minus(self.slice.len());
            match self.slices.next() {
                Some(slice) => self.slice = slice,
                None => {
                    self.slice = b"";
                    return;
                }
            }
        }
        self.slice = self.slice.part(length..);
    }
}
