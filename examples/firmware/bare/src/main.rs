//! Decodes an event stream from the UART, and sends each event back. An event `led` switches a light.
//!
//! When all received bytes are decoded, the program sends an event `idle`. Its data is the number of bytes so far, and it has
//! the last event ID and the reconnection time. The UART has no flow control: a sender that waits for `idle` from time to
//! time does not overflow it.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::fmt::Write;

use chip::uart::{self, Receiver, Sender};
use cortex_m_rt::entry;
use embedded_io::{Read, ReadReady};
use embedded_sse::io::WriteError;
use embedded_sse::io::blocking::SocketSink;
use embedded_sse::{DataWriter, Decoder, EventType, Frame, Overflow, event_type};

/// The size of the decoder's buffer, for the id, type and data of an event.
const CAPACITY: usize = 8 * 1024;

const IDLE: EventType = event_type!("idle");
const OVERFLOW: EventType = event_type!("overflow");

#[entry]
fn main() -> ! {
    static mut BUFFER: [u8; CAPACITY] = [0; CAPACITY];

    let (receiver, sender) = uart::start();
    // `relay` returns only errors, and the UART has none.
    let _ = relay(receiver, sender, Decoder::with_buffer(BUFFER));
    loop {
        core::hint::spin_loop();
    }
}

fn relay(
    mut receiver: Receiver,
    sender: Sender,
    mut decoder: Decoder<&mut [u8]>,
) -> Result<Infallible, WriteError<Infallible>> {
    let mut gathered = [0; 64];
    let mut sink = SocketSink::new(sender, &mut gathered);
    let mut received = [0; 32];
    let mut count = 0_u32;
    loop {
        if !receiver.read_ready().map_err(WriteError::Io)? {
            let mut frame = Frame::new().event_type(IDLE).id(decoder.last_event_id());
            if let Some(milliseconds) = decoder.retry() {
                frame = frame.retry(milliseconds);
            }
            let mut data = DataWriter::new(&mut sink, &frame)?;
            // `finish` returns the error of `write!`.
            let _ = write!(data, "{count}");
            data.finish()?;
        }
        let length = receiver.read(&mut received).map_err(WriteError::Io)?;
        count = count.wrapping_add(length as u32);
        let mut input = received.get(..length).unwrap_or_default();
        loop {
            match decoder.next(&mut input) {
                Ok(Some(event)) => {
                    if event.event_type == "led" {
                        chip::light::switch(event.data == "on");
                    }
                    let frame = Frame::data(&event.data)
                        .event_type(event.event_type)
                        .id(event.last_event_id);
                    frame.write_to(&mut sink)?;
                }
                Ok(None) => break,
                Err(Overflow) => Frame::data("").event_type(OVERFLOW).write_to(&mut sink)?,
            }
        }
    }
}
