//! Answers a request with a stream of the events that are published after it: HTTP, log and session, without a socket.
#![no_std]
#![no_main]

use embedded_sse::server::{Connection, ConnectionOutput, EventLog, ServerOptions, StreamOptions};
use embedded_sse::{Frame, Instant, event_type};
use footprint::{memory, read, read_word, write, write_word};

static OPTIONS: ServerOptions = ServerOptions::new("/events").stream(StreamOptions::new());

/// A static that starts as zero, as firmware would have it: it takes no flash.
static mut LOG: EventLog<[u8; 1024]> = EventLog::new();

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let text = memory::<64>(0);
    let scratch = memory::<512>(64);
    let log = &raw mut LOG;
    // SAFETY: this is the only reference to `LOG`.
    let log = unsafe { &mut *log };
    log.make_ids(read_word());
    loop {
        let mut connection = Connection::new(now(), &OPTIONS, scratch);
        loop {
            let frame = Frame::data(read(text)).event_type(event_type!("status"));
            write_word(u32::from(log.publish(&frame).is_err()));
            match connection.poll(now(), log) {
                ConnectionOutput::Send(bytes) => {
                    write(bytes);
                    connection.sent(read_word() as usize);
                }
                ConnectionOutput::Request => connection.answer(now(), log),
                ConnectionOutput::Wait(until) => {
                    write_word(until.as_millis() as u32);
                    let length = read(connection.receive_buffer()).len();
                    connection.received(length);
                }
                ConnectionOutput::Shutdown => write_word(read_word()),
                ConnectionOutput::Close(_) | ConnectionOutput::Abort(_) => break,
            }
        }
    }
}

fn now() -> Instant {
    Instant::from_millis(u64::from(read_word()))
}
