//! Panics that the check must find, in programs that exist for that.

use core::cell::RefCell;

use crate::{memory, read_word, write_word};

/// Panics if the cell is borrowed, of which the compiler knows nothing.
#[inline(always)]
pub fn borrow() {
    let cell = memory::<64>(0).as_ptr().cast::<RefCell<u32>>();
    // SAFETY: the memory is aligned and used for nothing else.
    *unsafe { &*cell }.borrow_mut() = read_word();
}

/// Panics if the word is 64 or more.
#[inline(always)]
pub fn index() {
    write_word(u32::from(memory::<64>(0)[read_word() as usize]));
}

/// Panics if the word is 0.
#[inline(always)]
pub fn unwrap() {
    let word = core::num::NonZero::new(read_word());
    write_word(word.unwrap().get());
}
