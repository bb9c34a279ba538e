//! Clients that are slow, broken, hostile, or too many. At the same time, a well-behaved client must get every event.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, scope, sleep};
use std::time::{Duration, Instant};

use e2e::client::{Client, request};
use e2e::server::Server;
use embedded_sse::server::{ServerOptions, StreamOptions};

const SLOTS: usize = e2e::server::CLIENTS;
const OPTIONS: ServerOptions = ServerOptions::new("/events")
    .head_timeout(700)
    .stream(StreamOptions::new().write_timeout(700));

/// Runs `attack` while events are published, and checks that another client gets all of them.
fn while_others_are_served(attack: impl FnOnce(&Server)) {
    let server = Server::start(OPTIONS);
    let published = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    let mut client = Client::connect(server.address, "");
    scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let number = published.load(Ordering::SeqCst) + 1;
                server.publish(number);
                published.store(number, Ordering::SeqCst);
                sleep(Duration::from_millis(2));
            }
        });
        let follower = scope.spawn(|| {
            let mut next = 0;
            while let Some(event) = client.next_event() {
                let number: u64 = event.data.parse().unwrap();
                // The first events may have been published before the stream began.
                assert!(next == 0 || number == next, "{number} instead of {next}");
                next = number + 1;
                if done.load(Ordering::SeqCst) && number == published.load(Ordering::SeqCst) {
                    return;
                }
            }
            panic!("the stream ended");
        });
        attack(&server);
        done.store(true, Ordering::SeqCst);
        // The follower checks `done` after an event, so it needs one more.
        sleep(Duration::from_millis(50));
        let last = published.load(Ordering::SeqCst) + 1;
        published.store(last, Ordering::SeqCst);
        server.publish(last);
        follower.join().unwrap();
    });
}

/// Waits until exactly `expected` clients have a stream.
fn wait_for_clients(server: &Server, expected: usize) {
    let until = Instant::now() + Duration::from_secs(20);
    while server.hub.stats().clients != expected {
        assert!(Instant::now() < until, "{:?}", server.hub.stats());
        sleep(Duration::from_millis(5));
    }
}

fn connect(server: &Server) -> TcpStream {
    let socket = TcpStream::connect(server.address).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    socket
}

/// Reads a whole refusal and checks its status. Then closes the connection, as HTTP clients do.
fn read_refusal(mut socket: TcpStream, status: &str) {
    let mut answer = Vec::new();
    let mut buffer = [0; 1024];
    while !answer.ends_with(format!("\r\n\r\n{status}").as_bytes()) {
        match socket.read(&mut buffer) {
            Ok(length @ 1..) => answer.extend_from_slice(&buffer[..length]),
            end => panic!("{end:?} after {}", answer.escape_ascii()),
        }
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status}\r\n")),
        "{answer:?}"
    );
    assert!(
        answer.contains(&format!("\r\nContent-Length: {}\r\n", status.len())),
        "{answer:?}"
    );
}

/// Breaks when a request head has no time limit.
#[test]
fn a_slow_head_is_refused() {
    while_others_are_served(|server| {
        let socket = connect(server);
        let mut writer = socket.try_clone().unwrap();
        let slow = thread::spawn(move || {
            for byte in request("").bytes() {
                if writer.write_all(&[byte]).is_err() {
                    return;
                }
                sleep(Duration::from_millis(100));
            }
        });
        read_refusal(socket, "408 Request Timeout");
        slow.join().unwrap();
    });
}

/// Breaks when a long head takes memory, or when the client loses the refusal because it is still sending.
#[test]
fn a_head_of_a_megabyte_is_refused() {
    while_others_are_served(|server| {
        for head in [
            format!(
                "GET /events HTTP/1.1\r\nHost: x\r\n{}",
                "X: y\r\n".repeat(170_000)
            ),
            format!(
                "GET /events HTTP/1.1\r\nHost: x\r\nX: {}",
                "y".repeat(1_000_000)
            ),
            format!("GET /{} HTTP/1.1\r\n", "y".repeat(1_000_000)),
        ] {
            let socket = connect(server);
            let mut writer = socket.try_clone().unwrap();
            let status = "431 Request Header Fields Too Large";
            let writing = thread::spawn(move || drop(writer.write_all(head.as_bytes())));
            read_refusal(socket, status);
            writing.join().unwrap();
        }
    });
}

/// Breaks when random bytes get another answer than 400, or stop the server.
#[test]
fn noise_is_refused() {
    while_others_are_served(|server| {
        let mut random = fastrand::Rng::with_seed(9);
        for round in 0..300 {
            let mut socket = connect(server);
            let mut noise: Vec<u8> = (0..random.usize(1..600)).map(|_| random.u8(..)).collect();
            if round % 3 == 0 {
                noise.splice(..0, *b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
            }
            noise.extend(b"\n\n");
            // NUL makes the first line an invalid request line, whatever the random bytes are.
            noise.insert(0, b'\0');
            socket.write_all(&noise).unwrap();
            read_refusal(socket, "400 Bad Request");
        }
    });
}

/// Breaks when a client that has closed its side of the connection keeps a slot, or does not get its response.
#[test]
fn a_client_that_closes_its_side_frees_its_slot() {
    while_others_are_served(|server| {
        for _ in 0..3 * SLOTS {
            let mut socket = connect(server);
            socket.write_all(request("").as_bytes()).unwrap();
            socket.shutdown(Shutdown::Write).unwrap();
            wait_for_clients(server, 1);
        }
        let mut socket = connect(server);
        socket.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        read_refusal(socket, "404 Not Found");
    });
}

/// Breaks when a client that never reads keeps its slot.
#[test]
fn clients_that_never_read_lose_their_slots() {
    let server = Server::start(OPTIONS);
    let silent: Vec<TcpStream> = (0..SLOTS)
        .map(|_| {
            let mut socket = connect(&server);
            socket.write_all(request("").as_bytes()).unwrap();
            socket
        })
        .collect();
    wait_for_clients(&server, SLOTS);
    let large = "x".repeat(50_000);
    let until = Instant::now() + Duration::from_secs(20);
    while server.hub.stats().clients > 0 {
        assert!(Instant::now() < until, "{:?}", server.hub.stats());
        server
            .hub
            .publish(&embedded_sse::Frame::data(&large))
            .unwrap();
        sleep(Duration::from_millis(5));
    }
    assert_eq!(server.hub.stats().aborted, SLOTS as u32);
    drop(silent);
    let mut client = Client::connect(server.address, "");
    server.publish(1);
    assert_eq!(client.next_event().unwrap().data, "1");
}

/// Breaks when a client without a slot gets no 503, or when a client with a slot misses an event.
#[test]
fn of_a_hundred_clients_eight_get_slots_and_others_503() {
    let server = Server::start(OPTIONS);
    let clients: Vec<Client> = (0..100)
        .map(|_| Client::send(server.address, &request("")))
        .collect();
    let (mut served, mut refused) = (Vec::new(), 0);
    for mut client in clients {
        let head = client.read_head();
        if head.starts_with("HTTP/1.1 200 OK\r\n") {
            served.push(client);
        } else {
            assert!(
                head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
                "{head}"
            );
            assert!(head.contains("\r\nRetry-After: 5\r\n"));
            assert_eq!(client.read_to_end().unwrap(), "503 Service Unavailable");
            refused += 1;
        }
    }
    assert_eq!((served.len(), refused), (SLOTS, 100 - SLOTS));
    assert_eq!(server.hub.stats().refused, 100 - SLOTS as u32);
    for number in 1..=100 {
        server.publish(number);
    }
    for mut client in served {
        for number in 1..=100 {
            assert_eq!(client.next_event().unwrap().data, number.to_string());
        }
    }
}
