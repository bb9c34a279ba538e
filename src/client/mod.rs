//! Following event streams, without a socket.
//!
//! `EventSource` (feature `http`) is a client's whole connection model: it asks, follows redirects,
//! decodes, and reconnects. [`Reconnect`] is its policy alone, for use with another HTTP client and a
//! [`Decoder`](crate::Decoder).

mod backoff;
#[cfg(feature = "http")]
mod event_source;
#[cfg(feature = "http")]
mod options;
#[cfg(feature = "http")]
mod reason;
mod reconnect;
#[cfg(feature = "http")]
mod redirects;
#[cfg(feature = "http")]
mod request;

#[cfg(feature = "http")]
pub use event_source::{EventSource, Notice, Output, ReadyState, ResumePoint};
#[cfg(feature = "http")]
pub use options::ClientOptions;
#[cfg(feature = "http")]
pub use reason::Reason;
pub use reconnect::{Answer, Reconnect, ReconnectOptions, Verdict};
