//! A program that can panic: the check for panics must find it.
#![no_std]
#![no_main]

use footprint::{read, read_word, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let mut buffer = [0; 64];
    loop {
        let index = read_word() as usize;
        write_word(u32::from(read(&mut buffer)[index]));
    }
}
