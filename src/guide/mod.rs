//! Pages to read: first steps, serving, following, other software, and reference.
//!
//! First steps:
//!
//! - [`first_stream`]: serve a stream on a computer, show it in a browser, run it as firmware, and follow it. Which versions of
//!   other crates fit together.
//! - [`sizing`]: how long each buffer has to be, and how much RAM, flash and stack a program takes.
//!
//! Serving and following:
//!
//! - [`resume`]: how a client continues after the last event that it has received, also after a deep sleep.
//! - [`slow_clients`]: what happens to a client that takes its events too slowly, or not at all.
//! - [`new_clients`]: what a client gets first, and what it gets if no slot is free.
//! - [`what_is_final`]: which failures end a client for good, and how your program starts it again.
//! - [`json`]: how JSON gets in and out of events without a heap.
//! - [`tls`]: how a client follows an `https` stream, and how pages reach a server by `https`.
//!
//! Other software:
//!
//! - [`http_stacks`]: how to serve a stream as a route of another HTTP server, and follow one over another HTTP client.
//! - [`peers`]: how to configure proxies, which limits browsers have, and which faults clients and servers have.
//! - [`foreign_pages`]: what a page of another origin can do to a device, and what prevents it.
//! - [`coming_from`]: what replaces the calls and options of ESPAsyncWebServer, of picoserve, of `EventSource` and its
//!   polyfills, and of ASP.NET.
//!
//! Reference:
//!
//! - [`supported`]: which parts of HTTP and of the WHATWG standard the crate supports, which not, and why.
//! - [`errors`]: each error, who is to blame, and what to do.
//! - [`inner_workings`]: the event log, the decoder's buffer, and the way of an event from `publish` to a socket and from a
//!   socket to an [`Event`](crate::Event).
//!
//! This module has no items. It exists only in the documentation, so programs cannot name it.

pub mod coming_from;
pub mod errors;
pub mod first_stream;
pub mod foreign_pages;
pub mod http_stacks;
pub mod inner_workings;
pub mod json;
pub mod new_clients;
pub mod peers;
pub mod resume;
pub mod sizing;
pub mod slow_clients;
pub mod supported;
pub mod tls;
pub mod what_is_final;
