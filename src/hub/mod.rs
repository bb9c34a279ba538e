//! An event log that embassy tasks share.

mod state;

pub use state::Stats;

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};

use embassy_sync::blocking_mutex::raw::RawMutex;
#[cfg(feature = "http")]
use embedded_io_async::{Read, Write};

use crate::encode::Frame;
#[cfg(feature = "http")]
use crate::io::ServeError;
#[cfg(feature = "http")]
use crate::io::asynch::{Clock, HalfClose, serve};
use crate::io::asynch::{Joined, SharedLog};
use crate::server::{CloseReason, Cursor, EventLog, PublishError};
#[cfg(feature = "http")]
use crate::server::{Outcome, ServerOptions};
use state::{Locked, TakenSlot, count};

/// An event log that embassy tasks share, with `BYTES` bytes of history and a slot for each of `CLIENTS` streams.
///
/// Each task can publish to it. Interrupts can, too, if the mutex `M` allows that, as `CriticalSectionRawMutex` does. A client
/// delays neither a publisher nor another client: under the lock, the hub only copies bytes, searches at most 32 records, or
/// runs your function that formats an event.
///
/// That function runs under the lock, so keep it short. In it, publishing returns [`PublishError::Busy`], [`stats`](Hub::stats)
/// returns zeros, and [`join`](Hub::join) returns `None`. Do not drop a [`Joined`] or a future of `serve` in it: their slot
/// would never be free again.
///
/// # Examples
///
/// ```
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
/// use embedded_sse::event_type;
/// use embedded_sse::hub::Hub;
/// use embedded_sse::server::ServerOptions;
///
/// static HUB: Hub<CriticalSectionRawMutex, 2048, 4> = Hub::new();
/// static OPTIONS: ServerOptions = ServerOptions::new("/events");
///
/// fn sample(millicelsius: i32) {
///     let published = HUB.publish_with(event_type!("temperature"), |data| write!(data, "{millicelsius}"));
///     // It fails only if the event does not fit in the log. Then clients get the next sample.
///     published.unwrap_or_default();
/// }
/// ```
///
/// This task serves the hub on embassy-net:
///
/// ```
/// # mod embassy_net {
/// #     #[derive(Clone, Copy)]
/// #     pub struct Stack<'d>(&'d ());
/// #     pub mod tcp {
/// #         pub type Error = embedded_io::ErrorKind;
/// #         pub struct TcpSocket<'a>(&'a mut [u8]);
/// #         impl<'a> TcpSocket<'a> {
/// #             pub fn new(_: super::Stack<'a>, received: &'a mut [u8], _: &'a mut [u8]) -> Self { Self(received) }
/// #             pub async fn accept(&mut self, _: u16) -> Result<(), Error> { Ok(()) }
/// #             pub fn close(&mut self) {}
/// #             pub fn abort(&mut self) {}
/// #             pub async fn flush(&mut self) -> Result<(), Error> { Ok(()) }
/// #         }
/// #         impl embedded_io::ErrorType for TcpSocket<'_> { type Error = Error; }
/// #         impl embedded_io_async::Read for TcpSocket<'_> {
/// #             async fn read(&mut self, _: &mut [u8]) -> Result<usize, Error> { Ok(0) }
/// #         }
/// #         impl embedded_io_async::Write for TcpSocket<'_> {
/// #             async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> { Ok(bytes.len()) }
/// #             async fn flush(&mut self) -> Result<(), Error> { Ok(()) }
/// #         }
/// #     }
/// # }
/// # use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
/// # use embedded_sse::hub::Hub;
/// # use embedded_sse::server::ServerOptions;
/// # static HUB: Hub<CriticalSectionRawMutex, 2048, 4> = Hub::new();
/// # static OPTIONS: ServerOptions = ServerOptions::new("/events");
/// use embassy_net::Stack;
/// use embassy_net::tcp::{self, TcpSocket};
/// use embassy_time::{Duration, with_timeout};
/// use embedded_sse::io::asynch::EmbassyClock;
/// use embedded_sse::io::{End, WithShutdown};
///
/// /// Run one of these tasks for each socket, and have one socket more than the hub has slots. While all slots are taken, that
/// /// socket answers 503. Without it, the stack would reset the connection of a further client. If you also serve a page, add
/// /// one more.
/// async fn serve(stack: Stack<'static>) -> ! {
///     let (mut received, mut to_send, mut scratch) = ([0; 512], [0; 1024], [0; 512]);
///     loop {
///         let mut socket = TcpSocket::new(stack, &mut received, &mut to_send);
///         if socket.accept(80).await.is_err() {
///             continue;
///         }
///         let closable = WithShutdown::new(&mut socket, end);
///         let _outcome = HUB.serve(closable, &mut scratch, &EmbassyClock, &OPTIONS).await; // how the connection ended
///         // Dropping a `TcpSocket` sends neither FIN nor RST: after an error, its client would wait for ever.
///         socket.close();
///         let _ = with_timeout(Duration::from_secs(5), socket.flush()).await;
///     }
/// }
///
/// /// `WithShutdown` calls this: FIN after a response or a stream, RST for a client that is too slow.
/// async fn end(socket: &mut &mut TcpSocket<'_>, how: End) -> Result<(), tcp::Error> {
///     match how {
///         End::Shutdown => socket.close(),
///         End::Abort => socket.abort(),
///     }
///     socket.flush().await // until FIN is acknowledged, or RST is sent
/// }
/// ```
///
/// To look at a request before it is answered, use `io::asynch::Incoming`. If another HTTP stack owns the socket,
/// [`join`](Hub::join) the hub.
pub struct Hub<M: RawMutex, const BYTES: usize, const CLIENTS: usize> {
    locked: Locked<M, BYTES, CLIENTS>,
    /// Outside the lock, so that `end` takes effect even if a function that formats an event calls it.
    has_ended: AtomicBool,
}

impl<M: RawMutex, const BYTES: usize, const CLIENTS: usize> Default for Hub<M, BYTES, CLIENTS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: RawMutex, const BYTES: usize, const CLIENTS: usize> Hub<M, BYTES, CLIENTS> {
    /// Makes a hub whose log is empty and whose slots are free. It makes no ids until [`make_ids`](Self::make_ids) is called.
    pub const fn new() -> Self {
        // Built at compile time: at run time it would be built on the stack and moved by `memcpy`.
        const {
            Self {
                locked: Locked::new(),
                has_ended: AtomicBool::new(false),
            }
        }
    }

    /// Makes an id for each event that has none, from now on. See [`EventLog::make_ids`]. It has no effect if a function that
    /// formats an event of this hub calls it.
    pub fn make_ids(&self, epoch: u32) {
        self.locked.lock(|state| state.log.make_ids(epoch));
    }

    /// Publishes a frame to all clients, and wakes their tasks.
    ///
    /// # Errors
    ///
    /// [`PublishError::TooLarge`] as for [`EventLog::publish`], and [`PublishError::Busy`] if a function that formats an event
    /// of this hub calls this: publish after that function has returned. The log is unchanged then.
    pub fn publish(&self, frame: &Frame<'_>) -> Result<(), PublishError> {
        self.publish_to(|log| log.publish(frame))
    }

    /// Publishes an event whose data is formatted straight into the log.
    ///
    /// `data` runs twice, under the lock. See [`EventLog::publish_with`].
    ///
    /// # Errors
    ///
    /// [`PublishError::TooLarge`] and [`PublishError::Data`] as for [`EventLog::publish_with`], and [`PublishError::Busy`] if a
    /// function that formats an event of this hub calls this: publish after that function has returned.
    pub fn publish_with<'f>(
        &self,
        frame: impl Into<Frame<'f>>,
        data: impl Fn(&mut dyn fmt::Write) -> fmt::Result,
    ) -> Result<(), PublishError> {
        self.publish_to(|log| log.publish_with(frame, data))
    }

    /// Returns the counters. They are all zero if a function that formats an event of this hub calls this.
    pub fn stats(&self) -> Stats {
        self.locked.lock(|state| state.stats).unwrap_or_default()
    }

    /// Ends each stream after its current frame, and begins no other.
    ///
    /// Later requests for a stream are answered as while no slot is free: with 503, or by `ServerOptions::reconnect_when_full`.
    pub fn end(&self) {
        self.has_ended.store(true, Ordering::Release);
        self.wake();
    }

    /// Reads one request and answers it by the options: with the stream, with a refusal, or with 503 if no slot is free.
    ///
    /// Drop the socket when this returns. See [`serve`].
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: if you drop the future, close the socket. See [`serve`].
    ///
    /// # Errors
    ///
    /// [`ServeError::Io`] when the socket fails, [`ServeError::WriteZero`] when it takes no more bytes. Drop the socket in both
    /// cases. The slot is free again.
    #[cfg(feature = "http")]
    pub fn serve<'a, T: Read + Write + HalfClose, C: Clock>(
        &'a self,
        socket: T,
        scratch: &'a mut [u8],
        clock: &'a C,
        options: &'a ServerOptions<'a>,
    ) -> impl Future<Output = Result<Outcome, ServeError<T::Error>>> {
        serve(socket, scratch, clock, self, options)
    }

    /// Takes a slot for a client of another HTTP stack. Returns `None` if all are taken or the hub has ended, and counts a
    /// refusal then.
    ///
    /// Call this before the response begins. Without a slot, answer 503 with [`RETRY_AFTER`](crate::server::RETRY_AFTER). With
    /// one, send the [header fields](crate::server::StreamOptions::header_fields) of the stream, then
    /// [`stream`](Joined::stream) its body.
    ///
    /// # Examples
    ///
    /// In this handler, `Request` and `Response` are types of the HTTP stack.
    ///
    /// ```
    /// # mod http_stack {
    /// #     use embedded_io_adapters::tokio_1::FromTokio;
    /// #     pub struct Request(pub &'static str);
    /// #     impl Request {
    /// #         pub fn field(&self, name: &str) -> Option<&[u8]> { (name == "Origin").then_some(self.0.as_bytes()) }
    /// #     }
    /// #     pub struct Response<'a>(pub &'a mut Vec<u8>);
    /// #     impl<'a> Response<'a> {
    /// #         pub async fn begin(self, status: u16, fields: &[(&str, &str)])
    /// #             -> std::io::Result<FromTokio<&'a mut Vec<u8>>>
    /// #         {
    /// #             self.0.extend(format!("{status}\n").bytes());
    /// #             for (name, value) in fields {
    /// #                 self.0.extend(format!("{name}: {value}\n").bytes());
    /// #             }
    /// #             self.0.push(b'\n');
    /// #             Ok(FromTokio::new(self.0))
    /// #         }
    /// #     }
    /// # }
    /// # use std::io;
    /// # use http_stack::{Request, Response};
    /// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
    /// use embedded_sse::LastEventId;
    /// use embedded_sse::hub::Hub;
    /// use embedded_sse::io::ServeError;
    /// use embedded_sse::io::asynch::Clock;
    /// use embedded_sse::server::{AllowedOrigins, RETRY_AFTER, StreamOptions};
    /// use heapless::Vec;
    ///
    /// static HUB: Hub<CriticalSectionRawMutex, 2048, 4> = Hub::new();
    /// static STREAM: StreamOptions = StreamOptions::new().retry(2_000);
    /// static ORIGINS: AllowedOrigins = AllowedOrigins::Only(&["https://dashboard.example"]);
    ///
    /// async fn events(
    ///     request: &Request,
    ///     response: Response<'_>,
    ///     clock: &impl Clock,
    /// ) -> Result<(), ServeError<io::Error>> {
    ///     let origin = request.field("Origin").unwrap_or_default();
    ///     let cors = ORIGINS.header_fields(origin);
    ///     let Some(joined) = HUB.join() else {
    ///         let fields: Vec<_, 4> = cors.chain([RETRY_AFTER]).collect();
    ///         response.begin(503, &fields).await.map_err(ServeError::Io)?;
    ///         return Ok(());
    ///     };
    ///     let fields: Vec<_, 6> = STREAM.header_fields().chain(cors).collect();
    ///     let body = response.begin(200, &fields).await.map_err(ServeError::Io)?;
    ///     let id = request.field("Last-Event-ID").unwrap_or_default();
    ///     let id = LastEventId::from_bytes(id);
    ///     joined.stream(body, &mut [0; 512], clock, id, &STREAM).await?;
    ///     Ok(())
    /// }
    /// # struct StoppedClock;
    /// # impl Clock for StoppedClock {
    /// #     fn now(&self) -> embedded_sse::Instant { embedded_sse::Instant::from_millis(0) }
    /// #     async fn wait_until(&self, _: embedded_sse::Instant) { std::future::pending().await }
    /// # }
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    /// # let request = Request("https://dashboard.example");
    /// # let mut sent = std::vec::Vec::new();
    /// # runtime.block_on(async {
    /// #     let for_a_while = std::time::Duration::from_millis(50);
    /// #     tokio::time::timeout(for_a_while, events(&request, Response(&mut sent), &StoppedClock)).await.unwrap_err();
    /// # });
    /// # assert!(str::from_utf8(&sent).unwrap().starts_with(
    /// #     "200\nContent-Type: text/event-stream\nCache-Control: no-cache, no-transform\nX-Accel-Buffering: no\n\
    /// #      Access-Control-Allow-Origin: https://dashboard.example\nVary: Origin\n\n:\nretry: 2000\n"
    /// # ));
    /// # HUB.end();
    /// # sent.clear();
    /// # runtime.block_on(events(&request, Response(&mut sent), &StoppedClock)).unwrap();
    /// # assert_eq!(
    /// #     str::from_utf8(&sent).unwrap(),
    /// #     "503\nAccess-Control-Allow-Origin: https://dashboard.example\nVary: Origin\nRetry-After: 5\n\n"
    /// # );
    /// ```
    pub fn join(&self) -> Option<Joined<'_, Self>> {
        Joined::new(self)
    }

    fn publish_to(
        &self,
        publish: impl FnOnce(&mut EventLog<[u8; BYTES]>) -> Result<(), PublishError>,
    ) -> Result<(), PublishError> {
        let published = self.locked.lock(|state| {
            publish(&mut state.log)?;
            count(&mut state.stats.published);
            Ok(())
        });
        // Also after an error: a function that formats an event can call `end`, which wakes nobody while the log is locked.
        self.wake();
        published.unwrap_or(Err(PublishError::Busy))
    }

    /// Wakes the tasks of all clients. Each waker is called after the lock is released: an executor may poll the task inside
    /// `wake`.
    fn wake(&self) {
        for number in 0.. {
            match self.locked.lock(|state| state.take_waker(number)).flatten() {
                Some(Some(waker)) => waker.wake(),
                Some(None) => {}
                None => return,
            }
        }
    }
}

impl<M: RawMutex, const BYTES: usize, const CLIENTS: usize> SharedLog for Hub<M, BYTES, CLIENTS> {
    type Buffer = [u8; BYTES];

    type Slot<'l>
        = TakenSlot<'l, M, BYTES, CLIENTS>
    where
        Self: 'l;

    fn join(&self) -> Option<TakenSlot<'_, M, BYTES, CLIENTS>> {
        self.locked.lock(|state| {
            if self.has_ended() {
                return None;
            }
            let number = state.take_slot()?;
            Some(TakenSlot {
                locked: &self.locked,
                number,
            })
        })?
    }

    fn with<R>(&self, read: impl FnOnce(&EventLog<[u8; BYTES]>) -> R) -> Option<R> {
        self.locked.lock(|state| read(&state.log))
    }

    fn poll_frame(
        &self,
        slot: &TakenSlot<'_, M, BYTES, CLIENTS>,
        cursor: Cursor,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let mut replaced = None;
        let poll = self.locked.lock(|state| {
            if self.has_ended() || state.log.newest() != cursor {
                return Poll::Ready(());
            }
            replaced = state.keep_waker(slot.number, context.waker());
            Poll::Pending
        });
        // Dropping a waker runs code of the executor, which may lock the hub: do it after the lock.
        drop(replaced);
        poll.unwrap_or(Poll::Ready(()))
    }

    fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Acquire)
    }

    fn note_loss(&self) {
        self.locked.lock(|state| count(&mut state.stats.lagged));
    }

    fn note_refused(&self) {
        self.locked.lock(|state| count(&mut state.stats.refused));
    }

    fn note_closed(&self, reason: CloseReason) {
        if let CloseReason::Stalled | CloseReason::Lagged = reason {
            self.locked.lock(|state| count(&mut state.stats.aborted));
        }
    }
}

impl<M: RawMutex, const BYTES: usize, const CLIENTS: usize> fmt::Debug for Hub<M, BYTES, CLIENTS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl<M: RawMutex, const BYTES: usize, const CLIENTS: usize> defmt::Format
    for Hub<M, BYTES, CLIENTS>
{
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Hub {{ stats: {} }}", self.stats());
    }
}
