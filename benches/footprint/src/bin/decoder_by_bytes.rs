//! As `decoder`, but decodes byte by byte.
#![no_std]
#![no_main]

use embedded_sse::Decoder;
use footprint::{read, read_word, write_event, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let mut buffer = [0; 64];
    let mut decoder = Decoder::<[u8; 256]>::new();
    loop {
        for byte in read(&mut buffer) {
            match decoder.push(*byte) {
                Ok(Some(event)) => write_event(&event),
                Ok(None) => {}
                Err(_) => write_word(1),
            }
        }
        if let Some(retry) = decoder.retry() {
            write_word(retry);
        }
        if read_word() == 0 {
            decoder.end_stream();
        }
    }
}
