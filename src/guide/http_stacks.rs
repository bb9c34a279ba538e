//! Serve a stream as a route of another HTTP server, and follow a stream over another HTTP client.
//!
//! With this page you can choose the type of this crate that fits your stack, and check what the stack has to do.
//!
//! # Which type to use
//!
//! Servers:
//!
//! | your program has | use | copy, from `examples/stacks` in the repository |
//! | --- | --- | --- |
//! | sockets and tasks, no HTTP stack | `Hub::serve`, or `Incoming` to serve pages too | `tokio_server` |
//! | sockets and a superloop, no HTTP stack | `Connection::pump` | `examples/serve_superloop` |
//! | sockets and a thread for each connection | `Connection` | `std_server` |
//! | an async stack whose body is a writer of `embedded-io-async` | `Hub::join`, then `Joined::stream` | `picoserve_server`, `edge_http_server` |
//! | an async stack that reads the body from your program | the same, through a pipe | `axum_server` |
//! | frames of its own, and no history | [`Frame`](crate::Frame), and the header fields below | `axum_frames` |
//! | any other stack: blocking, or with callbacks | [`Session`](crate::server::Session) | the example below |
//!
//! Clients:
//!
//! | your program has | use | copy |
//! | --- | --- | --- |
//! | sockets, no HTTP stack | `Client` | `tokio_client`, `std_client` |
//! | a connected socket, such as a TLS session | `Connected`: see [TLS](super::tls) | `examples/tls` |
//! | an HTTP client whose body is a reader of `embedded-io-async` or `embedded-io` | `ReconnectingReader` of `io::asynch` or `io::blocking` | `reqwless_client`, `edge_http_client` |
//! | an HTTP client that passes pieces of the body to a callback | [`Decoder`](crate::Decoder) and [`Reconnect`](crate::client::Reconnect) | the example of `Reconnect` |
//!
//! `examples/stacks/README.md` lists the faults of picoserve, edge-http, axum and reqwless, and what helps. Each adapter there
//! has at most 30 lines.
//!
//! # What a server's stack has to do
//!
//! - Check the path, the method, `Accept`, `Host`, and who may read the stream. See [Foreign pages](super::foreign_pages).
//! - Delimit the body: by chunks, or by the end of the connection.
//! - Send the written bytes when the body is flushed. A stack that collects a body until its end cannot serve a stream.
//! - Close the connection in the middle of the body, if the stack can, when the stream is over by `Lagged` or `Stalled`. End
//!   the body for all other reasons: `Joined::stream` returns, or `fill` returns
//!   [`SessionOutput::Close`](crate::server::SessionOutput::Close).
//! - Set no time limit for a whole response. Limit one write to about 20 s, as the
//!   [`write_timeout`](crate::server::StreamOptions::write_timeout) of this crate: a shorter limit disconnects phones that
//!   sleep.
//! - Read from the connection during the response, if it can, and drop the stream at the end of the input. Otherwise a client
//!   that is gone keeps its slot until a write fails or takes too long.
//!
//! ## Header fields
//!
//! | field | in | from |
//! | --- | --- | --- |
//! | `Content-Type`, `Cache-Control`, `X-Accel-Buffering` | the 200 | [`StreamOptions::header_fields`](crate::server::StreamOptions::header_fields) |
//! | `Access-Control-Allow-Origin`, `Access-Control-Allow-Credentials`, `Vary` | the 200 and refusals | [`AllowedOrigins::header_fields`](crate::server::AllowedOrigins::header_fields). The stack answers preflights |
//! | `Retry-After` | the 503 of a full server | [`RETRY_AFTER`](crate::server::RETRY_AFTER) |
//! | `Transfer-Encoding`, `Connection` | the 200 | the stack |
//! | `Content-Length`, `Content-Encoding` | never the 200 | |
//!
//! From the request, pass the value of `Last-Event-ID` to [`LastEventId::from_bytes`](crate::LastEventId::from_bytes). If the
//! field is missing or empty, pass the percent-decoded value of a query parameter such as `lastEventId`. The ids of `make_ids`
//! have no character that is encoded. `examples/stacks/README.md` lists which stacks decode it.
//!
//! The `EventSource` of a browser never reconnects after a 503. So while all slots are taken and `Accept` names
//! `text/event-stream`, answer 200 with the header fields of a stream and the body `:\nretry: 5000\n`, without a blank line,
//! and end the response. Answer other requests with 503.
//!
//! # `Hub::join` or `Session`
//!
//! | | `Hub::join`, `Joined::stream` | `Session::fill` |
//! | --- | --- | --- |
//! | log | a `Hub`, or another `SharedLog` | an [`EventLog`](crate::server::EventLog) that you lock |
//! | slots | counted by the hub: `join` returns `None` if all are taken | you count them |
//! | after a publish | the task is woken | call `fill` again |
//! | a client that takes no byte | the stream ends after the `write_timeout` | you limit the time of a write |
//! | the search for the client's last event ID | in steps, with the lock free between them | in one call of `Session::new` |
//!
//! The documentation of `Hub::join` has an example. `Session` needs no socket, no task and no executor. This function writes
//! the body of one response:
//!
//! ```
//! # mod http_stack {
//! #     pub struct Response { pub body: Vec<u8>, pub flushes: u32 }
//! #     impl Response {
//! #         pub fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> { Ok(self.body.extend(bytes)) }
//! #         pub fn flush(&mut self) -> std::io::Result<()> { Ok(self.flushes += 1) }
//! #     }
//! # }
//! # use std::io;
//! # use http_stack::Response; // a type of the HTTP stack
//! use embedded_sse::server::{EventLog, Session, SessionOutput, StreamOptions};
//! use embedded_sse::{Instant, LastEventId, event_type};
//!
//! static OPTIONS: StreamOptions = StreamOptions::new().retry(2_000);
//!
//! /// Writes what the client has not got yet. Returns when to call this again, or `None` if the stream is over. Also call it
//! /// again when a frame was published.
//! fn write_body(
//!     session: &mut Session,
//!     log: &EventLog<[u8]>,
//!     now: Instant,
//!     response: &mut Response,
//! ) -> io::Result<Option<Instant>> {
//!     let mut buffer = [0; 256];
//!     loop {
//!         match session.fill(now, log, &mut buffer) {
//!             SessionOutput::Send(bytes) => response.write_all(bytes)?,
//!             SessionOutput::Wait(until) if until <= now => {} // there is more to do at once
//!             SessionOutput::Wait(until) => {
//!                 response.flush()?;
//!                 return Ok(Some(until));
//!             }
//!             SessionOutput::Close(_) => {
//!                 response.flush()?;
//!                 return Ok(None);
//!             }
//!         }
//!     }
//! }
//!
//! let mut log = EventLog::<[u8; 1024]>::new();
//! log.make_ids(7); // the seventh boot of this device
//! log.publish_with(event_type!("temperature"), |data| write!(data, "21500"))?;
//! log.publish_with(event_type!("temperature"), |data| write!(data, "21600"))?;
//!
//! // The request has `Last-Event-ID: 7-1`. The stack has sent the status 200 and `OPTIONS.header_fields()`.
//! # let mut response = Response { body: Vec::new(), flushes: 0 };
//! let now = Instant::from_millis(0); // the time by your clock
//! let mut session = Session::new(now, &log, LastEventId::from_bytes(b"7-1"), &OPTIONS);
//! let again = write_body(&mut session, &log, now, &mut response)?;
//! assert_eq!(response.body, b":\nretry: 2000\nevent: temperature\nid: 7-2\ndata: 21600\n\n");
//! assert_eq!(again, Some(now.after(15_000))); // for a keep-alive
//! # assert_eq!(response.flushes, 1);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # What a client's stack has to do
//!
//! - Send `Accept: text/event-stream`, `Cache-Control: no-cache` and, if the decoder has an id, `Last-Event-ID`. Send no id
//!   with a control character, because a server can refuse such a request for good.
//! - Send `Accept-Encoding: identity` or no such field. The decoder reads the body without its chunks and without a content
//!   coding.
//! - Return the bytes of a body as they arrive. A reader that fills the whole buffer first delays events: give it a buffer of
//!   one byte.
//! - Limit the time of a connection attempt, and of a response head. `ReconnectingReader` limits only the time between two
//!   bytes of the body.
//! - Pass the status and all header fields to [`ResponseInfo::from_fields`](crate::client::ResponseInfo::from_fields), as they
//!   were received. An enum of media types often has no variant for `text/event-stream`.
//! - Follow redirects, or report them, so that your program can. Do not send credentials to another origin.
