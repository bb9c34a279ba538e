//! Follows a stream by an asynchronous `Client` over `Nal`, without redirects.
#![no_std]
#![no_main]

use embedded_sse::client::{ClientOptions, EventSource};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Client, Nal};
use footprint::net::{PortClock, PortNet};
use footprint::{block_on, memory, report_size, write_event};

static OPTIONS: ClientOptions = ClientOptions::new().idle_timeout(45_000);

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (buffer, received) = (memory::<512>(0), memory::<512>(512));
    loop {
        let task = follow(buffer, received);
        report_size(&task);
        block_on(task);
    }
}

async fn follow(buffer: &mut [u8], received: &mut [u8]) {
    let Ok(url) = Url::new("http://device/events") else {
        return;
    };
    let source = EventSource::new(url, &OPTIONS, buffer);
    let connector = Nal::new(&PortNet, &PortNet);
    let mut client = Client::new(source, connector, received, PortClock);
    while let Some(event) = client.next().await {
        write_event(&event);
    }
}
