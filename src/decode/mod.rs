//! Floor 2: event streams into events.

mod decoder;
mod event;
mod fields;
mod held;
mod layout;
mod located;
mod parts;
mod retry;

pub use decoder::Decoder;
pub use event::{Event, EventTooLong, OwnedEvent};
pub use fields::Overflow;
pub use parts::{Part, PartDecoder};

#[cfg(any(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
pub(crate) use located::{Kind, Located};
