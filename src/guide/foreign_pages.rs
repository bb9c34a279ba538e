//! What a page of another origin can do to a device, and what prevents it.
//!
//! With this page you can decide which options a device needs in a network where people browse the web.
//!
//! Every page that is open in a browser in the device's network can send requests to a device that speaks plain HTTP. The page
//! can come from any site. The options below decide what it can do.
//!
//! | what the page can do | what prevents it |
//! | --- | --- |
//! | read the stream, if [`AllowedOrigins`](crate::server::AllowedOrigins) has its origin | List origins. Use `Any` only for what everyone may read. |
//! | read the stream under a host name of its own site that resolves to the device (DNS rebinding) | `ServerOptions::allowed_hosts` |
//! | hold slots with streams that it cannot read: by an `<iframe>` in Chromium and Firefox, by `fetch(url, {mode: "no-cors"})` in Firefox | `ServerOptions::check` with a token: it refuses before a slot is taken. Limit the connections of one address where you accept sockets. `Cross-Origin-Resource-Policy` does not help. |
//! | send `GET`, and `POST` with a form or text, to other paths | Let a `GET` change nothing. For changes, require a header field that needs a preflight, such as `Authorization`, or check `Origin`. |
//!
//! Without a cookie, no header field that every browser sends distinguishes a request of a foreign page that holds a slot from
//! one of the device's own page: neither has an `Origin`, and browsers send `Sec-Fetch-Site` only over https and to the machine
//! that they run on. If the device sets a cookie with `SameSite=Strict`, requests of a foreign page do not have it. `check` can
//! compare it, if `kept_fields` names `cookie`.
//!
//! # The defaults
//!
//! - No other origin may read a stream: the response has no CORS header fields.
//! - Every `Host` is accepted. A device cannot know its names, so list them.
//! - Every request for the path of the stream gets a slot, if one is free.
//!
//! # A server with all three options
//!
//! The device's own page knows the token, for example because the device wrote it into the page when the user logged in. An
//! `EventSource` cannot send a header field of your choice, so this token is a parameter of the query.
//!
//! ```
//! # #[cfg(feature = "http")] {
//! use embedded_sse::http::{Request, Response, Status};
//! use embedded_sse::server::{AllowedOrigins, ServerOptions};
//!
//! static FORBIDDEN: Response = Response::refusal(Status::FORBIDDEN);
//! static SERVER: ServerOptions = ServerOptions::new("/events")
//!     .allowed_hosts(&["pump.local", "192.168.1.7"])
//!     .allowed_origins(AllowedOrigins::Only(&["https://dashboard.example"]))
//!     .check(&check);
//!
//! /// Refuses a request for the stream, before it takes a slot.
//! fn check(request: &Request<'_>) -> Option<&'static Response<'static>> {
//!     let is_valid = request.parameter("token").is_some_and(|token| token.eq(*b"5eed"));
//!     if is_valid { None } else { Some(&FORBIDDEN) }
//! }
//! # use embedded_sse::Instant;
//! # use embedded_sse::server::{Connection, ConnectionOutput, EventLog};
//! # let status = |target: &str, host: &str| {
//! #     let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
//! #     let (mut scratch, now) = ([0; 512], Instant::from_millis(0));
//! #     let log = EventLog::<[u8; 64]>::new();
//! #     let mut connection = Connection::new(now, &SERVER, &mut scratch);
//! #     let mut rest = request.as_bytes();
//! #     loop {
//! #         match connection.poll(now, &log) {
//! #             ConnectionOutput::Send(bytes) => break String::from_utf8(bytes[9..12].to_vec()).unwrap(),
//! #             ConnectionOutput::Request => connection.answer(now, &log),
//! #             ConnectionOutput::Wait(_) => {
//! #                 let buffer = connection.receive_buffer();
//! #                 let length = buffer.len().min(rest.len());
//! #                 buffer[..length].copy_from_slice(&rest[..length]);
//! #                 rest = &rest[length..];
//! #                 connection.received(length);
//! #             }
//! #             _ => unreachable!(),
//! #         }
//! #     }
//! # };
//! # assert_eq!(status("/events?token=5eed", "pump.local"), "200");
//! # assert_eq!(status("/events?token=1", "pump.local"), "403");
//! # assert_eq!(status("/events", "pump.local"), "403");
//! # assert_eq!(status("/events?token=5eed", "rebound.example"), "403");
//! # }
//! ```
//!
//! `check` is called only for requests that would get a stream or its head. For other paths, look at `Incoming::request` before
//! you answer. A client that can send header fields sends the token in `Authorization`: the docs of `ServerOptions::check` have
//! an example. A program that reads the traffic of the network can read a token that is sent over plain HTTP. A foreign page
//! cannot.
//!
//! # Behind another HTTP stack
//!
//! That stack checks `Host`, the token and the origin before it calls `Hub::join` or creates a
//! [`Session`](crate::server::Session). [`AllowedOrigins::header_fields`](crate::server::AllowedOrigins::header_fields) returns
//! the CORS header fields for its responses. See [Behind another HTTP stack](super::http_stacks).
