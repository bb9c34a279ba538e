//! How deep calls reach into the stack.

use core::arch::asm;
use core::hint::black_box;

use cortex_m_semihosting::hprintln;

/// Bytes that are painted before a call. No call may reach deeper.
const PAINTED: u32 = 2048;
const PAINT: u32 = 0xa55a_c33c;

/// The deepest of the calls that it was shown, which it reports at its end.
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

    /// What `function` returns. It is called through a pointer that the compiler does not see through. What it
    /// returns in memory, and arguments beyond four registers, lie in the caller's part of the stack.
    #[inline(always)]
    pub fn call<A, R>(&mut self, function: fn(A) -> R, a: A) -> R {
        let function = black_box(function);
        self.measure(|| function(a))
    }

    /// As [`call`](Self::call), with two arguments.
    #[inline(always)]
    pub fn call2<A, B, R>(&mut self, function: fn(A, B) -> R, a: A, b: B) -> R {
        let function = black_box(function);
        self.measure(|| function(a, b))
    }

    /// As [`call`](Self::call), with three arguments.
    #[inline(always)]
    pub fn call3<A, B, C, R>(&mut self, function: fn(A, B, C) -> R, a: A, b: B, c: C) -> R {
        let function = black_box(function);
        self.measure(|| function(a, b, c))
    }

    /// As [`call`](Self::call), with four arguments.
    #[inline(always)]
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

    /// This becomes a part of the caller's function, whose stack it leaves out.
    #[inline(always)]
    fn measure<R>(&mut self, call: impl FnOnce() -> R) -> R {
        let before = paint();
        let result = call();
        let (after, depth) = reached();
        assert!(before == after, "the stack pointer differs");
        assert!(depth < PAINTED, "{} reaches too deep", self.metric);
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

/// Paints the stack below the caller's frame; gives the stack pointer.
#[inline(always)]
fn paint() -> u32 {
    let pointer;
    // SAFETY: nothing lives below the stack pointer, and no interrupt is enabled.
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

/// The stack pointer, and how many bytes below it are no longer painted.
#[inline(always)]
fn reached() -> (u32, u32) {
    let pointer: u32;
    let at: u32;
    // SAFETY: it only reads, up to the stack pointer.
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
