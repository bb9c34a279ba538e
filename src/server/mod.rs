//! Servers of event streams, without sockets.
//!
//! An [`EventLog`] holds the frames that were published last. A [`Session`] is the stream of one client, read from that log. A
//! `Connection` (feature `http`) is a session with its HTTP request and response.
//!
//! # Verbs
//!
//! Each verb has the same meaning in all types that serve, with or without a socket:
//!
//! | verb | meaning | of |
//! | --- | --- | --- |
//! | accept | Reads the head of a request. | `io::asynch::Incoming` |
//! | answer | Answers the request by the options: with the stream, or with a refusal. | `Connection`, `io::asynch::Incoming` |
//! | stream | Answers the request with a stream of other options, whatever the path. | `Connection`, `Incoming`, `io::asynch::Joined` |
//! | respond | Answers the request with a response of the caller. | `Connection`, `Incoming` |
//! | refuse | Answers the request with a status, which is also the text of the content. | `Connection`, `Incoming` |
//! | `refuse_stream` | Answers the request while no slot is free. `Incoming` does that by itself. | `Connection` |
//! | serve | Accepts a request, and answers it. | `io::asynch`, `Hub` |
//! | join | Takes a slot of a shared log. | `Hub`, `io::asynch::SharedLog` |
//!
//! # What a foreign page can do
//!
//! Every page that is open in a browser in the device's network can send requests to the device. The guide lists what such a
//! page can do, and what prevents it: [Foreign pages](crate::guide::foreign_pages).

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
