//! Serving clients out of a hub: each takes a slot, and waits there for frames.

use core::fmt;
use core::mem::take;
use core::sync::atomic::Ordering;
use core::task::{Context, Poll, Waker};

use embassy_sync::blocking_mutex::raw::RawMutex;
#[cfg(feature = "http")]
use embedded_io_async::{Read, Write};

use super::Hub;
#[cfg(feature = "http")]
use crate::io::Error;
use crate::io::asynch::SharedLog;
#[cfg(feature = "http")]
use crate::io::asynch::{Clock, HalfClose, serve};
use crate::server::{Close, Cursor, EventLog};
#[cfg(feature = "http")]
use crate::server::{Outcome, ServerOptions};
use crate::wire::exact::Exact;

#[cfg(feature = "http")]
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
    pub fn serve<'a, T: Read + Write + HalfClose, C: Clock>(
        &'a self,
        socket: T,
        scratch: &'a mut [u8],
        clock: &'a C,
        options: &'a ServerOptions<'a>,
    ) -> impl Future<Output = Result<Outcome, Error<T::Error>>> {
        serve(socket, scratch, clock, self, options)
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

    fn note_lapped(&self) {
        self.lock(|state| state.stats.lagged = state.stats.lagged.wrapping_add(1));
    }

    fn note_refused(&self) {
        self.lock(|state| state.stats.refused = state.stats.refused.wrapping_add(1));
    }

    fn note_closed(&self, reason: Close) {
        if let Close::Stalled | Close::Lapped = reason {
            self.lock(|state| state.stats.dropped = state.stats.dropped.wrapping_add(1));
        }
    }
}
