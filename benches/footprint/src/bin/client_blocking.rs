//! Follows a stream by a blocking `Client`, without redirects.
#![no_std]
#![no_main]

use embedded_sse::client::{ClientOptions, EventSource};
use embedded_sse::http::Url;
use embedded_sse::io::blocking::Client;
use footprint::net::{PortClock, PortNet};
use footprint::{memory, write_event, write_word};

static OPTIONS: ClientOptions = ClientOptions::new().idle_timeout(45_000);

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (buffer, received) = (memory::<512>(0), memory::<512>(512));
    loop {
        let Ok(url) = Url::new("http://device/events") else {
            continue;
        };
        let source = EventSource::new(url, &OPTIONS, buffer);
        let mut client = Client::new(source, PortNet, received, PortClock);
        while let Some(event) = client.next() {
            write_event(&event);
        }
        write_word(0);
    }
}
