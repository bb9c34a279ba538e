//! Serves the events of a log by `Connection::pump`, to one client after the other.
#![no_std]
#![no_main]

use embedded_sse::io::blocking::PumpOutput;
use embedded_sse::server::{Connection, EventLog, ServerOptions};
use embedded_sse::{Frame, event_type};
use footprint::net::now;
use footprint::{Port, memory, read, read_word, write_word};

static OPTIONS: ServerOptions = ServerOptions::new("/events");

/// A static that starts as zero, as firmware would have it: it takes no flash.
static mut LOG: EventLog<[u8; 1024]> = EventLog::new();

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (text, scratch) = (memory::<64>(0), memory::<512>(64));
    let log = &raw mut LOG;
    // SAFETY: this is the only reference to `LOG`.
    let log = unsafe { &mut *log };
    log.make_ids(read_word());
    loop {
        let mut connection = Connection::new(now(), &OPTIONS, scratch);
        loop {
            let frame = Frame::data(read(text)).event_type(event_type!("status"));
            write_word(u32::from(log.publish(&frame).is_err()));
            match connection.pump(now(), log, &mut Port) {
                Ok(PumpOutput::Request) => connection.answer(now(), log),
                Ok(PumpOutput::Wait(until)) => write_word(until.as_millis() as u32),
                Ok(PumpOutput::Close(_)) | Err(_) => break,
            }
        }
    }
}
