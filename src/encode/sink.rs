//! What takes encoded bytes.

use heapless::LenType;
use heapless::vec::{VecInner, VecStorage};

use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};

/// Takes encoded bytes: a [`SliceSink`], a `heapless::Vec`, or the writer of a socket.
pub trait Sink {
    /// The error of a write.
    type Error;

    /// Appends all of `bytes`.
    ///
    /// # Errors
    ///
    /// Fails if the sink cannot take all of them. It may have taken a part: the caller then calls [`truncate`](Self::truncate).
    fn write(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;

    /// Ends an event or a comment. A sink that buffers bytes passes them on now.
    ///
    /// # Errors
    ///
    /// Fails if the sink cannot pass them on. The caller then calls [`truncate`](Self::truncate).
    fn finish(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Returns how many bytes the sink holds. A sink that has passed its bytes on does not count these.
    fn written(&self) -> usize;

    /// Removes all bytes that the sink holds but the first `length`. Bytes that it has passed on stay sent.
    fn truncate(&mut self, length: usize);
}

/// A sink that writes to a slice, from its start.
///
/// # Examples
///
/// ```
/// use embedded_sse::{Frame, SliceSink};
///
/// let mut buffer = [0; 32];
/// let mut sink = SliceSink::new(&mut buffer);
/// Frame::comment("").write_to(&mut sink)?;
/// Frame::data("on").write_to(&mut sink)?;
/// assert_eq!(sink.as_written(), b":\ndata: on\n\n");
/// # Ok::<(), embedded_sse::BufferTooSmall>(())
/// ```
pub struct SliceSink<'b> {
    buffer: &'b mut [u8],
    written: usize,
}

debug_and_format!(['b] SliceSink<'b> {
    sink => "SliceSink {{ written: {:?}, capacity: {:?} }}", sink.written, sink.buffer.len();
});

impl<'b> SliceSink<'b> {
    /// Creates a sink that overwrites `buffer`, and takes as many bytes as that holds.
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, written: 0 }
    }

    /// Returns the bytes written so far.
    pub fn as_written(&self) -> &[u8] {
        self.buffer.part(..self.written)
    }
}

impl Sink for SliceSink<'_> {
    type Error = BufferTooSmall;

    fn write(&mut self, bytes: &[u8]) -> Result<(), BufferTooSmall> {
        let free = self.buffer.part_mut(self.written..);
        if bytes.len() > free.len() {
            return Err(BufferTooSmall);
        }
        copy(bytes, free);
        self.written = self.written.plus(bytes.len());
        Ok(())
    }

    fn written(&self) -> usize {
        self.written
    }

    fn truncate(&mut self, length: usize) {
        self.written = self.written.min(length);
    }
}

impl<L: LenType, S: VecStorage<u8> + ?Sized> Sink for VecInner<u8, L, S> {
    type Error = BufferTooSmall;

    fn write(&mut self, bytes: &[u8]) -> Result<(), BufferTooSmall> {
        self.extend_from_slice(bytes).map_err(|_| BufferTooSmall)
    }

    fn written(&self) -> usize {
        self.len()
    }

    fn truncate(&mut self, length: usize) {
        self.truncate(length);
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    type Error = S::Error;

    fn write(&mut self, bytes: &[u8]) -> Result<(), S::Error> {
        (**self).write(bytes)
    }

    fn finish(&mut self) -> Result<(), S::Error> {
        (**self).finish()
    }

    fn written(&self) -> usize {
        (**self).written()
    }

    fn truncate(&mut self, length: usize) {
        (**self).truncate(length);
    }
}

/// The buffer is too small for the bytes to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferTooSmall;

words!([] BufferTooSmall {
    Self => "buffer too small",
});

impl core::error::Error for BufferTooSmall {}

#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl embedded_io::Error for BufferTooSmall {
    fn kind(&self) -> embedded_io::ErrorKind {
        embedded_io::ErrorKind::OutOfMemory
    }
}
