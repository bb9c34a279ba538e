//! Frames, sinks and writers.

use embedded_sse::io::blocking::SocketSink;
use embedded_sse::io::{ReadError, ServeError, WriteError, asynch, blocking};
use embedded_sse::{BufferTooSmall, DataWriter, EventId, Frame, SliceSink, event_type};

use crate::socket::{Socket, block_on};
use crate::{show, words};

pub fn show() {
    let frame = Frame::data("on\ncaf\u{e9}")
        .event_type(event_type!("led"))
        .id(EventId::new("7").unwrap())
        .retry(300);
    show!("Frame", frame);
    show!("Frame", Frame::comment("alive"));
    show!("Slices", frame.slices());

    let mut buffer = [0; 64];
    let mut sink = SliceSink::new(&mut buffer);
    frame.write_to(&mut sink).unwrap();
    show!("SliceSink", sink);
    show!("DataWriter", DataWriter::new(sink, &Frame::new()).unwrap());
    show!("BufferTooSmall", BufferTooSmall);
    words!("BufferTooSmall", BufferTooSmall);

    let mut buffer = *b"hunter2: of an earlier use";
    show!(
        "io::blocking::SocketSink",
        SocketSink::new(Socket(b""), &mut buffer)
    );
    let mut writer = blocking::Writer::new(Socket(b""), &mut buffer);
    writer.write(&frame).unwrap();
    show!("io::blocking::Writer", writer);
    let mut writer = asynch::Writer::new(Socket(b""), &mut buffer);
    block_on(writer.write(&frame)).unwrap();
    show!("io::asynch::Writer", writer);

    show!("io::ReadError", ReadError::Io(BufferTooSmall));
    show!("io::WriteError", WriteError::Io(BufferTooSmall));
    show!("io::ServeError", ServeError::Io(BufferTooSmall));
    // Errors of most sockets derive their implementations.
    show!("io::ReadError", ReadError::Io(SocketError::Reset));
    show!("io::WriteError", WriteError::Io(Some(SocketError::Reset)));
    show!("io::ServeError", ServeError::Io(&SocketError::Reset));
    words!("io::ReadError" as ReadError<BufferTooSmall> { Io(BufferTooSmall), Overflow, Idle });
    words!("io::WriteError" as WriteError<BufferTooSmall> { Io(BufferTooSmall), WriteZero, CutOff });
    words!("io::ServeError" as ServeError<BufferTooSmall> { Io(BufferTooSmall), WriteZero });
}

#[derive(Debug, defmt::Format)]
enum SocketError {
    Reset,
}
