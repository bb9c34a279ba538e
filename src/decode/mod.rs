//! Layer 2: decodes event streams.

mod buffer;
mod builder;
mod decoder;
mod event;
#[cfg(any(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
mod located;
mod parts;
mod retry;
mod state;

pub use decoder::Decoder;
pub use event::{Event, EventTooLong, Overflow, OwnedEvent};
pub use parts::{Part, PartDecoder};

#[cfg(feature = "http")]
pub(crate) use located::Kind;
#[cfg(any(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
pub(crate) use located::Located;
