//! Every implementation of `defmt::Format`, and the clock of embassy-time.
#![no_std]
#![no_main]

use core::task::Waker;

use defmt::{Format, println};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_sse::client::{ClientOptions, DynamicField, EventSource, Reconnect, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::hub::Hub;
use embedded_sse::io::asynch::{Clock, EmbassyClock};
use embedded_sse::server::{Connection, ConnectionOutput, EventLog, ServerOptions, StreamOptions};
use embedded_sse::{Decoder, Frame, OwnedEvent, PartDecoder, Text};
use footprint::{block_on, memory, read, read_word, write, write_word};

static RECONNECT: ReconnectOptions = ReconnectOptions::new();
static CLIENT: ClientOptions = ClientOptions::new();
static STREAM: StreamOptions = StreamOptions::new();
static SERVER: ServerOptions = ServerOptions::new("/events").stream(STREAM);

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (text, buffer, scratch) = (memory::<64>(0), memory::<256>(64), memory::<512>(320));
    loop {
        let text = read(text);
        let frame = Frame::data(text);
        log(&Text::new(text));
        log(&frame);
        log(&frame.slices());
        log_decoders(text);
        log(&RECONNECT);
        log(&CLIENT);
        log(&STREAM);
        log(&SERVER);
        log(&Reconnect::new(&RECONNECT));
        if let Ok(field) = DynamicField::new("Cookie", &|_| Ok(())) {
            log(&field);
        }
        if let Ok(url) = Url::new(core::str::from_utf8(text).unwrap_or_default()) {
            log(&url);
            log(&EventSource::new(url, &CLIENT, buffer));
        }
        log_server(&frame, text, scratch);
        let until = EmbassyClock.now().after(read_word());
        block_on(EmbassyClock.wait_until(until));
    }
}

fn log<T: Format>(value: &T) {
    // `println!` has no level: an environment variable could switch a level off.
    println!("{}", value);
}

fn log_decoders(text: &[u8]) {
    let mut decoder = Decoder::<[u8; 64]>::new();
    match decoder.next(&mut &*text) {
        Ok(event) => event
            .iter()
            .for_each(|event| log(&OwnedEvent::<8, 16, 8>::try_from(event))),
        Err(_) => write_word(1),
    }
    log(&decoder);
    let mut parts = PartDecoder::<[u8; 64]>::new();
    write_word(u32::from(parts.next(&mut &*text).is_err()));
    log(&parts);
}

fn log_server(frame: &Frame<'_>, head: &[u8], scratch: &mut [u8]) {
    let mut events = EventLog::<[u8; 256]>::new();
    write_word(u32::from(events.publish(frame).is_err()));
    log(&events);
    let hub = Hub::<NoopRawMutex, 256, 2>::new();
    write_word(u32::from(hub.publish(frame).is_err()));
    log(&hub);
    let now = EmbassyClock.now();
    let mut connection = Connection::new(now, &SERVER, scratch);
    for (place, byte) in connection.receive_buffer().iter_mut().zip(head) {
        *place = *byte;
    }
    connection.received(head.len());
    if let ConnectionOutput::Request = connection.poll(now, &events) {
        log(&connection.request());
        log(&connection.request_kind());
    }
}

/// Writes the log to the port.
#[defmt::global_logger]
struct PortLogger;

// SAFETY: the program has one thread, and no interrupt.
unsafe impl defmt::Logger for PortLogger {
    fn acquire() {}

    unsafe fn flush() {}

    unsafe fn release() {}

    unsafe fn write(bytes: &[u8]) {
        write(bytes);
    }
}

defmt::timestamp!("{=u32}", read_word());

/// Reads the time from the port.
struct PortTime;

impl embassy_time_driver::Driver for PortTime {
    fn now(&self) -> u64 {
        u64::from(read_word())
    }

    fn schedule_wake(&self, _: u64, waker: &Waker) {
        waker.wake_by_ref();
    }
}

embassy_time_driver::time_driver_impl!(static TIME: PortTime = PortTime);
