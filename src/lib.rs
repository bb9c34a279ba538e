//! Server-Sent Events for microcontrollers: encode, decode, serve and follow event streams
//! (`text/event-stream`, WHATWG HTML 9.2) in fixed buffers, without a heap.
//!
//! # Decode
//!
//! A [`Decoder`] takes a stream in whatever pieces it arrives, and gives its events.
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
//! Events that are larger than RAM come in pieces from a [`PartDecoder`]. An [`OwnedEvent`] is a copy that one task
//! can send to another.
//!
//! # Encode
//!
//! A [`Frame`] is an event to be sent. Its names and ids are checked, its data is split into lines,
//! so no input can break out of its field.
//!
//! ```
//! use embedded_sse::{EventType, Frame};
//!
//! const TEMPERATURE: &str = "temperature";
//!
//! let mut buffer = [0; Frame::max_len(TEMPERATURE.len(), 0, 8, 1)];
//! let frame = Frame::data("21.5").event_type(EventType::new(TEMPERATURE)?);
//! assert_eq!(frame.encode(&mut buffer)?, b"event: temperature\ndata: 21.5\n\n");
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! A [`DataWriter`] formats data straight into the stream.
//!
//! # Serve
//!
//! An [`EventLog`](server::EventLog) holds what was published last: it is the queue of all clients, and
//! the history from which they resume. A [`Session`](server::Session) is the stream that one client gets
//! of it; a `Connection` (feature `http`) is a session with the HTTP around it.
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
//! Over sockets, `io::asynch` and `io::blocking` drive connections, and a `Hub` (feature
//! `embassy-sync`) shares a log among tasks.
//!
//! # Follow
//!
//! An `EventSource` (feature `http`) is a client through all its connections: it asks, follows redirects,
//! decodes, and when the stream is lost, waits and asks again for what comes after the last event ID. It
//! has neither socket nor clock.
//!
//! ```
//! use embedded_sse::client::{ClientOptions, EventSource, Notice, EventSourceOutput};
//! use embedded_sse::{Instant, http::Url};
//!
//! let options = ClientOptions::new().idle_timeout(45_000);
//! let mut buffer = [0; 256];
//! let mut source = EventSource::new(Url::new("http://device.local/events")?, &options, &mut buffer);
//! # let mut answer: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: on\n\n";
//! # let mut sent = Vec::new();
//!
//! let mut input: &[u8] = b""; // what the socket has received
//! let now = Instant::from_millis(0); // what your clock says
//! loop {
//!     match source.poll(now, &mut input) {
//!         // Make a connection, and tell.
//!         EventSourceOutput::Connect(url) => source.connected(now),
//!         // Write these bytes, and tell how many.
//!         EventSourceOutput::Send(bytes) => {
//!             let length = bytes.len();
//! #           sent.extend_from_slice(bytes);
//!             source.sent(now, length);
//!         }
//!         // Receive, until then at most.
//!         EventSourceOutput::Wait(until) => input = std::mem::take(&mut answer),
//!         EventSourceOutput::Notice(Notice::Event(event)) => {
//!             assert_eq!(event.data, "on");
//!             break;
//!         }
//!         // The stream is open, lost, or closed for good.
//!         EventSourceOutput::Notice(notice) => {}
//!     }
//! }
//! # assert!(sent.starts_with(b"GET /events HTTP/1.1\r\nHost: device.local\r\n"));
//! # Ok::<(), embedded_sse::http::InvalidUrl>(())
//! ```
//!
//! Over sockets, a `Client` of `io::asynch` or `io::blocking` is that loop:
//! `while let Some(event) = client.next().await`. Beside another HTTP client, a `ReconnectingReader` of the same
//! modules reads the bodies, and tells when to ask again; a [`Reconnect`](client::Reconnect) is that policy alone.
//!
//! # The house
//!
//! A file imports only from floors below its own.
//!
//! ```text
//! floor 5   hub                                      an event log shared by embassy tasks
//! floor 4   io/{blocking,asynch}                     loops over sockets, on io/{attempts,inbox,received,turns,unsent}
//! floor 3   client/event_source                      server/{connection,session,log}
//!           on {attempt,exchange,lifecycle,output}   on {lifecycle,scratch,chunking,exchange,fields}
//!           client/{reconnect,options}               on {own_frames,greeting,priming,search,choice,walk,
//!           on {backoff,decision,error_body,fields,     output,options}
//!              id_parameter,no_stream,reason,        on {record,ring,made_id}
//!              reconnect_options,redirects,request}
//! floor 2   decode/{decoder,parts,event}             encode/{frame,writer,chunks,sink}
//!           on {buffer,core,fields,located,retry}
//!           http/{request,response,response_head,url,body}
//!           on {grammar,target,field,method,ip_address}
//! floor 1   wire/{scanner,grammar,text,line_end,search_*,copy,decimal,exact,media_type}   time
//! ```
//!
//! # Promises
//!
//! No heap, no `unsafe`, and no panic, for any input and any order of calls. The same bytes give the
//! same events however they are cut. Features only add: they never change what the rest does.

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

/// Runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod client;
mod decode;
mod encode;
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
pub use encode::{BufferTooSmall, DataWriter, Frame, Sink, SliceSink, Slices, StringError};
pub use time::Instant;
pub use wire::text::{EventId, EventType, InvalidEventId, InvalidEventType, LastEventId, Text};
