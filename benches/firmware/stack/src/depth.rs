//! Measures the stack of calls.

use core::arch::asm;
use core::hint::black_box;

use cortex_m_semihosting::hprintln;

/// The bytes of the stack that are painted before a call. A call that uses more fails.
const PAINTED: u32 = 2048;
const PAINT: u32 = 0xa55a_c33c;

/// The deepest of the measured calls of a function. It is reported when this is dropped.
pub struct Depth {
    metric: &'static str,
    calls: u32,
    deepest: u32,
}

impl Depth {
    pub fn of(metric: &'static str) -> Self {
        Self {
            metric,
            calls: 0,
            deepest: 0,
        }
    }

    /// Calls `function`, and returns its result. The call is through an opaque pointer, so that the compiler does not inline it.
    /// A result in memory, and arguments beyond four registers, lie in the caller's part of the stack, and do not count.
    #[inline(always)] // a frame of this function would count
    pub fn call<A, R>(&mut self, function: fn(A) -> R, a: A) -> R {
        let function = black_box(function);
        self.measure(|| function(a))
    }

    /// As [`call`](Self::call), with two arguments.
    #[inline(always)] // as `call`
    pub fn call2<A, B, R>(&mut self, function: fn(A, B) -> R, a: A, b: B) -> R {
        let function = black_box(function);
        self.measure(|| function(a, b))
    }

    /// As [`call`](Self::call), with three arguments.
    #[inline(always)] // as `call`
    pub fn call3<A, B, C, R>(&mut self, function: fn(A, B, C) -> R, a: A, b: B, c: C) -> R {
        let function = black_box(function);
        self.measure(|| function(a, b, c))
    }

    /// As [`call`](Self::call), with four arguments.
    #[inline(always)] // as `call`
    pub fn call4<A, B, C, D, R>(
        &mut self,
        function: fn(A, B, C, D) -> R,
        a: A,
        b: B,
        c: C,
        d: D,
    ) -> R {
        let function = black_box(function);
        self.measure(|| function(a, b, c, d))
    }

    /// Measures `call`.
    #[inline(always)] // it becomes a part of the caller's function, so the caller's stack does not count
    fn measure<R>(&mut self, call: impl FnOnce() -> R) -> R {
        let before = paint();
        let result = call();
        let (after, depth) = reached();
        assert!(before == after, "the stack pointer differs");
        assert!(
            depth < PAINTED,
            "{} uses more stack than is painted",
            self.metric
        );
        self.deepest = self.deepest.max(depth);
        self.calls += 1;
        result
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        hprintln!("{} {} {}", self.metric, self.calls, self.deepest);
    }
}

/// Paints the stack below the caller's frame. Returns the stack pointer.
#[inline(always)] // a call would have a frame of its own
fn paint() -> u32 {
    let pointer;
    // SAFETY: no value lies below the stack pointer, and no interrupt is enabled.
    unsafe {
        asm!(
            "mov {pointer}, sp",
            "sub {at}, {pointer}, {painted}",
            "2:",
            "str {paint}, [{at}], #4",
            "cmp {at}, {pointer}",
            "bne 2b",
            pointer = out(reg) pointer,
            at = out(reg) _,
            paint = in(reg) PAINT,
            painted = in(reg) PAINTED,
        );
    }
    pointer
}

/// Returns the stack pointer, and the number of bytes below it down to the first that is no longer painted.
#[inline(always)] // a call would overwrite the paint
fn reached() -> (u32, u32) {
    let pointer: u32;
    let at: u32;
    // SAFETY: the code only reads, below the stack pointer.
    unsafe {
        asm!(
            "mov {pointer}, sp",
            "sub {at}, {pointer}, {painted}",
            "2:",
            "ldr {word}, [{at}]",
            "cmp {word}, {paint}",
            "bne 3f",
            "add {at}, {at}, #4",
            "cmp {at}, {pointer}",
            "bne 2b",
            "3:",
            pointer = out(reg) pointer,
            at = out(reg) at,
            word = out(reg) _,
            paint = in(reg) PAINT,
            painted = in(reg) PAINTED,
        );
    }
    (pointer, pointer - at)
}
