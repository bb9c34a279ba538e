//! The event streams that are decoded.

use core::fmt::{self, Write};

/// As many bytes as two or three dozen TCP segments on a microcontroller.
const CAPACITY: usize = 16 * 1024;

/// A stream of equal records, and what a reader has to find in it.
///
/// Aligned like a receive buffer, so that every build and every reader sees the same addresses.
#[repr(C, align(8))]
pub struct Stream {
    bytes: [u8; CAPACITY],
    length: usize,
    pub events: usize,
    pub lines: usize,
}

impl Stream {
    /// Event after event of nothing but a short data line.
    pub fn short_events() -> Self {
        Self::events_of(17, |stream, _| stream.write_str("data: 123456789\n\n"))
    }

    /// Event after event of three fields, each with an id of its own.
    pub fn full_events() -> Self {
        Self::events_of(51, |stream, n| {
            let id = 1000 + n;
            write!(
                stream,
                "event: temperature\nid: {id}\ndata: {{\"celsius\":215}}\n\n"
            )
        })
    }

    /// Event after event of one data line of 2 KB, from all printable ASCII characters.
    pub fn long_lines() -> Self {
        Self::events_of(2056, |stream, _| {
            stream.write_str("data: ")?;
            for character in (b' '..=b'~').cycle().take(2048) {
                stream.write_char(char::from(character))?;
            }
            stream.write_str("\n\n")
        })
    }

    /// Comment after comment, each with a blank line, as many servers keep a connection alive.
    pub fn comments() -> Self {
        Self {
            events: 0,
            ..Self::events_of(13, |stream, _| stream.write_str(": keepalive\n\n"))
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// As many records of `length` bytes as fit.
    fn events_of(length: usize, write: impl Fn(&mut Self, usize) -> fmt::Result) -> Self {
        let mut stream = Self {
            bytes: [0; CAPACITY],
            length: 0,
            events: CAPACITY / length,
            lines: 0,
        };
        for n in 0..stream.events {
            write(&mut stream, n).expect("a record has the length it was given");
        }
        assert_eq!(stream.length, stream.events * length);
        stream.lines = stream.as_bytes().split(|byte| *byte == b'\n').count() - 1;
        stream
    }
}

impl Write for Stream {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let free = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        free.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
