//! Measures time in timer ticks, from which the script derives instructions.

use core::arch::asm;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_semihosting::hprintln;

/// The timer's start value. It counts down from here, and starts again at zero.
pub const RELOAD: u32 = 0x00ff_ffff;

pub struct Stopwatch(SYST);

impl Stopwatch {
    pub fn new(mut timer: SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(RELOAD);
        timer.enable_counter();
        Self(timer)
    }

    /// Reports the ticks of loops of known length: two of two kinds of instructions, and one of many kinds. The script checks
    /// that all give the same instructions a tick.
    pub fn calibrate(&mut self) {
        for rounds in [100_000, 200_000] {
            let ((), ticks) = self.time(|| plain_loop(rounds));
            hprintln!("calibration/plain {} {}", 2 * rounds, ticks);
        }
        let ((), ticks) = self.time(|| mixed_loop(40_000));
        hprintln!("calibration/mixed {} {}", 10 * 40_000, ticks);
    }

    /// Returns the result of `work`, and the timer ticks that it takes.
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> (T, u32) {
        self.0.clear_current();
        // After a clear, the counter is zero until its next tick.
        while SYST::get_current() == 0 {}
        let start = SYST::get_current();
        let result = work();
        let end = SYST::get_current();
        assert!(!self.0.has_wrapped(), "the timer has wrapped");
        (result, start - end)
    }
}

/// Takes two instructions a round and no memory access.
#[inline(never)] // every run executes the same copy of the loop
fn plain_loop(rounds: u32) {
    // SAFETY: the code changes one register, which is declared, and the flags.
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

/// Takes ten instructions a round, of the kinds that a decoder has.
#[inline(never)] // as `plain_loop`
fn mixed_loop(rounds: u32) {
    let mut word = 1u32;
    // SAFETY: the code changes the declared registers, the flags, and `word`.
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
