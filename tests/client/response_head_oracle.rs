//! Random response heads, compared with `httparse`. They must be read alike in all pieces, and the body must be
//! framed as they say.

use std::sync::Mutex;

use crate::scripted::{Scene, play};
use embedded_sse::client::{
    ClientOptions, Decision, EventSource, Failure, Reason, ReconnectOptions, ServerReason,
};
use embedded_sse::http::Url;

/// The outcome of a head and of the body after it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Read {
    Answer {
        /// The status, whether the type is an event stream, and the seconds of `Retry-After`.
        answer: (u16, bool, Option<u32>),
        body: &'static str,
    },
    Redirect(String),
    /// The reason for the refusal.
    Refused(&'static str),
}

/// A body that gives another number of events under each framing.
const BODY: &str = "9\r\ndata: x\n\n\r\n9\r\ndata: y\n\n\r\n0\r\n\r\n";
const LENGTH: usize = "9\r\ndata: x\n\n".len();

fn read(head: &[u8], step: usize) -> Read {
    // An event stream is no failure.
    let answered = Mutex::new((200, true, None));
    let on_failure = |failure: &Failure, decision| match (failure.reason, failure.response) {
        (_, Some(answer)) => {
            *answered.lock().unwrap() = (answer.status, answer.is_event_stream, answer.retry_after);
            match answer.status {
                101 => Decision::End,
                _ => Decision::Open,
            }
        }
        // The body has ended.
        (Reason::Network(_) | Reason::Server(ServerReason::Ended), None) => decision,
        _ => Decision::End,
    };
    let options = ClientOptions::new().reconnect(ReconnectOptions::new().on_failure(&on_failure));
    let (mut buffer, mut redirects) = ([0; 512], [0; 256]);
    let url = Url::new("http://device/events").unwrap();
    let mut source = EventSource::new(url, &options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let bytes = [head, BODY.as_bytes()].concat();
    let lines = play(&mut source, [Scene::Stays(bytes)], step).lines;
    let after_connect: Vec<&str> = lines.iter().skip(1).map(String::as_str).collect();
    let end = after_connect.last().copied().unwrap_or_default();
    let events = after_connect
        .iter()
        .filter(|line| line.starts_with("event"))
        .count();
    if let Some(reason) = end.strip_prefix("closed: ") {
        let reasons = [
            "NotHttp",
            "HeadTooLong",
            "Framing",
            "Encoded",
            "Status(101)",
        ];
        let known = reasons.into_iter().find(|known| *known == reason);
        // The location is missing, or stands in place of the body.
        return Read::Refused(known.unwrap_or("location"));
    }
    let answer = *answered.lock().unwrap();
    if let ["connect http://other/" | "connect http://device/y"] = after_connect[..] {
        return Read::Redirect(end["connect ".len()..].into());
    }
    let has_ended = after_connect.iter().any(|line| line.starts_with("lost"));
    let body = match (events, has_ended) {
        (2, false) => "until close",
        (2, true) => "chunked",
        (1, true) => "length",
        (0, true) => "empty",
        _ => panic!("{after_connect:?}"),
    };
    Read::Answer { answer, body }
}

/// The expected outcome, by `httparse` and the rules that it leaves to its user.
fn expected(head: &[u8]) -> Read {
    let mut config = httparse::ParserConfig::default();
    config.allow_obsolete_multiline_headers_in_responses(true);
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let length = match config.parse_response(&mut response, head) {
        Ok(status) => status.unwrap(),
        Err(_) => return Read::Refused("NotHttp"),
    };
    let status = response.code.unwrap();
    // RFC 9110, section 15.2: another response follows. A 101 is an exception, because the client did not ask for
    // another protocol.
    if (100..=199).contains(&status) && status != 101 {
        return expected(&head[length..]);
    }
    let values = |name: &str| {
        let fields = response.headers.iter();
        let named = fields.filter(|field| field.name.eq_ignore_ascii_case(name));
        let values = named.map(|field| String::from_utf8(field.value.trim_ascii().to_vec()));
        values.collect::<Result<Vec<_>, _>>().unwrap()
    };
    // The other fields of a redirect do not matter.
    if (300..=399).contains(&status) {
        let locations = values("location");
        let location = locations.iter().find(|location| !location.is_empty());
        return match location.map(String::as_str) {
            Some("/y") => Read::Redirect("http://device/y".into()),
            Some("http://other/") => Read::Redirect("http://other/".into()),
            _ => Read::Refused("location"),
        };
    }
    let body = match framing(&values("content-length"), &values("transfer-encoding")) {
        Some(body) => body,
        None => return Read::Refused("Framing"),
    };
    if status == 101 {
        return Read::Refused("Status(101)");
    }
    let encodings = values("content-encoding");
    if encodings.iter().any(|coding| coding != "identity") {
        return Read::Refused("Encoded");
    }
    let type_ = values("content-type").pop().unwrap_or_default();
    let essence = type_.split(';').next().unwrap_or_default().trim_ascii();
    let is_event_stream = essence.eq_ignore_ascii_case("text/event-stream");
    // A date counts as present without a time.
    let retry_after = values("retry-after").pop();
    let retry_after = retry_after.map(|seconds| seconds.parse().unwrap_or_default());
    let answer = match (status, is_event_stream) {
        (200, true) => (200, true, None),
        _ => (status, is_event_stream, retry_after),
    };
    Read::Answer { answer, body }
}

/// The framing by the values of `Content-Length` and `Transfer-Encoding` (RFC 9112, section 6.3).
fn framing(lengths: &[String], codings: &[String]) -> Option<&'static str> {
    let elements = |values: &[String]| {
        let list = values.join(",");
        let elements = list
            .split(',')
            .map(|element| element.trim_ascii().to_ascii_lowercase());
        elements.collect::<Vec<_>>()
    };
    if !codings.is_empty() {
        let mut codings = elements(codings);
        codings.retain(|coding| !coding.is_empty() && coding != "identity");
        let codings: Vec<&str> = codings.iter().map(String::as_str).collect();
        return match codings[..] {
            [] => Some("until close"),
            ["chunked"] => Some("chunked"),
            _ => None,
        };
    }
    if lengths.is_empty() {
        return Some("until close");
    }
    let mut length = None;
    for element in elements(lengths) {
        let is_number = !element.is_empty() && element.bytes().all(|digit| digit.is_ascii_digit());
        let number = is_number.then(|| element.parse::<usize>().unwrap())?;
        if length.is_some_and(|earlier| earlier != number) {
            return None;
        }
        length = Some(number);
    }
    match length {
        Some(0) => Some("empty"),
        Some(LENGTH) => Some("length"),
        other => panic!("{other:?}"),
    }
}

const LINES: &[&str] = &[
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 200 OK\n",
    "HTTP/1.1 503 Service Unavailable\r\n",
    "HTTP/1.1 307 \r\n",
    "HTTP/1.1 200\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
    "HTTP/1.1 103 Early Hints\r\nLocation: /x\r\n\r\nHTTP/1.1 302 Found\r\n",
    "\r\nHTTP/1.1 200 OK\r\n",
    "\n\r\nHTTP/1.1 102 x\r\nContent-Length: x\r\n\r\n\nHTTP/1.1 200 OK\r\n",
    "HTTP/1.1 101 Switching Protocols\r\n",
    "HTTP/1.1 20 OK\r\n",
    "HTTP/1.1 2000 OK\r\n",
    "HTTP/1.1 2x0 OK\r\n",
    "HTTP/1.1  200 OK\r\n",
    "HTTP/2.0 200 OK\r\n",
    "http/1.1 200 OK\r\n",
    "SSH-2.0-OpenSSH\r\n",
];
const PIECES: &[&str] = &[
    "Content-Type: text/event-stream\r\n",
    "CONTENT-TYPE:Text/Event-Stream ; charset=utf-8\t\r\n",
    "Content-Type: text/html\n",
    "Content-Type:\r\n text/event-stream\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 12\r\n",
    "Content-Length: 12 ,012\r\n",
    "Transfer-Encoding: Identity\r\n",
    "Location: /y\r\n",
    "Location:  http://other/ \r\n",
    "Retry-After: 7\r\n",
    "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n",
    "Content-Encoding: identity\r\n",
    "X-Long: ....................................................................\r\n",
    "content-length:0\r\n",
    "Content-Length: 1x\r\n",
    "Content-Length: 12,\r\n",
    "Content-Length:\r\n",
    "Transfer-Encoding: identity, chunked\r\n",
    "Transfer-Encoding:\r\n chunked\r\n ,\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding: gzip\r\n",
    "Content-Encoding: gzip\r\n",
    "Location:\r\n",
    "X: \u{e9}\r\n",
    "X:\r\n folded\r\n\tagain\r\n",
    "no colon\r\n",
    ": no name\r\n",
    "bad name: x\r\n",
    "Content-Length : 12\r\n",
];

/// Breaks when a head is not read as by `httparse`, when a body is framed otherwise than the head says, or when the
/// pieces change the outcome.
#[test]
fn heads_are_read_as_httparse_reads_them() {
    let mut random = fastrand::Rng::with_seed(12);
    let mut seen = [0; 3];
    for round in 0..70_000 {
        let lines = if random.bool() { 10 } else { LINES.len() };
        let mut head = random.choice(&LINES[..lines]).unwrap().to_string();
        let pieces = if random.bool() { 14 } else { PIECES.len() };
        for _ in 0..random.usize(0..6) {
            head += random.choice(&PIECES[..pieces]).unwrap();
        }
        head += random.choice(["\r\n", "\r\n", "\n"]).unwrap();
        let bytes = [head.as_bytes(), BODY.as_bytes()].concat();
        // `httparse` ignores the bytes after the head. They matter here, because a folded line may go on in them.
        let expected = expected(&bytes);
        let read = match round % 50 {
            0 => {
                let whole = self::read(head.as_bytes(), usize::MAX);
                for step in [1, 2, 3, 5, 17] {
                    assert_eq!(self::read(head.as_bytes(), step), whole, "{step}: {head:?}");
                }
                whole
            }
            _ => self::read(head.as_bytes(), usize::MAX),
        };
        assert_eq!(read, expected, "{head:?}");
        seen[match expected {
            Read::Answer { .. } => 0,
            Read::Redirect(_) => 1,
            Read::Refused(_) => 2,
        }] += 1;
    }
    println!("{seen:?} answers, redirects, refusals");
    assert!(seen.iter().all(|count| *count > 2_000), "{seen:?}");
}
