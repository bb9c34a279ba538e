//! Where encoded bytes go.

use core::fmt;

use heapless::LenType;
use heapless::string::{StringInner, StringStorage};
use heapless::vec::{VecInner, VecStorage};

use crate::wire::copy::copy;
use crate::wire::exact::{Exact, ExactSlice};

/// Takes encoded bytes: a [`SliceSink`], a `heapless::Vec` or `String`, a socket's writer.
pub trait Sink {
    /// Why bytes were not taken.
    type Error;

    /// Appends all of `bytes`.
    ///
    /// # Errors
    ///
    /// When they cannot be taken whole.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;

    /// Called when an event or a comment is whole. A sink that keeps bytes back lets them go now.
    ///
    /// # Errors
    ///
    /// When they cannot go.
    fn finish(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// How many bytes the sink holds.
    fn written(&self) -> usize;

    /// Takes back all but the first `length` bytes. A sink that has passed its bytes on cannot do
    /// that, and does nothing.
    fn truncate(&mut self, length: usize);
}

/// A slice that is filled from its start.
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
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SliceSink<'b> {
    buffer: &'b mut [u8],
    written: usize,
}

impl<'b> SliceSink<'b> {
    /// A sink that writes over `buffer`.
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, written: 0 }
    }

    /// What was written so far.
    pub fn as_written(&self) -> &[u8] {
        self.buffer.part(..self.written)
    }

    /// What was written.
    pub fn into_written(self) -> &'b [u8] {
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

impl<L: LenType, S: StringStorage + ?Sized> Sink for StringInner<L, S> {
    type Error = StringError;

    fn write(&mut self, bytes: &[u8]) -> Result<(), StringError> {
        let text = core::str::from_utf8(bytes).map_err(|_| StringError::Malformed)?;
        self.push_str(text).map_err(|_| StringError::TooSmall)
    }

    fn written(&self) -> usize {
        self.len()
    }

    fn truncate(&mut self, length: usize) {
        // The string's own `truncate` panics within a character, as far as the compiler knows.
        while self.len() > length && self.pop().is_some() {}
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

/// The buffer is shorter than what was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BufferTooSmall;

impl fmt::Display for BufferTooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("buffer too small")
    }
}

impl core::error::Error for BufferTooSmall {}

#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl embedded_io::Error for BufferTooSmall {
    fn kind(&self) -> embedded_io::ErrorKind {
        embedded_io::ErrorKind::OutOfMemory
    }
}

/// Why bytes were not appended to a `heapless::String`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StringError {
    /// The string is too small.
    TooSmall,
    /// The bytes are not valid UTF-8, or were given in pieces that end within a character.
    Malformed,
}

impl fmt::Display for StringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StringError::TooSmall => "string too small",
            StringError::Malformed => "malformed utf-8",
        })
    }
}

impl core::error::Error for StringError {}

#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl embedded_io::Error for StringError {
    fn kind(&self) -> embedded_io::ErrorKind {
        match self {
            StringError::TooSmall => embedded_io::ErrorKind::OutOfMemory,
            StringError::Malformed => embedded_io::ErrorKind::InvalidData,
        }
    }
}
