//! Decodes the input, and writes every part of every event, every retry and every overflow to the output.
#![no_std]
#![no_main]

use embedded_sse::Decoder;
use footprint::{read, read_word, write_event, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let mut buffer = [0; 64];
    let mut decoder = Decoder::<[u8; 256]>::new();
    loop {
        let mut input = read(&mut buffer);
        loop {
            match decoder.next(&mut input) {
                Ok(Some(event)) => write_event(&event),
                Ok(None) => break,
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
