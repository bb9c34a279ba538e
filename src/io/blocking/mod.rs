//! Over `embedded-io`: readers and writers that wait, and a server for superloops that does not.

#[cfg(feature = "http")]
mod pump;
mod reader;
mod sink;
mod writer;

#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use pump::Wait;
pub use reader::Reader;
pub use sink::SocketSink;
pub use writer::Writer;
