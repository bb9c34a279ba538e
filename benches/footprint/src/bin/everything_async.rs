//! The hub and the asynchronous drivers. Nothing in it may panic, except for the panic of every `async fn` that is polled
//! after its end.
#![no_std]
#![no_main]

use core::ops::ControlFlow;

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_sse::client::{ReconnectOptions, ResponseInfo, Verdict};
use embedded_sse::http::{Response, Status};
use embedded_sse::hub::Hub;
use embedded_sse::io::asynch::{self, HalfClose, Reader, ReconnectingReader, Writer};
use embedded_sse::io::{End, WithShutdown};
use embedded_sse::server::{ServerOptions, StreamOptions};
use embedded_sse::{Decoder, Frame, LastEventId};
use footprint::net::PortClock;
use footprint::{Port, block_on, memory, read, read_word, write, write_word};

type PortHub = Hub<NoopRawMutex, 512, 2>;

static RECONNECT: ReconnectOptions = ReconnectOptions::new();
static STREAM: StreamOptions = StreamOptions::new();
static PAGE: Response = Response::new(Status::OK).with_body("text/html", b"<h1>Pump</h1>");
static OPTIONS: ServerOptions = ServerOptions::new("/events").stream(STREAM);

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (text, scratch) = (memory::<64>(0), memory::<512>(64));
    let hub = PortHub::new();
    hub.make_ids(read_word());
    loop {
        let frame = Frame::data(read(text));
        write_word(u32::from(hub.publish(&frame).is_err()));
        write_word(hub.stats().clients as u32);
        block_on(run(&hub, scratch, &frame));
        hub.end();
    }
}

async fn run(hub: &PortHub, scratch: &mut [u8], frame: &Frame<'_>) {
    let mut socket = WithShutdown::new(Port, async |port: &mut Port, end| match end {
        End::Shutdown => port.shutdown().await,
        End::Abort => {
            port.abort().await;
            Ok(())
        }
    });
    let mut incoming = asynch::Incoming::new(&mut socket, scratch, &PortClock, hub, &OPTIONS);
    if let Ok(ControlFlow::Continue(())) = incoming.accept().await {
        let answered = match read_word() {
            0 => incoming.answer().await,
            1 => incoming.stream(&STREAM).await,
            2 => incoming.respond(&PAGE).await,
            _ => incoming.refuse(Status::NOT_FOUND).await,
        };
        write_word(u32::from(answered.is_err()));
    }
    if let Some(joined) = hub.join() {
        let id = LastEventId::from_bytes(b"");
        let streamed = joined.stream(Port, scratch, &PortClock, id, &STREAM).await;
        write_word(u32::from(streamed.is_err()));
    }
    let written = Writer::new(Port, scratch).write(frame).await;
    write_word(u32::from(written.is_err()));
    let mut decoder = Decoder::<[u8; 64]>::new();
    let mut reader = Reader::new(Port, &mut decoder, scratch);
    while let Ok(Some(event)) = reader.next().await {
        write(event.data.as_bytes());
    }
    follow(&mut decoder, scratch).await;
}

/// Reads streams as the bodies of another HTTP client's responses.
async fn follow(decoder: &mut Decoder<[u8; 64]>, buffer: &mut [u8]) {
    let mut reader =
        ReconnectingReader::new(decoder, &RECONNECT, PortClock).idle_timeout(read_word());
    loop {
        write(reader.last_event_id().as_bytes());
        let answer = ResponseInfo::from_fields(read_word() as u16, [("Retry-After", &*buffer)]);
        if let Verdict::Open = reader.judge(&answer) {
            let mut stream = match read_word() {
                0 => reader.open(Port, buffer),
                received => reader.open_with_received(Port, buffer, received as usize),
            };
            loop {
                match stream.next().await {
                    Ok(Some(event)) => write(event.data.as_bytes()),
                    Ok(None) => break,
                    Err(error) => write_word(embedded_io::Error::kind(&error) as u32),
                }
            }
        }
        write_word(reader.retry());
        match read_word() {
            0 => reader.restart(),
            _ if !reader.wait().await => return,
            _ => {}
        }
    }
}
