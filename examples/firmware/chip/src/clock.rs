//! The time driver of `embassy-time`: the system timer counts milliseconds. On a busy host, QEMU loses ticks, and the clock
//! is slow.

use core::cell::{Cell, RefCell};
use core::task::Waker;

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use critical_section::Mutex;
use embassy_time_driver::{Driver, time_driver_impl};
use embassy_time_queue_utils::Queue;

/// After a reset, QEMU's core runs at 12.5 MHz.
const CYCLES_PER_MILLISECOND: u32 = 12_500;

/// Starts the clock.
pub fn start(mut timer: SYST) {
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(CYCLES_PER_MILLISECOND - 1);
    timer.clear_current();
    timer.enable_counter();
    timer.enable_interrupt();
}

struct Clock {
    now: Mutex<Cell<u64>>,
    /// The time of the next wake-up.
    alarm: Mutex<Cell<u64>>,
    queue: Mutex<RefCell<Queue>>,
}

time_driver_impl!(static CLOCK: Clock = Clock {
    now: Mutex::new(Cell::new(0)),
    alarm: Mutex::new(Cell::new(u64::MAX)),
    queue: Mutex::new(RefCell::new(Queue::new())),
});

impl Driver for Clock {
    fn now(&self) -> u64 {
        critical_section::with(|token| self.now.borrow(token).get())
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|token| {
            let mut queue = self.queue.borrow_ref_mut(token);
            if queue.schedule_wake(at, waker) {
                let now = self.now.borrow(token).get();
                self.alarm.borrow(token).set(queue.next_expiration(now));
            }
        });
    }
}

#[exception]
fn SysTick() {
    critical_section::with(|token| {
        let now = CLOCK.now.borrow(token).get() + 1;
        CLOCK.now.borrow(token).set(now);
        let alarm = CLOCK.alarm.borrow(token);
        if alarm.get() <= now {
            alarm.set(CLOCK.queue.borrow_ref_mut(token).next_expiration(now));
        }
    });
}
