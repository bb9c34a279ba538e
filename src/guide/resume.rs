//! Ids and resume: how a client continues after the last event that it has received.
//!
//! After this page you can give ids to the events of a server, choose the epoch of these ids, and keep the position of a client
//! over a deep sleep or a reboot.
//!
//! 1. The server sends an id with each event.
//! 2. The client keeps the id of the last complete event: the *last event ID*.
//! 3. When the client connects again, it sends that id in the header field `Last-Event-ID`.
//! 4. The server sends the events after the one with that id.
//!
//! A client without an id does not resume. [`new_clients`](super::new_clients) tells what it gets.
//!
//! # Server: ids that the log makes
//!
//! [`EventLog::make_ids`](crate::server::EventLog::make_ids), or `Hub::make_ids`, gives an id to each later event that has
//! none: `<epoch in hex>-<sequence in decimal>`. Call it once, before the first event. No other call is needed: `Hub::serve`,
//! `Connection` and [`Session`](crate::server::Session) look for the id of each client in the log.
//!
//! ```
//! use embedded_sse::server::{EventLog, Session, SessionOutput, StreamOptions};
//! use embedded_sse::{EventId, Frame, Instant};
//!
//! let mut log = EventLog::<[u8; 512]>::new();
//! log.make_ids(0x2a); // the 42nd boot of this device
//! log.publish(&Frame::data("one"))?;
//! log.publish(&Frame::data("two"))?;
//!
//! let options = StreamOptions::new().initial_id(); // see "Before the first event" below
//! let now = Instant::from_millis(0);
//! let stream_after = |id| {
//!     let mut session = Session::new(now, &log, id, &options);
//!     let (mut body, mut buffer) = (String::new(), [0; 256]);
//!     loop {
//!         match session.fill(now, &log, &mut buffer) {
//!             SessionOutput::Send(bytes) => body += str::from_utf8(bytes).unwrap(),
//!             SessionOutput::Wait(until) if until == now => {} // a step of a search is done: call again
//!             _ => return body,
//!         }
//!     }
//! };
//!
//! // The log holds the event with this id: the client gets the events after it.
//! let resumed = stream_after(EventId::new("2a-1")?);
//! assert_eq!(resumed, ":\nretry: 3000\nid: 2a-2\ndata: two\n\n");
//!
//! // The log does not hold this id, which is of the 41st boot: the client gets the loss notice, then all events of the log.
//! let lost = stream_after(EventId::new("29-7")?);
//! assert_eq!(
//!     lost,
//!     ":\nretry: 3000\nevent: lost\ndata: \n\nid: 2a-1\ndata: one\n\nid: 2a-2\ndata: two\n\n"
//! );
//!
//! // A client without an id gets only later events, and with this option the newest id of the log.
//! let new = stream_after(EventId::default());
//! assert_eq!(new, ":\nretry: 3000\nid: 2a-2\n\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ## The epoch
//!
//! The log is in RAM, so it is empty after a reboot of the server, and the sequence begins again at 1. The epoch shows which
//! boot has made an id. **Each boot needs another epoch.** If two boots have the same one, a client that returns after the
//! reboot can miss events without a loss notice, because its old id is also one of the new ids.
//!
//! | source of the epoch | what to do |
//! | --- | --- |
//! | a counter in flash, in an EEPROM or in RAM that a battery keeps | Add 1 at each boot. Store the new value before you call `make_ids`. |
//! | the random number generator of the chip | Take 32 random bits. Two boots get the same number with a probability of 1 in 4 billion. |
//! | neither of them | [`sizing`](super::sizing) lists what platforms without a random number generator can use. |
//!
//! After a reboot of the server, each client that returns with an id gets the loss notice. It gets the notice again if it
//! reconnects before it has received an id of this boot. To send such clients the present state too, set
//! [`initial_state`](super::new_clients).
//!
//! ## The loss notice
//!
//! A client gets the loss notice if its id is not in the log: the event was evicted, the id is of another boot, or the id is
//! invalid or too long for the [scratch](super::sizing#the-scratch). A client that is too slow gets it too: see
//! [`slow_clients`](super::slow_clients). The notice is an event of the type `lost` with empty data, and has no id.
//! [`StreamOptions::loss_notice`](crate::server::StreamOptions::loss_notice) replaces it by any frame. After it come the
//! frames of `initial_state`, and then all events that the log holds.
//!
//! The standard has no loss notice. A page listens to it as to any other event, and loads the state that it has missed:
//!
//! ```js
//! source.addEventListener("lost", () => loadEverythingAgain());
//! ```
//!
//! [`inner_workings`](super::inner_workings) has the rules of the search, one exception for ids that the log has made, and the
//! cost.
//!
//! ## Ids of your program
//!
//! Set an id with [`Frame::id`](crate::Frame::id), for example the number of a record in a database or in flash. Such an id can
//! keep its meaning over a reboot: publish the newest stored records again before the first client connects.
//!
//! - Write an event to the store first, and publish it then. Otherwise a client can have an id that the store does not have
//!   after a reboot.
//! - If the store can be erased, give each new store a number, and begin each id with it: `3.17` is event 17 of store 3.
//!   Otherwise the ids begin again at 1, and a client continues at the wrong event.
//! - An [`EventId`](crate::EventId) has no CR, no LF and no NUL. Do not begin or end one with a space or a tab: a header field
//!   loses them, so the log would not find the id.
//! - Use each id once. If several events have the same id, the client continues after the newest of them.
//! - With `make_ids`, your ids must not have the form `<epoch>-<sequence>` with the epoch of this boot.
//! - An event with an id of yours does not change the sequence of the ids that the log makes.
//!
//! ## Ids in the query
//!
//! A script cannot set header fields of the `EventSource` of a browser. The browser sends `Last-Event-ID` when it reconnects by
//! itself. If a page opens a new `EventSource`, it passes the id in the query:
//!
//! ```js
//! new EventSource("/events?lastEventId=" + encodeURIComponent(id));
//! ```
//!
//! If the header field is missing or empty, the server takes the first of the parameters `lastEventId`, `lastEventID`,
//! `last_event_id`, `Last-Event-ID` and `evs_last_event_id` that is in the query, and percent-decodes it. The header field
//! comes first because the browser repeats the URL, with the old id, each time it reconnects. Behind another HTTP stack, your
//! handler reads the header field and the parameter: see [`http_stacks`](super::http_stacks).
//!
//! ## Before the first event
//!
//! A client that loses its connection before its first event has no id. It misses what is published until it is back.
//! [`StreamOptions::initial_id`](crate::server::StreamOptions::initial_id) sends such a client the newest id of the log in a
//! block without data. If the log makes ids and has made none yet, that is `<epoch>-0`.
//!
//! Some clients take this block for an event: [`peers`](super::peers) lists them.
//!
//! # Client
//!
//! An `EventSource` keeps the last event ID over lost connections and sends it with each request. An event is dispatched, and
//! its id takes effect, only when its blank line has arrived. If the connection is cut within an event, a server with a log
//! sends that event again.
//!
//! - `Event::last_event_id` and `EventSource::last_event_id` return the id.
//! - `ClientOptions::id_parameter` sends the id in the query as well, for servers that cannot read header fields.
//! - An id that a header field cannot hold, with a control character other than a tab, is not sent in the header field.
//! - An id that takes more than half of the event buffer is cleared at the next connection. Then the client does not resume.
//! - A loss notice is an ordinary event. Its type depends on the server.
//!
//! With another HTTP client, a `ReconnectingReader` or a [`Decoder`](crate::Decoder) has the id. Your program sends it.
//!
//! ## Deep sleep and reboot
//!
//! Before a deep sleep, store what `EventSource::resume_point` returns: the last event ID, and the reconnection time if the
//! server has set one. Afterwards pass it to `EventSource::resume_from`, before the client connects.
//!
//! ```
//! # #[cfg(feature = "http")] {
//! use embedded_sse::client::{ClientOptions, EventSource, EventSourceOutput, Notice, ResumePoint};
//! use embedded_sse::http::Url;
//! use embedded_sse::{EventId, Instant, Overflow};
//! use heapless::Vec;
//!
//! /// Memory that a reboot does not clear: RAM of the real-time clock, an EEPROM, a page of flash.
//! #[derive(Default)]
//! struct Retained {
//!     id: Vec<u8, 64>,
//!     retry: Option<u32>,
//! }
//!
//! fn save(source: &EventSource<'_>) -> Retained {
//!     let point = source.resume_point();
//!     // An id of more than 64 bytes is not stored. Then the next boot does not resume.
//!     let id = Vec::try_from(point.last_event_id.as_bytes()).unwrap_or_default();
//!     Retained { id, retry: point.retry }
//! }
//!
//! fn restore(source: &mut EventSource<'_>, retained: &Retained) -> Result<(), Overflow> {
//!     let last_event_id = EventId::from_bytes(&retained.id).unwrap_or_default();
//!     source.resume_from(&ResumePoint { last_event_id, retry: retained.retry })
//! }
//!
//! /// One boot of the device, with the response that the server sends. Passes each event to `handle`. Returns the request.
//! fn boot(retained: &mut Retained, mut response: &[u8], mut handle: impl FnMut(&str)) -> String {
//!     static OPTIONS: ClientOptions = ClientOptions::new();
//!     let mut buffer = [0; 256];
//!     let url = Url::new("http://server.example/commands").unwrap();
//!     let mut source = EventSource::new(url, &OPTIONS, &mut buffer);
//!     restore(&mut source, retained).unwrap_or_default(); // too long for the buffer: begin without an id
//!
//!     let (mut request, mut input, now) = (String::new(), &b""[..], Instant::from_millis(0));
//!     loop {
//!         // A `Client` does this over a socket.
//!         match source.poll(now, &mut input) {
//!             EventSourceOutput::Connect(_) => source.connected(now),
//!             EventSourceOutput::Send(bytes) => {
//!                 request += str::from_utf8(bytes).unwrap();
//!                 let length = bytes.len();
//!                 source.sent(now, length);
//!             }
//!             EventSourceOutput::Notice(Notice::Event(event)) => {
//!                 handle(event.data.to_str().unwrap_or_default());
//!                 *retained = save(&source);
//!             }
//!             EventSourceOutput::Notice(_) => {}
//!             EventSourceOutput::Wait(_) if response.is_empty() => return request, // sleep
//!             EventSourceOutput::Wait(_) => input = std::mem::take(&mut response),
//!         }
//!     }
//! }
//!
//! let mut retained = Retained::default();
//! let mut handled = String::new();
//! let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
//! let first = format!("{head}retry: 5000\nid: 2a-1\ndata: on\n\nid: 2a-2\ndata: of"); // cut within the second event
//! let request = boot(&mut retained, first.as_bytes(), |data| handled += data);
//! assert!(!request.contains("Last-Event-ID"));
//! assert_eq!(handled, "on");
//!
//! // The power is switched off. Only `retained` is left.
//! let second = format!("{head}id: 2a-2\ndata: off\n\n");
//! let request = boot(&mut retained, second.as_bytes(), |data| handled += data);
//! assert!(request.contains("\r\nLast-Event-ID: 2a-1\r\n"));
//! assert_eq!(handled, "onoff");
//! # }
//! ```
//!
//! - **Store state and resume point together.** The server does not send the events before the resume point again. So if the
//!   outputs of the device are reset by a reboot, store them in the same write.
//! - The order decides what a crash between the two steps does. If you handle an event and then store its id, a crash repeats
//!   the event. If you store the id first, a crash loses it.
//! - Flash wears out. Store each event's id in RAM that survives, or write to flash only before a sleep that you plan.
//! - The resume point has no URL. After a reboot the client asks the original URL, also if a permanent redirect was remembered.
//! - The log of the server limits the sleep: it has to hold all events that are published meanwhile. Otherwise the device gets
//!   the loss notice. [`sizing`](super::sizing) tells how long a log has to be.
//! - With a `ReconnectingReader`, set the id with [`Decoder::set_last_event_id`](crate::Decoder::set_last_event_id) and the
//!   time with [`ReconnectOptions::retry`](crate::client::ReconnectOptions::retry).
//!
//! `examples/firmware/remote_control` stores both, with the states of its outputs, in RAM that survives a reset.
