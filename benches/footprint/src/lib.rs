//! What all the programs share: a port to read from and write to, and a panic handler that the check for
//! panics knows by its symbol.
#![no_std]

pub mod net;
pub mod planted;

use core::pin::pin;
use core::ptr::{read_volatile, write_volatile};
use core::task::{Context, Poll, Waker};

use embedded_sse::Event;

const PORT: *mut u32 = 0x4000_c000 as *mut u32;

/// Memory that a firmware would have as a static.
pub fn memory<const N: usize>(at: usize) -> &'static mut [u8; N] {
    // SAFETY: RAM that the linker knows nothing of. The program takes each part of it once.
    unsafe { &mut *((0x2001_0000 + at) as *mut [u8; N]) }
}

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

/// Writes every part of an event to the port.
#[inline(always)]
pub fn write_event(event: &Event<'_>) {
    write(event.event_type.as_bytes());
    write(event.data.as_bytes());
    write(event.last_event_id.as_bytes());
}

/// Writes a word to the port.
pub fn write_word(word: u32) {
    // SAFETY: a device register; nothing else is at this address.
    unsafe { write_volatile(PORT, word) }
}

/// Polls the future until it is ready.
#[inline(always)]
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Leaves the size of the future in a section of the program that is not loaded, for `run` to read.
#[inline(always)]
pub fn report_size<F: Future>(_: &F) {
    // SAFETY: this adds no instruction.
    unsafe {
        core::arch::asm!(
            ".pushsection .future_size",
            ".word {size}",
            ".popsection",
            size = const size_of::<F>(),
            options(nomem, nostack, preserves_flags),
        );
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    let message = match cfg!(feature = "panic_messages") {
        true => info.message().as_str(),
        false => None,
    };
    panic_reached(message.map_or(0, |message| message.as_ptr() as u32))
}

/// Linked if, and only if, something can panic. `panics.py` knows it by its name.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn panic_reached(message: u32) -> ! {
    loop {
        write_word(message);
    }
}

/// The port as a socket.
#[derive(Clone, Copy)]
pub struct Port;

impl embedded_io::ErrorType for Port {
    type Error = embedded_io::ErrorKind;
}

impl embedded_io::ReadReady for Port {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        Ok(read_word() == 0)
    }
}

impl embedded_io::WriteReady for Port {
    fn write_ready(&mut self) -> Result<bool, Self::Error> {
        Ok(read_word() == 0)
    }
}

impl embedded_io_async::Read for Port {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        embedded_io::Read::read(self, buffer)
    }
}

impl embedded_io_async::Write for Port {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        embedded_io::Write::write(self, bytes)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl embedded_io::Read for Port {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        match read_word() {
            0 => Err(embedded_io::ErrorKind::Other),
            _ => Ok(read(buffer).len()),
        }
    }
}

impl embedded_io::Write for Port {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        match read_word() {
            0 => Err(embedded_io::ErrorKind::Other),
            1 => Ok(0),
            _ => {
                write(bytes);
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
