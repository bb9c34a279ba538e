//! An event log that embassy tasks share.

mod serve;

pub use serve::{Slot, Subscription};

use core::cell::RefCell;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};

use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::RawMutex;

use crate::encode::Frame;
use crate::server::{EventLog, PublishError};

/// An event log that tasks share: `B` holds its frames, and `S` has a [`Slot`] for each client that can be
/// served at a time.
///
/// It can be published to from any task, and from interrupts if the mutex `M` allows that, as
/// `CriticalSectionRawMutex` does. No client can delay that, or another client: under the lock, bytes
/// are copied and nothing is waited for.
///
/// The function that formats an event runs under the lock. In it, publishing returns [`PublishError::Busy`],
/// [`stats`](Hub::stats) returns zeros, and [`join`](Hub::join) returns `None`. Keep it short, and drop no client in it.
///
/// # Examples
///
/// ```
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
/// use embedded_sse::event_type;
/// use embedded_sse::hub::{Hub, Slot};
/// use embedded_sse::server::ServerOptions;
///
/// static HUB: Hub<CriticalSectionRawMutex, [u8; 2048], [Slot; 4]> = Hub::new();
/// static OPTIONS: ServerOptions = ServerOptions::new("/events");
///
/// fn sample(millicelsius: i32) {
///     let published = HUB.publish_with(event_type!("temperature"), |data| write!(data, "{millicelsius}"));
///     // The only failure: an event that is larger than the log.
///     published.unwrap_or_default();
/// }
/// ```
///
/// On embassy-net, it is served so:
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
/// # use embedded_sse::hub::{Hub, Slot};
/// # use embedded_sse::server::ServerOptions;
/// # static HUB: Hub<CriticalSectionRawMutex, [u8; 2048], [Slot; 4]> = Hub::new();
/// # static OPTIONS: ServerOptions = ServerOptions::new("/events");
/// use embassy_net::Stack;
/// use embassy_net::tcp::{self, TcpSocket};
/// use embassy_time::{Duration, with_timeout};
/// use embedded_sse::io::asynch::EmbassyClock;
/// use embedded_sse::io::{End, WithShutdown};
///
/// /// Run one of these tasks for each socket, and have one socket more than slots. While all slots are taken, that socket
/// /// answers 503. Without it, the connection of one more client is reset. If you also serve a page, add another socket.
/// async fn serve(stack: Stack<'static>) -> ! {
///     let (mut received, mut to_send, mut scratch) = ([0; 512], [0; 1024], [0; 512]);
///     loop {
///         let mut socket = TcpSocket::new(stack, &mut received, &mut to_send);
///         if socket.accept(80).await.is_err() {
///             continue;
///         }
///         let ended = WithShutdown::new(&mut socket, end);
///         let _outcome = HUB.serve(ended, &mut scratch, &EmbassyClock, &OPTIONS).await; // for your log
///         // A dropped socket sends nothing: after an error, its client would wait for ever.
///         socket.close();
///         let _ = with_timeout(Duration::from_secs(5), socket.flush()).await;
///     }
/// }
///
/// /// A client sees the end of a response or a stream at once (FIN). One that takes no byte is reset.
/// async fn end(socket: &mut &mut TcpSocket<'_>, end: End) -> Result<(), tcp::Error> {
///     match end {
///         End::Shutdown => socket.close(),
///         End::Abort => socket.abort(),
///     }
///     socket.flush().await // until FIN is acknowledged, or RST is sent
/// }
/// ```
///
/// To look at requests first, [accept](crate::io::asynch::Incoming) them. An HTTP stack that owns its sockets
/// [joins](Hub::join) the hub.
pub struct Hub<M: RawMutex, B, S> {
    state: Mutex<M, RefCell<State<B, S>>>,
    /// Not under the lock, so that it counts whoever holds that.
    has_ended: AtomicBool,
}

/// What a [`Hub`] has seen so far. After 2^32 - 1, counts start at 0 again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Stats {
    /// How many clients have a stream now.
    pub clients: usize,
    /// How many streams have begun.
    pub served: u32,
    /// How many times a client was told that events are missing, for it came too late or was too slow.
    pub lagged: u32,
    /// How many requests were refused, by the rules of the options or because no slot was free.
    pub refused: u32,
    /// How many streams were closed because the client took no byte for too long, or was too slow in
    /// the middle of a frame.
    pub dropped: u32,
    /// How many frames were published.
    pub published: u32,
}

struct State<B, S> {
    log: EventLog<B>,
    slots: S,
    stats: Stats,
}

impl<M: RawMutex, const BYTES: usize, const CLIENTS: usize> Hub<M, [u8; BYTES], [Slot; CLIENTS]> {
    /// A hub that holds its buffer and its slots.
    pub const fn new() -> Self {
        // A constant: a hub that is made when the program runs would be put together in one place and moved to another
        // otherwise, by a call of `memcpy`.
        const { Self::with_storage([0; BYTES], [const { Slot::new() }; CLIENTS]) }
    }
}

impl<M: RawMutex, const BYTES: usize, const CLIENTS: usize> Default
    for Hub<M, [u8; BYTES], [Slot; CLIENTS]>
{
    fn default() -> Self {
        Self::new()
    }
}

impl<M: RawMutex, B: AsRef<[u8]> + AsMut<[u8]>, S: AsMut<[Slot]>> Hub<M, B, S> {
    /// A hub over the caller's buffer and slots, whose sizes are known only when the program runs. Both have to
    /// be the same at every call.
    pub const fn with_storage(buffer: B, slots: S) -> Self {
        Self {
            state: Mutex::new(RefCell::new(State {
                log: EventLog::with_buffer(buffer),
                slots,
                stats: Stats {
                    clients: 0,
                    served: 0,
                    lagged: 0,
                    refused: 0,
                    dropped: 0,
                    published: 0,
                },
            })),
            has_ended: AtomicBool::new(false),
        }
    }

    /// From now on an id is made for each event that has none: see [`EventLog::make_ids`].
    pub fn make_ids(&self, epoch: u32) {
        self.lock(|state| state.log.make_ids(epoch));
    }

    /// Publishes a frame to all clients.
    ///
    /// # Errors
    ///
    /// Those of [`EventLog::publish`], and [`PublishError::Busy`] within the formatting of another
    /// frame of this hub.
    pub fn publish(&self, frame: &Frame<'_>) -> Result<(), PublishError> {
        self.publish_to(|log| log.publish(frame))
    }

    /// Publishes an event whose data is formatted straight into the log. It is formatted under the
    /// lock, and twice: see [`EventLog::publish_with`].
    ///
    /// # Errors
    ///
    /// Those of [`EventLog::publish_with`], and [`PublishError::Busy`] within the formatting of another
    /// frame of this hub.
    pub fn publish_with<'f>(
        &self,
        frame: impl Into<Frame<'f>>,
        data: impl Fn(&mut dyn fmt::Write) -> fmt::Result,
    ) -> Result<(), PublishError> {
        self.publish_to(|log| log.publish_with(frame, data))
    }

    /// What the hub has seen so far.
    pub fn stats(&self) -> Stats {
        // All zeros if a `publish_with` of this hub calls it.
        self.lock(|state| state.stats).unwrap_or_default()
    }

    /// Ends all streams, each when its frame under way is whole, and lets no other begin. Clients that come later are answered as
    /// if no slot was free.
    pub fn end(&self) {
        self.has_ended.store(true, Ordering::Release);
        self.wake();
    }

    fn publish_to(
        &self,
        publish: impl FnOnce(&mut EventLog<B>) -> Result<(), PublishError>,
    ) -> Result<(), PublishError> {
        let published = self.lock(|state| {
            publish(&mut state.log)?;
            state.stats.published = state.stats.published.wrapping_add(1);
            Ok(())
        });
        published.unwrap_or(Err(PublishError::Busy))?;
        self.wake();
        Ok(())
    }

    /// Wakes the tasks of all clients, outside the lock: they may be run at once.
    fn wake(&self) {
        for number in 0.. {
            let waker = self.lock(|state| {
                let slot = state.slots.as_mut().get_mut(number)?;
                Some(slot.waker.take())
            });
            match waker.flatten() {
                Some(Some(waker)) => waker.wake(),
                Some(None) => {}
                None => return,
            }
        }
    }

    /// `None` if this is called by what runs under the lock.
    fn lock<R>(&self, f: impl FnOnce(&mut State<B, S>) -> R) -> Option<R> {
        self.state
            .lock(|state| Some(f(&mut *state.try_borrow_mut().ok()?)))
    }
}

impl<M: RawMutex, B: AsRef<[u8]> + AsMut<[u8]>, S: AsMut<[Slot]>> fmt::Debug for Hub<M, B, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl<M: RawMutex, B: AsRef<[u8]> + AsMut<[u8]>, S: AsMut<[Slot]>> defmt::Format for Hub<M, B, S> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Hub {{ stats: {} }}", self.stats());
    }
}
