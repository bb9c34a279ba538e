//! The buffers, the input and the output of the other programs, without the crate.
#![no_std]
#![no_main]

use footprint::{read, write, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let mut name = [0; 64];
    let mut id = [0; 64];
    let mut text = [0; 64];
    let mut buffer = [0; 256];
    loop {
        write(read(&mut name));
        write(read(&mut id));
        write(read(&mut text));
        write(read(&mut buffer));
        write_word(1);
    }
}
