//! The state of the small servers: how long they are up.

use core::fmt::Write;
use core::sync::atomic::{AtomicU32, Ordering};

use embedded_sse::{BufferTooSmall, DataWriter, Frame, SliceSink, event_type};

/// What comes before the data of an event.
pub const HEAD: Frame = Frame::new().event_type(event_type!("uptime"));
pub static UPTIME_S: AtomicU32 = AtomicU32::new(0);

/// Writes the state for a new client, who would wait for the next event otherwise.
pub fn greet(number: u32, sink: &mut SliceSink<'_>) -> bool {
    // There is one frame. It is short enough for any scratch that can hold a request.
    number == 0 && write_uptime(sink).is_ok()
}

fn write_uptime(sink: &mut SliceSink<'_>) -> Result<(), BufferTooSmall> {
    let mut data = DataWriter::new(sink, &HEAD)?;
    // `finish` returns its error.
    let _ = write!(data, "{}", UPTIME_S.load(Ordering::Relaxed));
    data.finish()
}
