//! What all the programs share: a port to read from and write to, and a panic handler that leaves a
//! trace in the symbol table.
#![no_std]

use core::ptr::{read_volatile, write_volatile};

const PORT: *mut u32 = 0x4000_c000 as *mut u32;

/// A word from the port, of which the compiler knows nothing.
pub fn read_word() -> u32 {
    // SAFETY: a device register; nothing else is at this address.
    unsafe { read_volatile(PORT) }
}

/// Fills the front of `buffer` from the port, and returns that part.
pub fn read(buffer: &mut [u8]) -> &[u8] {
    let length = read_word() as usize;
    for byte in buffer.iter_mut().take(length) {
        *byte = read_word() as u8;
    }
    buffer.get(..length).unwrap_or_default()
}

/// Writes to the port.
pub fn write(bytes: &[u8]) {
    for byte in bytes {
        write_word(u32::from(*byte));
    }
}

/// Writes a word to the port.
pub fn write_word(word: u32) {
    // SAFETY: a device register; nothing else is at this address.
    unsafe { write_volatile(PORT, word) }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    panic_reached()
}

/// Stands in the symbol table if, and only if, something can panic.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn panic_reached() -> ! {
    loop {
        write_word(0);
    }
}
