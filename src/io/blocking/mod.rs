//! Drivers over `embedded-io`: readers, writers and a client, which wait, and a server for superloops, which does not.

#[cfg(feature = "http")]
mod client;
mod clock;
#[cfg(feature = "http")]
mod connected;
mod half_close;
mod map_error;
#[cfg(feature = "http")]
mod pump;
mod reader;
mod reconnecting;
mod sink;
mod writer;

#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use client::{Client, Connect};
pub use clock::Clock;
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use connected::Connected;
pub use half_close::HalfClose;
pub use map_error::MapError;
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use pump::PumpOutput;
pub use reader::Reader;
pub use reconnecting::{OpenStream, ReconnectingReader};
pub use sink::SocketSink;
pub use writer::Writer;
