//! Clients of event streams, without sockets.
//!
//! An `EventSource` (feature `http`) is a client that reconnects. It writes requests, reads responses, follows
//! redirects and decodes events. If another HTTP client makes the requests, [`Reconnect`] decides whether and when to
//! send the next one, and a [`Decoder`](crate::Decoder) decodes the bodies. A `ReconnectingReader` of `io` combines these
//! two.

mod backoff;
#[cfg(feature = "http")]
mod between_streams;
mod decision;
#[cfg(feature = "http")]
mod error_body;
#[cfg(feature = "http")]
mod event_source;
#[cfg(feature = "http")]
mod http_exchange;
#[cfg(feature = "http")]
mod last_event_id;
#[cfg(feature = "http")]
mod lifecycle;
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
#[cfg(feature = "http")]
mod request_chain;
#[cfg(feature = "http")]
mod request_fields;
#[cfg(feature = "http")]
mod request_options;

pub use decision::{Decision, Failure, ResponseInfo, Verdict};
#[cfg(feature = "http")]
pub use event_source::EventSource;
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
#[cfg(feature = "http")]
pub use request_fields::DynamicField;
