//! Encodes frames with all kinds of fields, whose values come from the input.
#![no_std]
#![no_main]

use embedded_sse::{EventId, EventType, Frame};
use footprint::{read, read_word, write, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let mut name = [0; 64];
    let mut id = [0; 64];
    let mut text = [0; 64];
    let mut buffer = [0; 256];
    loop {
        let text = read(&mut text);
        let mut frame = match read_word() {
            0 => Frame::data(text),
            1 => Frame::comment(text),
            _ => Frame::new(),
        };
        match EventType::from_bytes(read(&mut name)) {
            Ok(name) => frame = frame.event_type(name),
            Err(_) => write_word(1),
        }
        match EventId::from_bytes(read(&mut id)) {
            Ok(id) => frame = frame.id(id),
            Err(_) => write_word(2),
        }
        if read_word() == 0 {
            frame = frame.retry(read_word());
        }
        match frame.encode(&mut buffer) {
            Ok(bytes) => write(bytes),
            Err(_) => write_word(3),
        }
    }
}
