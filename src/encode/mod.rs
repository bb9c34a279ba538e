//! Floor 2: events into event streams.

mod chunks;
mod frame;
mod sink;
mod writer;

pub use chunks::Slices;
pub use frame::Frame;
pub use sink::{BufferTooSmall, Sink, SliceSink};
pub use writer::DataWriter;
