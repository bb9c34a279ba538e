//! Panics that the check must find, and the macro that makes programs with them.

use core::cell::RefCell;

use crate::{memory, read_word, write_word};

/// Panics if the cell is borrowed. The compiler cannot know whether it is.
#[inline(always)] // the check must also find panics in inlined code
pub fn borrow() {
    let cell = memory::<64>(0).as_ptr().cast::<RefCell<u32>>();
    // SAFETY: the memory is aligned, and nothing else uses it.
    *unsafe { &*cell }.borrow_mut() = read_word();
}

/// Panics if the word is 64 or more.
#[inline(always)] // as `borrow`
pub fn index() {
    write_word(u32::from(memory::<64>(0)[read_word() as usize]));
}

/// Panics if the word is 0.
#[inline(always)] // as `borrow`
pub fn unwrap() {
    let word = core::num::NonZero::new(read_word());
    write_word(word.unwrap().get());
}

/// Makes a program with the panic of this name. With `async`, the panic is in an `async fn`. That also has the allowed panic
/// of a future that is polled after its end.
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
