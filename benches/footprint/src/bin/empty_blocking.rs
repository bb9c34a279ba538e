//! The socket and the clock of the blocking programs, without the crate.
#![no_std]
#![no_main]

use embedded_io::{Read, ReadReady, Write, WriteReady};
use embedded_sse::io::blocking::Clock;
use footprint::net::{PortClock, now};
use footprint::{Port, memory, read, write, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (text, buffer) = (memory::<64>(0), memory::<512>(64));
    loop {
        write(read(text));
        if let (Ok(true), Ok(length)) = (Port.read_ready(), Port.read(buffer)) {
            let received = buffer.get(..length).unwrap_or_default();
            let written = Port.write_ready().and_then(|_| Port.write(received));
            write_word(u32::from(written.and_then(|_| Port.flush()).is_err()));
        }
        PortClock.wait_until(now());
    }
}
