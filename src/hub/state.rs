//! What the tasks of a hub share under its lock: the log, the slots and the counters.

use core::cell::RefCell;
use core::fmt;
use core::mem::take;
use core::task::Waker;

use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::RawMutex;

use crate::bytes::exact::Exact;
use crate::server::EventLog;

/// Counters of a [`Hub`](super::Hub). They wrap at 2^32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Stats {
    /// How many clients have a stream now.
    pub clients: usize,
    /// How many streams have begun.
    pub served: u32,
    /// How many loss notices were sent: to clients whose last event ID was not in the log, and to clients whose next frame was
    /// overwritten before they got it. Streams that ended with [`CloseReason::Lagged`](crate::server::CloseReason::Lagged) are
    /// counted in `aborted` instead.
    pub lagged: u32,
    /// How many requests were refused, by the rules of the options or because no slot was free.
    pub refused: u32,
    /// How many streams were aborted because the client took no byte for the write timeout, or because its current frame was
    /// overwritten before it was sent completely.
    pub aborted: u32,
    /// How many frames were published.
    pub published: u32,
}

impl Stats {
    const NONE: Self = Self {
        clients: 0,
        served: 0,
        lagged: 0,
        refused: 0,
        aborted: 0,
        published: 0,
    };
}

/// Adds 1 to one of the [`Stats`].
pub(super) fn count(counter: &mut u32) {
    // A device that runs for years must not stop counting, and a sum that overflows would panic in a debug build.
    *counter = counter.wrapping_add(1);
}

/// The data of a hub.
pub(super) struct State<const BYTES: usize, const CLIENTS: usize> {
    pub log: EventLog<[u8; BYTES]>,
    pub stats: Stats,
    slots: [Slot; CLIENTS],
}

/// The slot of one client's stream.
struct Slot {
    is_taken: bool,
    /// The waker of the task that waits for a frame.
    waker: Option<Waker>,
}

impl Slot {
    const FREE: Self = Self {
        is_taken: false,
        waker: None,
    };
}

impl<const BYTES: usize, const CLIENTS: usize> State<BYTES, CLIENTS> {
    /// Takes a slot for a stream that begins, and returns its number. `None` if all are taken.
    pub fn take_slot(&mut self) -> Option<usize> {
        let mut slots = self.slots.iter_mut().enumerate();
        let (number, slot) = slots.find(|(_, slot)| !slot.is_taken)?;
        slot.is_taken = true;
        self.stats.clients = self.stats.clients.plus(1);
        count(&mut self.stats.served);
        Some(number)
    }

    /// Takes the waker of a slot. `None` if there is no slot with this number.
    pub fn take_waker(&mut self, number: usize) -> Option<Option<Waker>> {
        let slot = self.slots.get_mut(number)?;
        Some(slot.waker.take())
    }

    /// Stores the waker of a waiting task in its slot. Returns the waker that it has replaced, if any, so that the caller drops
    /// it after the lock.
    pub fn keep_waker(&mut self, number: usize, waker: &Waker) -> Option<Waker> {
        let slot = self.slots.get_mut(number)?;
        match &slot.waker {
            Some(known) if known.will_wake(waker) => None,
            _ => slot.waker.replace(waker.clone()),
        }
    }
}

/// The data of a hub, and its lock.
///
/// A mutex of `embassy-sync` may be locked again by the function that runs under its lock. The `RefCell` refuses that.
pub(super) struct Locked<M: RawMutex, const BYTES: usize, const CLIENTS: usize>(
    Mutex<M, RefCell<State<BYTES, CLIENTS>>>,
);

impl<M: RawMutex, const BYTES: usize, const CLIENTS: usize> Locked<M, BYTES, CLIENTS> {
    pub const fn new() -> Self {
        Self(Mutex::new(RefCell::new(State {
            log: EventLog::new(),
            stats: Stats::NONE,
            slots: [const { Slot::FREE }; CLIENTS],
        })))
    }

    /// Calls `f` under the lock. Returns `None` if a function that runs under the lock calls this.
    pub fn lock<R>(&self, f: impl FnOnce(&mut State<BYTES, CLIENTS>) -> R) -> Option<R> {
        self.0
            .lock(|state| Some(f(&mut *state.try_borrow_mut().ok()?)))
    }
}

/// A slot of a hub that one client has taken. It is free again when this is dropped.
pub struct TakenSlot<'h, M: RawMutex, const BYTES: usize, const CLIENTS: usize> {
    pub(super) locked: &'h Locked<M, BYTES, CLIENTS>,
    pub(super) number: usize,
}

impl<M: RawMutex, const BYTES: usize, const CLIENTS: usize> Drop
    for TakenSlot<'_, M, BYTES, CLIENTS>
{
    fn drop(&mut self) {
        let waker = self.locked.lock(|state| {
            state.stats.clients = state.stats.clients.minus(1);
            let slot = state.slots.get_mut(self.number)?;
            slot.is_taken = false;
            take(&mut slot.waker)
        });
        // Dropping a waker runs code of the executor, which may lock the hub: do it after the lock.
        drop(waker);
    }
}

impl<M: RawMutex, const BYTES: usize, const CLIENTS: usize> fmt::Debug
    for TakenSlot<'_, M, BYTES, CLIENTS>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TakenSlot")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
