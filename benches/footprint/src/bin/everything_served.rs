//! Functions of the server that `server` does not use: every option, every way to answer, and the pump. The size is not
//! limited, but nothing in it may panic.
#![no_std]
#![no_main]

use embedded_sse::http::{HeaderField, Request, Response, Status};
use embedded_sse::io::blocking::{HalfClose, PumpOutput};
use embedded_sse::io::{End, ServeError, WithShutdown, WithoutShutdown};
use embedded_sse::server::{
    AllowedOrigins, Connection, EventLog, Resume, ServerOptions, Session, SessionOutput, Start,
    StreamOptions,
};
use embedded_sse::{EventId, Frame, Instant, LastEventId, SliceSink, event_type};
use footprint::{Port, memory, read, read_word, write, write_word};

static STREAM: StreamOptions = StreamOptions::new()
    .start(Start::LatestOfEachType)
    .event_types(&[event_type!("led")])
    .padding()
    .initial_state(&greet)
    .initial_id()
    .lifetime(60_000);
static OPTIONS: ServerOptions = ServerOptions::new("/events")
    .allowed_hosts(&["device"])
    .allowed_origins(AllowedOrigins::OnlyWithCredentials(&["http://page"]))
    .allowed_fields(&["authorization"])
    .stream_fields(&REALM)
    .kept_fields(&["authorization"])
    .check(&|request| {
        request
            .field("authorization")
            .is_none()
            .then_some(&UNAUTHORIZED)
    })
    .reconnect_when_full()
    .chunked()
    .stream(STREAM);
const REALM: [HeaderField; 1] = match HeaderField::new("WWW-Authenticate", "Basic realm=\"device\"")
{
    Ok(realm) => [realm],
    Err(_) => panic!("illegal"),
};
static UNAUTHORIZED: Response = Response::refusal(Status::UNAUTHORIZED).fields(&REALM);

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let text = memory::<64>(0);
    let scratch = memory::<512>(64);
    let mut log = EventLog::with_buffer(&mut memory::<1024>(576)[..]);
    loop {
        let text = read(text);
        let published = log.publish_with(event_type!("led"), |data| {
            data.write_str(core::str::from_utf8(text).unwrap_or_default())
        });
        write_word(u32::from(published.is_err()));
        let id = EventId::from_bytes(text).unwrap_or_default();
        let sent = LastEventId::from_bytes(text);
        write_word(u32::from(sent == LastEventId::ABSENT));
        if let Resume::Lost(mut cursor) = log.resume(sent) {
            while let Ok(Some(record)) = log.read(&mut cursor) {
                write(record.as_bytes());
                if let Some(name) = record.event_type() {
                    write(name.as_bytes());
                }
            }
        }
        for (name, value) in STREAM.header_fields().chain(origins().header_fields(text)) {
            write(name.as_bytes());
            write(value.as_bytes());
        }
        let mut session = Session::new(now(), &log, id, &STREAM);
        match session.poll(now(), &log) {
            SessionOutput::Send(bytes) => write(bytes),
            SessionOutput::Wait(until) => write_word(until.as_millis() as u32),
            SessionOutput::Close(reason) => write_word(reason as u32),
        }
        session.sent(read_word() as usize);
        if let SessionOutput::Send(bytes) = session.fill(now(), &log, scratch) {
            write(bytes);
        }
        session.end();

        let mut connection = Connection::new(now(), &OPTIONS, scratch);
        let mut socket = WithShutdown::new(Port, |port: &mut Port, end| match end {
            End::Shutdown => port.shutdown(),
            End::Abort => {
                port.abort();
                Ok(())
            }
        });
        loop {
            let wait: Result<_, ServeError<_>> = match read_word() {
                0 => connection.pump(now(), &log, &mut WithoutShutdown(Port)),
                1 => connection.pump(now(), &log, &mut &mut socket),
                _ => connection.pump(now(), &log, &mut socket),
            };
            match wait {
                Ok(PumpOutput::Request) => match read_word() {
                    0 => connection.answer(now(), &log),
                    1 => connection.stream(now(), &log, &STREAM),
                    2 => connection.respond(&UNAUTHORIZED),
                    3 => connection.refuse_stream(),
                    _ => {
                        look_at(&connection.request());
                        connection.refuse(Status::NOT_FOUND);
                    }
                },
                Ok(PumpOutput::Wait(until)) => write_word(until.as_millis() as u32),
                Ok(PumpOutput::Close(_)) | Err(_) => break,
            }
        }
    }
}

fn greet(number: u32, sink: &mut SliceSink<'_>) -> bool {
    let written = Frame::new().with_data(b"on").write_to(sink);
    number < read_word() && written.is_ok()
}

fn origins() -> AllowedOrigins<'static> {
    match read_word() {
        0 => AllowedOrigins::Any,
        1 => AllowedOrigins::Only(&["http://page"]),
        2 => AllowedOrigins::OnlyWithCredentials(&["http://page"]),
        _ => AllowedOrigins::None,
    }
}

fn look_at(request: &Request<'_>) {
    write(request.method().as_bytes());
    write(request.path().as_bytes());
    write(request.query().as_bytes());
    write(request.host().as_bytes());
    for byte in request.parameter("token").into_iter().flatten() {
        write_word(u32::from(byte));
    }
}

fn now() -> Instant {
    Instant::from_millis(u64::from(read_word()))
}
