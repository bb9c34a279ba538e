//! Logs, sessions, connections and their options.

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_sse::http::{HeaderField, Response, Status};
use embedded_sse::hub::Hub;
use embedded_sse::io::blocking::{MapError, PumpOutput};
use embedded_sse::io::{End, WithShutdown, WithoutShutdown, asynch};
use embedded_sse::server::{
    AllowedOrigins, CloseReason, Connection, ConnectionOutput, EventLog, Outcome, PublishError,
    RequestKind, ServerOptions, Session, SessionOutput, Start, StreamOptions,
};
use embedded_sse::{EventId, Frame, LastEventId, event_type};

use crate::socket::{Clock, NOW, Socket, block_on};
use crate::{show, words};

const REQUEST: &[u8] = b"GET http://user:hunter2@device/events?token=hunter2 HTTP/1.1\r\n\
    Host: device\r\nAuthorization: Bearer hunter2\r\nCookie: id=hunter2\r\n\r\n";

static COOKIE: [HeaderField<'static>; 1] = [match HeaderField::new("Set-Cookie", "id=hunter2") {
    Ok(field) => field,
    Err(_) => panic!("an invalid field"),
}];
static LOGIN: Response = Response::new(Status::UNAUTHORIZED)
    .with_body("text/html", b"hunter2")
    .fields(&COOKIE);
static STREAM: StreamOptions = StreamOptions::new().start(Start::Oldest);
static OPTIONS: ServerOptions = ServerOptions::new("/events")
    .kept_fields(&["Authorization", "Cookie"])
    .stream_fields(&COOKIE)
    .allowed_origins(AllowedOrigins::Only(&["http://page.local"]))
    .stream(STREAM);

pub fn show() {
    show!("server::Start", Start::Oldest);
    show!(
        "server::AllowedOrigins",
        AllowedOrigins::Only(&["http://page.local"])
    );
    show!("server::StreamOptions", STREAM);
    show!("server::ServerOptions", OPTIONS);
    show!("http::Status", Status::UNAUTHORIZED);
    show!("http::Response", LOGIN);
    show!("server::RequestKind", RequestKind::Refuse(&LOGIN));

    let mut log = EventLog::<[u8; 64]>::new();
    let mut cursor = log.oldest();
    for id in ["7", "8", "9"] {
        let frame = Frame::data("on").event_type(event_type!("led"));
        log.publish(&frame.id(EventId::new(id).unwrap())).unwrap();
    }
    show!("server::EventLog", log);
    show!("server::Cursor", log.newest());
    let lagged = log.read(&mut cursor).unwrap_err();
    show!("server::Lagged", lagged);
    words!("server::Lagged", lagged);
    show!("server::Record", log.read(&mut cursor).unwrap().unwrap());
    show!("server::Resume", log.resume(EventId::new("8").unwrap()));
    show!("server::PublishError", PublishError::TooLarge);
    words!("server::PublishError" as PublishError { TooLarge, Data, Busy });

    show_session(&log);
    show_connection(&log);
    show_hub();

    show!("server::CloseReason", CloseReason::HungUp);
    words!("server::CloseReason" as CloseReason { Ended, Lifetime, Stalled, Lagged, HungUp });
    show!("server::Outcome", Outcome::Streamed(CloseReason::HungUp));
    words!("server::Outcome" as Outcome {
        Answered(Status::NOT_FOUND),
        Streamed(CloseReason::HungUp),
        Unanswered,
    });
    show!(
        "io::blocking::PumpOutput",
        PumpOutput::Close(Outcome::Unanswered)
    );
    show!("io::End", End::Shutdown);
    show!("io::WithShutdown", WithShutdown::new(Socket(b""), ()));
    show!("io::WithoutShutdown", WithoutShutdown(Socket(b"")));
    show!("io::blocking::MapError", MapError(Socket(b""), ()));
}

fn show_session(log: &EventLog<[u8; 64]>) {
    let mut session = Session::new(NOW, log, LastEventId::ABSENT, &STREAM);
    loop {
        show!("server::Session", session);
        let output = session.poll(NOW, log);
        show!("server::SessionOutput", output);
        match output {
            SessionOutput::Send(bytes) => {
                let length = bytes.len();
                session.sent(length);
            }
            SessionOutput::Wait(_) => session.end(),
            SessionOutput::Close(_) => break,
        }
    }
}

fn show_connection(log: &EventLog<[u8; 64]>) {
    let mut scratch = [0; 512];
    let mut connection = Connection::new(NOW, &OPTIONS, &mut scratch);
    let (mut request, mut waits) = (REQUEST, 0);
    loop {
        show!("server::Connection", connection);
        let output = connection.poll(NOW, log);
        show!("server::ConnectionOutput", output);
        match output {
            ConnectionOutput::Send(bytes) => {
                let length = bytes.len();
                connection.sent(length);
            }
            ConnectionOutput::Request => {
                let request = connection.request();
                show!("http::Request", request);
                show!("http::PercentDecoded", request.parameter("token").unwrap());
                connection.answer(NOW, log);
            }
            ConnectionOutput::Wait(_) if !request.is_empty() => {
                let space = connection.receive_buffer();
                let length = space.len().min(request.len());
                space[..length].copy_from_slice(&request[..length]);
                request = &request[length..];
                connection.received(length);
            }
            ConnectionOutput::Wait(_) if waits == 0 => {
                waits += 1;
                connection.end();
            }
            ConnectionOutput::Wait(_) => connection.received(0),
            ConnectionOutput::Shutdown => {}
            ConnectionOutput::Close(_) | ConnectionOutput::Abort(_) => break,
        }
    }
}

fn show_hub() {
    let hub = Hub::<NoopRawMutex, 256, 2>::new();
    hub.publish(&Frame::data("on")).unwrap();
    show!("hub::Hub", hub);
    show!("hub::Stats", hub.stats());
    show!("io::asynch::Joined", hub.join().unwrap());
    let mut scratch = [0; 512];
    let socket = Socket(REQUEST);
    let mut incoming = asynch::Incoming::new(socket, &mut scratch, &Clock, &hub, &OPTIONS);
    show!("io::asynch::Incoming", incoming);
    assert!(block_on(incoming.accept()).unwrap().is_continue());
    show!("io::asynch::Incoming", incoming);
}
