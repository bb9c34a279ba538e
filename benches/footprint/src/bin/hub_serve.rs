//! Serves the events of a hub, with ids that the log makes, to one client after the other.
#![no_std]
#![no_main]

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_sse::hub::Hub;
use embedded_sse::server::ServerOptions;
use embedded_sse::{Frame, event_type};
use footprint::net::PortClock;
use footprint::{Port, block_on, memory, read, read_word, report_size, write_word};

type PortHub = Hub<NoopRawMutex, 1024, 2>;

static OPTIONS: ServerOptions = ServerOptions::new("/events");

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (text, scratch) = (memory::<64>(0), memory::<512>(64));
    let hub = PortHub::new();
    hub.make_ids(read_word());
    loop {
        let frame = Frame::data(read(text)).event_type(event_type!("status"));
        write_word(u32::from(hub.publish(&frame).is_err()));
        let mut socket = Port;
        let served = hub.serve(&mut socket, scratch, &PortClock, &OPTIONS);
        report_size(&served);
        write_word(u32::from(block_on(served).is_err()));
    }
}
