//! Serving event streams, without a socket.
//!
//! An [`EventLog`] holds the frames that were published last. A [`Session`] is the stream that one
//! client gets of them, and a `Connection` (feature `http`) is that client's whole connection, from its request on.

mod choice;
#[cfg(feature = "http")]
mod connection;
#[cfg(feature = "http")]
mod ending;
#[cfg(feature = "http")]
mod exchange;
mod log;
mod made_id;
mod options;
mod output;
mod own_frames;
mod record;
#[cfg(feature = "http")]
mod reply;
mod ring;
#[cfg(feature = "http")]
mod scratch;
mod search;
mod session;
mod waiting;
mod walk;

#[cfg(feature = "http")]
pub use connection::Connection;
#[cfg(all(feature = "http", feature = "embedded-io-async"))]
pub(crate) use exchange::BUSY;
#[cfg(feature = "http")]
pub use exchange::{AllowedOrigins, Exchange, ServerOptions};
pub use log::{EventLog, Resume};
pub use options::{Start, StreamOptions};
pub use output::{Close, Output};
#[cfg(feature = "http")]
pub use output::{Next, Outcome};
pub use record::Record;
pub use ring::{Cursor, Lapped, PublishError};
pub use session::Session;
