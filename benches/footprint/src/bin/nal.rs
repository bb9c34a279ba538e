//! Connects by `Nal` alone, without a client.
#![no_std]
#![no_main]

use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Connect, Nal};
use footprint::net::PortNet;
use footprint::{block_on, memory, read, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let text = memory::<64>(0);
    loop {
        if let Ok(url) = Url::new(core::str::from_utf8(read(text)).unwrap_or_default()) {
            let connected = block_on(Nal::new(&PortNet, &PortNet).connect(url));
            write_word(u32::from(connected.is_err()));
        }
    }
}
