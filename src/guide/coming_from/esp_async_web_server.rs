//! Coming from ESPAsyncWebServer on Arduino.
//!
//! After this page you can turn a sketch with an `AsyncEventSource` into a program of this crate. The facts are those of
//! ESPAsyncWebServer 3.12.0 of the organisation ESP32Async.
//!
//! # The same program
//!
//! The sketch has an event source at `/events`, greets each client in `onConnect`, and calls `send` in `loop()`. Here it is
//! with embassy tasks and a `Hub`, the event log that tasks share. It needs the crates of
//! [first stream](crate::guide::first_stream) for your computer or for your board, and `cargo add embedded-io-async@0.7`.
//!
//! ```
//! # #[cfg(all(feature = "embassy-sync", feature = "http"))] {
//! use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
//! use embedded_io_async::{Read, Write};
//! use embedded_sse::hub::Hub;
//! use embedded_sse::io::asynch::{Clock, HalfClose};
//! use embedded_sse::server::{PublishError, ServerOptions, StreamOptions};
//! use embedded_sse::{Frame, SliceSink, event_type};
//!
//! // Instead of `AsyncEventSource events("/events")`: 2 KB of history, and slots for 4 clients.
//! static EVENTS: Hub<CriticalSectionRawMutex, 2048, 4> = Hub::new();
//! static OPTIONS: ServerOptions = ServerOptions::new("/events")
//!     .reconnect_when_full()
//!     .stream(StreamOptions::new().retry(1_000).initial_state(&on_connect));
//!
//! /// Instead of `onConnect`: writes one frame for a new client.
//! fn on_connect(number: u32, sink: &mut SliceSink<'_>) -> bool {
//!     number == 0 && Frame::data("hello").write_to(sink).is_ok()
//! }
//!
//! /// Instead of `setup()`: events get ids from now on.
//! fn setup(boot_count: u32) {
//!     EVENTS.make_ids(boot_count);
//! }
//!
//! /// Instead of the body of `loop()`: a task calls it each second.
//! fn sample(millicelsius: i32) -> Result<(), PublishError> {
//!     EVENTS.publish_with(event_type!("temperature"), |data| write!(data, "{millicelsius}"))
//! }
//!
//! /// Instead of `server.addHandler`: a task for each socket accepts a connection, calls this, and begins again.
//! async fn serve<S: Read + Write + HalfClose>(socket: S, clock: &impl Clock) {
//!     let mut scratch = [0; 512]; // what the hub keeps of a request, and then the bytes to send
//!     let _outcome = EVENTS.serve(socket, &mut scratch, clock, &OPTIONS).await; // also instead of `onDisconnect`
//! }
//! # use embedded_io_adapters::tokio_1::FromTokio;
//! # use embedded_sse::Instant;
//! # use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! # struct StoppedClock;
//! # impl Clock for StoppedClock {
//! #     fn now(&self) -> Instant { Instant::from_millis(0) }
//! #     async fn wait_until(&self, _: Instant) { std::future::pending().await }
//! # }
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # runtime.block_on(async {
//! #     let (mut client, server) = tokio::io::duplex(4096);
//! #     setup(7);
//! #     client.write_all(b"GET /events HTTP/1.1\r\nHost: d\r\n\r\n").await.unwrap();
//! #     let socket = embedded_sse::io::WithoutShutdown(FromTokio::new(server));
//! #     let follow = async {
//! #         let mut received = String::new();
//! #         while !received.ends_with("data: hello\n\n") {
//! #             received.push(client.read_u8().await.unwrap() as char);
//! #         }
//! #         sample(21_500).unwrap();
//! #         EVENTS.end();
//! #         client.read_to_string(&mut received).await.unwrap();
//! #         received
//! #     };
//! #     let ((), received) = tokio::join!(serve(socket, &StoppedClock), follow);
//! #     let (_, body) = received.split_once("\r\n\r\n").unwrap();
//! #     assert!(body.starts_with(":\nretry: 1000\ndata: hello\n\n"), "{body}");
//! # });
//! # }
//! ```
//!
//! The boot count is a number that no earlier boot had: see [the epoch](crate::guide::resume#the-epoch). Publish integers if
//! you can, such as millidegrees: to format an `f32` with `{:.1}` adds 14 KB of flash on a Cortex-M0.
//!
//! On embassy-net, the README has the task that accepts connections and calls `serve`, and `examples/boards/esp32c3` in the
//! repository has the complete program for an ESP32-C3.
//!
//! # Where `setup()` and `loop()` are
//!
//! A Rust program begins in `main`. On a device, `main` never returns.
//!
//! | Arduino | a superloop | embassy |
//! | --- | --- | --- |
//! | `setup()` | the start of `main` | the start of `main`, which then spawns tasks |
//! | `loop()` | `loop { .. }` at the end of `main` | a `loop { .. }` in each task |
//! | `delay(1000)` | Do not wait: compare the time in each turn. | `Timer::after_millis(1000).await`: other tasks run meanwhile |
//! | `millis()` | your timer, as an [`Instant`](crate::Instant) | `EmbassyClock` |
//! | a global object | a variable of `main`, passed by reference | a `static`. It needs a lock inside, as `Hub` has |
//! | a callback in the task of the network | none: everything runs in the loop | The hook of `initial_state` runs in the task that serves the client. |
//! | `String` | `write!` straight into the log, or a `heapless::String` | the same |
//!
//! In a superloop, an [`EventLog`](crate::server::EventLog) replaces the `Hub`, and a `Connection` for each socket replaces the
//! task. This is one turn of `loop()`. `Connection::pump` never waits for a client:
//!
//! ```
//! # #[cfg(all(feature = "embedded-io", feature = "http"))] {
//! use embedded_io::{Read, ReadReady, Write, WriteReady};
//! use embedded_sse::io::blocking::{HalfClose, PumpOutput};
//! use embedded_sse::server::{Connection, EventLog, RequestKind};
//! use embedded_sse::{Instant, event_type};
//!
//! const STREAMS: usize = 4;
//!
//! fn turn<S: Read + Write + ReadReady + WriteReady + HalfClose>(
//!     now: Instant,
//!     log: &mut EventLog<[u8; 2048]>,
//!     slots: &mut [(Connection<'_>, Option<S>); STREAMS + 1], // one more, for refusals
//!     mut accept: impl FnMut() -> Option<S>,
//!     new_sample: Option<i32>,
//! ) {
//!     if let Some(millicelsius) = new_sample {
//!         // It fails only if the event does not fit in the log.
//!         let _ = log.publish_with(event_type!("temperature"), |data| write!(data, "{millicelsius}"));
//!     }
//!     let is_stream = |slot: &&(Connection, Option<S>)| slot.1.is_some() && slot.0.session().is_some();
//!     let mut streams = slots.iter().filter(is_stream).count();
//!     for (connection, slot) in slots {
//!         if slot.is_none() {
//!             *slot = accept();
//!             connection.reuse(now);
//!         }
//!         let Some(socket) = slot else { continue };
//!         match connection.pump(now, log, socket) {
//!             Ok(PumpOutput::Request) => match connection.request_kind() {
//!                 RequestKind::Stream if streams >= STREAMS => connection.refuse_stream(),
//!                 _ => {
//!                     connection.answer(now, log);
//!                     streams += usize::from(connection.session().is_some());
//!                 }
//!             },
//!             Ok(PumpOutput::Wait(_)) => {}
//!             Ok(PumpOutput::Close(_)) | Err(_) => *slot = None,
//!         }
//!     }
//! }
//! # }
//! ```
//!
//! `examples/serve_superloop` has the rest of `main`, and a socket with these traits.
//!
//! # What replaces each call
//!
//! | there | here |
//! | --- | --- |
//! | `AsyncWebServer server(80)`, `server.begin()` | A task for each socket accepts connections at port 80. |
//! | `AsyncEventSource events("/events")` | a `static` of the type `Hub`, and `ServerOptions::new("/events")` |
//! | `server.addHandler(&events)` | `Hub::serve`. To serve pages too, `Incoming`: see [in the browser](crate::guide::first_stream#in-the-browser) |
//! | `events.send(message, event, id, reconnect)` | `Hub::publish` with a [`Frame`](crate::Frame): `Frame::data(message).event_type(event).id(id).retry(reconnect)`. For numbers, `Hub::publish_with` |
//! | `event` is `NULL` | no `event_type` |
//! | `id`: a `uint32_t`, and 0 for none | `Hub::make_ids` once, and no `id` in frames, also not in the greeting: a client that resumes after an id which is not in the log gets a loss notice. `StreamOptions::initial_id` gives a new client an id before its first event. Ids of your own are text |
//! | `reconnect`: milliseconds, and 0 for none | `StreamOptions::retry`, sent at the start of each stream. For one event, `Frame::retry` |
//! | the result of `send`: `ENQUEUED`, `PARTIALLY_ENQUEUED`, `DISCARDED` | No replacement: publishing does not depend on clients. A [`PublishError`](crate::server::PublishError) means that no client gets the frame. `Hub::stats` counts clients that have missed events: `lagged` and `aborted` |
//! | `onConnect`, with `client->send(..)` in it | `StreamOptions::initial_state`. See [state for new clients](crate::guide::new_clients) |
//! | `client->lastId()` | Not needed: the server resumes by itself. `Request::last_event_id` returns it as text |
//! | `client->send(..)` later, to one client | No replacement: all clients of a log get its frames. `Incoming::stream` can give a client other options by its path, such as `event_types` |
//! | `onDisconnect` | code after `Hub::serve`. Its result says how the connection ended: an `Outcome`, or an error of the socket |
//! | `events.count()` | `Hub::stats`: `clients` |
//! | `events.avgPacketsWaiting()`, `client->packetsWaiting()` | No replacement: clients have no queues |
//! | `client->close()` | In a superloop, `Connection::end`. With a hub, drop the future of `serve` and close the socket, which frees the slot. `StreamOptions::lifetime` limits each stream |
//! | `events.close()` | `Hub::end`, which is final: the hub begins no stream after it |
//! | `authorizeConnect(callback)`, which answers 401 | `ServerOptions::check`, which answers with your `Response` |
//! | `setAuthentication(user, password)`, `AsyncAuthenticationMiddleware` | `ServerOptions::kept_fields(&["authorization"])`, and a comparison in `check`. For Basic, compare with the encoded text. Digest, the default of `setAuthentication`, has no replacement: the crate has no hash functions |
//! | `setFilter(ON_STA_FILTER)` | Serve only the sockets of that network interface |
//! | `AsyncCorsMiddleware`, which allows `*` with credentials by default | `ServerOptions::allowed_origins`, which allows none by default |
//! | `AsyncRateLimitMiddleware` | No replacement: count where you accept connections |
//! | `SSE_MAX_QUEUED_MESSAGES`: 32 messages a client, 8 on an ESP8266 | `BYTES` of the `Hub`, for all clients together. See [sizing](crate::guide::sizing) |
//! | `client->set_max_inflight_bytes(..)` | the length of the socket's send buffer |
//! | `client->write(..)` of a formatted message | `Hub::publish`: a frame is always well formed |
//!
//! # What behaves differently
//!
//! | | ESPAsyncWebServer 3.12.0 | here |
//! | --- | --- | --- |
//! | a slow client | has a queue of its own. When that is full, the newest message is not queued for that client, and the client does not know | reads from the log. The oldest events are evicted, and the client gets an event of the type `lost`. See [slow clients](crate::guide::slow_clients) |
//! | memory | from the heap: each message until its last client has acknowledged it | fixed when the program is compiled |
//! | events during a reconnect | are lost, unless your `onConnect` sends them again | are replayed from the log. See [ids and resume](crate::guide::resume) |
//! | ids | are numbers that the program counts. `Last-Event-ID` is parsed as a decimal number | are text, such as `7-1`, that the log makes. The 7 names the boot |
//! | the greeting | `onConnect` runs for each connection, also for one that resumes. | `initial_state` runs only for a client without an id or with a loss. |
//! | a connection without events | is silent | gets a comment every 15 s, so proxies keep it open, and a client that is gone is noticed |
//! | `Accept` of the request | must name `text/event-stream`. Otherwise the handler is not called | may also be missing or `*/*`, so `curl` works. If it excludes event streams: 406 |
//! | clients | as many as heap and sockets allow | `CLIENTS` of the `Hub`, then 503. With `reconnect_when_full`, event sources come back by themselves |
//! | several lines | The last `data` line is followed by the whole message again: a browser gets `a\na` for `a\nb`. | Each line is a `data` line. |
//! | a line end at the end of the message | is lost | arrives |
//! | a line end in the event type | injects a field | is an error: [`InvalidEventType`](crate::InvalidEventType) |
//!
//! A page with `EventSource` needs no change if the text of the events stays the same, and if it does not use `lastEventId`
//! as a number.
