//! Time, from which the script derives instructions.

use core::arch::asm;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_semihosting::hprintln;

/// What the timer counts down from, again and again.
pub const RELOAD: u32 = 0x00ff_ffff;

pub struct Stopwatch(SYST);

impl Stopwatch {
    pub fn new(mut timer: SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(RELOAD);
        timer.enable_counter();
        Self(timer)
    }

    /// Reports the ticks of loops of known length, one of them of other instructions.
    pub fn calibrate(&mut self) {
        for rounds in [100_000, 200_000] {
            let ((), ticks) = self.time(|| plain_loop(rounds));
            hprintln!("calibration/plain {} {}", 2 * rounds, ticks);
        }
        let ((), ticks) = self.time(|| mixed_loop(40_000));
        hprintln!("calibration/mixed {} {}", 10 * 40_000, ticks);
    }

    /// What `work` returns, and the timer ticks it takes.
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> (T, u32) {
        self.0.clear_current();
        // The counter stands at zero until its next tick.
        while SYST::get_current() == 0 {}
        let start = SYST::get_current();
        let result = work();
        let end = SYST::get_current();
        assert!(!self.0.has_wrapped(), "a measurement outlasts the timer");
        (result, start - end)
    }
}

/// Takes two instructions a round and no memory access.
#[inline(never)]
fn plain_loop(rounds: u32) {
    // SAFETY: it changes one register, which it declares, and the flags.
    unsafe {
        asm!(
            "2:",
            "subs {rounds}, {rounds}, #1",
            "bne 2b",
            rounds = inout(reg) rounds => _,
            options(nomem, nostack),
        )
    }
}

/// Takes ten instructions a round, of as many kinds as a decoder has.
#[inline(never)]
fn mixed_loop(rounds: u32) {
    let mut word = 1u32;
    // SAFETY: it changes the registers it declares, the flags, and the word it points to.
    unsafe {
        asm!(
            "2:",
            "ldr {a}, [{word}]",
            "ldrb {b}, [{word}, #1]",
            "mul {a}, {a}, {rounds}",
            "udiv {b}, {a}, {rounds}",
            "str {b}, [{word}]",
            "nop",
            "b 3f",
            "3:",
            "eors {a}, {b}",
            "subs {rounds}, {rounds}, #1",
            "bne 2b",
            rounds = inout(reg) rounds => _,
            word = in(reg) &mut word,
            a = out(reg) _,
            b = out(reg) _,
            options(nostack),
        )
    }
}
