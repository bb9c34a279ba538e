//! Over `embedded-io-async`: readers and writers, and a server.

mod clock;
mod first;
mod reader;
#[cfg(feature = "http")]
mod serve;
mod shared_log;
mod stream;
mod writer;

pub use clock::Clock;
#[cfg(feature = "embassy-time")]
#[cfg_attr(docsrs, doc(cfg(feature = "embassy-time")))]
pub use clock::EmbassyClock;
pub use reader::Reader;
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use serve::{Incoming, accept, serve};
pub use shared_log::SharedLog;
pub use stream::stream;
pub use writer::Writer;
