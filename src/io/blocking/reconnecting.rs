//! The reader of an event stream over another blocking HTTP client.

use embedded_io::{Error as _, ErrorKind, Read};

use super::clock::Clock;
use crate::client::{NetworkReason, Reason, ReconnectOptions, ResponseInfo, ServerReason, Verdict};
use crate::decode::{Decoder, Event};
use crate::io::ReadError;
use crate::io::attempts::{Attempts, IdleTimeout};
use crate::io::inbox::Inbox;
use crate::wire::text::EventId;

/// Reads an event stream from the responses of another HTTP client, and tells it when to send the next request.
///
/// It reads the body of each response as a [`Reader`](super::Reader) does. After each response it decides, as a [`Reconnect`]
/// does, whether and when the next request is sent. It has an idle timeout. You send the requests, because a response borrows
/// from its client:
///
/// 1. Send a request with [`last_event_id`](Self::last_event_id). If the response of your client borrows from its
///    request, as that of `reqwless` does, copy the id before, for example into a `heapless::String`: otherwise the
///    response borrows the reader.
/// 2. Pass the status and the header fields of the response to [`judge`](Self::judge), by [`ResponseInfo::from_fields`].
/// 3. If that returns [`Verdict::Open`], [`open`](Self::open) the body and read its events.
/// 4. Then [`wait`](Self::wait), also after a request that failed, and begin again unless it returns `false`. Only a
///    [`Verdict::Redirect`] is followed without a wait, see [`judge`](Self::judge).
///
/// It reports events, `retry` fields and failures to a [`Reconnect`] of its own. Other orders of calls cause no panic and
/// lose no event.
///
/// [`Reconnect`]: crate::client::Reconnect
///
/// **While no byte comes, the body has to fail with [`ErrorKind::TimedOut`] from time to time: only then is the idle timeout
/// checked.** Without an idle timeout, such a read is repeated. A `TcpStream` of the standard library with a read timeout
/// fails with `WouldBlock` on Unix, which ends the stream: [`MapError`](super::MapError) turns it into `TimedOut`.
///
/// # Examples
///
/// ```
/// use embedded_sse::Decoder;
/// use embedded_sse::client::{ResponseInfo, ReconnectOptions, Verdict};
/// use embedded_sse::io::{ReadError, blocking::{Clock, ReconnectingReader}};
///
/// static OPTIONS: ReconnectOptions = ReconnectOptions::new().seed(0x5eed);
///
/// # struct Response { status: u16, content_type: &'static str, body: &'static [u8] }
/// # struct HttpClient { answers: std::vec::IntoIter<(u16, &'static [u8])>, ids: Vec<String> }
/// # impl HttpClient {
/// #     fn get(&mut self, id: Option<&str>) -> Result<Response, ()> {
/// #         self.ids.push(id.unwrap_or("none").to_string());
/// #         let (status, body) = self.answers.next().ok_or(())?;
/// #         Ok(Response { status, content_type: "text/event-stream", body })
/// #     }
/// # }
/// fn follow(http: &mut HttpClient, clock: impl Clock, mut obey: impl FnMut(&str)) {
///     let mut decoder = Decoder::<[u8; 256]>::new();
///     let mut buffer = [0; 536];
///     let mut reader = ReconnectingReader::new(&mut decoder, &OPTIONS, clock).idle_timeout(45_000);
///     loop {
///         // The header field `Last-Event-ID`, if there is an id.
///         let id = reader.last_event_id().to_str().ok().filter(|id| !id.is_empty());
///         if let Ok(response) = http.get(id) {
///             let info = ResponseInfo::new(response.status, response.content_type, None);
///             // This example does not follow redirects.
///             if reader.judge(&info) == Verdict::Open {
///                 let mut stream = reader.open(response.body, &mut buffer);
///                 loop {
///                     match stream.next() {
///                         Ok(Some(event)) => obey(event.data.to_str().unwrap_or_default()),
///                         Err(ReadError::Overflow) => { /* the event is too long for the buffer: go on */ }
///                         // The stream has ended, has failed, or was silent for 45 s.
///                         Ok(None) | Err(_) => break,
///                     }
///                 }
///             }
///         }
///         if !reader.wait() {
///             return; // the server wants no more requests, or refuses them
///         }
///     }
/// }
/// # struct NoWait;
/// # impl Clock for NoWait {
/// #     fn now(&self) -> embedded_sse::Instant { embedded_sse::Instant::from_millis(0) }
/// #     fn wait_until(&self, _: embedded_sse::Instant) {}
/// # }
/// # let answers: [(u16, &[u8]); 4] =
/// #     [(200, b"id: 7\ndata: on\n\n"), (503, b""), (200, b"data: off\n\n"), (204, b"")];
/// # let mut http = HttpClient { answers: answers.to_vec().into_iter(), ids: vec![] };
/// # let mut obeyed = Vec::new();
/// # follow(&mut http, NoWait, |data| obeyed.push(data.to_string()));
/// # assert_eq!(obeyed, ["on", "off"]);
/// # assert_eq!(http.ids, ["none", "7", "7", "7"]);
/// ```
pub struct ReconnectingReader<'a, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized, C> {
    decoder: &'a mut Decoder<B>,
    attempts: Attempts<'a>,
    idle_timeout_ms: u32,
    clock: C,
}

debug_and_format!(['a, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized, C] ReconnectingReader<'a, B, C> {
    reader => "ReconnectingReader {{ decoder: {:?}, reconnect: {:?}, reason: {:?}, .. }}",
        reader.decoder, reader.attempts.reconnect, reader.attempts.reason;
});

// Only on 32-bit targets: with longer pointers, the reader is larger.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<ReconnectingReader<'_, [u8; 0], ()>>() <= 72);

impl<'a, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized, C: Clock> ReconnectingReader<'a, B, C> {
    /// Makes a reader for the first request. It takes over the decoder's last event ID and reconnection time.
    pub fn new(decoder: &'a mut Decoder<B>, options: &'a ReconnectOptions<'a>, clock: C) -> Self {
        Self {
            attempts: Attempts::new(options, decoder.retry()),
            decoder,
            idle_timeout_ms: 0,
            clock,
        }
    }

    /// Sets for how many milliseconds `next` waits for a byte. Then it returns [`ReadError::Idle`], and the stream is over. The
    /// time between two calls does not count. 0, the default, means no limit.
    ///
    /// Comments are bytes, too: 45 s suits servers that send one every 15 s. Limit the time of a request yourself.
    #[must_use]
    pub fn idle_timeout(mut self, milliseconds: u32) -> Self {
        self.idle_timeout_ms = milliseconds;
        self
    }

    /// Returns the last event ID (WHATWG HTML 9.2.4). Send it as the header field `Last-Event-ID`, unless it is empty.
    pub fn last_event_id(&self) -> EventId<'_> {
        self.decoder.last_event_id()
    }

    /// Returns the reconnection time in milliseconds (WHATWG HTML 9.2.6, `retry`): that of the options, until the server sets
    /// it.
    pub fn retry(&self) -> u32 {
        let of_server = self.decoder.retry();
        of_server.unwrap_or(self.attempts.reconnect.retry())
    }

    /// Returns what to do with a response, as [`Reconnect::judge`](crate::client::Reconnect::judge) does.
    ///
    /// Follow a [`Redirect`](Verdict::Redirect) without a [`wait`](Self::wait), but wait after a few in a row. After
    /// [`Failed`](Verdict::Failed), `wait` decides. [`ReconnectOptions::on_failure`] gets the reason of each failure.
    pub fn judge(&mut self, response: &ResponseInfo) -> Verdict {
        self.attempts.judge(response)
    }

    /// Begins to read the body of a response, through a `buffer` of at least one byte. An empty buffer ends the stream at once.
    ///
    /// Drop the stream when it has ended or when you want no more of it. Then [`wait`](Self::wait).
    pub fn open<'s, R: Read>(
        &'s mut self,
        body: R,
        buffer: &'s mut [u8],
    ) -> OpenStream<'s, 'a, R, B, C> {
        self.open_with_received(body, buffer, 0)
    }

    /// Begins to read a body whose first `received` bytes are in `buffer` already. A number above the length of `buffer` is
    /// taken as that length.
    ///
    /// Use this if you have read the head of the response through `buffer`: the read may have returned the start of the
    /// body, too. Move it to the start of `buffer`.
    pub fn open_with_received<'s, R: Read>(
        &'s mut self,
        body: R,
        buffer: &'s mut [u8],
        received: usize,
    ) -> OpenStream<'s, 'a, R, B, C> {
        self.attempts.opened(self.clock.now());
        OpenStream {
            body,
            inbox: Inbox::new(self.decoder, buffer, received),
            attempts: &mut self.attempts,
            idle_timeout: IdleTimeout::new(self.idle_timeout_ms),
            has_ended: false,
            clock: &self.clock,
        }
    }

    /// Waits until the next request is due, after a stream was lost or an attempt failed. Then it returns `true`.
    ///
    /// Returns `false` at once if no more requests are to be made, because the last failure was final (by the rules or by
    /// [`on_failure`](ReconnectOptions::on_failure)), or too many attempts have failed.
    #[must_use = "no more requests are to be made if it is false"]
    pub fn wait(&mut self) -> bool {
        let retry = self.decoder.take_retry();
        let until = self.attempts.wait(self.clock.now(), retry);
        if let Some(until) = until {
            self.clock.wait_until(until);
            self.attempts.begin_attempt();
        }
        until.is_some()
    }

    /// Forgets earlier failures, also a final response, so that the next request may be sent at once, without
    /// [`wait`](Self::wait).
    pub fn restart(&mut self) {
        self.attempts.restarted();
    }
}

/// The event stream in the body of one response, of a [`ReconnectingReader`].
pub struct OpenStream<'s, 'a, R, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized, C> {
    body: R,
    inbox: Inbox<'s, B>,
    attempts: &'s mut Attempts<'a>,
    idle_timeout: IdleTimeout,
    has_ended: bool,
    clock: &'s C,
}

debug_and_format!(['s, 'a, R, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized, C] OpenStream<'s, 'a, R, B, C> {
    stream => "OpenStream {{ decoder: {:?}, undecoded: {:?}, has_ended: {:?}, .. }}",
        stream.inbox.decoder, stream.inbox.undecoded(), stream.has_ended;
});

impl<R: Read, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized, C: Clock> OpenStream<'_, '_, R, B, C> {
    /// Returns the next event, or `None` at the end of this response: drop the stream then, and wait.
    ///
    /// After the end, and after each error but [`Overflow`](ReadError::Overflow), it returns `None` and does not read.
    ///
    /// # Errors
    ///
    /// [`ReadError::Overflow`] when an event does not fit the decoder's buffer: the next call goes on after it.
    /// [`ReadError::Idle`] when no byte came for the idle timeout, and [`ReadError::Io`] when the body fails: drop the stream,
    /// and [`wait`](ReconnectingReader::wait). A read that was interrupted or has timed out is repeated.
    #[allow(
        clippy::should_implement_trait,
        reason = "events borrow from the stream"
    )]
    pub fn next(&mut self) -> Result<Option<Event<'_>>, ReadError<R::Error>> {
        while !self.has_ended {
            if let Some(located) = self.inbox.advance()? {
                self.attempts.reconnect.delivered();
                return Ok(Some(self.inbox.event(located)));
            }
            let until = self.idle_timeout.deadline(|| self.clock.now());
            match self.body.read(self.inbox.receive_buffer()) {
                Ok(length) => {
                    self.has_ended = length == 0;
                    if self.has_ended {
                        self.attempts.reason = Reason::Server(ServerReason::Ended);
                    }
                    self.idle_timeout.received();
                    self.inbox.received(length);
                }
                Err(error) => match error.kind() {
                    ErrorKind::TimedOut | ErrorKind::Interrupted => {
                        if self.clock.now() >= until {
                            self.has_ended = true;
                            self.attempts.reason = Reason::Network(NetworkReason::Idle);
                            return Err(ReadError::Idle);
                        }
                    }
                    _ => {
                        self.has_ended = true;
                        return Err(ReadError::Io(error));
                    }
                },
            }
        }
        Ok(None)
    }
}
