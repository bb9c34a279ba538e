//! Reading an event stream through all the responses of another HTTP client.

use core::pin::pin;

use embedded_io_async::Read;

use super::clock::{Clock, before, timer};
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
/// It yields to other tasks after every 32 reads and waits, even if bodies and clock are always ready.
///
/// Events, `retry` fields and failures reach the [`Reconnect`] by themselves. Other orders of calls cause no panic and
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
/// use embedded_sse::io::{Error, asynch::{Clock, ReconnectingReader}};
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
///             let answer = ResponseInfo::new(response.status, response.content_type, None);
///             if reader.judge(&answer) == Verdict::Open {
///                 let mut stream = reader.open(response.body, &mut buffer);
///                 loop {
///                     match stream.next().await {
///                         Ok(Some(event)) if event.event_type == "led" => { /* .. */ }
///                         Ok(Some(_)) => {}
///                         Err(Error::Overflow) => { /* too large for this device: go on */ }
///                         // It has ended, has failed, or was silent for 45 s.
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
    ///
    /// # Cancel safety
    ///
    /// A wait that was dropped goes on with the next call, and ends when it would have ended. Make that call before the
    /// next request: otherwise a failure of that request does not count, and the next wait is over at once. Judging or
    /// opening a response also ends the wait.
    #[must_use = "no more requests are to be made if it is false"]
    pub async fn wait(&mut self) -> bool {
        let retry = self.decoder.take_retry();
        let Some(until) = self.attempts.wait(self.clock.now(), retry) else {
            return false;
        };
        // The time may have come already, and the next request may fail at once.
        self.attempts.turns.begin().await;
        if let Some(timer) = timer(&self.clock, until) {
            timer.await;
        }
        self.attempts.waited();
        true
    }

    /// Begins anew, at once: earlier failures do not count any more, nor does a final response.
    pub fn restart(&mut self) {
        self.attempts.restarted();
    }
}

/// The event stream in the body of one response, of a [`ReconnectingReader`].
///
/// It yields to other tasks after every 32 reads, even if the body is always ready. The reads of the streams before it
/// count.
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
    /// # Cancel safety
    ///
    /// It waits for nothing but the body's `read` and the clock. If that `read` is cancel-safe, so is this: a
    /// future that was dropped has lost no event, and the idle timeout goes on.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`] when an event does not fit the decoder's buffer: go on calling.
    /// [`Error::Idle`] when the body was silent for the idle timeout.
    /// [`Error::Io`] when the body failed.
    pub async fn next(&mut self) -> Result<Option<Event<'_>>, Error<R::Error>> {
        while !self.has_ended {
            if let Some(located) = self.inbox.advance()? {
                self.attempts.reconnect.delivered();
                return Ok(Some(self.inbox.event(located)));
            }
            self.receive().await?;
        }
        Ok(None)
    }

    /// Receives a piece, after a yield if it is time for one.
    async fn receive(&mut self) -> Result<(), Error<R::Error>> {
        self.attempts.turns.begin().await;
        let late = timer(self.clock, self.idle_timeout.until(|| self.clock.now()));
        let read = self.body.read(self.inbox.receive_buffer());
        let length = match before(pin!(read), pin!(late)).await {
            Some(Ok(length)) => length,
            Some(Err(error)) => {
                self.has_ended = true;
                return Err(Error::Io(error));
            }
            None => {
                self.has_ended = true;
                self.attempts.reason = Reason::Network(NetworkReason::Idle);
                return Err(Error::Idle);
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

    /// The body. What was received and not decoded is lost.
    pub fn into_inner(self) -> R {
        self.body
    }
}
