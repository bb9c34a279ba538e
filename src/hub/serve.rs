//! Serving clients out of a hub: each takes a slot, and waits there for frames.

use core::fmt;
use core::mem::take;
use core::sync::atomic::Ordering;
use core::task::{Context, Poll, Waker};

use embassy_sync::blocking_mutex::raw::RawMutex;
#[cfg(feature = "http")]
use embedded_io_async::{Read, Write};

use super::Hub;
use crate::bytes::exact::Exact;
#[cfg(feature = "http")]
use crate::io::Error;
#[cfg(feature = "http")]
use crate::io::asynch::{Clock, HalfClose, serve};
use crate::io::asynch::{Joined, SharedLog};
use crate::server::{CloseReason, Cursor, EventLog};
#[cfg(feature = "http")]
use crate::server::{Outcome, ServerOptions};

impl<M: RawMutex, B: AsRef<[u8]> + AsMut<[u8]>, S: AsMut<[Slot]>> Hub<M, B, S> {
    /// Reads a request from a socket and answers it as the options say: with the stream, or with a
    /// refusal; with 503 when no slot is free. Returns when the socket is to be dropped: see [`serve`].
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: close the socket. Its client reconnects, and resumes after the last event
    /// with an id that it has seen.
    ///
    /// # Errors
    ///
    /// Those of [`serve`].
    #[cfg(feature = "http")]
    pub fn serve<'a, T: Read + Write + HalfClose, C: Clock>(
        &'a self,
        socket: T,
        scratch: &'a mut [u8],
        clock: &'a C,
        options: &'a ServerOptions<'a>,
    ) -> impl Future<Output = Result<Outcome, Error<T::Error>>> {
        serve(socket, scratch, clock, self, options)
    }

    /// Takes a slot for a client of an HTTP stack that owns the socket, to [stream](Joined::stream) to it. `None` when all
    /// are taken, or the hub has ended.
    ///
    /// Join before the response begins: without a slot, answer 503 with [`RETRY_AFTER`](crate::server::RETRY_AFTER). The
    /// response that has a stream has the [header fields of its options](crate::server::StreamOptions::header_fields).
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
    /// #         pub async fn begin(self, status: u16, fields: &[(&str, &str)]) -> std::io::Result<FromTokio<&'a mut Vec<u8>>> {
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
    /// use embedded_sse::hub::{Hub, Slot};
    /// use embedded_sse::io::Error;
    /// use embedded_sse::io::asynch::Clock;
    /// use embedded_sse::server::{AllowedOrigins, RETRY_AFTER, StreamOptions};
    /// use heapless::Vec;
    ///
    /// static HUB: Hub<CriticalSectionRawMutex, [u8; 2048], [Slot; 4]> = Hub::new();
    /// static STREAM: StreamOptions = StreamOptions::new().retry(2_000);
    /// static ORIGINS: AllowedOrigins = AllowedOrigins::Only(&["https://dashboard.example"]);
    ///
    /// async fn events(
    ///     request: &Request,
    ///     response: Response<'_>,
    ///     clock: &impl Clock,
    /// ) -> Result<(), Error<io::Error>> {
    ///     let origin = request.field("Origin").unwrap_or_default();
    ///     let cors = ORIGINS.header_fields(origin);
    ///     let Some(joined) = HUB.join() else {
    ///         let fields: Vec<_, 4> = cors.chain([RETRY_AFTER]).collect();
    ///         response.begin(503, &fields).await.map_err(Error::Io)?;
    ///         return Ok(());
    ///     };
    ///     let fields: Vec<_, 6> = STREAM.header_fields().chain(cors).collect();
    ///     let body = response.begin(200, &fields).await.map_err(Error::Io)?;
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
}

/// The place of one client in a [`Hub`].
#[derive(Debug, Default)]
pub struct Slot {
    is_taken: bool,
    /// Of the task that waits for a frame.
    pub(super) waker: Option<Waker>,
}

impl Slot {
    /// A free slot.
    pub const fn new() -> Self {
        Self {
            is_taken: false,
            waker: None,
        }
    }
}

/// The slot of one client in a [`Hub`], which is free again when this is dropped.
pub struct Subscription<'h, M: RawMutex, B: AsRef<[u8]> + AsMut<[u8]>, S: AsMut<[Slot]>> {
    hub: &'h Hub<M, B, S>,
    number: usize,
}

impl<M: RawMutex, B: AsRef<[u8]> + AsMut<[u8]>, S: AsMut<[Slot]>> Drop
    for Subscription<'_, M, B, S>
{
    fn drop(&mut self) {
        let slot = self.hub.lock(|state| {
            state.stats.clients = state.stats.clients.minus(1);
            Some(take(state.slots.as_mut().get_mut(self.number)?))
        });
        drop(slot);
    }
}

impl<M: RawMutex, B: AsRef<[u8]> + AsMut<[u8]>, S: AsMut<[Slot]>> fmt::Debug
    for Subscription<'_, M, B, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl<M: RawMutex, B: AsRef<[u8]> + AsMut<[u8]>, S: AsMut<[Slot]>> SharedLog for Hub<M, B, S> {
    type Buffer = B;

    type Place<'l>
        = Subscription<'l, M, B, S>
    where
        Self: 'l;

    fn join(&self) -> Option<Subscription<'_, M, B, S>> {
        self.lock(|state| {
            let mut slots = state.slots.as_mut().iter_mut().enumerate();
            let (number, slot) = slots.find(|(_, slot)| !slot.is_taken)?;
            if self.has_ended() {
                return None;
            }
            slot.is_taken = true;
            state.stats.clients = state.stats.clients.plus(1);
            state.stats.served = state.stats.served.wrapping_add(1);
            Some(Subscription { hub: self, number })
        })?
    }

    fn with<R>(&self, read: impl FnOnce(&EventLog<B>) -> R) -> Option<R> {
        self.lock(|state| read(&state.log))
    }

    fn poll_frame(
        &self,
        place: &Subscription<'_, M, B, S>,
        cursor: Cursor,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let mut replaced = None;
        let poll = self.lock(|state| {
            if self.has_ended() || state.log.newest() != cursor {
                return Poll::Ready(());
            }
            if let Some(slot) = state.slots.as_mut().get_mut(place.number) {
                let waker = context.waker();
                if !slot
                    .waker
                    .as_ref()
                    .is_some_and(|known| known.will_wake(waker))
                {
                    replaced = slot.waker.replace(waker.clone());
                }
            }
            Poll::Pending
        });
        // Dropping a waker may run anything: not under the lock.
        drop(replaced);
        poll.unwrap_or(Poll::Ready(()))
    }

    fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Acquire)
    }

    fn note_loss(&self) {
        self.lock(|state| state.stats.lagged = state.stats.lagged.wrapping_add(1));
    }

    fn note_refused(&self) {
        self.lock(|state| state.stats.refused = state.stats.refused.wrapping_add(1));
    }

    fn note_closed(&self, reason: CloseReason) {
        if let CloseReason::Stalled | CloseReason::Lagged = reason {
            self.lock(|state| state.stats.dropped = state.stats.dropped.wrapping_add(1));
        }
    }
}
