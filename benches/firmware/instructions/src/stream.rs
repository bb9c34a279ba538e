//! Event streams to receive.

#[allow(dead_code, reason = "some streams are for hosts")]
#[path = "../../../peers/src/workloads.rs"]
pub mod workloads;

use core::fmt::{self, Write};

use workloads::Workload;

/// The length of a stream: two or three dozen TCP segments of a microcontroller.
const CAPACITY: usize = 16 * 1024;

/// A stream of equal records, and the numbers of events and lines that a reader must find.
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
    /// Makes a stream of as many records as fit. Each is as long as the first.
    pub fn of(workload: Workload) -> Self {
        let mut stream = Self {
            bytes: [0; CAPACITY],
            length: 0,
            events: 0,
            lines: 0,
        };
        let mut records = 0;
        while stream.length + stream.length.checked_div(records).unwrap_or(0) <= CAPACITY {
            (workload.write)(&mut stream, records).expect("records of equal length");
            records += 1;
        }
        stream.events = records * workload.events;
        stream.lines = stream.as_bytes().split(|byte| *byte == b'\n').count() - 1;
        stream
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
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
