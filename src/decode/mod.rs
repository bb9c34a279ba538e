//! Floor 2: event streams into events.

mod buffer;
mod core;
mod decoder;
mod event;
mod fields;
#[cfg(any(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
mod located;
mod parts;
mod retry;

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
