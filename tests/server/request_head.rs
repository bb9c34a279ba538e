//! Request heads (RFC 9112, sections 2 to 5), compared with `httparse`, in all pieces; query parameters; and fields
//! of any length.

use embedded_sse::Instant;
use embedded_sse::http::Request;
use embedded_sse::server::{Connection, ConnectionOutput, EventLog, ServerOptions};

use crate::helpers::PREAMBLE;
use crate::helpers::connection::{self, FIELDS, Log, STREAM_HEAD, STRICT, read_head};

const OPTIONS: ServerOptions = ServerOptions::new("/events").kept_fields(&["x-a", "Cookie"]);
const NOW: Instant = Instant::from_millis(0);

/// The outcome of a head.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Read {
    Request(Fields),
    Refused(u16),
    Partial,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fields {
    method: String,
    path: String,
    query: String,
    host: Vec<u8>,
    origin: Vec<u8>,
    kept: [Option<Vec<u8>>; 2],
}

fn fields(request: &Request) -> Fields {
    let header = |name| Some(request.field(name)?.as_bytes().to_vec());
    Fields {
        method: request.method().into(),
        path: request.path().into(),
        query: request.query().into(),
        host: request.host().as_bytes().to_vec(),
        origin: request.origin().as_bytes().to_vec(),
        kept: ["X-A", "cookie"].map(header),
    }
}

/// Reads a head that comes in these pieces, until the connection has a response.
fn read<'c>(chunks: impl IntoIterator<Item = &'c [u8]>, scratch: &mut [u8]) -> Read {
    let log = EventLog::<[u8; 0]>::new();
    let mut connection = Connection::new(NOW, &OPTIONS, scratch);
    for mut chunk in chunks {
        while !chunk.is_empty() {
            match connection.poll(NOW, &log) {
                ConnectionOutput::Wait(_) => {}
                ConnectionOutput::Request => return Read::Request(fields(&connection.request())),
                ConnectionOutput::Send(bytes) => return Read::Refused(status(bytes)),
                next => panic!("{next:?}"),
            }
            let space = connection.receive_buffer();
            let length = space.len().min(chunk.len());
            space[..length].copy_from_slice(&chunk[..length]);
            connection.received(length);
            chunk = &chunk[length..];
        }
    }
    match connection.poll(NOW, &log) {
        ConnectionOutput::Request => Read::Request(fields(&connection.request())),
        ConnectionOutput::Send(bytes) => Read::Refused(status(bytes)),
        _ => Read::Partial,
    }
}

fn status(head: &[u8]) -> u16 {
    let head = str::from_utf8(head).unwrap();
    head.strip_prefix("HTTP/1.1 ").unwrap()[..3]
        .parse()
        .unwrap()
}

/// Reads a head whole, byte by byte, and cut in two at every place. The outcome must be the same.
fn read_every_way(head: &[u8]) -> Read {
    let scratch = &mut [0; 2048];
    let whole = read([head], scratch);
    assert_eq!(
        read(head.chunks(1), scratch),
        whole,
        "bytewise: {}",
        head.escape_ascii()
    );
    for cut in 0..=head.len() {
        let (front, back) = head.split_at(cut);
        assert_eq!(
            read([front, back], scratch),
            whole,
            "cut at {cut}: {}",
            head.escape_ascii()
        );
    }
    whole
}

/// The expected outcome, by `httparse` and the rules that it leaves to its user.
fn expected(head: &[u8]) -> Read {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Partial) => return Read::Partial,
        Ok(httparse::Status::Complete(_)) => {}
        Err(_) => return Read::Refused(400),
    }
    let values = |name: &str| {
        let named = request
            .headers
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case(name));
        named
            .map(|field| field.value.trim_ascii().to_vec())
            .collect::<Vec<_>>()
    };
    let (host, http_1_0) = (values("host"), request.version == Some(0));
    // RFC 9112, section 3.2. A target is ASCII (RFC 3986).
    if host.len() > 1 || (host.is_empty() && !http_1_0) || !request.path.unwrap().is_ascii() {
        return Read::Refused(400);
    }
    let target = request.path.unwrap();
    // RFC 9112, section 3.2.2.
    let (authority, target) = match target.split_once("://") {
        Some((scheme, rest)) if ["http", "https"].contains(&&*scheme.to_lowercase()) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
        _ => (None, target),
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Read::Request(Fields {
        method: request.method.unwrap().into(),
        path: path.into(),
        query: query.into(),
        host: authority.map_or_else(|| host.concat(), |host| host.as_bytes().to_vec()),
        origin: values("origin").pop().unwrap_or_default(),
        kept: ["x-a", "cookie"].map(|name| values(name).into_iter().next()),
    })
}

/// Breaks when a head is not read as by `httparse`, or when its pieces change the outcome.
#[test]
fn heads_are_read_as_httparse_reads_them() {
    const PIECES: &[&[u8]] = &[
        b"Host: device.local\r\n",
        b"HOST:[::1]:80\r\n",
        b"Host : x\r\n",
        b"Host:\r\n",
        b"Accept: text/event-stream\r\n",
        b"X-A:  a b\t \r\n",
        b"x-a: \xc3\xa9\r\n",
        b"Cookie: a=b; c=d\n",
        b"Origin: http://a\r\n",
        b"Origin: null\r\n",
        b"X-Long: ............................\r\n",
        b" folded\r\n",
        b"no colon\r\n",
        b": no name\r\n",
        b"bad name: x\r\n",
        b"X-B: a\rb\r\n",
        b"X-C: \x01\r\n",
        b"X-D: \x7f\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b"X-E:\r\n",
        b"Last-Event-ID: 7\r\n",
    ];
    const LINES: &[&[u8]] = &[
        b"GET /events HTTP/1.1\r\n",
        b"GET / HTTP/1.0\r\n",
        b"OPTIONS * HTTP/1.1\n",
        b"POST /a?b=c HTTP/1.1\r\n",
        b"GET  / HTTP/1.1\r\n",
        b"GET / HTTP/1.2\r\n",
        b"GET / HTTP/2.0\r\n",
        b"GET /\r\n",
        b"GET / HTTP/1.1 \r\n",
        b"G\xc3\xa9T / HTTP/1.1\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\n",
        b"GET /a b HTTP/1.1\r\n",
        b"/ HTTP/1.1\r\n",
        b"\r\n\r\nGET http://device/events HTTP/1.1\r\n",
        b"x-y!#$%&'*+.^_`|~ /<>\"{}|\\^[]# HTTP/1.1\r\n",
        b"\x16\x03\x01\x02",
    ];
    let mut random = fastrand::Rng::with_seed(11);
    let mut seen = [0; 3];
    for round in 0..60_000 {
        let mut head = Vec::new();
        let lines = if random.bool() { 4 } else { LINES.len() };
        head.extend(*random.choice(&LINES[..lines]).unwrap());
        let pieces = if random.bool() { 12 } else { PIECES.len() };
        for _ in 0..random.usize(0..6) {
            head.extend(*random.choice(&PIECES[..pieces]).unwrap());
        }
        head.extend(random.choice([&b"\r\n"[..], b"\r\n", b"\n", b""]).unwrap());
        if random.u32(0..8) == 0 {
            let at = random.usize(..head.len());
            head[at] = random.u8(..);
        }
        let expected = expected(&head);
        let read = match round % 50 {
            0 => read_every_way(&head),
            _ => read([&head[..]], &mut [0; 2048]),
        };
        let agree = match (&read, &expected) {
            (Read::Request(_), _) | (_, Read::Request(_)) => read == expected,
            // `httparse` finds a fault of a line before the line ends. It does not find a second `Host` at all, which
            // the crate reports at the end of the head.
            (Read::Partial, Read::Refused(_)) => {
                let rest = b"\r\n\r\n".as_slice();
                matches!(
                    self::read([&head[..], rest], &mut [0; 2048]),
                    Read::Refused(400)
                )
            }
            (_, Read::Partial) => matches!(read, Read::Partial | Read::Refused(400)),
            _ => read == expected,
        };
        assert!(
            agree,
            "{}: {read:?}, expected {expected:?}",
            head.escape_ascii()
        );
        seen[match expected {
            Read::Request(_) => 0,
            Read::Refused(_) => 1,
            Read::Partial => 2,
        }] += 1;
    }
    println!("{seen:?} requests, refusals, parts");
    assert!(seen.iter().all(|count| *count > 4_000), "{seen:?}");
}

/// Breaks when a query parameter is not found or not decoded.
#[test]
fn parameters_of_the_query_are_found_and_decoded() {
    let log = Log::new();
    let mut scratch = [0; 400];
    let head = "GET /?types=led%2Cfan&x HTTP/1.0\r\n\r\n";
    let mut connection = read_head(&OPTIONS, &mut scratch, head);
    assert_eq!(connection.poll(NOW, &log), ConnectionOutput::Request);
    let request = connection.request();
    let types = request.parameter("types").unwrap();
    assert_eq!(types.collect::<Vec<_>>(), b"led,fan");
    assert_eq!(request.parameter("x").unwrap().count(), 0);
    assert!(request.parameter("y").is_none());
}

/// Breaks when a field that nobody needs must fit the scratch.
#[test]
fn a_field_that_does_not_matter_may_be_longer_than_the_scratch() {
    let long = "x".repeat(3000);
    let request = format!("GET /events HTTP/1.1\r\nX-Long: {long}\r\n{FIELDS}\r\n");
    assert_eq!(
        connection::answer(&STRICT, &Log::new(), &request),
        format!("{STREAM_HEAD}{PREAMBLE}")
    );
}

/// Breaks when bytes after the head change the request.
#[test]
fn bytes_after_the_head_do_not_count() {
    let request = "HEAD /events HTTP/1.1\r\nHost: d\r\n\r\nx";
    let answer = connection::answer(&OPTIONS, &Log::new(), request);
    assert_eq!(answer, STREAM_HEAD);
}

/// Breaks when a request refers to a line that was refused because its end had no room.
#[test]
fn a_request_line_without_room_for_its_end_leaves_no_request() {
    const LARGE: ServerOptions = ServerOptions::new("/events").max_head_len(1_000_000);
    let log = EventLog::<[u8; 0]>::new();
    let mut scratch = vec![0; 200_000];
    for length in 65_520..65_540 {
        let mut connection = Connection::new(NOW, &LARGE, &mut scratch);
        let head = format!("GET /{} HTTP/1.1\n", "a".repeat(length - 14));
        assert_eq!(head.len(), length + 1);
        for piece in head.as_bytes().chunks(40_000) {
            connection.receive_buffer()[..piece.len()].copy_from_slice(piece);
            connection.received(piece.len());
        }
        assert_eq!(connection.request().field("x"), None);
        match connection.poll(NOW, &log) {
            ConnectionOutput::Wait(_) => assert!(length < 65_535, "{length}"),
            ConnectionOutput::Send(bytes) => {
                assert!(length >= 65_535 && matches!(status(bytes), 414 | 431))
            }
            next => panic!("{next:?}"),
        }
    }
}

/// Breaks when `Debug` of a request prints a credential, also if the client has sent a malformed target.
#[test]
fn debug_prints_no_credentials() {
    for target in [
        "/events?token=hunter2",
        "/events#token=hunter2",
        "http://user:hunter2@device/events",
        "ws://user:hunter2@device/events",
        "http:user:hunter2@device/",
        "user:hunter2@device:80",
    ] {
        let mut scratch = [0; 512];
        let mut connection = Connection::new(NOW, &OPTIONS, &mut scratch);
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\nCookie: hunter2\r\n\r\n");
        connection.receive_buffer()[..request.len()].copy_from_slice(request.as_bytes());
        connection.received(request.len());
        let _ = connection.poll(NOW, &Log::new());
        let printed = format!("{:?} {connection:?}", connection.request());
        assert!(
            printed.contains("GET") && !printed.contains("hunter2"),
            "{printed}"
        );
    }
}
