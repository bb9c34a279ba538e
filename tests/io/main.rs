//! The drivers, which join the crate to sockets and clocks, blocking and asynchronous: one file for each driver.
//!
//! The feature `embedded-io-async` is always on, because the dev-dependencies turn it on.

#[cfg(any(feature = "http", feature = "embedded-io"))]
#[path = "../common/clock.rs"]
mod clock;
#[path = "../common/mod.rs"]
mod common;
#[cfg(all(feature = "http", feature = "embedded-io"))]
#[path = "../../examples/common/end.rs"]
mod end;
mod helpers;
#[cfg(all(feature = "http", feature = "embedded-io"))]
#[path = "../common/scripted.rs"]
mod scripted;
#[cfg(all(feature = "http", feature = "embedded-io"))]
#[path = "../common/scripted_socket.rs"]
mod scripted_socket;
#[cfg(all(feature = "http", feature = "embedded-io"))]
#[path = "../../examples/serve_superloop/socket.rs"]
mod superloop_socket;
#[cfg(all(feature = "http", feature = "embedded-io"))]
#[path = "../common/tcp_server.rs"]
mod tcp_server;

mod cancel_safety;
mod errors;

#[cfg(all(feature = "http", feature = "embedded-io"))]
mod browsers_tcp;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod client;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod client_cancel_safety;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod client_dynamic_fields;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod client_error_body;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod client_flush;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod client_head_timeout;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod client_idle;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod client_socket_errors;
#[cfg(feature = "http")]
mod client_yield;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod connected;
#[cfg(feature = "http")]
mod ends;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod ends_tcp;
#[cfg(feature = "http")]
mod hub;
#[cfg(feature = "http")]
mod initial_state;
#[cfg(feature = "embedded-io")]
mod map_error;
#[cfg(all(feature = "http", feature = "embedded-io"))]
mod pump;
#[cfg(feature = "embedded-io")]
mod reader;
#[cfg(feature = "embedded-io")]
mod reconnecting;
#[cfg(feature = "embedded-io")]
mod reconnecting_calls;
#[cfg(feature = "embedded-io")]
mod reconnecting_tcp;
#[cfg(feature = "http")]
mod serve;
#[cfg(feature = "http")]
mod serve_yield;
#[cfg(feature = "embedded-io")]
mod sink;
#[cfg(feature = "http")]
mod steps;
#[cfg(feature = "http")]
mod stream;
#[cfg(feature = "embedded-io")]
mod writer;
