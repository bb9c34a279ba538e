//! The bytes that browsers and other clients get over TCP, from a server on tokio and from a superloop over the
//! sockets of the standard library. The time of the servers stands still, so nothing here is sent because time has
//! passed.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;

use embedded_sse::server::{AllowedOrigins, ServerOptions, Start, StreamOptions};
use embedded_sse::{Frame, SliceSink, event_type};

use crate::tcp_server::{FIELDS, PLACES, PREAMBLE, Server, Time, servers};

const OPTIONS: ServerOptions = ServerOptions::new("/events");
static PLAIN: ServerOptions = OPTIONS;
const LOST: &str = "event: lost\ndata: \n\n";
const ACCEPT: &str = "Accept: text/event-stream\r\n";
const ORIGIN: &str = "Origin: https://a.example\r\n";
const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin: *";

/// The state of the device, as events.
const STATE: &str = "event: led\ndata: on\n\nevent: door\ndata: open\n\n";

fn greet(number: u32, sink: &mut SliceSink<'_>) -> bool {
    let (event_type, data) = match number {
        0 => (event_type!("led"), "on"),
        1 => (event_type!("door"), "open"),
        _ => return false,
    };
    let frame = Frame::data(data).event_type(event_type);
    frame.write_to(sink).unwrap();
    true
}

/// A client, and the bytes that it has received.
struct Client {
    socket: TcpStream,
    received: String,
    /// How many of these bytes a test has checked.
    seen: usize,
}

impl Client {
    /// Requests this target.
    fn get(server: &Server, target: &str, fields: &str) -> Self {
        Self::ask(server, &format!("GET {target}"), fields)
    }

    /// Sends a request with this method and target.
    fn ask(server: &Server, line: &str, fields: &str) -> Self {
        let request = format!("{line} HTTP/1.1\r\nHost: device\r\n{fields}\r\n");
        Self {
            socket: server.connect(request.as_bytes()),
            received: String::new(),
            seen: 0,
        }
    }

    /// Requests the stream, and checks the first bytes of its body.
    fn stream(server: &Server, target: &str, fields: &str) -> Self {
        let mut client = Self::get(server, target, fields);
        client.expect_stream();
        client
    }

    /// Publishes this event, checks that it comes, and closes the connection.
    fn leave_after(mut self, server: &Server, number: u32) {
        publish(server, [number]);
        self.expect(&event(number));
        drop(self);
        server.wait_until_free();
    }

    fn expect_stream(&mut self) -> Head {
        let head = self.head();
        assert_eq!(head.status(), "200", "{}", head.0);
        assert_eq!(head.fields("Content-Type"), ["text/event-stream"]);
        self.expect(PREAMBLE);
        head
    }

    /// Reads the head of the response.
    fn head(&mut self) -> Head {
        while !self.received.ends_with("\r\n\r\n") {
            self.read_byte();
        }
        self.seen = self.received.len();
        Head(self.received.clone())
    }

    /// Checks that the next bytes are `text`.
    fn expect(&mut self, text: &str) {
        let end = self.seen + text.len();
        while self.received.len() < end {
            self.read_byte();
            let new = &self.received[self.seen..];
            assert!(text.starts_with(new), "{new:?}, expected {text:?}");
        }
        self.seen = end;
    }

    /// Checks that the connection ends here.
    fn expect_end(&mut self) {
        let mut rest = String::new();
        self.socket.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }

    fn read_byte(&mut self) {
        let mut byte = [0];
        match self.socket.read_exact(&mut byte) {
            Ok(()) => self.received.push(byte[0].into()),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                panic!("the end after {:?}", self.received)
            }
            Err(error) => panic!("{error} after {:?}", self.received),
        }
    }
}

/// The head of a response.
struct Head(String);

impl Head {
    fn status(&self) -> &str {
        &self.0[9..12]
    }

    /// The values of the fields with this name.
    fn fields(&self, name: &str) -> Vec<&str> {
        let fields = self.0.lines().filter_map(|line| line.split_once(": "));
        fields
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }
}

/// The response head of a request that gets no stream. The client has read the whole response.
fn refused(server: &Server, line: &str, fields: &str) -> Head {
    let mut client = Client::ask(server, line, fields);
    let head = client.head();
    let mut content = String::new();
    client.socket.read_to_string(&mut content).unwrap();
    assert!(!content.contains("retry"), "{content}");
    head
}

/// The event `number`, as `publish` makes it.
fn event(number: u32) -> String {
    format!("id: 7-{number}\ndata: {number}\n\n")
}

fn events(numbers: impl IntoIterator<Item = u32>) -> String {
    numbers.into_iter().map(event).collect()
}

/// Publishes events, whose numbers continue those of earlier events.
fn publish(server: &Server, numbers: impl IntoIterator<Item = u32>) {
    for number in numbers {
        server.publish(&number.to_string());
    }
}

/// Takes all places.
fn fill(server: &Server) -> Vec<Client> {
    (0..PLACES)
        .map(|_| Client::stream(server, "/events", ""))
        .collect()
}

/// Breaks when the first bytes wait for an event, or have a blank line: some clients take it for an event.
#[test]
fn the_first_bytes_come_at_once_and_without_a_blank_line() {
    for server in servers(&PLAIN, Time::standing) {
        let mut client = Client::get(&server, "/events", "");
        assert_eq!(client.head().status(), "200");
        client.expect(":\nretry: 3000\n");
        publish(&server, [1]);
        client.expect(&event(1));
    }
}

/// Breaks when a client with a long id is refused, or gets no loss notice.
#[test]
fn an_unknown_id_of_any_length_gets_the_loss_notice() {
    for server in servers(&PLAIN, Time::standing) {
        publish(&server, 1..=3);
        for length in [255, 400, 5_000] {
            let field = format!("Last-Event-ID: {}\r\n", "7".repeat(length));
            let mut client = Client::stream(&server, "/events", &field);
            client.expect(LOST);
            client.expect(&events(1..=3));
            drop(client);
            server.wait_until_free();
        }
    }
}

/// Breaks when an empty field hides the parameter of a polyfill, or only one spelling of its name is known.
#[test]
fn a_parameter_resumes_beside_an_empty_field_and_in_both_spellings() {
    for server in servers(&PLAIN, Time::standing) {
        publish(&server, 1..=5);
        let mut last = 5;
        for (target, fields) in [
            ("/events?lastEventId=7-3", "Last-Event-ID:\r\n"),
            ("/events?lastEventId=7-3", "Last-Event-ID: \r\n"),
            ("/events?lastEventID=7-3", ""),
            ("/events?lastEventID=7-3", "Last-Event-ID:\r\n"),
            ("/events", "Last-Event-ID: 7-3\r\n"),
        ] {
            let mut client = Client::stream(&server, target, fields);
            client.expect(&events(4..=last));
            last += 1;
            client.leave_after(&server, last);
        }
    }
}

/// Breaks when a new client, or one that has lost events, gets no greeting at its place, or when a client that
/// resumes gets one.
#[test]
fn a_greeting_comes_between_the_loss_notice_and_the_kept_events() {
    static GREETING: ServerOptions = OPTIONS.stream(
        StreamOptions::new()
            .start(Start::Oldest)
            .initial_state(&greet),
    );
    for server in servers(&GREETING, Time::standing) {
        publish(&server, 1..=3);
        let mut last = 3;
        for (fields, before) in [
            ("", STATE.to_string()),
            ("Last-Event-ID: 6-1\r\n", format!("{LOST}{STATE}")),
            ("Last-Event-ID: 7-99\r\n", format!("{LOST}{STATE}")),
        ] {
            let mut client = Client::stream(&server, "/events", fields);
            client.expect(&before);
            client.expect(&events(1..=last));
            last += 1;
            client.leave_after(&server, last);
        }
        for seen in [2, last] {
            let field = format!("Last-Event-ID: 7-{seen}\r\n");
            let mut client = Client::stream(&server, "/events", &field);
            client.expect(&events(seen + 1..=last));
            last += 1;
            client.leave_after(&server, last);
        }
    }
}

/// Breaks when a client that was cut off before its first event misses a later event, or gets one twice.
#[test]
fn a_client_that_has_seen_no_event_resumes_after_the_id_it_was_given() {
    static PRIMING: ServerOptions = OPTIONS.stream(StreamOptions::new().initial_id());
    for server in servers(&PRIMING, Time::standing) {
        for before in [0, 2, 4] {
            let mut client = Client::stream(&server, "/events", "");
            client.expect(&format!("id: 7-{before}\n\n"));
            drop(client);
            server.wait_until_free();

            let missed = before + 1;
            publish(&server, [missed]);
            let field = format!("Last-Event-ID: 7-{before}\r\n");
            let mut client = Client::stream(&server, "/events", &field);
            client.expect(&event(missed));
            // There is no block with an id, and the event does not come again.
            publish(&server, [missed + 1]);
            client.expect(&event(missed + 1));
            drop(client);
            server.wait_until_free();
        }
    }
}

/// Breaks when an event source stops for good because the server was full, gets events without a place, or gets no
/// stream although a place is free.
#[test]
fn an_event_source_comes_back_to_a_full_server_and_gets_a_stream() {
    static RECONNECT: ServerOptions = OPTIONS
        .reconnect_when_full()
        .allowed_origins(AllowedOrigins::Any);
    for server in servers(&RECONNECT, Time::standing) {
        let mut streams = fill(&server);
        // Clients with a place get the event.
        publish(&server, [1]);
        for stream in &mut streams {
            stream.expect(&event(1));
        }
        let fields = format!("{ACCEPT}{ORIGIN}Last-Event-ID: 7-0\r\n");
        for _ in 0..5 {
            let mut early = Client::get(&server, "/events", &fields);
            let head = early.expect_stream();
            // Without this field, the browser hides the stream from its event source, which then stops for good.
            assert_eq!(head.fields("Access-Control-Allow-Origin"), ["*"]);
            early.expect_end();
        }
        server.wait_until_held(PLACES);
        streams.pop();
        server.wait_until_held(PLACES - 1);
        let mut client = Client::stream(&server, "/events", &fields);
        client.expect(&event(1));
        publish(&server, [2]);
        client.expect(&event(2));
    }
}

/// Breaks when a client that is no event source gets a stream that ends, or an event source gets one without the
/// option.
#[test]
fn other_clients_of_a_full_server_get_503() {
    static RECONNECT: ServerOptions = OPTIONS.reconnect_when_full();
    for (options, accepts) in [
        (&PLAIN, [ACCEPT, ""]),
        (&RECONNECT, ["Accept: */*\r\n", ""]),
    ] {
        for server in servers(options, Time::standing) {
            let streams = fill(&server);
            for accept in accepts {
                let head = refused(&server, "GET /events", accept);
                assert_eq!(head.status(), "503", "{}", head.0);
                assert_eq!(head.fields("Retry-After"), ["5"]);
                assert_eq!(head.fields("Access-Control-Allow-Origin"), [""; 0]);
            }
            // Only streams take places.
            assert_eq!(refused(&server, "GET /", "").status(), "200");
            assert_eq!(refused(&server, "HEAD /events", "").status(), "200");
            drop(streams);
        }
    }
}

/// Breaks when a page of another origin cannot read why it gets no stream, or can read a refusal that is not about
/// the stream.
#[test]
fn a_page_of_another_origin_can_read_why_it_gets_no_stream() {
    static ANY: ServerOptions = OPTIONS
        .allowed_origins(AllowedOrigins::Any)
        .kept_fields(&["authorization"]);
    let long = "x".repeat(500);
    for server in servers(&ANY, Time::standing) {
        let streams = fill(&server);
        for (line, field, status, is_readable) in [
            ("GET /events", "", "503", true),
            (
                "GET /events",
                &*format!("Authorization: {long}\r\n"),
                "431",
                true,
            ),
            (&*format!("GET /{long}"), "", "414", true),
            ("POST /events", "", "405", true),
            ("GET /other", "", "404", false),
            ("GET /events", "Host: another\r\n", "400", false),
        ] {
            let head = refused(&server, line, &format!("{ORIGIN}{field}"));
            assert_eq!(head.status(), status, "{}", head.0);
            let readable = head.0.lines().filter(|line| *line == ALLOW_ORIGIN).count();
            assert_eq!(readable, usize::from(is_readable), "{}", head.0);
            assert_eq!(head.0.matches("Access-Control").count(), readable);
        }
        drop(streams);
    }
}

/// Breaks when a page may not send a header field that the options name, or may send another one.
#[test]
fn a_preflight_allows_only_the_header_fields_of_the_options() {
    const ANY: ServerOptions = OPTIONS.allowed_origins(AllowedOrigins::Any);
    static UNNAMED: ServerOptions = ANY;
    static NAMED: ServerOptions = ANY.allowed_fields(&["Authorization"]);
    const PREFLIGHT: &str = "Origin: https://a.example\r\nAccess-Control-Request-Method: GET\r\n\
        Access-Control-Request-Headers: authorization\r\nAccess-Control-Request-Private-Network: true\r\n";
    for (options, allowed) in [
        (&UNNAMED, "Last-Event-ID, Cache-Control"),
        (&NAMED, "Last-Event-ID, Cache-Control, Authorization"),
    ] {
        for server in servers(options, Time::standing) {
            let head = refused(&server, "OPTIONS /events", PREFLIGHT);
            assert_eq!(head.status(), "204", "{}", head.0);
            for (name, value) in [
                ("Access-Control-Allow-Origin", "*"),
                ("Access-Control-Allow-Methods", "GET"),
                ("Access-Control-Allow-Headers", allowed),
                ("Access-Control-Allow-Private-Network", "true"),
            ] {
                assert_eq!(head.fields(name), [value], "{}", head.0);
            }
            // These fields are only for preflights.
            let mut client = Client::get(&server, "/events", ORIGIN);
            let head = client.head();
            assert_eq!(head.0.matches("Access-Control").count(), 1, "{}", head.0);
        }
    }
}

/// Breaks when a stream lacks a field of the options, another response has it, or the stream is framed twice.
#[test]
fn streams_have_the_fields_of_the_options() {
    static WITH_FIELDS: ServerOptions = OPTIONS.stream_fields(&FIELDS);
    for server in servers(&WITH_FIELDS, Time::standing) {
        let mut streams: Vec<_> = (0..PLACES)
            .map(|_| Client::get(&server, "/events", ORIGIN))
            .collect();
        for stream in &mut streams {
            let head = stream.head();
            assert_eq!(head.fields("X-First"), ["1"], "{}", head.0);
            assert_eq!(head.fields("X-Last"), ["2"], "{}", head.0);
            assert_eq!(head.fields("Connection"), ["close"], "{}", head.0);
            assert_eq!(head.fields("Content-Length"), [""; 0], "{}", head.0);
            assert_eq!(head.fields("Transfer-Encoding"), [""; 0], "{}", head.0);
            stream.expect(PREAMBLE);
        }
        for (line, status) in [
            ("GET /events", "503"),
            ("POST /events", "405"),
            ("GET /other", "404"),
            ("GET /", "200"),
        ] {
            let head = refused(&server, line, ORIGIN);
            assert_eq!(head.status(), status, "{}", head.0);
            assert!(!head.0.contains("X-"), "{}", head.0);
        }
    }
}

/// Breaks when the caller's fields frame a response a second time: a proxy and a client could disagree about its end.
#[test]
fn a_response_is_framed_once() {
    for server in servers(&PLAIN, Time::standing) {
        for (line, content) in [("GET /fields", "page"), ("HEAD /fields", "")] {
            let mut client = Client::ask(&server, line, "");
            let head = client.head();
            for (name, values) in [
                ("Content-Length", &["4"][..]),
                ("Transfer-Encoding", &[]),
                ("Connection", &["close"]),
                ("X-First", &["1"]),
                ("X-Last", &["2"]),
            ] {
                assert_eq!(head.fields(name), values, "{}", head.0);
            }
            client.expect(content);
            client.expect_end();
        }
    }
}
