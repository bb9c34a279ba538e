//! Over `embedded-io-async`: readers and writers, a server, and a client.
//!
//! # Serving
//!
//! A server *accepts* a request and gives it one answer (feature `http`). An HTTP stack that owns its sockets has read the
//! request already, and *joins* the log:
//!
//! ```text
//!          ┌─> answer    as the options say: with the stream, or with a refusal
//! accept ──┼─> stream    with a stream of these options, whatever the path
//!          ├─> respond   with a response of the caller, such as a page
//!          └─> refuse    with a status, and its meaning in words
//!
//! join ──────> stream    with a stream of these options, as the body of that stack's response
//! ```
//!
//! `accept` and the four answers are methods of [`Incoming`]. `accept` reads the head of a request, and refuses heads that are
//! malformed, too long or too slow. An answer returns when the socket is to be dropped. [`serve`] is `accept` and `answer`
//! in one. The answers have the same names and meanings in a `server::Connection`, which has no socket.
//!
//! All of them take a log that is shared ([`SharedLog`]; a `Hub` is one), in which a stream takes a place, and a socket that
//! can be ended ([`HalfClose`]).
//!
//! # Serving out of another HTTP stack
//!
//! 1. Before the response begins, take a place by `Hub::join`, or by [`Joined::new`] in another log. Without one, answer 503
//!    with [`RETRY_AFTER`](crate::server::RETRY_AFTER).
//! 2. Begin a response with status 200 and the fields of
//!    [`StreamOptions::header_fields`](crate::server::StreamOptions::header_fields). If pages of other origins may read it, add
//!    those of [`AllowedOrigins::header_fields`](crate::server::AllowedOrigins::header_fields); the 503 takes them too.
//! 3. Write the body with [`Joined::stream`]. The stack frames it, and ends it when `stream` returns.
//!
//! `Hub::join` has an example. The path, the method, `Accept`, `Host` and who may ask are up to that stack.

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
pub use serve::{Incoming, serve};
pub use shared_log::SharedLog;
pub use stream::Joined;
pub use writer::Writer;
