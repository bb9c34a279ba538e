//! Floor 2: event streams into events.

mod decoder;
mod fields;
mod held;
mod layout;
#[cfg(any(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
mod located;
mod parts;
mod retry;

pub use decoder::{Decoder, Event};
pub use fields::Overflow;
pub use parts::{Part, PartDecoder};

#[cfg(feature = "http")]
pub(crate) use located::Item;
#[cfg(any(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
pub(crate) use located::Located;
