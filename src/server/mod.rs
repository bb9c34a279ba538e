//! Serving event streams, without a socket.
//!
//! An [`EventLog`] holds the frames that were published last. A [`Session`] is the stream that one
//! client gets of them, and a `Connection` (feature `http`) is that client's whole connection, from its request on.
//!
//! # Verbs
//!
//! Each verb has one meaning on all types that serve, with or without a socket:
//!
//! | verb | meaning | of |
//! | --- | --- | --- |
//! | accept | Reads the head of a request. | `io::asynch::Incoming` |
//! | answer | Answers as the options say: with the stream, or with a refusal. | `Connection`, `io::asynch::Incoming` |
//! | stream | Answers with a stream of these options, whatever the path. | `Connection`, `Incoming`, `io::asynch::Joined` |
//! | respond | Answers with a response of the caller. | `Connection`, `Incoming` |
//! | refuse | Answers with a status, and its meaning in words. | `Connection`, `Incoming` |
//! | refuse_stream | Answers that no place for a stream is free. `Incoming` does that by itself. | `Connection` |
//! | serve | Accepts and answers. | `io::asynch`, `Hub` |
//! | join | Takes a place for a stream in a shared log. | `Hub`, `io::asynch::SharedLog` |
//!
//! # What a foreign page can do
//!
//! Any page that a user in the device's network has open can send requests to a device that speaks plain HTTP.
//!
//! | it can | what helps |
//! | --- | --- |
//! | read the stream, if [`AllowedOrigins`] has its origin | List origins. `Any` is for what everyone may read. |
//! | read the stream by a name of its own that it lets point to the device (DNS rebinding) | `ServerOptions::hosts` |
//! | hold places with streams that it cannot read: by an `<iframe>` in Chromium and Firefox, by `fetch(url, {mode: "no-cors"})` in Firefox | `ServerOptions::check` with a token: it refuses before a place is taken. Limit the connections of one address where you accept sockets. `Cross-Origin-Resource-Policy` does not help. |
//! | send `GET`, and `POST` with a form or text, to other paths | Change nothing on a `GET`. For a change, require a header field that needs a preflight, such as `Authorization`, or check `Origin`. |
//!
//! No header field tells a request of a foreign page that holds a place from one of the device's own page: neither has an
//! `Origin`, and browsers send `Sec-Fetch-Site` only over https and to the machine that they run on.

mod allowed_origins;
#[cfg(feature = "http")]
mod chunking;
#[cfg(feature = "http")]
mod connection;
#[cfg(feature = "http")]
mod connection_state;
mod filter;
mod full;
mod initial_id;
mod initial_state;
mod log;
mod made_id;
mod output;
mod own_frames;
mod progress;
mod record;
#[cfg(feature = "http")]
mod request_kind;
mod resume;
mod ring;
#[cfg(feature = "http")]
mod scratch;
#[cfg(feature = "http")]
mod server_options;
mod session;
mod stage;
mod stream_options;
mod walk;

pub use allowed_origins::AllowedOrigins;
#[cfg(feature = "http")]
pub use connection::Connection;
pub use full::RETRY_AFTER;
pub use log::EventLog;
pub use output::{CloseReason, SessionOutput};
#[cfg(feature = "http")]
pub use output::{ConnectionOutput, Outcome};
pub use record::Record;
#[cfg(feature = "http")]
pub use request_kind::RequestKind;
pub use resume::Resume;
pub use ring::{Cursor, Lagged, PublishError};
#[cfg(feature = "http")]
pub use server_options::ServerOptions;
pub use session::Session;
pub use stream_options::{Start, StreamOptions};
