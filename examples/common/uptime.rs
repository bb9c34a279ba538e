//! The state that the small servers publish: their uptime.

use core::fmt::Write;
use core::sync::atomic::{AtomicU32, Ordering};

use embedded_sse::{BufferTooSmall, DataWriter, Frame, SliceSink, event_type};

/// The fields of an event, without its data.
pub const HEAD: Frame = Frame::new().event_type(event_type!("uptime"));
pub static UPTIME_S: AtomicU32 = AtomicU32::new(0);

/// Writes the present state for a new client, which would otherwise wait for the next event.
pub fn greet(number: u32, sink: &mut SliceSink<'_>) -> bool {
    // The state is one frame. It fits any scratch that can hold a request.
    number == 0 && write_uptime(sink).is_ok()
}

fn write_uptime(sink: &mut SliceSink<'_>) -> Result<(), BufferTooSmall> {
    let mut data = DataWriter::new(sink, &HEAD)?;
    // `finish` returns the error of `write!`.
    let _ = write!(data, "{}", UPTIME_S.load(Ordering::Relaxed));
    data.finish()
}
