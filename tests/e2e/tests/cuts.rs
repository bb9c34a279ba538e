//! A server that cuts the connection after any byte.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

use e2e::client::Event;
use e2e::follower::{Driver, Follower, Report};
use embedded_sse::client::{Reason, ServerReason};

const EVENTS: usize = 200;
const POSITIONS: usize = 300;

#[derive(Clone, Copy, Debug)]
enum Framing {
    Close,
    Chunked,
}

fn data(number: usize) -> String {
    format!("{number} µs\nsince 12:00")
}

/// The response to a client that has seen `seen` events.
fn answer(framing: Framing, seen: usize) -> Vec<u8> {
    let mut stream = String::from(": hello\nretry: 1\n\n");
    for number in seen + 1..=EVENTS {
        // Events have LF and CRLF in turn.
        let end = ["\n", "\r\n"][number % 2];
        stream += &format!("id: {number}{end}event: count{end}");
        for line in data(number).lines() {
            stream += &format!("data: {line}{end}");
        }
        stream += end;
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
    match framing {
        Framing::Close => format!("{head}Connection: close\r\n\r\n{stream}").into_bytes(),
        Framing::Chunked => {
            let mut answer = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
            // No event is 37 bytes long, so chunks end at varying places within events.
            for chunk in stream.as_bytes().chunks(37) {
                write!(answer, "{:x}\r\n", chunk.len()).unwrap();
                answer.extend(chunk);
                answer.extend(b"\r\n");
            }
            answer.extend(b"0\r\n\r\n");
            answer
        }
    }
}

/// Cuts the first connection after `position` bytes, and ends all others with their stream. Answers 204 once the client has
/// all events. Returns the number of connections.
fn serve(listener: TcpListener, framing: Framing, position: usize) -> usize {
    for number in 1.. {
        let (mut socket, _) = listener.accept().unwrap();
        let seen = read_request(&mut socket);
        if seen == EVENTS {
            socket
                .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                .unwrap();
            return number;
        }
        let mut answer = answer(framing, seen);
        if number == 1 {
            answer.truncate(position);
        }
        socket.write_all(&answer).unwrap();
    }
    unreachable!("the loop ends only with `return`")
}

/// Reads a request. Returns its last event ID, or 0.
fn read_request(socket: &mut TcpStream) -> usize {
    let mut request = Vec::new();
    let mut buffer = [0; 512];
    while !request.ends_with(b"\r\n\r\n") {
        let length = socket.read(&mut buffer).unwrap();
        assert!(length > 0, "the client closed within the request");
        request.extend(&buffer[..length]);
    }
    let request = String::from_utf8(request).unwrap();
    let mut lines = request.lines();
    let id = lines.find_map(|line| line.strip_prefix("Last-Event-ID: "));
    id.map_or(0, |id| id.parse().unwrap())
}

/// Follows the stream until the server answers 204.
fn follow(driver: Driver, url: &str) -> Vec<Event> {
    let mut follower = Follower::start(driver, url);
    let mut events = Vec::new();
    loop {
        match follower.next_report() {
            Report::Event(event) => {
                events.push(event);
                assert!(events.len() <= EVENTS, "an event came twice");
            }
            Report::Closed(reason) => {
                assert_eq!(reason, Reason::Server(ServerReason::NoContent));
                return events;
            }
            Report::Open | Report::Connecting(_) => {}
        }
    }
}

/// Breaks when a cut makes the client lose an event, deliver one twice or deliver a part of one. Cuts lie in the head, in
/// sizes of chunks, in ids, in characters of several bytes, and between CR and LF.
#[test]
fn all_events_come_once_wherever_the_connection_is_cut() {
    let expected: Vec<Event> = (1..=EVENTS)
        .map(|number| Event {
            event: "count".into(),
            id: number.to_string(),
            data: data(number),
        })
        .collect();
    for framing in [Framing::Close, Framing::Chunked] {
        for driver in [Driver::Blocking, Driver::Asynch] {
            let begin = Instant::now();
            let length = answer(framing, 0).len();
            let mut connections = 0;
            for number in 0..POSITIONS {
                let position = length * number / POSITIONS;
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let url = format!("http://{}/events", listener.local_addr().unwrap());
                let server = thread::spawn(move || serve(listener, framing, position));
                assert!(follow(driver, &url) == expected, "cut at {position}");
                connections += server.join().unwrap();
            }
            println!(
                "{framing:?}, {driver:?}: {POSITIONS} positions in {length} bytes, {connections} connections, {EVENTS} events each, 0 lost, 0 repeated, {} ms",
                begin.elapsed().as_millis()
            );
        }
    }
}
