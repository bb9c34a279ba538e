//! Panics that the check must find, and the programs that exist for that.

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

/// Makes a program that has the panic of this name. With `async`, the panic is in an `async fn`, which has another
/// panic of its own: it is reached when the future is polled after its end.
#[macro_export]
macro_rules! program_with_panic {
    ($panic:ident) => {
        #[unsafe(no_mangle)]
        extern "C" fn reset() -> ! {
            loop {
                $crate::planted::$panic();
            }
        }
    };
    (async $panic:ident) => {
        #[unsafe(no_mangle)]
        extern "C" fn reset() -> ! {
            loop {
                $crate::block_on(read_and_panic());
            }
        }

        async fn read_and_panic() {
            let _ = embedded_io_async::Read::read(&mut $crate::Port, &mut [0; 8]).await;
            $crate::planted::$panic();
        }
    };
}
