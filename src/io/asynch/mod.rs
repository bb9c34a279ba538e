//! Over `embedded-io-async`: readers and writers, a server, and a client.
//!
//! # Serving
//!
//! A server *accepts* a request and gives it one answer (feature `http`):
//!
//! ```text
//!          ┌─> answer    as the options say: with the stream, or with a refusal
//! accept ──┼─> stream    with a stream of other options, whatever the path
//!          ├─> respond   with a response of the caller, such as a page
//!          └─> refuse    with a status, and its meaning in words
//! ```
//!
//! [`accept`] reads the head of a request. Those that are malformed, too long or too slow it refuses by itself. The other four
//! are methods of [`Incoming`]; each returns when the socket is to be dropped. [`serve`] is `accept` and `answer` in one.
//!
//! All of them take a log that is shared ([`SharedLog`]; a `Hub` is one), in which a stream takes a place, and a socket that
//! can be ended ([`HalfClose`]). In an HTTP stack that owns its sockets, a client *joins* the log before the response begins, and
//! [`Joined::stream`] writes the body.

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
