//! Functions of the drivers that the other programs do not use: parts that readers, writers, sinks and buffered sockets
//! return, sockets, clocks and logs by reference, and requests that are answered from a log that the caller shares.
#![no_std]
#![no_main]

use core::cell::RefCell;
use core::hint::black_box;
use core::ops::ControlFlow;
use core::task::{Context, Poll};

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_sse::client::{ClientOptions, EventSource};
use embedded_sse::http::Url;
use embedded_sse::hub::Hub;
use embedded_sse::io::asynch::{self, SharedLog};
use embedded_sse::io::blocking;
use embedded_sse::io::{Buffered, WithoutShutdown};
use embedded_sse::server::{Cursor, EventLog, ServerOptions, StreamOptions};
use embedded_sse::{DataWriter, Decoder, EventId, Frame, PartDecoder, SliceSink, event_type};
use footprint::net::{PortClock, PortNet, now};
use footprint::{Port, block_on, memory, read, read_word, write, write_word};

type PortHub = Hub<NoopRawMutex, 256, 2>;

static CLIENT: ClientOptions = ClientOptions::new();
static STREAM: StreamOptions = StreamOptions::new();
static SERVER: ServerOptions = ServerOptions::new("/events").stream(STREAM);

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (text, buffer) = (memory::<64>(0), memory::<256>(64));
    let (received, scratch) = (memory::<256>(320), memory::<512>(576));
    loop {
        let text = read(text);
        decode(text, buffer, received);
        encode(text, buffer);
        connect(
            core::str::from_utf8(text).unwrap_or_default(),
            buffer,
            received,
        );
        block_on(drive(text, buffer, received));
        block_on(serve(
            core::str::from_utf8(text).unwrap_or_default(),
            scratch,
        ));
    }
}

fn decode(text: &[u8], buffer: &mut [u8], received: &mut [u8]) {
    let mut parts = match read_word() {
        0 => PartDecoder::default(),
        _ => PartDecoder::<[u8; 64]>::new(),
    };
    write_word(u32::from(parts.next(&mut &*text).is_err()));
    write(parts.last_event_id().as_bytes());
    let borrowed = PartDecoder::with_buffer(buffer);
    write(borrowed.last_event_id().as_bytes());
    let mut decoder = Decoder::<[u8; 64]>::default();
    let mut reader = blocking::Reader::new(Port, &mut decoder, received);
    write_word(u32::from(reader.next().is_err()));
    write_port(reader.into_inner());
    let mut socket = Buffered::new(Port, received);
    let read = embedded_io::Read::read(&mut socket, buffer);
    write_word(u32::from(read.is_err()));
}

fn encode(text: &[u8], buffer: &mut [u8]) {
    let frame = Frame::data(text);
    let mut writer = blocking::Writer::new(Port, &mut *buffer);
    write_word(u32::from(writer.write(&frame).is_err()));
    write_word(u32::from(writer.flush().is_err()));
    write_port(writer.into_inner());
    let mut sink = SliceSink::new(&mut *buffer);
    write_word(u32::from(frame.write_to(&mut sink).is_err()));
    write(sink.as_written());
    if let Ok(mut data) = DataWriter::new(SliceSink::new(buffer), &frame) {
        write_word(u32::from(
            embedded_io::Write::write(&mut data, text).is_err(),
        ));
        write_word(u32::from(embedded_io::Write::flush(&mut data).is_err()));
    }
}

fn connect(url: &str, buffer: &mut [u8], received: &mut [u8]) {
    let Ok(url) = Url::new(url) else { return };
    write_word(u32::from(
        blocking::Connect::connect(&mut &mut PortNet, url).is_err(),
    ));
    let clock = &PortClock;
    blocking::Clock::wait_until(&clock, blocking::Clock::now(&clock));
    let mut source = EventSource::new(url, &CLIENT, buffer);
    let socket = Buffered::new(Port, &mut *received);
    black_box(blocking::Connected::new(&mut source, socket, PortClock));
    source.close();
    let socket = Buffered::new(Port, received);
    black_box(asynch::Connected::new(&mut source, socket, PortClock));
    source.restart();
    block_on(async {
        write_word(u32::from(
            asynch::Connect::connect(&mut &mut PortNet, url)
                .await
                .is_err(),
        ));
        asynch::Clock::wait_until(&clock, asynch::Clock::now(&clock)).await;
    });
}

async fn drive(text: &[u8], buffer: &mut [u8], received: &mut [u8]) {
    let mut decoder = Decoder::<[u8; 64]>::new();
    let mut reader = asynch::Reader::new(Port, &mut decoder, &mut *received);
    write_word(u32::from(reader.next().await.is_err()));
    write_word(reader.decoder().take_retry().unwrap_or_default());
    write_port(reader.into_inner());
    let mut writer = asynch::Writer::new(Port, &mut *buffer);
    write_word(u32::from(writer.write(&Frame::data(text)).await.is_err()));
    write_word(u32::from(writer.flush().await.is_err()));
    write_port(writer.into_inner());
    let mut socket = Buffered::new(Port, received);
    let read = embedded_io_async::Read::read(&mut socket, buffer).await;
    write_word(u32::from(read.is_err()));
}

async fn serve(text: &str, scratch: &mut [u8]) {
    let hub = match read_word() {
        0 => PortHub::default(),
        _ => PortHub::new(),
    };
    let published = hub.publish_with(event_type!("led"), |data| data.write_str(text));
    write_word(u32::from(published.is_err()));
    let log = PortLog(RefCell::new(EventLog::new()));
    let socket = WithoutShutdown(Port);
    let served = asynch::serve(socket, scratch, &PortClock, &log, &SERVER).await;
    write_word(u32::from(served.is_err()));
    let socket = WithoutShutdown(Port);
    let mut incoming = asynch::Incoming::new(socket, scratch, &PortClock, &log, &SERVER);
    if let Ok(ControlFlow::Continue(())) = incoming.accept().await {
        write(incoming.request().query().as_bytes());
        let answered = match read_word() {
            0 => incoming.answer().await,
            _ => incoming.stream(&STREAM).await,
        };
        write_word(u32::from(answered.is_err()));
    }
    if let Some(joined) = asynch::Joined::new(&log) {
        let id = EventId::default();
        let streamed = joined.stream(Port, scratch, &PortClock, id, &STREAM).await;
        write_word(u32::from(streamed.is_err()));
    }
}

fn write_port(mut port: Port) {
    write_word(u32::from(
        embedded_io::Write::write(&mut port, b"x").is_err(),
    ));
}

/// A log for one task, without a hub.
struct PortLog(RefCell<EventLog<[u8; 64]>>);

impl SharedLog for PortLog {
    type Buffer = [u8; 64];
    type Slot<'l> = ();

    fn join(&self) -> Option<()> {
        (read_word() == 0).then_some(())
    }

    fn with<R>(&self, read: impl FnOnce(&EventLog<[u8; 64]>) -> R) -> Option<R> {
        Some(read(&*self.0.try_borrow().ok()?))
    }

    fn poll_frame(&self, (): &(), _: Cursor, _: &mut Context<'_>) -> Poll<()> {
        match now().as_millis() {
            0 => Poll::Pending,
            _ => Poll::Ready(()),
        }
    }
}
