//! Coming from picoserve's `response::sse`.
//!
//! After this page you can serve an event stream of this crate as a route of picoserve, or serve it without picoserve. The
//! facts are those of [picoserve 0.20.1](https://docs.rs/picoserve/0.20.1/picoserve/response/sse/index.html).
//!
//! # What changes for the program
//!
//! In picoserve, each client runs your `EventSource::write_events`. It waits for the next value, for example in a
//! `PubSubChannel`, and writes it. Here a task publishes each event once, into the log of a `Hub`. The clients read from that
//! log:
//!
//! ```
//! # #[cfg(feature = "embassy-sync")] {
//! use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
//! use embedded_io_async::Write;
//! use embedded_sse::hub::Hub;
//! use embedded_sse::io::{ServeError, asynch::Clock};
//! use embedded_sse::server::{PublishError, StreamOptions};
//! use embedded_sse::{LastEventId, event_type};
//!
//! // Instead of the channel: 2 KB of history, and slots for 4 clients.
//! static HUB: Hub<CriticalSectionRawMutex, 2048, 4> = Hub::new();
//! static STREAM: StreamOptions = StreamOptions::new();
//!
//! /// Instead of `write_event("temperature", format_args!("{millicelsius}"))` for each client.
//! fn publish(millicelsius: i32) -> Result<(), PublishError> {
//!     HUB.publish_with(event_type!("temperature"), |data| write!(data, "{millicelsius}"))
//! }
//!
//! /// Instead of the loop in `write_events`: writes the body of the response for one client.
//! async fn body<W: Write>(writer: W, id: &[u8], clock: &impl Clock) -> Result<(), ServeError<W::Error>> {
//!     if let Some(joined) = HUB.join() {
//!         joined.stream(writer, &mut [0; 512], clock, LastEventId::from_bytes(id), &STREAM).await?;
//!     }
//!     Ok(())
//! }
//! # use embedded_io_adapters::tokio_1::FromTokio;
//! # use embedded_sse::Instant;
//! # struct StoppedClock;
//! # impl Clock for StoppedClock {
//! #     fn now(&self) -> Instant { Instant::from_millis(0) }
//! #     async fn wait_until(&self, _: Instant) { std::future::pending().await }
//! # }
//! # HUB.make_ids(7);
//! # publish(21_500).unwrap();
//! # publish(21_600).unwrap();
//! # let mut written = Vec::new();
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # runtime.block_on(async {
//! #     let body = body(FromTokio::new(&mut written), b"7-1", &StoppedClock);
//! #     let end = async {
//! #         for _ in 0..100 { tokio::task::yield_now().await }
//! #         HUB.end();
//! #     };
//! #     tokio::join!(body, end).0.unwrap();
//! # });
//! # assert_eq!(str::from_utf8(&written).unwrap(), ":\nretry: 3000\nevent: temperature\nid: 7-2\ndata: 21600\n\n");
//! # }
//! ```
//!
//! # Stay in picoserve
//!
//! Copy `examples/stacks/picoserve_server/src/adapter.rs` from the repository. It has 30 lines of code: a service whose
//! response has a body like the function above. Copy the dependencies of its `Cargo.toml`, too. Then:
//!
//! 1. Replace `get(|| async { EventStream(..) })` by `get_service(Events(&HUB, STREAM))`.
//! 2. Replace each `write_event` by one call of `HUB.publish` or `HUB.publish_with`, in the task that has the value.
//! 3. Set `Timeouts::write` of picoserve to 20 s. Its default of 1 s is short for a phone that sleeps.
//! 4. Delete the timer for `write_keepalive`, and the channel.
//!
//! [Other HTTP stacks](crate::guide::http_stacks) tells what such an adapter has to do. To send only well-formed events,
//! without a log, keep a loop for each client: write the slices of [`Frame::slices`](crate::Frame::slices) in a `CustomBody`,
//! as `Frames` of `awkward.rs` in the same folder does.
//!
//! | `response::sse` | here |
//! | --- | --- |
//! | `EventStream(source)` as the response | the service `Events(&HUB, STREAM)` of the adapter |
//! | `EventSource::write_events`, one run a client | `Hub::publish`, once an event |
//! | `EventWriter::write_event(name, data)` with a `&str` | `Hub::publish` of `Frame::data(data).event_type(name)`. [`EventType::new`](crate::EventType::new) checks a name, and `event_type!` checks a constant |
//! | the same with `format_args!` | `Hub::publish_with` |
//! | the same with `Json(value)` | See [JSON](crate::guide::json) |
//! | a type of your own with `EventData` | a function that takes a `&mut dyn core::fmt::Write`, in `publish_with` |
//! | `EventWriter::flush` | Not needed: a stream flushes when it is about to wait |
//! | `EventWriter::write_keepalive` | `StreamOptions::keep_alive`, 15 s by default |
//! | the first value from `State` | `StreamOptions::initial_state`, or `Start::LatestOfEachType`. See [state for new clients](crate::guide::new_clients) |
//! | the shutdown signal of the server | `Hub::end` at the same time: it ends each stream after its current frame |
//! | `Cache-Control: no-cache` | [`StreamOptions::header_fields`](crate::server::StreamOptions::header_fields), which also ask proxies not to buffer |
//!
//! # What you gain
//!
//! | | `response::sse` | here |
//! | --- | --- | --- |
//! | ids and resume | none: events during a reconnect are lost | [ids, and a log](crate::guide::resume) |
//! | reconnection time | is not sent | `retry`, at the start of each stream |
//! | a slow client | What happens depends on your channel. | [The log decides](crate::guide::slow_clients), and the client is told of a loss. |
//! | a full server | as many clients as there are tasks | 503 with `Retry-After` while all slots are taken |
//! | awkward text | A leading space and a line end at the end are lost. CR in the data, and LF and CR in the name, inject fields. | Data arrives. A name with a line end is an error. |
//!
//! `examples/stacks/README.md` has a table of awkward texts and what a client gets. A test checks it.
//!
//! # Leave picoserve
//!
//! `Hub::serve` and `Incoming` answer requests without another HTTP stack. `Incoming` gives you method, path, query and the
//! header fields that `ServerOptions::kept_fields` names:
//!
//! ```
//! # #[cfg(all(feature = "embassy-sync", feature = "http"))] {
//! use core::ops::ControlFlow;
//! use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
//! use embedded_io_async::{Read, Write};
//! use embedded_sse::hub::Hub;
//! use embedded_sse::http::{Response, Status};
//! use embedded_sse::io::{ServeError, asynch::{Clock, HalfClose, Incoming}};
//! use embedded_sse::server::{Outcome, ServerOptions};
//!
//! static HUB: Hub<CriticalSectionRawMutex, 2048, 4> = Hub::new();
//! static OPTIONS: ServerOptions = ServerOptions::new("/events");
//! static PAGE: Response = Response::new(Status::OK).with_body("text/html", b"<h1>Pump</h1>");
//!
//! /// Instead of the `Router`: answers one request. Then the connection ends.
//! async fn handle<S>(socket: S, clock: &impl Clock) -> Result<Outcome, ServeError<S::Error>>
//! where
//!     S: Read + Write + HalfClose,
//! {
//!     let mut scratch = [0; 512];
//!     let mut incoming = Incoming::new(socket, &mut scratch, clock, &HUB, &OPTIONS);
//!     if let ControlFlow::Break(outcome) = incoming.accept().await? {
//!         return Ok(outcome);
//!     }
//!     let request = incoming.request();
//!     match (request.method(), request.path()) {
//!         ("GET" | "HEAD", "/") => incoming.respond(&PAGE).await,
//!         _ => incoming.answer().await, // the stream at `/events`, and 404 elsewhere
//!     }
//! }
//! # use embedded_io_adapters::tokio_1::FromTokio;
//! # use embedded_sse::{Instant, io::WithoutShutdown};
//! # use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! # struct StoppedClock;
//! # impl Clock for StoppedClock {
//! #     fn now(&self) -> Instant { Instant::from_millis(0) }
//! #     async fn wait_until(&self, _: Instant) { std::future::pending().await }
//! # }
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # for (request, status) in [("GET /", "200 OK"), ("POST /events", "405 Method Not Allowed"), ("GET /x", "404 Not Found")] {
//! #     let (mut client, server) = tokio::io::duplex(4096);
//! #     let (outcome, response) = runtime.block_on(async {
//! #         client.write_all(format!("{request} HTTP/1.1\r\nHost: d\r\n\r\n").as_bytes()).await.unwrap();
//! #         client.shutdown().await.unwrap();
//! #         let outcome = handle(WithoutShutdown(FromTokio::new(server)), &StoppedClock).await.unwrap();
//! #         let mut response = String::new();
//! #         client.read_to_string(&mut response).await.unwrap();
//! #         (outcome, response)
//! #     });
//! #     assert!(response.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{response}");
//! #     assert_eq!(outcome.to_string(), format!("answered with {status}"));
//! # }
//! # }
//! ```
//!
//! | picoserve | here |
//! | --- | --- |
//! | `Router::route` | a `match` on method and path |
//! | path parameters, the extractors `Query` and `State` | `Request::path`, `Request::query`, `Request::parameter`, a `static` |
//! | `Timeouts::read_request`; `write` | `ServerOptions::head_timeout`; `StreamOptions::write_timeout` |
//! | persistent connections | No replacement: each response ends its connection. |
//! | request bodies, `Form`, `Json` | No replacement: bodies are discarded. Use a query, or stay in picoserve |
//! | files, chunked responses, WebSockets | No replacement: a `Response` has a body in memory. |
//!
//! [Supported](crate::guide::supported) has the whole list.
