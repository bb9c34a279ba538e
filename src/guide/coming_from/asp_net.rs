//! Coming from ASP.NET Core.
//!
//! After this page you can follow the stream of an ASP.NET server with a device, or serve the same stream from a device. The
//! facts are those of ASP.NET Core 10 (`TypedResults.ServerSentEvents`) and of version 10 of the package
//! System.Net.ServerSentEvents, whose `SseParser` is in version 9, too. Many tutorials write the stream by hand instead, with
//! `Response.WriteAsync($"data: {value}\n\n")`: the tables name both.
//!
//! # A device follows an ASP.NET server
//!
//! ASP.NET sends values that are no strings as JSON, with names in camel case. This device reads them with `serde-json-core`,
//! from the response that .NET 10 sends for an `SseItem<Reading>` with an id and a `ReconnectionInterval`:
//!
//! ```
//! # #[cfg(all(feature = "embedded-io", feature = "http"))] {
//! use embedded_sse::client::{ClientOptions, EventSource};
//! use embedded_sse::http::{InvalidUrl, Url};
//! use embedded_sse::io::blocking::{Client, Clock, Connect};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! #[serde(rename_all = "camelCase")]
//! struct Reading<'a> {
//!     sensor_name: &'a str,
//!     millicelsius: i32,
//! }
//!
//! fn follow(connector: impl Connect, clock: impl Clock, mut show: impl FnMut(Reading)) -> Result<(), InvalidUrl> {
//!     let options = ClientOptions::new().idle_timeout(45_000);
//!     let (mut buffer, mut received) = ([0; 512], [0; 536]);
//!     let source = EventSource::new(Url::new("http://server.example/readings")?, &options, &mut buffer);
//!     let mut client = Client::new(source, connector, &mut received, clock);
//!     while let Some(event) = client.next() {
//!         if event.event_type != "reading" {
//!             continue;
//!         }
//!         if let Ok((reading, _)) = serde_json_core::from_slice(event.data.as_bytes()) {
//!             show(reading);
//!         }
//!     }
//!     Ok(()) // the server has answered with 204, for example
//! }
//! # use core::{cell::{Cell, RefCell}, convert::Infallible};
//! # use std::rc::Rc;
//! # use embedded_sse::{Instant, client::ConnectError};
//! # struct TestClock(Cell<u64>);
//! # impl Clock for TestClock {
//! #     fn now(&self) -> Instant { Instant::from_millis(self.0.get()) }
//! #     fn wait_until(&self, at: Instant) { self.0.set(at.as_millis()) }
//! # }
//! # struct Socket(&'static [u8], Rc<RefCell<Vec<u8>>>);
//! # impl embedded_io::ErrorType for Socket { type Error = Infallible; }
//! # impl embedded_io::Read for Socket {
//! #     fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> { self.0.read(buffer) }
//! # }
//! # impl embedded_io::Write for Socket {
//! #     fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
//! #         self.1.borrow_mut().extend(bytes);
//! #         Ok(bytes.len())
//! #     }
//! #     fn flush(&mut self) -> Result<(), Infallible> { Ok(()) }
//! # }
//! # const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache,no-store\r\n\
//! #     Content-Encoding: identity\r\nPragma: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n\
//! #     54\r\nevent: reading\ndata: {\"sensorName\":\"attic\",\"millicelsius\":21500}\nid: 7\nretry: 5000\n\n\r\n0\r\n\r\n";
//! # struct Server(Rc<RefCell<Vec<u8>>>, std::vec::IntoIter<&'static str>);
//! # impl Connect for Server {
//! #     type Socket = Socket;
//! #     fn connect(&mut self, _: Url<'_>) -> Result<Socket, ConnectError> {
//! #         let response = self.1.next().ok_or(ConnectError::Unreachable)?;
//! #         Ok(Socket(response.as_bytes(), self.0.clone()))
//! #     }
//! # }
//! # let (sent, clock) = (Rc::new(RefCell::new(Vec::new())), TestClock(Cell::new(0)));
//! # let responses = vec![STREAM, "HTTP/1.1 204 No Content\r\n\r\n"];
//! # let mut shown = Vec::new();
//! # follow(Server(sent.clone(), responses.into_iter()), &clock, |reading| {
//! #     shown.push(format!("{} {}", reading.sensor_name, reading.millicelsius));
//! # }).unwrap();
//! # assert_eq!(shown, ["attic 21500"]);
//! # assert!(String::from_utf8_lossy(&sent.borrow()).contains("\r\nLast-Event-ID: 7\r\n"));
//! # assert!((5_000..=7_500).contains(&clock.0.get()), "{}", clock.0.get());
//! # }
//! ```
//!
//! What the server's program has to do, because ASP.NET does not do it:
//!
//! | to | the program |
//! | --- | --- |
//! | let a client resume | sets `EventId`, reads `Request.Headers["Last-Event-ID"]`, and begins after that event. Without that, events during a reconnect are lost, or come twice |
//! | end a client for good | answers its next request with 204. When the `IAsyncEnumerable` ends, the response ends, and the client makes the request again after the reconnection time |
//! | stay within `idle_timeout` | sends something at least every 45 s. `SseFormatter` writes no comments, so a heartbeat is an event, which the device skips by its type. A stream that is written by hand can have `:\n\n` |
//! | send `SseItem`s as events | passes them without the argument `eventType`. With it, .NET 10 (seen in its RC 2) sends each `SseItem` as JSON, with its id in the data |
//! | serve a device without TLS | has no `UseHttpsRedirection` for this path. Otherwise the response is a redirect to `https`. See [TLS](crate::guide::tls) |
//!
//! The client asks for `Accept-Encoding: identity`, so response compression does not apply. After a 401, for example of
//! `RequireAuthorization`, it ends: send a token by `ClientOptions::fields`, or renew
//! [one that expires](crate::guide::what_is_final#a-token-that-expires).
//!
//! | client there | here |
//! | --- | --- |
//! | `HttpClient.GetStreamAsync`, in a loop with delays | `Client`, which sends the requests |
//! | `SseParser.Create(stream)`, `EnumerateAsync()` | a [`Decoder`](crate::Decoder), or a `Reader` over a socket |
//! | `SseItemParser<T>` | your code: parse [`Event::data`](crate::Event). See [JSON](crate::guide::json) |
//! | `item.EventType`, `item.Data` | `event_type`, `data` of an [`Event`](crate::Event) |
//! | `item.EventId`: `null` for an event without an id | `Event::last_event_id`: the last id that the stream has set |
//! | `parser.LastEventId`, set when the line of the id is read | [`Decoder::last_event_id`](crate::Decoder::last_event_id), set when the event is complete |
//! | `parser.ReconnectionInterval`, infinite if there is none | [`Decoder::retry`](crate::Decoder::retry), in milliseconds |
//! | one parser a response | one decoder for all: [`Decoder::end_stream`](crate::Decoder::end_stream) between two responses |
//! | a buffer that grows with the longest event | a buffer of fixed length. For an event that does not fit: [`Overflow`](crate::Overflow), then the next event |
//!
//! # A device replaces the server
//!
//! In ASP.NET, each client enumerates an `IAsyncEnumerable` of its own. Here a task publishes each event once, and all clients
//! read it from the log:
//!
//! ```
//! use embedded_sse::server::EventLog;
//! use embedded_sse::{Frame, event_type};
//! use serde::Serialize;
//! use serde_json_core::to_slice;
//!
//! #[derive(Serialize)]
//! #[serde(rename_all = "camelCase")]
//! struct Reading<'a> {
//!     sensor_name: &'a str,
//!     millicelsius: i32,
//! }
//!
//! /// Instead of `yield return new SseItem<Reading>(reading, "reading")`. Returns whether it was published.
//! fn publish(log: &mut EventLog<[u8; 1024]>, reading: &Reading) -> bool {
//!     let mut json = [0; 64];
//!     let Ok(length) = to_slice(reading, &mut json) else { return false };
//!     log.publish(&Frame::data(&json[..length]).event_type(event_type!("reading"))).is_ok()
//! }
//!
//! let mut log = EventLog::new();
//! log.make_ids(7);
//! assert!(publish(&mut log, &Reading { sensor_name: "attic", millicelsius: 21_500 }));
//! let record = log.read(&mut log.oldest())?.unwrap();
//! let expected = b"event: reading\nid: 7-1\ndata: {\"sensorName\":\"attic\",\"millicelsius\":21500}\n\n";
//! assert_eq!(record.as_bytes(), expected);
//! # Ok::<(), embedded_sse::server::Lagged>(())
//! ```
//!
//! [The first stream](crate::guide::first_stream) shows how to serve the log.
//!
//! | server there | here |
//! | --- | --- |
//! | `app.MapGet("/readings", ..)` | `ServerOptions::new("/readings")` |
//! | `TypedResults.ServerSentEvents(values)` | `Hub::serve`, or `Connection::pump` |
//! | its second argument `eventType`; that of `SseItem` | `Frame::event_type`. Without it, the type is `message` |
//! | `SseItem.EventId` | `Hub::make_ids`, or [`Frame::id`](crate::Frame::id) |
//! | `SseItem.ReconnectionInterval` | `StreamOptions::retry` for all, or [`Frame::retry`](crate::Frame::retry), in milliseconds |
//! | `IAsyncEnumerable<T>`, `yield return` | `Hub::publish`, `Hub::publish_with` |
//! | the first `yield return` with the present state | `StreamOptions::initial_state`. See [state for new clients](crate::guide::new_clients) |
//! | `Task.Delay` in the enumerable | the timer of the task that publishes |
//! | `CancellationToken`, `HttpContext.RequestAborted` | Not needed: the slot of a client that is gone becomes free. |
//! | `SseFormatter.WriteAsync(source, stream)` | `io::asynch::Writer`, without a log |
//! | `Response.ContentType = "text/event-stream"` | Not needed. In another HTTP stack, [`StreamOptions::header_fields`](crate::server::StreamOptions::header_fields) |
//! | `Response.WriteAsync($"data: {value}\n\n")` | `Hub::publish_with`. There, the text after a line end in `value` is read as another field. Here it becomes a second `data` line |
//! | `Response.Body.FlushAsync()` | Not needed: a stream flushes when it is about to wait. |
//! | a heartbeat of your program | `StreamOptions::keep_alive`, 15 s by default |
//! | `RequireAuthorization` | `ServerOptions::check` |
//! | `UseCors` | `ServerOptions::allowed_origins` |
//! | `Request.Headers["Last-Event-ID"]` | Not needed: the server [resumes](crate::guide::resume) by itself. |
//!
//! A .NET client of the device reads the whole stream with `SseParser`. It has to make the requests again by itself, with
//! `parser.LastEventId`.
