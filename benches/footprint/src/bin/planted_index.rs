//! A program that can panic: the check must find it.
#![no_std]
#![no_main]

use footprint::planted;

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    loop {
        planted::index();
    }
}
