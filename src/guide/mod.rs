//! Pages to read: what is supported, how the crate works inside, and what its errors mean.
//!
//! - [`supported`]: which parts of HTTP and of the WHATWG standard the crate supports, which not, and why.
//! - [`inner_workings`]: the event log, the decoder's buffer, and the way of an event from `publish` to a socket and from a
//!   socket to an [`Event`](crate::Event).
//! - [`errors`]: each error, who is to blame, and what to do.
//! - [`json`]: JSON as the data of events, without a heap.
//!
//! This module has no items. It exists only in the documentation, so programs cannot name it.

pub mod errors;
pub mod inner_workings;
pub mod json;
pub mod supported;
