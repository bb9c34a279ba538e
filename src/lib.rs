//! Server-Sent Events for microcontrollers: encode, decode, serve and follow event streams
//! (`text/event-stream`, WHATWG HTML, section 9.2) in fixed buffers, without a heap.
//!
//! # Layers
//!
//! Each layer uses only the layers before it in this list, and can be used without those after it.
//!
//! **Decoder and encoder.** A [`Decoder`] turns the bytes of a stream into events, and a [`Frame`] turns an event into bytes.
//! They know nothing of HTTP, of sockets or of time: use them over a UART, over a file, or in your own HTTP stack.
//! `http` (feature `http`) has the parts of HTTP/1.1 that event streams need: URLs, requests, responses and chunked bodies.
//!
//! **State machines.** [`client`] decides what to send, when to reconnect and when to stop. [`server`] keeps the newest events
//! and the position of each client. They do no input or output: the caller passes the bytes that it received and the
//! time, and gets the next action back.
//!
//! **Drivers.** `io::blocking` (feature `embedded-io`) and `io::asynch` (feature `embedded-io-async`) run the decoder, the
//! encoder and the state machines over sockets, and wait for them. Most programs start here.
//!
//! **Hub.** A `hub::Hub` (feature `embassy-sync`) shares an event log among embassy tasks: tasks and interrupts publish to it,
//! and other tasks serve it.
//!
//! # Guide
//!
//! The [`guide`] begins with [a first stream](guide::first_stream). It tells how to choose [sizes](guide::sizing), how
//! clients [resume](guide::resume), how to use [other HTTP stacks](guide::http_stacks), what each [error](guide::errors)
//! means, and more.
//!
//! # Decode
//!
//! A [`Decoder`] takes a stream in chunks of any size, and returns its events.
//!
//! ```
//! use embedded_sse::Decoder;
//!
//! let mut decoder = Decoder::<[u8; 256]>::new();
//! let mut received: &[u8] = b"event: led\ndata: on\n\n";
//! while let Some(event) = decoder.next(&mut received)? {
//!     assert_eq!(event.event_type, "led");
//!     assert_eq!(event.data, "on");
//! }
//! # Ok::<(), embedded_sse::Overflow>(())
//! ```
//!
//! A [`PartDecoder`] returns events that are larger than RAM in parts. An [`OwnedEvent`] is a copy of an event that one
//! task can send to another.
//!
//! # Encode
//!
//! A [`Frame`] is an event to send. Event types and ids are checked when they are created, and data is split into
//! lines, so no input can inject a field.
//!
//! ```
//! use embedded_sse::{EventType, Frame};
//!
//! const TEMPERATURE: &str = "temperature";
//!
//! let mut buffer = [0; Frame::max_len(TEMPERATURE.len(), 8, 1, 0)];
//! let frame = Frame::data("21.5").event_type(EventType::new(TEMPERATURE)?);
//! assert_eq!(frame.encode(&mut buffer)?, b"event: temperature\ndata: 21.5\n\n");
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! A [`DataWriter`] formats data with `write!` directly into the stream.
//!
//! # Serve
//!
//! An [`EventLog`](server::EventLog) keeps the newest frames in one buffer. All clients read from that buffer, and a client
//! that reconnects resumes from it. When the buffer is full, the oldest frames are evicted. A
//! [`Session`](server::Session) produces the response body for one client. A `Connection` (feature `http`) also
//! reads the request and writes the response head.
//!
//! ```
//! use embedded_sse::server::{EventLog, SessionOutput, Session, StreamOptions};
//! use embedded_sse::{EventId, Instant, event_type};
//!
//! let mut log = EventLog::<[u8; 1024]>::new();
//! log.make_ids(7); // the seventh boot of this device
//!
//! let options = StreamOptions::new();
//! let now = Instant::from_millis(0);
//! let mut session = Session::new(now, &log, EventId::default(), &options);
//! log.publish_with(event_type!("temperature"), |data| write!(data, "{}", 21_540))?;
//!
//! let mut buffer = [0; 256];
//! while let SessionOutput::Send(bytes) = session.fill(now, &log, &mut buffer) {
//!     assert!(bytes.ends_with(b"event: temperature\nid: 7-1\ndata: 21540\n\n"));
//! }
//! # Ok::<(), embedded_sse::server::PublishError>(())
//! ```
//!
//! `fill` copies frames into the buffer and takes them as sent: write all bytes of a `Send` before the next call.
//! [`poll`](server::Session::poll) copies nothing, and returns the same bytes until the caller reports them as sent.
//! `Hub::serve`, `io::asynch::serve` and `Connection::pump` serve over sockets.
//!
//! # Follow
//!
//! An `EventSource` (feature `http`) is the state machine of a client that reconnects. It makes the request, follows redirects
//! and decodes the response. When the stream is lost, it makes the request again, with `Last-Event-ID`, after a delay. It uses
//! no socket and no clock: the caller passes the received bytes and the time.
//!
//! ```
//! use embedded_sse::client::{ClientOptions, EventSource, Notice, EventSourceOutput};
//! use embedded_sse::{Instant, http::Url};
//!
//! let options = ClientOptions::new().idle_timeout(45_000);
//! let mut buffer = [0; 256];
//! let mut source = EventSource::new(Url::new("http://device.local/events")?, &options, &mut buffer);
//! // The response, in place of a socket.
//! let mut answer: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: on\n\n";
//! # let mut sent = Vec::new();
//!
//! let mut input: &[u8] = b""; // what the socket has received
//! let now = Instant::from_millis(0); // the time by your clock
//! loop {
//!     match source.poll(now, &mut input) {
//!         // Connect to this URL, then report it.
//!         EventSourceOutput::Connect(url) => source.connected(now),
//!         // Write these bytes, then report how many were written.
//!         EventSourceOutput::Send(bytes) => {
//!             let length = bytes.len();
//! #           sent.extend_from_slice(bytes);
//!             source.sent(now, length);
//!         }
//!         // Wait for bytes, but no longer than `until`.
//!         EventSourceOutput::Wait(until) => input = std::mem::take(&mut answer),
//!         EventSourceOutput::Notice(Notice::Event(event)) => {
//!             assert_eq!(event.data, "on");
//!             break;
//!         }
//!         // The stream was opened or lost, or the client stopped.
//!         EventSourceOutput::Notice(notice) => {}
//!     }
//! }
//! # assert!(sent.starts_with(b"GET /events HTTP/1.1\r\nHost: device.local\r\n"));
//! # Ok::<(), embedded_sse::http::InvalidUrl>(())
//! ```
//!
//! The `Client` types of `io::asynch` and `io::blocking` run this loop over a socket:
//! `while let Some(event) = client.next().await`. If another HTTP client sends the requests, a `ReconnectingReader` of the
//! same modules decodes the response bodies, and returns when to send the next request. A
//! [`Reconnect`](client::Reconnect) only decides whether and when to reconnect.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | `http` | yes | `http`, `client::EventSource`, `server::Connection`, and the drivers of these two |
//! | `embedded-io` | yes | `io::blocking` |
//! | `embedded-io-async` | yes | `io::asynch` |
//! | `embassy-sync` | no | `hub::Hub`; enables `embedded-io-async` |
//! | `embassy-time` | no | `io::asynch::EmbassyClock`; enables `embedded-io-async` |
//! | `embedded-nal-async` | no | `io::asynch::Nal`; enables `http` and `embedded-io-async` |
//! | `defmt` | no | `defmt::Format` for every public type |
//!
//! Items that need a feature are marked with it in this documentation.
//!
//! # Promises
//!
//! - There is no heap and no `unsafe`.
//! - No call panics, for any input and any order of calls. There is one exception, which every `async fn` has: its future
//!   panics if it is polled after it has returned.
//! - The same bytes give the same events, in whatever chunks they arrive.
//! - A server loses nothing silently: a client that has received an id and then missed events gets a loss notice. A decoder
//!   reports once each event that does not fit its buffer.
//! - `Debug` and `defmt::Format` print no credentials: no value of a header field, no query of a URL or a request, no body and
//!   no buffer. They print paths, events and their ids.
//! - Features are additive: a feature does not change the behaviour of other code.

#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

#[cfg(test)]
extern crate std;

/// Runs the examples of the README, which need these features.
#[cfg(all(doctest, feature = "embassy-sync", feature = "embassy-time"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[macro_use]
mod print;

mod bytes;
pub mod client;
mod decode;
mod encode;
// Pages of text without items. Only rustdoc sets these, so no build of a program contains the module.
#[cfg(any(doc, doctest))]
pub mod guide;
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub mod http;
#[cfg(feature = "embassy-sync")]
#[cfg_attr(docsrs, doc(cfg(feature = "embassy-sync")))]
pub mod hub;
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
pub mod io;
pub mod server;
mod time;
mod wire;

pub use decode::{Decoder, Event, EventTooLong, Overflow, OwnedEvent, Part, PartDecoder};
pub use encode::{BufferTooSmall, DataWriter, Frame, Sink, SliceSink, Slices};
pub use time::Instant;
pub use wire::text::{EventId, EventType, InvalidEventId, InvalidEventType, LastEventId, Text};
