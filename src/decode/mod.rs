//! Floor 2: event streams into events.

mod decoder;
mod fields;
mod layout;
mod parts;
mod retry;

pub use decoder::{Decoder, Event};
pub use fields::Overflow;
pub use parts::{Part, PartDecoder};

#[cfg(feature = "http")]
pub(crate) use decoder::Item;
#[cfg(any(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
pub(crate) use fields::Located;
