//! Reading an event stream through all the responses of another blocking HTTP client.

use embedded_io::{Error as _, ErrorKind, Read};

use super::clock::Clock;
use crate::client::{NetworkReason, Reason, ReconnectOptions, ResponseInfo, ServerReason, Verdict};
use crate::decode::{Decoder, Event};
use crate::io::Error;
use crate::io::attempts::{Attempts, IdleTimeout};
use crate::io::inbox::Inbox;
use crate::wire::text::EventId;

/// Reads an event stream through all its responses, which another HTTP client gets.
///
/// It is a [`Reader`](super::Reader) for the body of each response, [`Reconnect`] for the time between them, and
/// a time limit for streams that are silent. The requests are yours, because a response borrows from its client:
///
/// 1. Send a request with [`last_event_id`](Self::last_event_id). If the response of your client borrows from its
///    request, as that of `reqwless` does, copy the id first, for instance into a `heapless::String`: a response that
///    borrows the id keeps the reader borrowed.
/// 2. Ask [`judge`](Self::judge) about the response.
/// 3. If it is an event stream, [`open`](Self::open) its body, and read its events.
/// 4. [`wait`](Self::wait) after whatever has happened, and begin again unless it returns `false`.
///
/// Events, `retry` fields and failures reach the [`Reconnect`] by themselves. Other orders of calls cause no panic and
/// lose no event.
///
/// [`Reconnect`]: crate::client::Reconnect
///
/// **The idle timeout is that of the body: it has to return with [`ErrorKind::TimedOut`] now and then, when
/// nothing comes, for the clock is only looked at then.** Without an idle timeout, such a read is made again. (A
/// `TcpStream` of the standard library with a read timeout says `WouldBlock` on Unix, which ends the stream: wrap it
/// in a `Read` that says `TimedOut`.)
///
/// # Examples
///
/// ```
/// use embedded_sse::Decoder;
/// use embedded_sse::client::{ResponseInfo, ReconnectOptions, Verdict};
/// use embedded_sse::io::{Error, blocking::{Clock, ReconnectingReader}};
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
///             let answer = ResponseInfo::new(response.status, response.content_type, None);
///             if reader.judge(&answer) == Verdict::Open {
///                 let mut stream = reader.open(response.body, &mut buffer);
///                 loop {
///                     match stream.next() {
///                         Ok(Some(event)) => obey(event.data.to_str().unwrap_or_default()),
///                         Err(Error::Overflow) => { /* too large for this device: go on */ }
///                         // It has ended, has failed, or was silent for 45 s.
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
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ReconnectingReader<'a, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized, C> {
    decoder: &'a mut Decoder<B>,
    attempts: Attempts<'a>,
    idle_timeout_ms: u32,
    clock: C,
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<ReconnectingReader<'_, [u8; 0], ()>>() <= 72);

impl<'a, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized, C: Clock> ReconnectingReader<'a, B, C> {
    /// Before the first request. The decoder brings its last event id and its reconnection time with it, as from
    /// an earlier stream.
    pub fn new(decoder: &'a mut Decoder<B>, options: &'a ReconnectOptions<'a>, clock: C) -> Self {
        Self {
            attempts: Attempts::new(options, decoder.retry()),
            decoder,
            idle_timeout_ms: 0,
            clock,
        }
    }

    /// After how many milliseconds without a byte a stream is given up: never by default, which 0 stands for.
    /// Comments count; 45 s suits servers that send one every 15 s. How long a request may take is for you to
    /// limit.
    #[must_use]
    pub fn idle_timeout(mut self, milliseconds: u32) -> Self {
        self.idle_timeout_ms = milliseconds;
        self
    }

    /// What to send as `Last-Event-ID`; nothing, if it is empty.
    pub fn last_event_id(&self) -> EventId<'_> {
        self.decoder.last_event_id()
    }

    /// The reconnection time in milliseconds, as the options or the server have set it.
    pub fn retry(&self) -> u32 {
        let of_server = self.decoder.retry();
        of_server.unwrap_or(self.attempts.reconnect.retry())
    }

    /// What is to be done with a response. Follow a [`Redirect`](Verdict::Redirect) without [`wait`](Self::wait),
    /// but only a few in a row: then wait. [`Failed`](Verdict::Failed) can be left to `wait`.
    pub fn judge(&mut self, answer: &ResponseInfo) -> Verdict {
        self.attempts.judge(answer)
    }

    /// Begins to read the body of a response, through a `buffer` of at least one byte. Drop the stream when it
    /// has ended, or to give it up; then [`wait`](Self::wait).
    pub fn open<'s, R: Read>(
        &'s mut self,
        body: R,
        buffer: &'s mut [u8],
    ) -> OpenStream<'s, 'a, R, B, C> {
        self.open_with_received(body, buffer, 0)
    }

    /// The same, when the first `received` bytes of the body stand in `buffer` already, as after reading a
    /// response head.
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

    /// Waits until the next request is due, after a stream that was lost or could not be had. `false`, at once:
    /// make no more requests, for the last response was final, or too many attempts have failed.
    #[must_use = "no more requests are to be made if it is false"]
    pub fn wait(&mut self) -> bool {
        let retry = self.decoder.take_retry();
        let until = self.attempts.wait(self.clock.now(), retry);
        if let Some(until) = until {
            self.clock.wait_until(until);
            self.attempts.waited();
        }
        until.is_some()
    }

    /// Begins anew, at once: earlier failures do not count any more, nor does a final response.
    pub fn restart(&mut self) {
        self.attempts.restarted();
    }
}

/// The event stream in the body of one response, of a [`ReconnectingReader`].
#[derive(Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct OpenStream<'s, 'a, R, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized, C> {
    body: R,
    inbox: Inbox<'s, B>,
    attempts: &'s mut Attempts<'a>,
    idle_timeout: IdleTimeout,
    has_ended: bool,
    clock: &'s C,
}

impl<R: Read, B: AsRef<[u8]> + AsMut<[u8]> + ?Sized, C: Clock> OpenStream<'_, '_, R, B, C> {
    /// The next event; `None` at the end of this response: then drop the stream and wait. After the end, or an error but
    /// [`Overflow`](Error::Overflow), it returns `None` and does not read.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`] when an event does not fit the decoder's buffer: go on calling.
    /// [`Error::Idle`] when the body was silent for the idle timeout.
    /// [`Error::Io`] when the body failed. A read that was interrupted or has timed out is no failure.
    #[allow(
        clippy::should_implement_trait,
        reason = "events borrow from the stream"
    )]
    pub fn next(&mut self) -> Result<Option<Event<'_>>, Error<R::Error>> {
        while !self.has_ended {
            if let Some(located) = self.inbox.advance()? {
                self.attempts.reconnect.delivered();
                return Ok(Some(self.inbox.event(located)));
            }
            let until = self.idle_timeout.until(|| self.clock.now());
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
                            return Err(Error::Idle);
                        }
                    }
                    _ => {
                        self.has_ended = true;
                        return Err(Error::Io(error));
                    }
                },
            }
        }
        Ok(None)
    }

    /// The body. What was received and not decoded is lost.
    pub fn into_inner(self) -> R {
        self.body
    }
}
