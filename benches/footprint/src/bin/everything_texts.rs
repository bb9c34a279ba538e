//! Every implementation of `Display`, every conversion of errors, and the comparisons of texts.
#![no_std]
#![no_main]

use core::fmt::{Display, Write};

use embedded_io::ErrorKind;
use embedded_sse::client::{
    CallerReason, ConnectError, NetworkReason, Reason, RedirectReason, ResponseReason, ServerReason,
};
use embedded_sse::http::{InvalidChunk, InvalidHeaderField, InvalidUrl, Status, Url};
use embedded_sse::io::{ReadError, ServeError, WriteError};
use embedded_sse::server::{CloseReason, EventLog, Lagged, Outcome, PublishError};
use embedded_sse::{
    BufferTooSmall, EventId, EventTooLong, EventType, Frame, InvalidEventId, InvalidEventType,
    Overflow, Text,
};
use footprint::{memory, read, read_word, write, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let text = memory::<64>(0);
    loop {
        tell_texts(core::str::from_utf8(read(text)).unwrap_or_default());
        match read_word() {
            0 => tell(&InvalidChunk),
            1 => tell(&InvalidHeaderField),
            2 => tell(&InvalidUrl::Character(char::from(read_word() as u8))),
            3 => tell(&InvalidEventId),
            4 => tell(&InvalidEventType),
            5 => tell(&Overflow),
            6 => tell(&PublishError::TooLarge),
            7 => tell(&close()),
            8 => tell(&reason()),
            9 => tell(&too_long()),
            10 => tell(&ConnectError::Unreachable),
            11 => tell(&Outcome::Streamed(close())),
            12 => tell(&Outcome::Answered(Status::NOT_FOUND)),
            _ => {}
        }
        let mut log = EventLog::<[u8; 64]>::default();
        write_word(u32::from(log.is_empty()) + log.len() as u32);
        write_word(u32::from(log.publish(&Frame::data(text)).is_err()));
        if let Err(lagged) = log.read(&mut log.oldest()) {
            tell_lagged(lagged);
        }
        tell_kind(&BufferTooSmall);
        tell_io(read_error());
        tell_io(write_error());
        tell_io(serve_error());
    }
}

fn tell_texts(text: &str) {
    let plain = Text::new(text.as_bytes());
    tell(&plain);
    compare(plain, text);
    write_word(u32::from(plain == *text) | u32::from(plain == text));
    if let Ok(name) = EventType::new(text) {
        tell(&name);
        compare(name, text);
        write_word(u32::from(name == *text) | u32::from(name == text));
        write_word(name.len() as u32);
    }
    if let Ok(id) = EventId::new(text) {
        tell(&id);
        compare(id, text);
        write_word(u32::from(id == *text) | u32::from(id == text));
        write_word(u32::from(id.is_empty()));
    }
    if let Ok(url) = Url::new(text) {
        tell(&url);
        write(url.as_str().as_bytes());
        write(url.path_and_query().as_bytes());
    }
}

fn compare(text: impl AsRef<[u8]>, other: &str) {
    write_word(u32::from(text.as_ref() == other.as_bytes()));
}

fn too_long() -> EventTooLong {
    match read_word() {
        0 => EventTooLong::EventType,
        1 => EventTooLong::Data,
        _ => EventTooLong::LastEventId,
    }
}

fn reason() -> Reason {
    match read_word() {
        0 => Reason::Network(NetworkReason::Unreachable),
        1 => Reason::Server(ServerReason::Status(read_word() as u16)),
        2 => Reason::Redirect(RedirectReason::TooMany),
        3 => Reason::Response(ResponseReason::NotHttp),
        _ => Reason::Caller(CallerReason::Closed),
    }
}

fn close() -> CloseReason {
    match read_word() {
        0 => CloseReason::Ended,
        1 => CloseReason::Lagged,
        2 => CloseReason::Stalled,
        _ => CloseReason::Lifetime,
    }
}

fn read_error() -> ReadError<ErrorKind> {
    match read_word() {
        0 => Overflow.into(),
        1 => ReadError::Io(ErrorKind::Other),
        _ => ReadError::Idle,
    }
}

fn write_error() -> WriteError<ErrorKind> {
    match read_word() {
        0 => WriteError::Io(ErrorKind::Other),
        1 => WriteError::WriteZero,
        _ => WriteError::CutOff,
    }
}

fn serve_error() -> ServeError<ErrorKind> {
    match read_word() {
        0 => ServeError::Io(ErrorKind::Other),
        _ => ServeError::WriteZero,
    }
}

fn tell_io<E: embedded_io::Error + Display>(error: E) {
    tell_kind(&error);
    write_word(u32::from(error.source().is_some()));
}

fn tell_lagged(lagged: Lagged) {
    tell(&lagged);
}

fn tell_kind<E: embedded_io::Error + Display>(error: &E) {
    tell(error);
    write_word(error.kind() as u32);
}

fn tell(text: &dyn Display) {
    write_word(u32::from(write!(PortText, "{text}").is_err()));
}

/// A display that writes to the port.
struct PortText;

impl Write for PortText {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        write(text.as_bytes());
        Ok(())
    }
}
