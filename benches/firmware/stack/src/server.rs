//! Calls of the server.

use core::hint::black_box;

use embedded_sse::http::{Request, Response, Status};
use embedded_sse::server::{
    AllowedOrigins, Connection, ConnectionOutput, EventLog, ServerOptions, Session, SessionOutput,
    Start, StreamOptions,
};
use embedded_sse::{Event, EventId, Frame, Instant, event_type};

use crate::depth::Depth;
use crate::vectors::for_each_event;

type Log = EventLog<[u8; 1024]>;

const NOW: Instant = Instant::from_millis(1_000);
/// Times at which a keep-alive comment is due, and at which a stream ends.
const LATER: [Instant; 3] = [
    NOW,
    Instant::from_millis(20_000),
    Instant::from_millis(100_000),
];

static PLAIN: ServerOptions = ServerOptions::new("/events");
static FULL: ServerOptions = ServerOptions::new("/events")
    .allowed_hosts(&["device.local"])
    .allowed_origins(AllowedOrigins::OnlyWithCredentials(&[
        "http://device.local",
    ]))
    .kept_fields(&["Authorization"])
    .check(&|request| match request.field("Authorization") {
        Some(_) => None,
        None => Some(&UNAUTHORIZED),
    })
    .allowed_fields(&["Authorization"])
    .reconnect_when_full()
    .chunked()
    .stream(STREAM);
const STREAM: StreamOptions = StreamOptions::new()
    .retry(2_000)
    .retry_jitter(1_000)
    .padding()
    .start(Start::LatestOfEachType)
    .event_types(&[event_type!("message"), event_type!("update")])
    .initial_state(&|number, sink| {
        number == 0 && Frame::new().with_data(b"on").write_to(sink).is_ok()
    })
    .initial_id()
    .keep_alive(5_000)
    .lifetime(60_000);
static UNAUTHORIZED: Response = Response::new(Status::UNAUTHORIZED)
    .with_body("text/plain", b"who are you?")
    .fields(&[]);

const REQUESTS: [&[u8]; 11] = [
    b"GET /events?lastEventId=7%2D1 HTTP/1.1\r\nHost: device.local\r\n\r\n",
    b"GET /events HTTP/1.1\r\nHost: device.local\r\nAccept: text/html;q=0.1, text/event-stream\r\n\
      Origin: http://device.local\r\nAuthorization: Basic YQ==\r\nLast-Event-ID: 7-1\r\n\r\n",
    b"GET /events HTTP/1.1\r\nHost: device.local\r\nAuthorization: Basic YQ==\r\n\
      Last-Event-ID: 7-100\r\n\r\n",
    b"OPTIONS /events HTTP/1.1\r\nHost: device.local\r\nOrigin: http://device.local\r\n\
      Access-Control-Request-Method: GET\r\n\r\n",
    b"HEAD /events HTTP/1.0\r\n\r\n",
    b"POST /events HTTP/1.1\r\nHost: device.local\r\nContent-Length: 3\r\n\r\nabc",
    b"GET / HTTP/1.1\r\nHost: device.local\r\n\r\n",
    b"GET http://device.local/events HTTP/1.1\r\nHost: other.local\r\n\r\n",
    b"GET /events HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    b"\x16\x03\x01\x02\x00",
];

pub fn measure() {
    event_log();
    let mut log = Log::new();
    log.make_ids(7);
    for_each_event(|event| publish(&mut log, event));
    session(&mut log);
    connection(&log);
}

fn event_log() {
    let mut publish = Depth::of("EventLog::publish");
    let mut publish_with = Depth::of("EventLog::publish_with");
    let mut resume = Depth::of("EventLog::resume");
    let mut read = Depth::of("EventLog::read");

    for makes_ids in [false, true] {
        let mut log = Log::new();
        if makes_ids {
            log.make_ids(7);
        }
        for_each_event(|event| {
            let frame = Frame::data(event.data.as_bytes()).event_type(event.event_type);
            for frame in [frame, frame.id(event.last_event_id)] {
                let _ = publish.call2(EventLog::publish, &mut log, &frame);
            }
            let _ = publish_with.call2(
                |log: &mut Log, name| log.publish_with(name, |data| data.write_str("one\ntwo")),
                &mut log,
                event.event_type,
            );
            for id in ids(&log).chain([event.last_event_id]) {
                black_box(resume.call2(EventLog::resume, &log, id));
            }
            let mut cursor = log.oldest();
            while let Ok(Some(record)) = read.call2(EventLog::read, &log, &mut cursor) {
                black_box(record.event_type());
            }
        });
    }
}

/// Publishes the event with an id that the log makes.
fn publish(log: &mut Log, event: &Event<'_>) {
    let _ = log.publish(&Frame::data(event.data.as_bytes()).event_type(event.event_type));
}

/// The ids of all frames of the log and of the frame before, an empty one, and an unknown one.
fn ids(log: &Log) -> impl Iterator<Item = EventId<'_>> {
    let mut cursor = log.oldest();
    let kept = core::iter::from_fn(move || log.read(&mut cursor).ok().flatten());
    let lines = kept.flat_map(|record| record.as_bytes().split(|byte| *byte == b'\n'));
    let kept = lines.filter_map(|line| EventId::from_bytes(line.strip_prefix(b"id: ")?).ok());
    ["", "6-1", "strange"]
        .map(|id| EventId::new(id).unwrap_or_default())
        .into_iter()
        .chain(kept)
}

fn session(log: &mut Log) {
    let mut new = Depth::of("Session::new");
    let mut poll = Depth::of("Session::poll");
    let mut fill = Depth::of("Session::fill");
    let mut sent = Depth::of("Session::sent");
    let mut end = Depth::of("Session::end");
    let mut buffer = [0; 100];

    for options in [&StreamOptions::new(), &STREAM] {
        let count = ids(log).count();
        for n in 0..count {
            let id = ids(log).nth(n).unwrap_or_default();
            let mut session = new.call4(Session::new, NOW, log, id, options);
            for now in LATER {
                while let SessionOutput::Send(bytes) =
                    poll.call3(Session::poll, &mut session, now, log)
                {
                    sent.call2(Session::sent, &mut session, bytes.len().div_ceil(2));
                }
            }
            let mut session = new.call4(Session::new, NOW, log, id, options);
            for now in LATER {
                while let SessionOutput::Send(_) =
                    fill.call4(Session::fill, &mut session, now, log, &mut buffer)
                {}
            }
        }
        // A client that is too slow, in the middle of a frame and between two frames.
        let mut session = new.call4(Session::new, NOW, log, EventId::default(), options);
        let mut polls = 0;
        for_each_event(|event| {
            publish(log, event);
            polls += 1;
            if polls % 16 == 0 {
                match poll.call3(Session::poll, &mut session, NOW, log) {
                    SessionOutput::Send(bytes) => {
                        let length = bytes.len() / if polls % 32 == 0 { 2 } else { 1 };
                        sent.call2(Session::sent, &mut session, length);
                    }
                    SessionOutput::Close(_) => {
                        session = new.call4(Session::new, NOW, log, EventId::default(), options);
                    }
                    SessionOutput::Wait(_) => {}
                }
            }
        });
        end.call(Session::end, &mut session);
        let _ = poll.call3(Session::poll, &mut session, NOW, log);
    }
}

fn connection(log: &Log) {
    let mut calls = Calls {
        new: Depth::of("Connection::new"),
        received: Depth::of("Connection::received"),
        poll: Depth::of("Connection::poll"),
        sent: Depth::of("Connection::sent"),
        exchange: Depth::of("Connection::request_kind"),
        answer: Depth::of("Connection::answer"),
        stream: Depth::of("Connection::stream"),
        respond: Depth::of("Connection::respond"),
        refuse: Depth::of("Connection::refuse"),
        refuse_stream: Depth::of("Connection::refuse_stream"),
        end: Depth::of("Connection::end"),
        reset: Depth::of("Connection::reuse"),
        is_path: Depth::of("Request::is_path"),
        parameter: Depth::of("Request::parameter"),
        header: Depth::of("Request::field"),
        last_event_id: Depth::of("Request::last_event_id"),
    };
    for options in [&PLAIN, &FULL] {
        for request in REQUESTS {
            for chunk in [usize::MAX, 1] {
                for answer in [
                    Calls::answer,
                    Calls::stream,
                    Calls::respond,
                    Calls::refuse,
                    Calls::refuse_stream,
                ] {
                    calls.serve(log, options, request.chunks(chunk), answer);
                }
            }
        }
    }
}

struct Calls {
    new: Depth,
    received: Depth,
    poll: Depth,
    sent: Depth,
    exchange: Depth,
    answer: Depth,
    stream: Depth,
    respond: Depth,
    refuse: Depth,
    refuse_stream: Depth,
    end: Depth,
    reset: Depth,
    is_path: Depth,
    parameter: Depth,
    header: Depth,
    last_event_id: Depth,
}

impl Calls {
    fn serve(
        &mut self,
        log: &Log,
        options: &'static ServerOptions<'static>,
        request: impl Iterator<Item = &'static [u8]>,
        answer: fn(&mut Self, &mut Connection<'_>, &Log),
    ) {
        let mut scratch = [0; 256];
        let mut connection = self.new.call3(Connection::new, NOW, options, &mut scratch);
        let mut request = request;
        let mut times = LATER.iter();
        let mut now = NOW;
        loop {
            match self.poll.call3(Connection::poll, &mut connection, now, log) {
                ConnectionOutput::Send(bytes) => {
                    let length = bytes.len().div_ceil(2);
                    self.sent.call2(Connection::sent, &mut connection, length);
                }
                ConnectionOutput::Request => {
                    black_box(self.exchange.call(Connection::request_kind, &connection));
                    let request = connection.request();
                    black_box(self.is_path.call2(Request::is_path, &request, "/events"));
                    black_box(
                        self.parameter
                            .call2(Request::parameter, &request, "lastEventId"),
                    );
                    black_box(self.header.call2(Request::field, &request, "Authorization"));
                    black_box(self.last_event_id.call(Request::last_event_id, &request));
                    answer(self, &mut connection, log);
                }
                ConnectionOutput::Wait(_) => match request.next() {
                    Some(chunk) => {
                        let space = connection.receive_buffer();
                        let length = chunk.len().min(space.len());
                        space[..length].copy_from_slice(&chunk[..length]);
                        self.received
                            .call2(Connection::received, &mut connection, length);
                    }
                    None => match times.next() {
                        Some(time) => now = *time,
                        None => self
                            .received
                            .call2(Connection::received, &mut connection, 0),
                    },
                },
                ConnectionOutput::Shutdown => {}
                ConnectionOutput::Close(_) | ConnectionOutput::Abort(_) => {
                    self.end.call(Connection::end, &mut connection);
                    self.reset.call2(Connection::reuse, &mut connection, now);
                    return;
                }
            }
        }
    }

    fn answer(&mut self, connection: &mut Connection<'_>, log: &Log) {
        self.answer.call3(Connection::answer, connection, NOW, log);
    }

    fn stream(&mut self, connection: &mut Connection<'_>, log: &Log) {
        self.stream
            .call4(Connection::stream, connection, NOW, log, &STREAM);
    }

    fn refuse(&mut self, connection: &mut Connection<'_>, _: &Log) {
        self.refuse
            .call2(Connection::refuse, connection, Status::NOT_FOUND);
    }

    fn refuse_stream(&mut self, connection: &mut Connection<'_>, _: &Log) {
        self.refuse_stream
            .call(Connection::refuse_stream, connection);
    }

    fn respond(&mut self, connection: &mut Connection<'_>, _: &Log) {
        self.respond
            .call2(Connection::respond, connection, &UNAUTHORIZED);
    }
}
