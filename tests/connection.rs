//! A client's connection in virtual time: what is answered to which request, and when it ends.

use embedded_sse::http::{HeaderField, Request, Response, Status};
use embedded_sse::server::{
    AllowedOrigins, Close, Connection, EventLog, Exchange, Next, Outcome, ServerOptions,
    StreamOptions,
};
use embedded_sse::{EventId, Frame, Instant, event_name};

type Log = EventLog<[u8; 1024]>;

const OPTIONS: ServerOptions = ServerOptions::new("/events");
const GET: &str = "GET /events HTTP/1.1\r\nHost: device\r\n";
const STREAM_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\
    Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n\r\n";
const PREAMBLE: &str = ":\nretry: 3000\n\n";

static REFUSAL: Response = Response::refusal(Status::UNAUTHORIZED).fields(&[BASIC]);
const BASIC: HeaderField = match HeaderField::new("WWW-Authenticate", "Basic") {
    Ok(field) => field,
    Err(_) => panic!("a legal field"),
};

fn at(milliseconds: u64) -> Instant {
    Instant::from_millis(milliseconds)
}

fn log(ids: std::ops::RangeInclusive<u32>) -> Log {
    let mut log = Log::new();
    for number in ids {
        let number = number.to_string();
        log.publish(&Frame::data(&number).id(EventId::new(&number).unwrap()))
            .unwrap();
    }
    log
}

fn events(ids: std::ops::RangeInclusive<u32>) -> String {
    ids.map(|id| format!("id: {id}\ndata: {id}\n\n")).collect()
}

/// What a client sees that sends `request`, in pieces of `step` bytes, and takes what it gets in such
/// pieces; and what the connection waits for, or how it ended.
fn answer_in_steps(
    options: &ServerOptions,
    log: &Log,
    request: &str,
    step: usize,
) -> (String, String) {
    let mut scratch = [0; 512];
    let mut connection = Connection::new(at(0), options, &mut scratch);
    let mut request = request.as_bytes();
    let mut response = Vec::new();
    loop {
        match connection.poll(at(0), log) {
            Next::Send(bytes) => {
                let length = bytes.len().min(step);
                response.extend_from_slice(&bytes[..length]);
                connection.sent(length);
            }
            Next::Request => connection.answer(at(0), log),
            Next::Wait(_) if !request.is_empty() => {
                let space = connection.space();
                let length = step.min(space.len()).min(request.len());
                space[..length].copy_from_slice(&request[..length]);
                connection.received(length);
                request = &request[length..];
            }
            next => return (String::from_utf8(response).unwrap(), format!("{next:?}")),
        }
    }
}

/// The same for every step.
fn answer(options: &ServerOptions, log: &Log, request: &str) -> String {
    let whole = answer_in_steps(options, log, request, usize::MAX);
    for step in [1, 2, 7, 100] {
        assert_eq!(
            answer_in_steps(options, log, request, step),
            whole,
            "step {step}"
        );
    }
    whole.0
}

/// A refusal, as it goes out.
fn refusal(status: &str, fields: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n{fields}\r\n{status}",
        status.len()
    )
}

/// Breaks when a stream begins with another head, or elsewhere than the client's id says.
#[test]
fn a_client_gets_its_stream() {
    let log = log(1..=3);
    let stream = |ids| format!("{STREAM_HEAD}{PREAMBLE}{}", events(ids));
    let from = |request: &str| answer(&OPTIONS, &log, request);
    assert_eq!(
        from(&format!("{GET}\r\n")),
        format!("{STREAM_HEAD}{PREAMBLE}")
    );
    assert_eq!(
        from(&format!("{GET}Last-Event-ID: 1\r\n\r\n")),
        stream(2..=3)
    );
    assert_eq!(
        from("GET /events HTTP/1.0\r\nlast-event-id:2\r\n\r\n"),
        stream(3..=3)
    );
    for name in [
        "lastEventId",
        "last_event_id",
        "Last-Event-ID",
        "evs_last_event_id",
    ] {
        let request = format!("GET /events?a=b&{name}=%32 HTTP/1.1\r\nHost: device\r\n\r\n");
        assert_eq!(from(&request), stream(3..=3));
    }
    // The header says more than the parameter.
    assert_eq!(
        from("GET /events?lastEventId=1 HTTP/1.1\r\nHost: d\r\nLast-Event-ID: 2\r\n\r\n"),
        stream(3..=3)
    );
    assert_eq!(
        from("GET http://device/events HTTP/1.1\r\nHost: d\r\nLast-Event-ID: 2\r\n\r\n"),
        stream(3..=3)
    );
    let lost = format!(
        "{STREAM_HEAD}{PREAMBLE}event: lost\ndata: \n\n{}",
        events(1..=3)
    );
    assert_eq!(
        from("GET /events?lastEventId=%31x HTTP/1.1\r\nHost: d\r\n\r\n"),
        lost
    );
    // Behind a head nothing counts, and no body is sent to who asks for the head.
    assert_eq!(
        from("HEAD /events HTTP/1.1\r\nHost: d\r\n\r\nx"),
        STREAM_HEAD
    );
}

/// Breaks when a request is served that should be refused, or is refused otherwise than it should be.
#[test]
fn what_is_wrong_is_refused() {
    let log = Log::new();
    let options = OPTIONS
        .hosts(&["device.local", "[::1]"])
        .max_head_len(4000)
        .check(&|request: &Request| {
            request
                .header("authorization")
                .is_none()
                .then_some(&REFUSAL)
        })
        .keep_headers(&["Authorization"]);
    let host = "Host: device.local:80\r\nAuthorization: Basic eDp5\r\n";
    let long = "x".repeat(400);
    let too_long = "x".repeat(4000);
    for (request, status) in [
        ("GET\r\n\r\n".into(), "400 Bad Request"),
        ("GET /events HTTP/1.1\r\n\r\n".into(), "400 Bad Request"),
        (
            "GET /events HTTP/1.1\r\nHost: other\r\n\r\n".into(),
            "403 Forbidden",
        ),
        (
            "GET /events HTTP/1.1\r\nHost: device.local:x\r\n\r\n".into(),
            "403 Forbidden",
        ),
        ("GET /other HTTP/1.0\r\n\r\n".into(), "403 Forbidden"),
        (
            format!("GET /event HTTP/1.1\r\n{host}\r\n"),
            "404 Not Found",
        ),
        (
            format!("GET /events/ HTTP/1.1\r\n{host}\r\n"),
            "404 Not Found",
        ),
        (
            format!("GET /events HTTP/1.1\r\n{host}Accept: text/html\r\n\r\n"),
            "406 Not Acceptable",
        ),
        (
            format!("GET /{long} HTTP/1.1\r\n{host}\r\n"),
            "414 URI Too Long",
        ),
        (
            format!("GET /events HTTP/1.1\r\n{host}Origin: {long}\r\n\r\n"),
            "431 Request Header Fields Too Large",
        ),
        (
            format!("GET /events HTTP/1.1\r\n{host}Authorization: {long}\r\n\r\n"),
            "431 Request Header Fields Too Large",
        ),
        (
            format!("GET /events HTTP/1.1\r\n{host}X: {too_long}\r\n\r\n"),
            "431 Request Header Fields Too Large",
        ),
    ] {
        assert_eq!(
            answer(&options, &log, &request),
            refusal(status, ""),
            "{request}"
        );
    }
    for method in ["POST", "DELETE", "OPTIONS", "get"] {
        let request = format!("{method} /events HTTP/1.1\r\n{host}\r\n");
        let expected = refusal("405 Method Not Allowed", "Allow: GET, HEAD\r\n");
        assert_eq!(answer(&options, &log, &request), expected, "{method}");
    }
    let unauthorized = refusal("401 Unauthorized", "WWW-Authenticate: Basic\r\n");
    assert_eq!(
        answer(
            &options,
            &log,
            "GET /events HTTP/1.1\r\nHost: [::1]\r\n\r\n"
        ),
        unauthorized
    );
    // A parameter of the query poses as no header.
    let request = "GET /events?lastEventId=authorization:x HTTP/1.1\r\nHost: [::1]:80\r\n\r\n";
    assert_eq!(answer(&options, &log, request), unauthorized);
    // Headers that do not matter may be longer than all of the memory.
    let request = format!(
        "GET /events HTTP/1.1\r\nX-Long: {}\r\n{host}\r\n",
        "x".repeat(3000)
    );
    assert_eq!(
        answer(&options, &log, &request),
        format!("{STREAM_HEAD}{PREAMBLE}")
    );
}

/// Breaks when a page of another origin may read what it should not, or may not what it should.
#[test]
fn pages_of_other_origins_are_told_what_they_may() {
    let log = Log::new();
    let get = |origin| format!("{GET}Origin: {origin}\r\n\r\n");
    let stream = |fields: &str| {
        format!(
            "{}\r\n{fields}\r\n{PREAMBLE}",
            STREAM_HEAD.strip_suffix("\r\n\r\n").unwrap()
        )
    };
    let list = &["http://a", "https://b"];
    for (allowed, origin, fields) in [
        (AllowedOrigins::None, "http://a", ""),
        (
            AllowedOrigins::Any,
            "http://a",
            "Access-Control-Allow-Origin: *\r\n",
        ),
        (AllowedOrigins::Only(list), "http://c", ""),
        (
            AllowedOrigins::Only(list),
            "https://b",
            "Access-Control-Allow-Origin: https://b\r\nVary: Origin\r\n",
        ),
        (
            AllowedOrigins::OnlyWithCredentials(list),
            "http://a",
            "Access-Control-Allow-Origin: http://a\r\nVary: Origin\r\nAccess-Control-Allow-Credentials: true\r\n",
        ),
        (AllowedOrigins::OnlyWithCredentials(list), "http://", ""),
    ] {
        let options = OPTIONS.allowed_origins(allowed);
        assert_eq!(
            answer(&options, &log, &get(origin)),
            stream(fields),
            "{allowed:?} {origin}"
        );
    }

    let preflight = "OPTIONS /events HTTP/1.1\r\nHost: d\r\nOrigin: http://a\r\n\
        Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: last-event-id\r\n\r\n";
    let options = OPTIONS.allowed_origins(AllowedOrigins::Only(list));
    let expected = "HTTP/1.1 204 No Content\r\nConnection: close\r\nAccess-Control-Allow-Origin: http://a\r\n\
        Vary: Origin\r\nAccess-Control-Allow-Methods: GET\r\n\
        Access-Control-Allow-Headers: Last-Event-ID, Cache-Control\r\nAccess-Control-Max-Age: 86400\r\n\r\n";
    assert_eq!(answer(&options, &log, preflight), expected);
}

/// Breaks when a chunk's size is not its length, a stream does not end with the last chunk, or chunks go
/// to a client that does not know them.
#[test]
fn streams_go_in_chunks_when_asked() {
    let log = log(1..=45);
    let options = OPTIONS.chunked();
    let request = format!("{GET}Last-Event-ID: 1\r\n\r\n");
    let (response, _) = answer_in_steps(&options, &log, &request, 1000);
    let (head, mut body) = response.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains("\r\nTransfer-Encoding: chunked\r\n")
            && head.contains("\r\nConnection: close")
    );
    let mut stream = String::new();
    let mut chunks = 0;
    while !body.is_empty() {
        let (size, rest) = body.split_once("\r\n").unwrap();
        let (chunk, rest) = rest.split_at(usize::from_str_radix(size, 16).unwrap());
        stream += chunk;
        body = rest.strip_prefix("\r\n").unwrap();
        chunks += 1;
    }
    assert_eq!(stream, format!("{PREAMBLE}{}", events(2..=45)));
    assert_eq!(chunks, 2, "one for all that fits the scratch");
    let old = answer(
        &options,
        &log,
        "GET /events HTTP/1.0\r\nLast-Event-ID: 45\r\n\r\n",
    );
    assert_eq!(old, format!("{STREAM_HEAD}{PREAMBLE}"));

    let mut scratch = [0; 256];
    let mut connection = connect(&options, &log, &mut scratch, GET);
    assert!(send_all(&mut connection, 0, &log).1.starts_with("Wait"));
    connection.end();
    assert_eq!(
        send_all(&mut connection, 0, &log),
        ("0\r\n\r\n".into(), closed(Close::Ended))
    );
}

/// A connection that has read this head and was answered.
fn connect<'a>(
    options: &'a ServerOptions<'a>,
    log: &Log,
    scratch: &'a mut [u8],
    head: &str,
) -> Connection<'a> {
    let mut connection = Connection::new(at(0), options, scratch);
    for byte in head.bytes().chain(*b"\r\n") {
        connection.space()[0] = byte;
        connection.received(1);
    }
    assert_eq!(connection.poll(at(0), log), Next::Request);
    connection.answer(at(0), log);
    connection
}

fn send_all(connection: &mut Connection, now: u64, log: &Log) -> (String, String) {
    let mut sent = Vec::new();
    loop {
        match connection.poll(at(now), log) {
            Next::Send(bytes) => {
                sent.extend_from_slice(bytes);
                let length = bytes.len();
                connection.sent(length);
            }
            next => return (String::from_utf8(sent).unwrap(), format!("{next:?}")),
        }
    }
}

fn closed(reason: Close) -> String {
    format!("{:?}", Next::Close(Outcome::Streamed(reason)))
}

/// Breaks when a client keeps its connection without asking for anything, or loses it too early.
#[test]
fn a_head_has_its_time() {
    let log = Log::new();
    let mut scratch = [0; 512];
    let mut silent = Connection::new(at(5), &OPTIONS, &mut scratch);
    assert_eq!(silent.poll(at(10_004), &log), Next::Wait(at(10_005)));
    assert_eq!(silent.poll(at(10_005), &log), Next::Close(Outcome::HungUp));

    let mut slow = Connection::new(at(0), &OPTIONS, &mut scratch);
    for (second, byte) in GET.bytes().enumerate().take(10) {
        assert_eq!(
            slow.poll(at(1000 * second as u64), &log),
            Next::Wait(at(10_000))
        );
        slow.space()[0] = byte;
        slow.received(1);
    }
    let (answer, next) = send_all(&mut slow, 10_000, &log);
    assert_eq!(answer, refusal("408 Request Timeout", ""));
    assert_eq!(next, "Wait(Instant(11000))");

    let mut gone = Connection::new(at(0), &OPTIONS, &mut scratch);
    gone.received(0);
    assert_eq!(gone.poll(at(0), &log), Next::Close(Outcome::HungUp));
}

/// Breaks when a refused client is cut off before it could read why, or is listened to for ever.
#[test]
fn a_refused_client_may_finish_talking() {
    let log = Log::new();
    let answered = Next::Close(Outcome::Answered(Status::NOT_FOUND));
    let refuse = |scratch| {
        let mut connection = connect(&OPTIONS, &log, scratch, "GET / HTTP/1.0\r\n");
        let (_, next) = send_all(&mut connection, 0, &log);
        assert_eq!(next, "Wait(Instant(1000))");
        connection
    };
    let scratch = || Box::leak(Box::new([0; 512]));

    let mut silent = refuse(scratch());
    assert_eq!(silent.poll(at(999), &log), Next::Wait(at(1000)));
    assert_eq!(silent.poll(at(1000), &log), answered);

    let mut polite = refuse(scratch());
    polite.received(100);
    assert_eq!(polite.poll(at(1), &log), Next::Wait(at(1000)));
    polite.received(0);
    assert_eq!(polite.poll(at(1), &log), answered);

    let mut talkative = refuse(scratch());
    for _ in 0..64 * 1024 / 103 {
        assert_eq!(talkative.poll(at(1), &log), Next::Wait(at(1000)));
        talkative.received(103);
    }
    assert_eq!(talkative.poll(at(1), &log), Next::Wait(at(1000)));
    talkative.received(103);
    assert_eq!(talkative.poll(at(1), &log), answered);
}

/// Breaks when a client that takes nothing keeps its slot, at any point, or one that is gone does.
#[test]
fn a_client_that_takes_nothing_or_is_gone_is_closed() {
    let log = log(1..=3);
    let request = format!("{GET}Last-Event-ID: 1\r\n");
    let length = STREAM_HEAD.len() + PREAMBLE.len() + events(2..=3).len();
    for taken in 0..=length {
        let mut scratch = [0; 512];
        let mut connection = connect(&OPTIONS, &log, &mut scratch, &request);
        for _ in 0..taken {
            assert!(matches!(connection.poll(at(100), &log), Next::Send(_)));
            connection.sent(1);
        }
        if taken < length {
            for now in [200, 20_199] {
                assert!(matches!(connection.poll(at(now), &log), Next::Send(_)));
            }
            let next = connection.poll(at(20_200), &log);
            assert_eq!(
                next,
                Next::Close(Outcome::Streamed(Close::Stalled)),
                "{taken}"
            );
        } else {
            assert_eq!(connection.poll(at(200), &log), Next::Wait(at(15_200)));
            connection.received(5);
            assert!(matches!(connection.poll(at(200), &log), Next::Wait(_)));
            connection.received(0);
            assert_eq!(
                connection.poll(at(200), &log),
                Next::Close(Outcome::Streamed(Close::HungUp))
            );
        }
    }
    // One that has said all it will say still reads its answer.
    let mut scratch = [0; 512];
    let mut half_closed = connect(&OPTIONS, &log, &mut scratch, "GET / HTTP/1.0\r\n");
    half_closed.received(0);
    assert_eq!(
        send_all(&mut half_closed, 0, &log).0,
        refusal("404 Not Found", "")
    );
}

/// Breaks when what the caller answers does not go out as it says.
#[test]
fn the_caller_answers_what_it_likes() {
    let mut log = Log::new();
    let other = "GET /led?on=1 HTTP/1.1\r\nHost: device\r\nAccept: text/html\r\n\r\n";
    let page = Response::new(Status::OK).body("text/html", "<h1>On</h1>");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 11\r\nConnection: close\r\n\r\n";
    for (method, expected) in [("GET", format!("{head}<h1>On</h1>")), ("HEAD", head.into())] {
        let mut scratch = [0; 300];
        let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
        for byte in other.replace("GET", method).bytes() {
            connection.space()[0] = byte;
            connection.received(1);
        }
        assert_eq!(connection.poll(at(0), &log), Next::Request);
        assert!(matches!(connection.exchange(), Exchange::Other));
        let request = connection.request();
        assert_eq!(
            (request.method(), request.path(), request.query()),
            (method, "/led", "on=1")
        );
        connection.respond(&page);
        // The first answer counts.
        connection.respond(&REFUSAL);
        connection.answer(at(0), &log);
        assert_eq!(
            send_all(&mut connection, 0, &log),
            (expected, "Wait(Instant(1000))".into())
        );
    }

    // A stream at another path, of the client's own choice.
    let only = [event_name!("led")];
    let stream = StreamOptions::new().only(&only).retry(7);
    let mut scratch = [0; 300];
    let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
    for byte in "GET /led HTTP/1.0\r\n\r\n".bytes() {
        connection.space()[0] = byte;
        connection.received(1);
    }
    connection.stream(at(0), &log, &stream);
    log.publish(&Frame::data("1")).unwrap();
    log.publish(&Frame::data("2").event(event_name!("led")))
        .unwrap();
    let expected = format!("{STREAM_HEAD}:\nretry: 7\n\nevent: led\ndata: 2\n\n");
    assert_eq!(send_all(&mut connection, 0, &log).0, expected);
    assert_eq!(connection.session().unwrap().losses(), 0);
}

/// Breaks when a scratch without room makes a connection spin, panic, or send half a head.
#[test]
fn no_scratch_is_too_small_to_end() {
    let log = log(1..=3);
    for options in [OPTIONS, OPTIONS.chunked()] {
        for length in 0..400 {
            let mut scratch = vec![0; length];
            let mut connection = Connection::new(at(0), &options, &mut scratch);
            let mut request = format!("{GET}Last-Event-ID: 1\r\n\r\n").into_bytes();
            let mut now = 0;
            let outcome = loop {
                match connection.poll(at(now), &log) {
                    Next::Send(bytes) => {
                        let length = bytes.len();
                        connection.sent(length);
                    }
                    Next::Request => connection.answer(at(now), &log),
                    Next::Wait(until) if request.is_empty() => {
                        now = until.as_millis();
                        if now > 40_000 {
                            connection.end();
                        }
                    }
                    Next::Wait(_) => {
                        let space = connection.space();
                        let length = space.len().min(request.len());
                        let rest = request.split_off(length);
                        space[..length].copy_from_slice(&request);
                        request = rest;
                        connection.received(length);
                    }
                    Next::Close(outcome) => break outcome,
                }
            };
            let expected = match length {
                0..4 => outcome == Outcome::HungUp,
                _ => true,
            };
            assert!(expected, "{length}: {outcome:?}");
        }
    }
}

/// Breaks when a request that is refused by its host or by the check is served on another way, or when
/// pages of other origins are told more than about streams.
#[test]
fn no_way_leads_around_the_checks() {
    let log = Log::new();
    let options = OPTIONS
        .hosts(&["device"])
        .allowed_origins(AllowedOrigins::Any)
        .check(&|request: &Request| (request.query() == "deny").then_some(&REFUSAL));
    let respond = |target: &str, host: &str, stream: bool| {
        static STREAM: StreamOptions = StreamOptions::new();
        static PAGE: Response = Response::new(Status::OK).with_body("text/plain", b"page");
        let mut scratch = [0; 400];
        let mut connection = Connection::new(at(0), &options, &mut scratch);
        for byte in
            format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://a\r\n\r\n").bytes()
        {
            connection.space()[0] = byte;
            connection.received(1);
        }
        if stream {
            connection.stream(at(0), &log, &STREAM);
        } else {
            connection.respond(&PAGE);
        }
        send_all(&mut connection, 0, &log).0
    };
    for stream in [true, false] {
        assert!(respond("/", "other", stream).starts_with("HTTP/1.1 403 "));
    }
    assert!(respond("/?deny", "device", true).starts_with("HTTP/1.1 401 "));
    let stream = respond("/led", "device:80", true);
    assert!(
        stream.starts_with("HTTP/1.1 200 ") && stream.contains("Access-Control-Allow-Origin: *")
    );
    let page = respond("/", "device", false);
    assert!(
        page.starts_with("HTTP/1.1 200 ") && !page.contains("Access-Control"),
        "{page}"
    );
}

/// Breaks when a parameter of the query is not found, or not decoded.
#[test]
fn a_request_has_parameters() {
    let log = Log::new();
    let mut scratch = [0; 400];
    let mut connection = Connection::new(at(0), &OPTIONS, &mut scratch);
    for byte in "GET /?types=led%2Cfan&x HTTP/1.0\r\n\r\n".bytes() {
        connection.space()[0] = byte;
        connection.received(1);
    }
    assert_eq!(connection.poll(at(0), &log), Next::Request);
    let request = connection.request();
    let types = request.parameter("types").unwrap();
    assert_eq!(types.collect::<Vec<_>>(), b"led,fan");
    assert_eq!(request.parameter("x").unwrap().count(), 0);
    assert!(request.parameter("y").is_none());
}

/// Breaks when a media type can carry a line of its own into a head.
#[test]
fn a_media_type_poses_as_no_field() {
    let response = Response::new(Status::OK).body("text/html\r\nSet-Cookie: a", "");
    let mut head = Vec::new();
    response.write_head(&mut |chunk| head.extend_from_slice(chunk));
    assert_eq!(
        head,
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
}

/// Breaks when an id that a client was told, or one that nobody was told, shuts it out; or when one that
/// header fields cannot carry as it is is not found.
#[test]
fn no_id_shuts_a_client_out() {
    let mut log = Log::new();
    for id in ["\u{1}\u{7f}", " 7"] {
        log.publish(&Frame::data("x").id(EventId::new(id).unwrap()))
            .unwrap();
    }
    let from = |id: &str| {
        let answer = answer(&OPTIONS, &log, &format!("{GET}Last-Event-ID: {id}\r\n\r\n"));
        answer
            .strip_prefix(&format!("{STREAM_HEAD}{PREAMBLE}"))
            .unwrap()
            .to_string()
    };
    assert_eq!(from("\u{1}\u{7f}"), "id:  7\ndata: x\n\n");
    assert_eq!(from(" 7"), "");
    assert!(from("\0").starts_with("event: lost\n"));
    for id in ["a%0Ab", "%00", "%0d%0aX:%20y"] {
        let request = format!("GET /events?lastEventId={id} HTTP/1.1\r\nHost: d\r\n\r\n");
        let answer = answer(&OPTIONS, &log, &request);
        assert!(
            answer.starts_with(&format!("{STREAM_HEAD}{PREAMBLE}event: lost\n")),
            "{answer}"
        );
    }
}

/// Breaks when the host in a target is overruled, or a name is not known by its dot, or a target is taken
/// for a URL that is none.
#[test]
fn a_host_is_known_by_its_target_first() {
    let log = Log::new();
    let options = OPTIONS.hosts(&["device"]);
    let status = |target: &str, host: &str| {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        answer(&options, &log, &request)[9..12].to_string()
    };
    assert_eq!(status("/events", "DEVICE.:80"), "200");
    assert_eq!(status("http://device/events", "other"), "200");
    assert_eq!(status("HTTPS://device:443/events?x", "other"), "200");
    assert_eq!(status("http://other/events", "device"), "403");
    assert_eq!(status("ftp://device/events", "device"), "404");
    assert_eq!(status("hello/x/events", "device"), "404");
}

/// Breaks when a status that rules content out comes with some.
#[test]
fn a_204_has_no_content() {
    for status in [Status::NO_CONTENT, Status::new("304 Not Modified").unwrap()] {
        let mut head = Vec::new();
        let refusal = Response::refusal(status).body("text/plain", "x");
        refusal.write_head(&mut |chunk| head.extend_from_slice(chunk));
        let expected = format!("HTTP/1.1 {}\r\nConnection: close\r\n\r\n", status.as_str());
        assert_eq!((head, refusal.content()), (expected.into_bytes(), &b""[..]));
    }
}

/// Breaks when a client that takes bytes all the time is closed for being slow.
#[test]
fn a_client_that_makes_progress_is_never_stalled() {
    let log = log(1..=45);
    let mut scratch = [0; 512];
    let mut connection = connect(
        &OPTIONS,
        &log,
        &mut scratch,
        &format!("{GET}Last-Event-ID: 1\r\n"),
    );
    let mut now = 0;
    loop {
        now += 15_000;
        match connection.poll(at(now), &log) {
            Next::Send(_) => connection.sent(10),
            Next::Wait(_) => break,
            next => panic!("{next:?} at {now}"),
        }
    }
}
