//! Following event streams, without a socket.
//!
//! `EventSource` (feature `http`) is a client's whole connection model: it asks, follows redirects,
//! decodes, and reconnects. [`Reconnect`] is its policy alone, for use with another HTTP client and a
//! [`Decoder`](crate::Decoder). A `ReconnectingReader` of `io` joins the two.

mod backoff;
#[cfg(feature = "http")]
mod event_source;
#[cfg(feature = "http")]
mod exchange;
#[cfg(feature = "http")]
mod fields;
#[cfg(feature = "http")]
mod id_parameter;
#[cfg(feature = "http")]
mod lifecycle;
#[cfg(feature = "http")]
mod options;
#[cfg(feature = "http")]
mod output;
#[cfg(feature = "http")]
mod reason;
mod reconnect;
#[cfg(feature = "http")]
mod redirects;
#[cfg(feature = "http")]
mod request;

#[cfg(feature = "http")]
pub use event_source::EventSource;
#[cfg(feature = "http")]
pub use options::ClientOptions;
#[cfg(feature = "http")]
pub use output::{Notice, Output, ReadyState, ResumePoint};
#[cfg(all(
    feature = "http",
    any(feature = "embedded-io", feature = "embedded-io-async")
))]
pub(crate) use output::{NoticeKind, Step};
#[cfg(feature = "http")]
pub use reason::Reason;
pub use reconnect::{Answer, Reconnect, ReconnectOptions, Verdict};
