//! Functions that the other programs do not use. No program needs all of them, so the size is not limited, but nothing in
//! it may panic either.
#![no_std]
#![no_main]

use core::fmt::Write;

use embedded_sse::client::{ReconnectOptions, ResponseInfo, Verdict};
use embedded_sse::io::blocking::{MapError, Reader, ReconnectingReader, SocketSink, Writer};
use embedded_sse::{
    DataWriter, Decoder, EventId, Frame, OwnedEvent, Part, PartDecoder, SliceSink, Text,
};
use footprint::net::PortClock;
use footprint::{Port, read, read_word, write, write_event, write_word};

static RECONNECT: ReconnectOptions = ReconnectOptions::new();

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let mut input = [0; 64];
    let mut buffer = [0; 64];
    let mut parts = PartDecoder::<[u8; 64]>::new();
    let mut decoder = Decoder::<[u8; 64]>::new();
    loop {
        let text = read(&mut input);
        if let Ok(id) = EventId::from_bytes(text) {
            write_word(u32::from(parts.set_last_event_id(id).is_err()));
            write_word(u32::from(decoder.set_last_event_id(id).is_err()));
        }
        let mut rest = text;
        loop {
            match parts.next(&mut rest) {
                Ok(Some(Part::Data { event_type, bytes })) => {
                    write(event_type.as_bytes());
                    write(bytes);
                }
                Ok(Some(Part::Dispatch {
                    event_type,
                    last_event_id,
                })) => {
                    write(event_type.as_bytes());
                    write(last_event_id.as_bytes());
                }
                Ok(Some(Part::Comment { bytes, ends })) => {
                    write(bytes);
                    write_word(u32::from(ends));
                }
                Ok(Some(Part::Retry(time))) => write_word(time),
                Ok(Some(_) | None) => break,
                Err(_) => write_word(1),
            }
        }
        parts.end_stream();

        let mut reader = Reader::with_received(
            MapError(Port, |error| error),
            &mut decoder,
            &mut buffer,
            read_word() as usize,
        );
        while let Ok(Some(event)) = reader.next() {
            match OwnedEvent::<8, 16, 8>::try_from(event) {
                Ok(owned) => owned.as_event().iter().for_each(write_event),
                Err(_) => write_word(1),
            }
        }
        write_word(reader.decoder().take_retry().unwrap_or_default());
        follow(&mut decoder, &mut buffer);

        let frame = Frame::data(text).retry(read_word());
        write_word(frame.encoded_len() as u32);
        let mut writer = Writer::new(MapError(Port, |error| error), &mut buffer);
        write_word(u32::from(writer.write(&frame).is_err()));
        write_word(u32::from(writer.flush().is_err()));
        format(SliceSink::new(&mut buffer), &frame);
        format(SocketSink::new(Port, &mut buffer), &frame);
        let mut vec = heapless::Vec::<u8, 64>::new();
        write_word(u32::from(frame.write_to(&mut vec).is_err()));
        format(&mut vec, &frame);
        write(&vec);
    }
}

/// Reads streams as the bodies of another HTTP client's responses.
fn follow(decoder: &mut Decoder<[u8; 64]>, buffer: &mut [u8]) {
    let mut reader =
        ReconnectingReader::new(decoder, &RECONNECT, PortClock).idle_timeout(read_word());
    loop {
        write(reader.last_event_id().as_bytes());
        let answer = ResponseInfo::new(read_word() as u16, "text/event-stream", Some(read_word()));
        if let Verdict::Open = reader.judge(&answer) {
            let mut stream = match read_word() {
                0 => reader.open(Port, buffer),
                received => reader.open_with_received(Port, buffer, received as usize),
            };
            loop {
                match stream.next() {
                    Ok(Some(event)) => write_event(&event),
                    Ok(None) => break,
                    Err(error) => write_word(embedded_io::Error::kind(&error) as u32),
                }
            }
        }
        write_word(reader.retry());
        match read_word() {
            0 => reader.restart(),
            _ if !reader.wait() => return,
            _ => {}
        }
    }
}

/// Formats by the parts of `core::fmt` that cannot panic.
fn format<S: embedded_sse::Sink>(sink: S, frame: &Frame<'_>) {
    let mut text = [0; 64];
    let Ok(mut data) = DataWriter::new(sink, frame) else {
        return write_word(1);
    };
    let text = Text::new(read(&mut text)).to_str().unwrap_or_default();
    write_word(u32::from(data.write_str(text).is_err()));
    write_word(u32::from(data.finish().is_err()));
}
