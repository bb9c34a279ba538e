//! Following event streams, without a socket.
//!
//! `EventSource` (feature `http`) is a client's whole connection model: it asks, follows redirects,
//! decodes, and reconnects. [`Reconnect`] is its policy alone, for use with another HTTP client and a
//! [`Decoder`](crate::Decoder). A `ReconnectingReader` of `io` joins the two.

#[cfg(feature = "http")]
mod attempt;
mod backoff;
mod decision;
#[cfg(feature = "http")]
mod error_body;
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
mod no_stream;
#[cfg(feature = "http")]
mod options;
#[cfg(feature = "http")]
mod output;
mod reason;
mod reconnect;
mod reconnect_options;
#[cfg(feature = "http")]
mod redirects;
#[cfg(feature = "http")]
mod request;

pub use decision::{Decision, Failure, ResponseInfo, Verdict};
#[cfg(feature = "http")]
pub use event_source::EventSource;
#[cfg(feature = "http")]
pub use fields::DynamicField;
#[cfg(feature = "http")]
pub use options::ClientOptions;
#[cfg(feature = "http")]
pub use output::{EventSourceOutput, Notice, ReadyState, ResumePoint};
#[cfg(all(
    feature = "http",
    any(feature = "embedded-io", feature = "embedded-io-async")
))]
pub(crate) use output::{NoticeKind, Step};
pub use reason::{
    CallerReason, ConnectError, EndedBy, NetworkReason, Reason, RedirectReason, ResponseReason,
    ServerReason,
};
pub use reconnect::Reconnect;
pub use reconnect_options::ReconnectOptions;
