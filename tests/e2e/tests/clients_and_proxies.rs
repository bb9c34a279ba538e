//! `curl`, Node's `eventsource` and nginx with the crate's server.

use std::io::{BufRead, BufReader, Lines};
use std::process::{ChildStdout, Command, Stdio};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use e2e::client::Client;
use e2e::nginx::Nginx;
use e2e::packages;
use e2e::program::Program;
use e2e::server::{CLIENTS, Server};
use embedded_sse::server::{ServerOptions, StreamOptions};
use serde_json::{Value, json};

const OPTIONS: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().retry(100));

/// Breaks when `curl` does not show events at once, or takes the end of a stream for an error.
#[test]
fn curl_shows_events_at_once_and_the_end_without_an_error() {
    for options in [OPTIONS, OPTIONS.chunked()] {
        let server = Server::start(options);
        let mut command = Command::new("curl");
        command.args(["--silent", "--no-buffer", "--fail"]);
        command
            .arg(format!("http://{}/events", server.address))
            .stdout(Stdio::piped());
        let mut curl = Program::start(&mut command);
        let mut lines = BufReader::new(curl.0.stdout.take().unwrap()).lines();
        for expected in [":", "retry: 100"] {
            assert_eq!(lines.next().unwrap().unwrap(), expected);
        }
        for number in 1..=3 {
            server.publish(number);
            for expected in [
                "event: n",
                &format!("id: 5eed-{number}"),
                &format!("data: {number}"),
                "",
            ] {
                assert_eq!(lines.next().unwrap().unwrap(), expected);
            }
        }
        server.hub.end();
        assert!(lines.next().is_none());
        assert!(
            curl.0.wait().unwrap().success(),
            "curl reports an incomplete body"
        );
    }
}

/// `node/follow.js` on a stream.
struct Node {
    lines: Lines<BufReader<ChildStdout>>,
    _program: Program,
}

impl Node {
    fn follow(url: &str) -> Self {
        let mut command = packages::node("follow.js");
        command.arg(url).stdout(Stdio::piped());
        let mut program = Program::start(&mut command);
        let lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
        Self {
            lines,
            _program: program,
        }
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }
}

/// A server whose log is too short for a thousand events.
type ShortServer = Server<4096, CLIENTS>;

/// Breaks when Node's `eventsource` misses an event that is still in the log, or gets no loss notice for events that are not.
#[test]
fn nodes_eventsource_resumes() {
    static SHORT_LIVED: StreamOptions = StreamOptions::new().retry(50).lifetime(300);
    let server = ShortServer::with_sizes(OPTIONS.stream(SHORT_LIVED).chunked());
    let mut node = Node::follow(&format!("http://{}/events", server.address));
    assert_eq!(node.next(), json!({"state": "open"}));
    let mut opened = 1;
    let mut next = |number: u64| loop {
        match node.next() {
            open if open == json!({"state": "open"}) => opened += 1,
            event => {
                let number = number.to_string();
                assert_eq!(
                    event,
                    json!({"id": format!("5eed-{number}"), "data": number})
                );
                return opened;
            }
        }
    };
    // The server ends the stream every 0.3 s, and the client reconnects.
    let mut number = 0;
    while next_after_publish(&server, &mut number, &mut next) < 5 {}

    // While the client is disconnected, the server publishes more events than the log holds.
    server.publish(number + 1);
    next(number + 1);
    let published = number + 1000;
    for number in number + 2..=published {
        server.publish(number);
    }
    let mut lost = 0;
    loop {
        let line = node.next();
        lost += u32::from(line == json!({"state": "lost"}));
        if line["data"] == json!(published.to_string()) {
            break;
        }
    }
    assert!(lost >= 1);
}

fn next_after_publish(
    server: &ShortServer,
    number: &mut u64,
    next: &mut impl FnMut(u64) -> u32,
) -> u32 {
    *number += 1;
    server.publish(*number);
    sleep(Duration::from_millis(10));
    next(*number)
}

/// Breaks when nginx with its default buffering delays events.
#[test]
fn events_pass_nginx_at_once() {
    let server = Server::start(OPTIONS);
    let chunked = Server::start(OPTIONS.chunked());
    let locations = format!(
        "location /events {{ proxy_pass http://{}; }}
         location /chunked {{ proxy_pass http://{}/events; proxy_http_version 1.1; }}",
        server.address, chunked.address
    );
    let nginx = Nginx::new("", &locations);
    let _program = nginx.start();

    for (path, server) in [("/events", &server), ("/chunked", &chunked)] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let mut client = Client::send(([127, 0, 0, 1], nginx.port).into(), &request);
        let head = client.read_head();
        assert!(
            head.starts_with("HTTP/1.1 200 OK\r\n")
                && head.contains("\r\nContent-Type: text/event-stream\r\n")
        );
        let mut slowest = Duration::ZERO;
        for number in 1..=20 {
            let start = Instant::now();
            scope(|scope| {
                scope.spawn(|| server.publish(number));
                // The client does not decode chunks: to it, their sizes are unknown fields.
                assert_eq!(client.next_event().unwrap().data, number.to_string());
            });
            slowest = slowest.max(start.elapsed());
            sleep(Duration::from_millis(20));
        }
        println!("{path}: slowest of 20 events {slowest:?}");
        assert!(slowest < Duration::from_millis(200), "{slowest:?}");
    }
}
