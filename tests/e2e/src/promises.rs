//! What every client may expect of a server with an event log, whatever its HTTP stack is.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::body::Body;
use crate::client::{Client, request};
use crate::stacks::StackServer;

/// The slots of the servers in `examples/stacks`.
pub const SLOTS: usize = 2;
/// More events than the log of these servers holds.
const MANY: usize = 100;

/// Checks that this package of `examples/stacks` keeps the promises below.
pub fn check(package: &str) {
    // The keep-alive is the last check: it comes after 15 s of silence, which begins now.
    let idle_server = StackServer::start(package, 0);
    let idle_stream = open(&idle_server, "");
    resumes(package);
    tells_of_a_loss(package);
    refuses_when_full_and_frees_slots(package);
    shows_the_end(package);
    sends_keep_alive(idle_stream);
}

/// A client that reconnects with its last event ID gets each later event once and in order.
fn resumes(package: &str) {
    let mut server = StackServer::start(package, 0);
    let mut first = open(&server, "");
    server.publish(3);
    let id = expect_numbers(&mut first, 1..=3);
    drop(first);
    server.publish(3);
    let mut second = open(&server, &id);
    expect_numbers(&mut second, 4..=6);
    server.publish(1);
    expect_numbers(&mut second, 7..=7);
}

/// A client whose last event ID is not in the log any more gets the loss notice first, and then what the log holds. An id that is
/// too long is like one that is not in the log.
fn tells_of_a_loss(package: &str) {
    let mut server = StackServer::start(package, 0);
    let mut first = open(&server, "");
    server.publish(1);
    let id = expect_numbers(&mut first, 1..=1);
    server.publish(MANY);
    // After the last event, all events are in the log, or were evicted. This client may have lost some, too, and the server may
    // have closed its connection.
    let last = (1 + MANY).to_string();
    while first.next_event().is_some_and(|event| event.data != last) {}
    let mut second = open(&server, &id);
    assert_eq!(second.next_event().unwrap().event, "lost");
    let oldest: usize = second.next_event().unwrap().data.parse().unwrap();
    assert!(oldest > 2, "event {oldest} was not lost");
    expect_numbers(&mut second, oldest + 1..=1 + MANY);

    // A foreign id may be longer than the adapter's buffer. A page may add a query. All slots of a new server are free.
    let server = StackServer::start(package, 0);
    let long_id = "x".repeat(100);
    let (status, mut third) = Body::request(server.address, "/events?token=1", &long_id);
    assert_eq!(status, 200);
    assert_eq!(third.next_event().unwrap().event, "lost");
}

/// While all slots are taken, a further client gets a 503, or a stream that ends at once. The slot of a client that closes its
/// connection is free again, also if no event is published.
fn refuses_when_full_and_frees_slots(package: &str) {
    let server = StackServer::start(package, 0);
    let mut taken: Vec<_> = (0..SLOTS).map(|_| open(&server, "")).collect();
    assert!(try_open(&server).is_none(), "a stream without a slot");
    for _ in 0..3 {
        drop(taken.pop());
        // A keep-alive comes after 15 s. Its write may fail, which would free the slot, too.
        let until = Instant::now() + Duration::from_secs(10);
        taken.push(loop {
            if let Some(stream) = try_open(&server) {
                break stream;
            }
            assert!(Instant::now() < until, "the slot is still taken");
            sleep(Duration::from_millis(50));
        });
    }
}

/// When the server ends a stream, the client sees the end of the body, and that of the connection if it does not keep it.
fn shows_the_end(package: &str) {
    let server = StackServer::start(package, 200);
    // The HTTP client reports a chunked body that is cut off as an error.
    assert_eq!(open(&server, "").next_event(), None);
    let request = request("").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let mut client = Client::send(server.address, &request);
    let response = client.read_to_end().expect("FIN, and not RST");
    assert!(response.contains("retry: 3000\n"), "{response}");
}

/// A client of a silent server gets a comment, by which it knows that the connection is alive.
fn sends_keep_alive(mut stream: Body) {
    // The first bytes of a stream are a comment, too.
    stream.wait_for(":\nretry: 3000\n:\n");
}

/// Checks that this package resets the connection of a client that has received a part of an event when the log overwrites the
/// rest. A FIN would tell the client that it has got the whole stream.
pub fn check_reset(package: &str) {
    let mut server = StackServer::start(package, 0);
    // If the server has written the end of an event last, the client gets a loss notice instead: there is more than one burst.
    let mut client = TcpStream::connect(server.address).unwrap();
    let limit = Some(Duration::from_secs(60));
    client.set_read_timeout(limit).unwrap();
    client.write_all(request("").as_bytes()).unwrap();
    let (mut received, mut chunk) = (Vec::new(), [0; 4096]);
    // The stream begins with its reconnection time.
    while !received.ends_with(b"retry: 3000\n") {
        client.read_exact(&mut chunk[..1]).unwrap();
        received.push(chunk[0]);
    }
    for burst in 1..=50 {
        server.publish(BURST);
        let newest = format!("data: {}\n\n", burst * BURST);
        while !received.ends_with(newest.as_bytes()) {
            match client.read(&mut chunk) {
                Ok(0) => panic!("FIN after {}", received.escape_ascii()),
                Ok(length) => received.extend_from_slice(&chunk[..length]),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                    return;
                }
            }
            received.drain(..received.len().saturating_sub(200));
        }
    }
    panic!("the connection was not reset");
}

/// More events than the server can write in the time in which they are published.
const BURST: usize = 50_000;

/// Opens a stream that has a slot.
pub fn open(server: &StackServer, last_event_id: &str) -> Body {
    let (status, mut body) = Body::request(server.address, "/events", last_event_id);
    assert_eq!(status, 200);
    // From now on, the client gets what is published.
    body.wait_for(":\nretry: 3000\n");
    body
}

/// Opens a stream if there is a slot. The client has an unknown last event ID, so such a stream begins with the loss notice.
fn try_open(server: &StackServer) -> Option<Body> {
    let (status, mut body) = Body::request(server.address, "/events", "unknown");
    match status {
        503 => None,
        200 => body.next_event().map(|_| body),
        _ => panic!("status {status}"),
    }
}

/// Reads events until the last number has come, each once and in order. Returns the last event ID.
fn expect_numbers(stream: &mut Body, numbers: std::ops::RangeInclusive<usize>) -> String {
    let mut id = String::new();
    for number in numbers {
        let event = stream.next_event().expect("the stream goes on");
        assert_eq!(event.event, "count");
        assert_eq!(event.data, number.to_string());
        id = event.last_event_id.unwrap().to_string();
        assert!(id.ends_with(&format!("-{number}")), "{id}");
    }
    id
}
