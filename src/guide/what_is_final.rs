//! What is final: which failures end a client for good, and how your program starts it again.
//!
//! After this page you can decide which failures end your client, and write the loop that starts it again.
//!
//! A device whose client has ended is silent until somebody reboots it. So a client of this crate ends only if the server or
//! the standard says so, or if your program has to change something. It retries after all other failures, with growing delays.
//!
//! | ends the client | because |
//! | --- | --- |
//! | 204 | The server wants no more requests. |
//! | most 4xx, such as 401 and 404; other statuses that are no stream, such as 206 and 304; a redirect without `Location` | The same request would get the same response. |
//! | `Reason::Caller`: a URL that the connector does not support, a buffer without room for a request, a dynamic field that fails | Your program has to be changed. |
//! | most failures of a request whose method is not safe, such as `POST` | The server could carry it out twice. |
//! | as many failures in a row as [`max_attempts`](crate::client::ReconnectOptions::max_attempts) allows | Your program has set this limit. There is none by default. |
//! | `close` | Your program has ended it. |
//!
//! A safe request, such as `GET`, is retried after a lost connection, the end of a stream, a malformed response, a timeout and
//! a 5xx. If the client has remembered the target of a permanent redirect and gets no stream from it, it asks the original URL
//! before anything is final. [`errors`](super::errors) tells what to do about each reason, and [`supported`](super::supported)
//! compares the rules with those of browsers.
//!
//! # Two presets
//!
//! | preset | for | difference |
//! | --- | --- | --- |
//! | the default | devices | Temporary statuses, 4xx with `Retry-After`, a 200 with another type, and redirects without a buffer or to a scheme that the connector does not support are retried. |
//! | [`ReconnectOptions::strict`](crate::client::ReconnectOptions::strict) | programs with a user who can restart them, tests that compare with browsers | These are final. |
//!
//! Failures of the network and malformed responses are retried in both. [`Reconnect`](crate::client::Reconnect) has the whole
//! table.
//!
//! # Your own rules
//!
//! [`ReconnectOptions::on_failure`](crate::client::ReconnectOptions::on_failure) takes a function. It gets each failure, with
//! the decision of the rules, and returns the decision that takes effect:
//!
//! | decision | effect |
//! | --- | --- |
//! | [`Retry`](crate::client::Decision::Retry) | The client tries again after the usual delay. This also allows the client to repeat an unsafe request. |
//! | [`End`](crate::client::Decision::End) | The client ends. |
//! | [`Open`](crate::client::Decision::Open) | The client reads the body of the response as an event stream, for example that of a 200 with a wrong type. If the response has no body, has a content coding or is a redirect, this means `Retry`. |
//!
//! The function is not asked about `close` and other failures with a `Reason::Caller`. It cannot prevent the end by
//! `max_attempts`, except by `Open`.
//!
//! ```
//! use embedded_sse::Instant;
//! use embedded_sse::client::{
//!     Decision, EndedBy, Failure, Reason, Reconnect, ReconnectOptions, ResponseInfo, ServerReason, Verdict,
//! };
//!
//! /// Whether a client with these options tries again after this response.
//! fn is_retried(options: &ReconnectOptions, status: u16, content_type: &str) -> Result<(), EndedBy> {
//!     let mut reconnect = Reconnect::new(options);
//!     let Verdict::Failed(reason) = reconnect.judge(&ResponseInfo::new(status, content_type, None)) else {
//!         return Ok(()); // it is a stream
//!     };
//!     reconnect.failed(Instant::from_millis(0), reason).map(|_at| ())
//! }
//!
//! let default = ReconnectOptions::new();
//! assert_eq!(is_retried(&default, 502, "text/html"), Ok(()));
//! assert_eq!(is_retried(&default, 200, "text/html"), Ok(())); // a captive portal
//! assert_eq!(is_retried(&default, 404, "text/html"), Err(EndedBy::Policy));
//!
//! let strict = ReconnectOptions::new().strict();
//! assert_eq!(is_retried(&strict, 502, "text/html"), Err(EndedBy::Policy));
//!
//! // This server answers 404 while it is updated. A 501 shows that it is too old for this client.
//! let decide = |failure: &Failure, decision| match failure.reason {
//!     Reason::Server(ServerReason::Status(404)) => Decision::Retry,
//!     Reason::Server(ServerReason::Status(501)) => Decision::End,
//!     _ => decision,
//! };
//! let own = ReconnectOptions::new().on_failure(&decide);
//! assert_eq!(is_retried(&own, 404, "text/html"), Ok(()));
//! assert_eq!(is_retried(&own, 501, "text/html"), Err(EndedBy::Policy));
//! assert_eq!(is_retried(&own.max_attempts(1), 404, "text/html"), Err(EndedBy::Attempts));
//! ```
//!
//! # A token that expires
//!
//! A 401 is final by default: the same request would get it again. With a token that your program can renew:
//!
//! 1. Let `on_failure` return `Retry` for `ServerReason::Status(401)`, and note in a variable that the token has expired.
//! 2. In the `connect` of your connector, get a new token first if the variable says so.
//! 3. Let a `DynamicField` write the token into each request. Its documentation has an example.
//!
//! A 401 counts as a failure, so the client waits before it connects again, and longer if other failures came before it.
//! `examples/chat` in the repository follows a server with such a token.
//!
//! # Attempts
//!
//! `max_attempts` counts failed attempts in a row. A stream that has delivered an event, or that has stayed open for
//! [`stable_after`](crate::client::ReconnectOptions::stable_after) (10 s by default), sets the count to 0. When the attempts
//! are used up, the notice `Closed` has the reason of the last failure and
//! [`EndedBy::Attempts`](crate::client::EndedBy::Attempts).
//!
//! # Unsafe requests
//!
//! By the default rules, a request whose method is not safe (RFC 9110, section 9.2.1) is repeated only if no byte of it was
//! written, after a 429, or after a 503 with `Retry-After`. All other failures are final, also the end of its stream.
//!
//! | option of `ClientOptions` | effect |
//! | --- | --- |
//! | `repeat_unsafe` | The client repeats it by the rules above. For servers that recognise a repetition. |
//! | `resume_by_get` | Once the client has a last event ID, it reconnects by `GET` with that id and without the body, as MCP requires. |
//!
//! While the server cannot be reached, no byte is written, so the client tries again without end. If a person waits, set
//! `max_attempts` and a short [`retry`](crate::client::ReconnectOptions::retry).
//!
//! # After the end
//!
//! | call | returns | means |
//! | --- | --- | --- |
//! | `Client::next` | `None` | The client has ended. Each later call returns `None`. |
//! | `Client::next_notice` | `Notice::Closed` with a reason and an `EndedBy` | The same. |
//! | `Connected::next` | `None` | This connection is over. Poll the event source: it connects again or returns `Closed`. |
//! | `OpenStream::next` | `Ok(None)` | This response is over. Call `wait` of the `ReconnectingReader`. |
//! | `ReconnectingReader::wait` | `false` | Send no more requests. |
//! | `Reader::next` | `Ok(None)` | The input has ended. A `Reader` does not reconnect. |
//!
//! `restart` starts a client that has ended, except by `close`. It connects at once, as if no attempt had failed, and resumes
//! after the last event ID. It also repeats an unsafe request. **Wait before you call it**: without a delay, a device whose
//! server answers 404 would send requests without a pause.
//!
//! | `EndedBy` | before `restart` |
//! | --- | --- |
//! | `Policy` | Wait some minutes or longer. After a 401, get a new token, and then connect at once. After a 204, wait until your program has a reason to connect. |
//! | `Attempts` | Wait, or let the person who has started it decide. |
//! | `Caller` | Correct the cause. Without that, the client ends again with the same reason. |
//!
//! ```
//! # #[cfg(all(feature = "http", feature = "embedded-io"))] {
//! use embedded_sse::Event;
//! use embedded_sse::client::{EndedBy, Notice, Reason};
//! use embedded_sse::io::blocking::{Client, Clock, Connect};
//!
//! const TEN_MINUTES: u32 = 600_000;
//!
//! /// Follows the stream. It starts the client again ten minutes after each end that is not a fault of this program.
//! fn follow<T: Connect, C: Clock>(
//!     client: &mut Client<'_, T, C>,
//!     clock: &impl Clock,
//!     mut handle: impl FnMut(Event<'_>),
//! ) -> Reason {
//!     loop {
//!         while let Some(event) = client.next() {
//!             handle(event);
//!         }
//!         // After the end, `next_notice` returns the reason at each call.
//!         if let Notice::Closed { reason, by: EndedBy::Caller } = client.next_notice() {
//!             return reason;
//!         }
//!         clock.wait_until(clock.now().after(TEN_MINUTES));
//!         client.restart();
//!     }
//! }
//! # use core::cell::Cell;
//! # use embedded_io::{ErrorKind, ErrorType, Read, Write};
//! # use embedded_sse::client::{CallerReason, ClientOptions, ConnectError, EventSource};
//! # use embedded_sse::{Instant, http::Url};
//! # struct Socket(&'static [u8]);
//! # impl ErrorType for Socket { type Error = ErrorKind; }
//! # impl Read for Socket {
//! #     fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> { Ok(self.0.read(buffer).unwrap()) }
//! # }
//! # impl Write for Socket {
//! #     fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> { Ok(bytes.len()) }
//! #     fn flush(&mut self) -> Result<(), ErrorKind> { Ok(()) }
//! # }
//! # struct Script(std::vec::IntoIter<&'static [u8]>);
//! # impl Connect for Script {
//! #     type Socket = Socket;
//! #     fn connect(&mut self, _: Url<'_>) -> Result<Socket, ConnectError> {
//! #         self.0.next().map(Socket).ok_or(ConnectError::Unsupported)
//! #     }
//! # }
//! # struct Time(Cell<Instant>);
//! # impl Clock for Time {
//! #     fn now(&self) -> Instant { self.0.get() }
//! #     fn wait_until(&self, until: Instant) { self.0.set(until) }
//! # }
//! # let responses: [&[u8]; 2] = [
//! #     b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
//! #     b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: on\n\n",
//! # ];
//! # let connector = Script(responses.to_vec().into_iter());
//! # let clock = Time(Cell::new(Instant::from_millis(0)));
//! # let (options, mut buffer, mut received) = (ClientOptions::new(), [0; 256], [0; 536]);
//! # let source = EventSource::new(Url::new("http://a/").unwrap(), &options, &mut buffer);
//! # let mut client = Client::new(source, connector, &mut received, &clock);
//! # let mut handled = String::new();
//! # let reason = follow(&mut client, &clock, |event| handled += event.data.to_str().unwrap());
//! # assert_eq!((&*handled, reason), ("on", Reason::Caller(CallerReason::Unsupported)));
//! # assert!((603_000..605_000).contains(&clock.0.get().as_millis()));
//! # }
//! ```
//!
//! With `io::asynch` the loop is the same, with `.await`.
