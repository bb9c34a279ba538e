//! Readers, writers, clients and servers over the traits of `embedded-io` and `embedded-io-async`.
//!
//! Types and methods of the same name behave alike in `blocking` and `asynch`.

#[cfg(feature = "embedded-io-async")]
#[cfg_attr(docsrs, doc(cfg(feature = "embedded-io-async")))]
pub mod asynch;
mod attempts;
#[cfg(feature = "embedded-io")]
#[cfg_attr(docsrs, doc(cfg(feature = "embedded-io")))]
pub mod blocking;
mod errors;
mod half_close;
mod inbox;
#[cfg(feature = "http")]
mod received;
#[cfg(feature = "embedded-io-async")]
mod turns;
mod unsent;

pub use errors::{ReadError, ServeError, WriteError};
pub use half_close::{End, WithShutdown, WithoutShutdown};
#[cfg(feature = "http")]
#[cfg_attr(
    docsrs,
    doc(cfg(all(
        any(feature = "embedded-io", feature = "embedded-io-async"),
        feature = "http"
    )))
)]
pub use received::Buffered;
