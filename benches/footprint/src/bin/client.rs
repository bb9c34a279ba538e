//! Follows an event stream through redirects and outages: HTTP, decoder and event source, without a socket.
#![no_std]
#![no_main]

use embedded_sse::Instant;
use embedded_sse::client::{ClientOptions, EventSource, EventSourceOutput, Notice};
use embedded_sse::http::Url;
use footprint::{memory, read, read_word, write, write_event, write_word};

static OPTIONS: ClientOptions = ClientOptions::new().idle_timeout(45_000);

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let received = memory::<512>(0);
    let Ok(url) = Url::new("http://10.0.2.2/events") else {
        loop {
            write_word(0);
        }
    };
    let mut source = EventSource::new(url, &OPTIONS, memory::<512>(512));
    source.follow_redirects(memory::<256>(1024));
    loop {
        let mut input = read(received);
        loop {
            match source.poll(now(), &mut input) {
                EventSourceOutput::Connect(url) => {
                    write(url.host().as_bytes());
                    write_word(u32::from(url.port()));
                    if read_word() == 0 {
                        source.connected(now());
                    } else {
                        source.disconnected();
                    }
                }
                EventSourceOutput::Send(bytes) => {
                    write(bytes);
                    source.sent(now(), read_word() as usize);
                }
                EventSourceOutput::Wait(until) => {
                    write_word(until.as_millis() as u32);
                    break;
                }
                EventSourceOutput::Notice(Notice::Event(event)) => write_event(&event),
                EventSourceOutput::Notice(Notice::Reconnecting { at, .. }) => {
                    write_word(at.as_millis() as u32)
                }
                EventSourceOutput::Notice(Notice::Closed { .. }) => return_to_port(),
                EventSourceOutput::Notice(_) => {}
            }
        }
        if read_word() == 0 {
            source.disconnected();
        }
    }
}

fn return_to_port() -> ! {
    loop {
        write_word(0);
    }
}

fn now() -> Instant {
    Instant::from_millis(u64::from(read_word()))
}
