//! Drivers: what joins the crate to sockets and clocks, blocking and asynchronous. One file for each driver.

#[cfg(all(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
#[path = "../common/clock.rs"]
mod clock;
#[cfg(all(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
#[path = "../common/scripted.rs"]
mod scripted;
#[cfg(all(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
#[path = "../common/scripted_socket.rs"]
mod scripted_socket;

#[cfg(all(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
mod client;
#[cfg(all(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
mod client_cancel_safety;
#[cfg(all(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
mod client_script;
#[cfg(all(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
mod client_socket_errors;
#[cfg(all(
    feature = "http",
    feature = "embedded-io",
    feature = "embedded-io-async"
))]
mod connected;
