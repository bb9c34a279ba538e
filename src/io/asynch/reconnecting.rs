//! The reader of an event stream over another asynchronous HTTP client.

use core::pin::pin;

use embedded_io_async::Read;

use super::clock::{Clock, timer, with_timer};
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
/// It yields to other tasks after every 32 reads and waits, even if bodies and clock are always ready.
///
/// It reports events, `retry` fields and failures to a [`Reconnect`] of its own. Other orders of calls cause no panic and
/// lose no event.
///
/// [`Reconnect`]: crate::client::Reconnect
///
/// # Examples
///
/// ```
/// use embedded_io_async::Read;
/// use embedded_sse::Decoder;
/// use embedded_sse::client::{ResponseInfo, ReconnectOptions, Verdict};
/// use embedded_sse::io::{ReadError, asynch::{Clock, ReconnectingReader}};
///
/// # struct Response<B> { status: u16, content_type: &'static str, body: B }
/// # trait HttpClient {
/// #     type Body<'c>: Read where Self: 'c;
/// #     async fn get(&mut self, id: Option<&str>) -> Result<Response<Self::Body<'_>>, ()>;
/// # }
/// static OPTIONS: ReconnectOptions = ReconnectOptions::new().seed(0x5eed);
///
/// async fn follow(http: &mut impl HttpClient, clock: impl Clock) {
///     let mut decoder = Decoder::<[u8; 256]>::new();
///     let mut buffer = [0; 536];
///     let mut reader = ReconnectingReader::new(&mut decoder, &OPTIONS, clock).idle_timeout(45_000);
///     loop {
///         // The header field `Last-Event-ID`, if there is an id.
///         let id = reader.last_event_id().to_str().ok().filter(|id| !id.is_empty());
///         if let Ok(response) = http.get(id).await {
///             let info = ResponseInfo::new(response.status, response.content_type, None);
///             // This example does not follow redirects.
///             if reader.judge(&info) == Verdict::Open {
///                 let mut stream = reader.open(response.body, &mut buffer);
///                 loop {
///                     match stream.next().await {
///                         Ok(Some(event)) if event.event_type == "led" => { /* .. */ }
///                         Ok(Some(_)) => {}
///                         Err(ReadError::Overflow) => { /* the event is too long for the buffer: go on */ }
///                         // The stream has ended, has failed, or was silent for 45 s.
///                         Ok(None) | Err(_) => break,
///                     }
///                 }
///             }
///         }
///         if !reader.wait().await {
///             return; // the server wants no more requests, or refuses them
///         }
///     }
/// }
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
    ///
    /// # Cancel safety
    ///
    /// A wait whose future was dropped goes on with the next call, and ends at the same time. Make that call before the
    /// next request: otherwise a failure of that request is not counted, and the next wait ends when the dropped one
    /// would have ended, possibly at once. `judge` and `open` also end the wait.
    #[must_use = "no more requests are to be made if it is false"]
    pub async fn wait(&mut self) -> bool {
        let retry = self.decoder.take_retry();
        let Some(until) = self.attempts.wait(self.clock.now(), retry) else {
            return false;
        };
        // A loop of waits that are over at once and requests that fail at once has to yield.
        self.attempts.turns.begin().await;
        if let Some(timer) = timer(&self.clock, until) {
            timer.await;
        }
        self.attempts.begin_attempt();
        true
    }

    /// Forgets earlier failures, also a final response, so that the next request may be sent at once, without
    /// [`wait`](Self::wait).
    pub fn restart(&mut self) {
        self.attempts.restarted();
    }
}

/// The event stream in the body of one response, of a [`ReconnectingReader`].
///
/// It yields to other tasks after every 32 reads, counted across all streams of its reader, even if the body is always
/// ready.
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
    /// # Cancel safety
    ///
    /// Cancel-safe if the body's `read` is: a dropped future loses no event, and the idle timeout goes on.
    ///
    /// # Errors
    ///
    /// [`ReadError::Overflow`] when an event does not fit the decoder's buffer: the next call goes on after it.
    /// [`ReadError::Idle`] when no byte came for the idle timeout, and [`ReadError::Io`] when the body fails: drop the stream,
    /// and [`wait`](ReconnectingReader::wait).
    pub async fn next(&mut self) -> Result<Option<Event<'_>>, ReadError<R::Error>> {
        while !self.has_ended {
            if let Some(located) = self.inbox.advance()? {
                self.attempts.reconnect.delivered();
                return Ok(Some(self.inbox.event(located)));
            }
            self.receive().await?;
        }
        Ok(None)
    }

    /// Reads once, after a yield if no turn is left.
    async fn receive(&mut self) -> Result<(), ReadError<R::Error>> {
        self.attempts.turns.begin().await;
        let deadline_timer = timer(self.clock, self.idle_timeout.deadline(|| self.clock.now()));
        let read = self.body.read(self.inbox.receive_buffer());
        let length = match with_timer(pin!(read), pin!(deadline_timer)).await {
            Some(Ok(length)) => length,
            Some(Err(error)) => {
                self.has_ended = true;
                return Err(ReadError::Io(error));
            }
            None => {
                self.has_ended = true;
                self.attempts.reason = Reason::Network(NetworkReason::Idle);
                return Err(ReadError::Idle);
            }
        };
        self.has_ended = length == 0;
        if self.has_ended {
            self.attempts.reason = Reason::Server(ServerReason::Ended);
        }
        self.idle_timeout.received();
        self.inbox.received(length);
        Ok(())
    }
}
