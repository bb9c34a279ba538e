//! Measures the unused part of the stack.

use core::ptr::{addr_of, read_volatile};

use cortex_m_rt::STACK_PAINT_VALUE;

unsafe extern "C" {
    /// The lowest address of the stack.
    static mut _stack_end: u32;
    static mut _stack_start: u32;
}

/// Returns the bytes of the stack that were never used.
pub fn free() -> usize {
    let end = addr_of!(_stack_start);
    let mut word = addr_of!(_stack_end);
    // SAFETY: all reads lie within the stack, and the start-up code has painted each of its words.
    unsafe {
        while word < end && read_volatile(word) == STACK_PAINT_VALUE {
            word = word.add(1);
        }
        word.byte_offset_from(addr_of!(_stack_end)) as usize
    }
}
