//! Coming from `EventSource` of browsers, from its polyfills, and from other clients in JavaScript.
//!
//! After this page you know what replaces each property and each option that your page uses. The first part is about the
//! standard interface. Then there is a table for each library, with its version.
//!
//! # A client with several of them
//!
//! `io::asynch::Client` has the same methods. Its `next` and `next_notice` are `async`.
//!
//! ```
//! # #[cfg(all(feature = "embedded-io", feature = "http"))] {
//! use core::error::Error;
//! use embedded_sse::client::{ClientOptions, EventSource, Notice, ReadyState, ReconnectOptions, ResumePoint};
//! use embedded_sse::http::{HeaderField, Url};
//! use embedded_sse::io::blocking::{Client, Clock, Connect};
//! use embedded_sse::EventId;
//!
//! fn follow(connector: impl Connect, clock: impl Clock) -> Result<bool, Box<dyn Error>> {
//!     let url = Url::new("http://device.local/events?topic=led")?; // `url`
//!     let fields = [HeaderField::new("Authorization", "Bearer 5eed")?]; // `headers`
//!     let options = ClientOptions::new()
//!         .fields(&fields)
//!         .id_parameter("lastEventId") // `lastEventIdQueryParameterName`
//!         .idle_timeout(45_000) // `heartbeatTimeout`
//!         .reconnect(ReconnectOptions::new().retry(1_000));
//!     let (mut buffer, mut received) = ([0; 256], [0; 536]);
//!     let mut source = EventSource::new(url, &options, &mut buffer);
//!     // Continue where the device was before its reboot. `EventSource` of browsers cannot do that.
//!     source.resume_from(&ResumePoint { last_event_id: EventId::new("41")?, retry: None })?;
//!     let mut client = Client::new(source, connector, &mut received, clock);
//!     assert_eq!(client.source().ready_state(), ReadyState::Connecting); // `readyState`
//!
//!     let mut is_on = false;
//!     loop {
//!         let mut is_done = false;
//!         match client.next_notice() {
//!             Notice::Open => {} // `onopen`
//!             Notice::Event(event) => match event.event_type.to_str() {
//!                 Ok("message") => {} // `onmessage`
//!                 Ok("led") => is_on = event.data == "on", // `addEventListener("led", ..)`
//!                 Ok("end") => is_done = true,
//!                 _ => {}
//!             },
//!             Notice::Reconnecting { reason, at } => {} // `onerror`, with `readyState` CONNECTING
//!             Notice::Closed { reason, by } => break,   // `onerror`, with `readyState` CLOSED
//!             _ => {}
//!         }
//!         if is_done {
//!             client.close(); // `close()`
//!         }
//!     }
//!     assert_eq!(client.source().last_event_id(), "43"); // `event.lastEventId` of the last event
//!     Ok(is_on)
//! }
//! # use core::{cell::Cell, convert::Infallible};
//! # use std::rc::Rc;
//! # use embedded_sse::{Instant, client::ConnectError};
//! # struct TestClock(Cell<u64>);
//! # impl Clock for TestClock {
//! #     fn now(&self) -> Instant { Instant::from_millis(self.0.get()) }
//! #     fn wait_until(&self, at: Instant) { self.0.set(at.as_millis()) }
//! # }
//! # struct Socket(&'static [u8], Rc<Cell<Vec<u8>>>);
//! # impl embedded_io::ErrorType for Socket { type Error = Infallible; }
//! # impl embedded_io::Read for Socket {
//! #     fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> { self.0.read(buffer) }
//! # }
//! # impl embedded_io::Write for Socket {
//! #     fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
//! #         let mut sent = self.1.take();
//! #         sent.extend(bytes);
//! #         self.1.set(sent);
//! #         Ok(bytes.len())
//! #     }
//! #     fn flush(&mut self) -> Result<(), Infallible> { Ok(()) }
//! # }
//! # struct Server(Rc<Cell<Vec<u8>>>, std::vec::IntoIter<&'static str>);
//! # impl Connect for Server {
//! #     type Socket = Socket;
//! #     fn connect(&mut self, url: Url<'_>) -> Result<Socket, ConnectError> {
//! #         let body = self.1.next().ok_or(ConnectError::Unreachable)?;
//! #         let response = format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n{body}");
//! #         Ok(Socket(response.into_bytes().leak(), self.0.clone()))
//! #     }
//! # }
//! # let sent = Rc::new(Cell::new(Vec::new()));
//! # let bodies = vec!["event: led\nid: 42\ndata: on\n\n", "event: end\nid: 43\ndata\n\n"];
//! # let is_on = follow(Server(sent.clone(), bodies.into_iter()), TestClock(Cell::new(0))).unwrap();
//! # assert!(is_on);
//! # let sent = String::from_utf8(sent.take()).unwrap();
//! # for (request, id) in sent.split_inclusive("\r\n\r\n").zip(["41", "42"]) {
//! #     assert!(request.starts_with(&format!("GET /events?topic=led&lastEventId={id} HTTP/1.1\r\n")), "{request}");
//! #     assert!(request.contains(&format!("\r\nLast-Event-ID: {id}\r\n")), "{request}");
//! #     assert!(request.contains("\r\nAuthorization: Bearer 5eed\r\n"), "{request}");
//! # }
//! # assert_eq!(sent.matches("GET ").count(), 2);
//! # }
//! ```
//!
//! # `EventSource` of browsers (WHATWG HTML, section 9.2.2)
//!
//! | there | here |
//! | --- | --- |
//! | `new EventSource(url)` | `EventSource::new`, and a `Client` over it, which connects when it is first called. The URL is absolute |
//! | `url` | Your program has it. The connector gets the URL of each connection, also after a redirect |
//! | `withCredentials`, and the cookies of the browser | A header field `Authorization` or `Cookie`, by `ClientOptions::fields`. The crate stores no cookies, and CORS does not apply to a device |
//! | `readyState` | `EventSource::ready_state` |
//! | `onopen` | `Notice::Open`, of `next_notice` |
//! | `onmessage` | an event with the type `message`, of `next` or `next_notice` |
//! | `addEventListener(type, ..)`, `removeEventListener` | a comparison with [`Event::event_type`](crate::Event). `next` returns events of all types |
//! | `onerror` | `Notice::Reconnecting` and `Notice::Closed`, with a [`Reason`](crate::client::Reason) |
//! | `event.data`, `event.type` | `data` and `event_type` of an [`Event`](crate::Event) |
//! | `event.lastEventId` | `Event::last_event_id`, and `EventSource::last_event_id` between events |
//! | `event.origin` | No replacement: the events of a client come from one server. Compare URLs in the connector |
//! | `close()` | `Client::close` |
//!
//! What behaves differently:
//!
//! - The client retries after many failures that are final for browsers, such as a 503. `ReconnectOptions::strict` makes those
//!   statuses, types and redirects final that are final for browsers. See [what is final](crate::guide::what_is_final).
//! - Delays grow with each failure, and have a random part.
//! - An event that does not fit the buffer is dropped. `next_notice` returns `Notice::Overflow`.
//! - Redirects are followed only after `follow_redirects`.
//!
//! # Yaffle's polyfill: `event-source-polyfill` 1.0.31
//!
//! | option | default | here |
//! | --- | --- | --- |
//! | `headers` | none | `ClientOptions::fields`, or `dynamic_fields` for values that change, such as [a token that expires](crate::guide::what_is_final#a-token-that-expires) |
//! | `heartbeatTimeout` | 45 s | `ClientOptions::idle_timeout`, off by default. A line `heartbeatTimeout: N` of the stream is ignored here |
//! | `lastEventIdQueryParameterName` | `lastEventId` | `ClientOptions::id_parameter`, off by default. `Last-Event-ID` is sent in any case; the polyfill sends only the parameter |
//! | `withCredentials` | `false` | as for browsers |
//! | `Transport` | `fetch` or `XMLHttpRequest` | a connector with the trait `Connect`. With another HTTP client, a `ReconnectingReader` |
//! | no option: the first delay, and the longest | 1 s, 16 times that | `ReconnectOptions::retry` and `max_delay`: 3 s and 60 s |
//!
//! # Remy Sharp's polyfill: `EventSource.js` of July 2018
//!
//! It has no options. These constants have replacements:
//!
//! | constant | value | here |
//! | --- | --- | --- |
//! | `interval` until the next request | 500 ms | `ReconnectOptions::retry` |
//! | `xhr.timeout` until a request is aborted and sent again | 50 s | No replacement: a stream has no longest duration. `idle_timeout` ends a silent one |
//! | `X-Requested-With: XMLHttpRequest` | always sent | `ClientOptions::fields`, if your server needs it |
//! | `URL` | | `url`, as for browsers |
//!
//! # AmvTek's polyfill: `eventsource-polyfill` 0.9.7
//!
//! | option | default | here |
//! | --- | --- | --- |
//! | `interval` | 500 ms | `ReconnectOptions::retry` |
//! | `silentTimeout` | 300 s | `ClientOptions::idle_timeout` |
//! | `bufferSizeLimit`, `evs_buffer_size_limit` | 256 KB | Not needed: the buffer holds one event, and the stream has no limit |
//! | `getArgs` | `evs_buffer_size_limit` | Write the query into the URL. |
//! | `xhrHeaders` | `Accept`, `Cache-Control`, `X-Requested-With` | `ClientOptions::fields`. It sends the first two by itself |
//! | `loggingEnabled`, `loggingPrefix` | `false`, `eventsource` | `next_notice`, and `defmt` or `Debug` of what it returns |
//!
//! # Node's `eventsource` 4.1.1
//!
//! | option | here |
//! | --- | --- |
//! | `fetch` | `Connect`, or a `ReconnectingReader` over another HTTP client |
//! | `withCredentials` | as for browsers |
//! | `headers` of version 2 | `ClientOptions::fields` |
//! | `proxy`, options of `https` of version 2 | The connector connects to the proxy, and makes the TLS session. See [TLS](crate::guide::tls) |
//! | `code` and `message` of an `error` | [`ServerReason::Status`](crate::client::ServerReason::Status), and `Display` of a `Reason` |
//!
//! # LaunchDarkly's `launchdarkly-eventsource` 2.2.0
//!
//! | option or event | default | here |
//! | --- | --- | --- |
//! | `initialRetryDelayMillis` | 1 s | `ReconnectOptions::retry`: 3 s |
//! | `maxBackoffMillis` | no growth | `ReconnectOptions::max_delay`: 60 s |
//! | `retryResetIntervalMillis` | never | `ReconnectOptions::stable_after`: 10 s. An event resets at once |
//! | `jitterRatio`, which shortens delays | none | The random part lengthens a delay by up to half: `seed`, `no_jitter`. Its ratio is fixed |
//! | `errorFilter` | retries after 500, 502, 503, 504 and failures of the network | `ReconnectOptions::on_failure` |
//! | `headers` | | `ClientOptions::fields`. Instead of a `Last-Event-ID` in it, `resume_from` |
//! | `skipDefaultHeaders` | `false` | No replacement: `fields` replaces a default field, and cannot remove it |
//! | `method`, `body` | `GET` | `ClientOptions::request` |
//! | `readTimeoutMillis` | none | `ClientOptions::idle_timeout` |
//! | `https`, `proxy`, `agent` | | the connector, as above |
//! | `withCredentials` | | as for browsers |
//! | `EventSource.supportedOptions` | | Not needed: an option that does not exist does not compile. |
//! | `open` with `headers` | | `Notice::Open`. No replacement for the header fields of the response |
//! | `end`; `retrying` with `delayMillis`; `closed` | | `Notice::Reconnecting` with [`ServerReason::Ended`](crate::client::ServerReason::Ended); its `at`; `Notice::Closed` |
//!
//! # Microsoft's `fetch-event-source` 2.0.1
//!
//! | option | here |
//! | --- | --- |
//! | `method`, `headers`, `body` | `ClientOptions::request` and `fields`. A `POST` is not repeated: see `repeat_unsafe` |
//! | `onopen(response)`, which throws | `ReconnectOptions::on_failure` sees status and type: [`Decision::Open`](crate::client::Decision::Open) accepts another type |
//! | `onmessage`, also for other types | `next` |
//! | `onclose`, after which it does not reconnect | [`ServerReason::Ended`](crate::client::ServerReason::Ended): the client reconnects, unless `on_failure` returns `Decision::End` |
//! | `onerror`, which returns a delay or throws | `on_failure` returns `Retry` or `End`. It sets no delay: use `retry`, `max_delay` |
//! | `openWhenHidden` | Not needed: a device has no hidden page. Before a deep sleep, store `EventSource::resume_point` |
//! | `signal` | `Client::close` |
//! | `fetch` | as for Node's `eventsource` |
//! | other fields of `RequestInit`: `cache`, `credentials`, `mode`, .. | No replacement: they are rules of browsers. For `redirect`, `follow_redirects` |
//!
//! # The jQuery plugin: `jquery.eventsource` of May 2012
//!
//! | option or function | here |
//! | --- | --- |
//! | `url`, `data` | the URL, with `data` as its query |
//! | `label` | the name of your variable |
//! | `dataType: "json"` | See [JSON](crate::guide::json) |
//! | `open`, `message` | `Notice::Open`, `Notice::Event` |
//! | `$.eventsource("close", label)` | `Client::close` |
//! | `$.eventsource("streams")`, with the history of each | No replacement: keep the clients and the events that you need |
//!
//! # If the device is the server
//!
//! | client | what to do |
//! | --- | --- |
//! | Yaffle's, AmvTek's | Nothing: a server reads the id also from the parameters `lastEventId` and `evs_last_event_id`. |
//! | Remy Sharp's, AmvTek's, on a page of another origin | `ServerOptions::allowed_fields(&["X-Requested-With"])` |
//! | `fetch-event-source` | It does not come back when a stream ends. So do not set `lifetime` and `reconnect_when_full`, or throw in `onclose`. |
