//! How much of the stack was never used.

use core::ptr::{addr_of, read_volatile};

use cortex_m_rt::STACK_PAINT_VALUE;

unsafe extern "C" {
    /// Below this the stack cannot grow.
    static mut _stack_end: u32;
    static mut _stack_start: u32;
}

/// The bytes between the stack at its deepest so far and the variables.
pub fn free() -> usize {
    let end = addr_of!(_stack_start);
    let mut word = addr_of!(_stack_end);
    // SAFETY: it stays within the stack, of which the start-up code has painted each word.
    unsafe {
        while word < end && read_volatile(word) == STACK_PAINT_VALUE {
            word = word.add(1);
        }
        word.byte_offset_from(addr_of!(_stack_end)) as usize
    }
}
