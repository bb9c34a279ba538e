//! Helpers that the tests of drivers share.

#[cfg(all(feature = "http", feature = "embedded-io"))]
pub mod client_script;
#[cfg(feature = "http")]
pub mod pipe;
#[cfg(feature = "embedded-io")]
pub mod polls;
#[cfg(feature = "http")]
pub mod ready;
#[cfg(feature = "embedded-io")]
pub mod responses;
#[cfg_attr(
    not(feature = "embedded-io"),
    allow(dead_code, reason = "asynchronous drivers need a part of this")
)]
pub mod socket;
#[cfg(feature = "embedded-io")]
pub mod tcp;
