//! Helpers of all programs: a port for input and output, and the panic handler, which the check for panics finds by its
//! symbol.
#![no_std]

pub mod net;
pub mod planted;

use core::pin::pin;
use core::ptr::{read_volatile, write_volatile};
use core::task::{Context, Poll, Waker};

use embedded_sse::Event;

const PORT: *mut u32 = 0x4000_c000 as *mut u32;

/// Returns a buffer at a fixed address, in place of a static.
pub fn memory<const N: usize>(at: usize) -> &'static mut [u8; N] {
    // SAFETY: the linker does not use this RAM, and the program takes each part of it once.
    unsafe { &mut *((0x2001_0000 + at) as *mut [u8; N]) }
}

/// Reads a word from the port. The compiler cannot know its value.
pub fn read_word() -> u32 {
    // SAFETY: this is the address of a device register, and of nothing else.
    unsafe { read_volatile(PORT) }
}

/// Reads from the port into the start of `buffer`, and returns the bytes that were read.
pub fn read(buffer: &mut [u8]) -> &[u8] {
    let length = read_word() as usize;
    for byte in buffer.iter_mut().take(length) {
        *byte = read_word() as u8;
    }
    buffer.get(..length).unwrap_or_default()
}

/// Writes bytes to the port.
pub fn write(bytes: &[u8]) {
    for byte in bytes {
        write_word(u32::from(*byte));
    }
}

/// Writes every part of an event to the port.
#[inline(always)] // as if each program had this code itself
pub fn write_event(event: &Event<'_>) {
    write(event.event_type.as_bytes());
    write(event.data.as_bytes());
    write(event.last_event_id.as_bytes());
}

/// Writes a word to the port.
pub fn write_word(word: u32) {
    // SAFETY: this is the address of a device register, and of nothing else.
    unsafe { write_volatile(PORT, word) }
}

/// Polls the future until it is ready.
#[inline(always)] // as if each program had this code itself
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Puts the size of the future into a section of the program that is not loaded. `run` reads it there.
#[inline(always)] // a call would add to the program's size
pub fn report_size<F: Future>(_: &F) {
    // SAFETY: the code adds data to a section, and no instruction.
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

/// The panic handler's target: it is linked only if something can panic. `panics.py` finds it by this name.
#[unsafe(no_mangle)]
#[inline(never)] // the check needs a function with this symbol
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
