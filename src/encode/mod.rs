//! Layer 2: encodes events.

mod frame;
mod sink;
mod slices;
mod writer;

pub use frame::Frame;
pub use sink::{BufferTooSmall, Sink, SliceSink};
pub use slices::Slices;
pub use writer::DataWriter;
