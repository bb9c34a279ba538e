//! Drivers over `embedded-io-async`: readers, writers, a client and a server.
//!
//! # Serving
//!
//! With the feature `http`, a server accepts a request and answers it once. An HTTP stack that owns its sockets has read the
//! request already, and joins the log:
//!
//! ```text
//!          ┌─> answer    by the options: with the stream, or with a refusal
//! accept ──┼─> stream    with a stream of these options, on any path
//!          ├─> respond   with a response of yours, such as a page
//!          └─> refuse    with a status, and its meaning in words
//!
//! join ──────> stream    with a stream of these options, as the body of that stack's response
//! ```
//!
//! `accept` and the four methods that answer belong to `Incoming`. `accept` reads the head of a request, and refuses a head
//! that is malformed, too long or too slow. When one of the four returns, drop the socket. `serve` calls `accept` and `answer`.
//! A `server::Connection`, which has no socket, has the same four methods.
//!
//! Each of them takes a log that tasks share and a socket that can be closed. The log is a `Hub` or another [`SharedLog`]. A
//! stream takes a slot in it. The socket implements [`HalfClose`].
//!
//! # Serving out of another HTTP stack
//!
//! 1. Before the response begins, take a slot by `Hub::join`, or by [`Joined::new`] in another log. If there is none, answer
//!    503 with [`RETRY_AFTER`](crate::server::RETRY_AFTER).
//! 2. Begin a response with the status 200 and the header fields of
//!    [`StreamOptions::header_fields`](crate::server::StreamOptions::header_fields). If pages of other origins may read it, add
//!    those of [`AllowedOrigins::header_fields`](crate::server::AllowedOrigins::header_fields), also to the 503.
//! 3. Write the body by [`Joined::stream`]. The stack delimits the body, and ends it when `stream` returns.
//!
//! `Hub::join` has an example. That stack checks the path, the method, `Accept`, `Host` and who may read the stream.

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
