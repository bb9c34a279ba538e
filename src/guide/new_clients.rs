//! New clients: what a client gets first, and what it gets if no slot is free.
//!
//! After this page you can choose what a page shows right after it has connected, and let a full server send clients away so
//! that they come back.
//!
//! # What a new client gets first
//!
//! By default, a client without a last event ID gets only the events that are published after it has connected. These options
//! of [`StreamOptions`](crate::server::StreamOptions) change that:
//!
//! | the client needs | option | what to know |
//! | --- | --- | --- |
//! | only what comes: commands, alarms | [`Start::Live`](crate::server::Start::Live), the default | |
//! | the history: a chart, a log | [`Start::Oldest`](crate::server::Start::Oldest) | It gets all frames of the log. The length of the log decides how far back they go. |
//! | the newest value of each event type, with little code | [`Start::LatestOfEachType`](crate::server::Start::LatestOfEachType) | A type whose last event was evicted is missing. |
//! | the present state, complete at any time | [`initial_state`](crate::server::StreamOptions::initial_state) | Your function writes it. It takes no room in the log. |
//! | to resume even if it is cut off before its first event | [`initial_id`](crate::server::StreamOptions::initial_id) | See [`resume`](super::resume#before-the-first-event). |
//!
//! The client gets them in this order: reconnection time, loss notice, `initial_state`, what `start` selects from the log,
//! `initial_id`, and then each new event.
//!
//! | client | `start` | `initial_state` | `initial_id` |
//! | --- | --- | --- | --- |
//! | without a last event ID | yes | yes | if `start` has selected no event |
//! | resumes, and the log holds its event | no: it gets the events after its id | no | no |
//! | has lost events | no: it gets all that the log holds | yes, after the loss notice | if the log holds no event |
//!
//! # A state that changes rarely
//!
//! A door was opened yesterday, and a thousand temperatures have evicted that event. `LatestOfEachType` cannot find it, but
//! `initial_state` can write it. The function is called with 0, 1, 2 and so on. Each time it writes one frame and returns
//! `true`, or returns `false` after the last one.
//!
//! ```
//! use core::sync::atomic::{AtomicBool, Ordering};
//! use embedded_sse::server::{EventLog, Session, SessionOutput, Start, StreamOptions};
//! use embedded_sse::{EventId, Frame, Instant, SliceSink, event_type};
//!
//! static IS_OPEN: AtomicBool = AtomicBool::new(true);
//!
//! fn state(number: u32, sink: &mut SliceSink<'_>) -> bool {
//!     let door: &[u8] = if IS_OPEN.load(Ordering::Relaxed) { b"open" } else { b"shut" };
//!     match number {
//!         0 => Frame::new().event_type(event_type!("door")).with_data(door).write_to(sink).is_ok(),
//!         _ => false,
//!     }
//! }
//!
//! let mut log = EventLog::<[u8; 128]>::new();
//! for millicelsius in [21_400, 21_500] {
//!     log.publish_with(event_type!("temperature"), |data| write!(data, "{millicelsius}"))?;
//! }
//!
//! let now = Instant::from_millis(0);
//! let first = |options: &StreamOptions| {
//!     let mut session = Session::new(now, &log, EventId::default(), options);
//!     let (mut body, mut buffer) = (String::new(), [0; 256]);
//!     loop {
//!         match session.fill(now, &log, &mut buffer) {
//!             SessionOutput::Send(bytes) => body += str::from_utf8(bytes).unwrap(),
//!             SessionOutput::Wait(until) if until == now => {} // there is more: call again
//!             _ => return body.replace(":\nretry: 3000\n", ""),
//!         }
//!     }
//! };
//! let (old, new) = ("event: temperature\ndata: 21400\n\n", "event: temperature\ndata: 21500\n\n");
//! let door = "event: door\ndata: open\n\n";
//! let options = StreamOptions::new();
//! assert_eq!(first(&options), "");
//! assert_eq!(first(&options.start(Start::Oldest)), format!("{old}{new}"));
//! assert_eq!(first(&options.start(Start::LatestOfEachType)), new);
//! assert_eq!(first(&options.initial_state(&state)), door);
//! assert_eq!(first(&options.initial_state(&state).start(Start::Oldest)), format!("{door}{old}{new}"));
//! # Ok::<(), embedded_sse::server::PublishError>(())
//! ```
//!
//! - If the function writes the whole state, use `Start::Live`. With `LatestOfEachType` the client would get such values twice.
//! - With `Start::Oldest` the present state comes before older events of the log. A page that shows the last event of a type
//!   then ends with the newest event of the log, which is right if each change of the state is published, too.
//! - The function runs while the log is not locked. An event that is published meanwhile comes after the frames of the
//!   function, even if they contain it. So publish values and not differences: `count: 8`, and not `count: +1`.
//! - A frame has to fit the scratch. A longer one is left out, and the function gets [`BufferTooSmall`](crate::BufferTooSmall).
//! - [`Session::poll`](crate::server::Session::poll) has no buffer, so it leaves out `initial_state`. `Connection`,
//!   `Hub::serve`, `Joined::stream` and `Session::fill` send it.
//!
//! # A full server
//!
//! A hub has a slot for each stream. If none is free, a client gets 503 with `Retry-After: 5`. By default, a client of this
//! crate comes back after 5 s or more. **The `EventSource` of a browser does not come back: a 503 is final for it.**
//!
//! With `ServerOptions::reconnect_when_full`, a request whose `Accept` names `text/event-stream` gets a 200 instead, with a
//! stream that holds the reconnection time and ends. Then the browser comes back by itself. Other clients, also those with
//! `Accept: */*`, still get the 503. Use this option whenever pages are among your clients.
//!
//! ```
//! # #[cfg(feature = "http")] {
//! use embedded_sse::Instant;
//! use embedded_sse::server::{Connection, ConnectionOutput, EventLog, ServerOptions, StreamOptions};
//!
//! /// Answers a request while no slot is free. `Hub::serve` does the same over a socket.
//! fn response(options: &ServerOptions, accept: &str) -> String {
//!     let (log, now, mut scratch) = (EventLog::<[u8; 64]>::new(), Instant::from_millis(0), [0; 512]);
//!     let mut connection = Connection::new(now, options, &mut scratch);
//!     let request = format!("GET /events HTTP/1.1\r\nHost: device.local\r\nAccept: {accept}\r\n\r\n");
//!     connection.receive_buffer()[..request.len()].copy_from_slice(request.as_bytes());
//!     connection.received(request.len());
//!     let mut response = String::new();
//!     loop {
//!         match connection.poll(now, &log) {
//!             ConnectionOutput::Request => connection.refuse_stream(), // your program counts its slots
//!             ConnectionOutput::Send(bytes) => {
//!                 response += str::from_utf8(bytes).unwrap();
//!                 let length = bytes.len();
//!                 connection.sent(length);
//!             }
//!             _ => return response,
//!         }
//!     }
//! }
//!
//! let options = ServerOptions::new("/events").stream(StreamOptions::new().retry(5_000));
//! let refusal = response(&options, "text/event-stream");
//! assert!(refusal.starts_with("HTTP/1.1 503 ") && refusal.contains("Retry-After: 5\r\n"));
//!
//! let options = options.reconnect_when_full();
//! let short_stream = response(&options, "text/event-stream");
//! assert!(short_stream.starts_with("HTTP/1.1 200 ") && short_stream.ends_with("\r\n\r\n:\nretry: 5000\n"));
//! assert!(response(&options, "*/*").starts_with("HTTP/1.1 503 "));
//! # }
//! ```
//!
//! - **Have one socket more than slots.** It sends these responses. Without it the network stack resets further connections. If
//!   the device serves pages too, add one more. Browsers also open connections before they have a request: each takes a socket
//!   for up to `ServerOptions::head_timeout`, 10 s by default.
//! - Each client that waits sends one request per reconnection time. Set
//!   [`StreamOptions::retry`](crate::server::StreamOptions::retry) and
//!   [`retry_jitter`](crate::server::StreamOptions::retry_jitter) in the options of the server: they apply to these streams,
//!   too.
//! - A waiting client has no place in a queue. The first request after a slot is free gets it.
//! - To let clients take turns, limit the time of each stream:
//!   [`StreamOptions::lifetime`](crate::server::StreamOptions::lifetime).
//! - `Stats::refused` counts both responses.
//! - After `Hub::end`, requests for a stream get the same responses.
//! - Without a hub, your program counts its slots and calls `Connection::refuse_stream`. Behind another HTTP stack, `Hub::join`
//!   returns `None`: see [`http_stacks`](super::http_stacks).
