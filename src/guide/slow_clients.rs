//! Slow clients: what a server does with a client that takes its events too slowly, or not at all.
//!
//! After this page you know what such a client gets, when its connection is reset, and which counters show it.
//!
//! All clients read from one ring, the [`EventLog`](crate::server::EventLog). A client is a cursor into that ring and has no
//! queue. `publish` never waits for a client: it overwrites the oldest frames. So a slow client costs no RAM, and delays
//! neither the program nor another client. The ring *laps* a client when it overwrites a frame that this client has not got
//! yet.
//!
//! | what happened | what the server does | what the client gets | what you see |
//! | --- | --- | --- | --- |
//! | The ring has lapped the client between two frames. | It moves the cursor to the oldest frame. | the loss notice, the frames of `initial_state`, and all frames that the log holds | `Stats::lagged`, [`Session::losses`](crate::server::Session::losses) |
//! | The ring has overwritten a frame of which the client has got a part. | It resets the connection. | a lost connection; when it reconnects, the events after its last event ID, or the loss notice | [`CloseReason::Lagged`](crate::server::CloseReason::Lagged), `Stats::aborted` |
//! | The socket has accepted no byte for 20 s. | It resets the connection. | the same | [`CloseReason::Stalled`](crate::server::CloseReason::Stalled), `Stats::aborted` |
//! | The client has closed its side. | It closes the connection, and frees the slot: at once, or after the write under way, which takes at most 20 s. | the end | [`CloseReason::HungUp`](crate::server::CloseReason::HungUp). After a reset by the client `ServeError::Io`, which `Stats` does not count. `Joined::stream` does not read, so it cannot see this: see [`http_stacks`](super::http_stacks) |
//!
//! The loss notice is described in [`resume`](super::resume#the-loss-notice). If it is frequent, the log is too short for your
//! clients or for your bursts: [`sizing`](super::sizing) tells how to choose its length.
//!
//! ```
//! use embedded_sse::server::{CloseReason, EventLog, Session, SessionOutput, StreamOptions};
//! use embedded_sse::{EventId, Frame, Instant};
//!
//! let mut log = EventLog::<[u8; 48]>::new(); // four frames of 9 bytes, each with a header of 3 bytes
//! let options = StreamOptions::new();
//! let now = Instant::from_millis(0);
//! let mut session = Session::new(now, &log, EventId::default(), &options);
//! let mut buffer = [0; 256];
//! assert_eq!(session.fill(now, &log, &mut buffer), SessionOutput::Send(b":\nretry: 3000\n"));
//!
//! // While the socket takes no bytes, the ring laps the client.
//! for number in 1..=6 {
//!     log.publish_with(Frame::new(), |data| write!(data, "{number}"))?;
//! }
//! assert_eq!(
//!     session.fill(now, &log, &mut buffer),
//!     SessionOutput::Send(b"event: lost\ndata: \n\ndata: 3\n\ndata: 4\n\ndata: 5\n\ndata: 6\n\n")
//! );
//! assert_eq!(session.losses(), 1);
//!
//! // A client that has got the first two bytes of a frame when the ring overwrites it.
//! log.publish(&Frame::data("7"))?;
//! assert_eq!(session.fill(now, &log, &mut [0; 2]), SessionOutput::Send(b"da"));
//! for number in 8..=12 {
//!     log.publish_with(Frame::new(), |data| write!(data, "{number}"))?;
//! }
//! assert_eq!(session.fill(now, &log, &mut buffer), SessionOutput::Close(CloseReason::Lagged));
//! # Ok::<(), embedded_sse::server::PublishError>(())
//! ```
//!
//! # Bursts
//!
//! The tasks of the clients send only while they run. If a task publishes more bytes than the log holds without an `await` that
//! lets them run, the ring laps every client, also the fast ones. Publish large snapshots with
//! [`initial_state`](super::new_clients), or in parts with an `await` between them.
//!
//! # Why the connection is reset
//!
//! In the middle of a frame the stream cannot go on: the log has overwritten the rest of the frame, and a blank line would make
//! the client dispatch the first part of it as an event. After a FIN, a client that does not discard an unfinished event
//! (WHATWG HTML 9.2.6) would dispatch that part, too. After an RST the client reconnects, and resumes after its last complete
//! event.
//!
//! A client that takes no byte would not take a FIN either: the socket would wait for it. The slot is free at
//! once, and the socket when the RST is sent.
//!
//! The crate resets a socket by the function of a `WithShutdown`, which it calls with `End::Abort`. A socket in a
//! `WithoutShutdown` is dropped instead. If another HTTP stack owns the socket, `Joined::stream` returns the reason. After
//! `Lagged` and `Stalled` your handler closes the connection without completing the body, if the stack can. After other
//! reasons it ends the response.
//!
//! # The limit of 20 s
//!
//! [`StreamOptions::write_timeout`](crate::server::StreamOptions::write_timeout) limits how long the socket may take no byte,
//! 20 s by default. Each byte that it takes restarts the time, so a write over a slow link is not reset. One flush has to
//! be done within the same time.
//!
//! A socket takes bytes until its send buffer is full. So a client that has vanished, for example a phone out of range, is
//! noticed in one of these ways:
//!
//! - On embassy-net a flush waits until the client has acknowledged all bytes. The first flush after the client has vanished
//!   ends the connection after 20 s. If there is no event, it is the flush after a keep-alive. With the default times this
//!   takes at most 35 s.
//! - On a host a flush does not wait. The connection ends when the operating system gives up its retransmissions, or 20 s after
//!   the send buffer has become full.
//!
//! 0 means no limit: then a client that reads nothing holds its slot for ever. The drivers of `io`, `Joined::stream` and
//! [`Session::poll`](crate::server::Session::poll) apply this limit. If you call
//! [`Session::fill`](crate::server::Session::fill), limit the time of each write yourself.
//!
//! # Keep-alives
//!
//! If no byte was sent for 15 s, the server sends an empty comment, `:` and a line end. A comment is no event, so programs do
//! not see it. It has three purposes: proxies that close idle connections keep this one open, clients with an idle timeout see
//! that the server lives, and the server finds clients that have vanished.
//!
//! | option | effect |
//! | --- | --- |
//! | [`StreamOptions::keep_alive`](crate::server::StreamOptions::keep_alive) | the time without a byte; 0 for no keep-alives |
//! | [`StreamOptions::keep_alive_frame`](crate::server::StreamOptions::keep_alive_frame) | another frame, such as an event that a page can see: `EventSource` of browsers has no idle timeout, and does not show comments |
//! | `ClientOptions::idle_timeout` | in a client of this crate: after this time without a byte, it reconnects. Set three times the interval of the server, such as 45 s. It is off by default |
//!
//! Choose an interval shorter than the shortest idle limit on the way to the client: [`peers`](super::peers) lists those of
//! proxies.
