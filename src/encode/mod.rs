//! Floor 2: events into event streams.

mod frame;
mod sink;
mod writer;

pub use frame::{Chunks, Frame};
pub use sink::{BufferTooSmall, Sink, SliceSink, StringError};
pub use writer::DataWriter;
