//! Over `embedded-io-async`: readers and writers, a server, and a client.

#[cfg(feature = "http")]
mod client;
mod clock;
#[cfg(feature = "http")]
mod connected;
mod half_close;
#[cfg(feature = "embedded-nal-async")]
mod nal;
mod reader;
mod reconnecting;
#[cfg(feature = "http")]
mod serve;
mod shared_log;
mod stream;
mod writer;

#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use client::{Client, Connect};
pub use clock::Clock;
#[cfg(feature = "embassy-time")]
#[cfg_attr(docsrs, doc(cfg(feature = "embassy-time")))]
pub use clock::EmbassyClock;
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use connected::Connected;
pub use half_close::HalfClose;
#[cfg(feature = "embedded-nal-async")]
#[cfg_attr(docsrs, doc(cfg(feature = "embedded-nal-async")))]
pub use nal::Nal;
pub use reader::Reader;
pub use reconnecting::{OpenStream, ReconnectingReader};
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use serve::{Incoming, accept, serve};
pub use shared_log::SharedLog;
pub use stream::Joined;
pub use writer::Writer;
