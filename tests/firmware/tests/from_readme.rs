//! `from_readme`, which is the server of the README, on an emulated Cortex-M3: how its connections end.
//!
//! Each event is a tick of 50 ms of the machine's clock. An end that waits for the server to drop its socket comes after
//! 20 of them.

use std::io::{BufRead, BufReader};
use std::net::Shutdown;
use std::process::{Command, Stdio};
use std::time::Instant;

use e2e::client::{Client, request};
use e2e::program::Program;
use firmware_tests::ends::{Cause, port};
use firmware_tests::machine::Machine;

/// Half of the time for which the server waits for a client that does not close.
const MANY: usize = 10;

/// Breaks when a stream that has had its time ends for `curl` when the server drops the socket, or never, and not when
/// the last event was sent.
#[test]
fn curl_sees_the_end_of_a_stream_after_its_lifetime() {
    let machine = Machine::serving_recorded("from_readme");
    let mut command = Command::new("curl");
    command.args(["--silent", "--no-buffer", "--fail"]);
    command.args(["--write-out", "%{local_port} %{time_total}\n"]);
    command.arg(format!("{}events", machine.url()));
    let mut curl = Program::start(command.stdout(Stdio::piped()));
    let lines = BufReader::new(curl.0.stdout.take().unwrap()).lines();
    let mut lines = lines.map(Result::unwrap);
    let is_event = |line: &String| line == "event: temperature";

    assert!(lines.by_ref().filter(is_event).nth(29).is_some());
    // It outlives that of `curl` by half.
    let mut ticker = Client::connect(machine.address(), "");
    let mut events = 30;
    let mut last = String::new();
    for line in lines {
        events += usize::from(is_event(&line));
        last = line;
    }
    assert!(curl.0.wait().unwrap().success());
    let (client, host) = last.split_once(' ').unwrap();
    let client = client.parse().unwrap();
    let ending = machine.ending(client, Cause::LastEvent, &mut ticker);
    println!("curl: {events} events in {host} s; {ending:?}");
    assert!((58..=63).contains(&events), "{events}");
    assert!(ending.ticks < MANY, "{ending:?}");
}

/// Breaks when the end of a response waits until the server drops its socket.
#[test]
fn responses_end_at_once() {
    let machine = Machine::serving_recorded("from_readme");
    let mut ticker = Client::connect(machine.address(), "");
    ticker.next_event();
    for (request, status) in [
        ("GET /nope HTTP/1.0\r\n\r\n", "404"),
        ("GET / HTTP/1.1\r\nHost: device\r\n\r\n", "404"),
        ("HEAD / HTTP/1.1\r\nHost: device\r\n\r\n", "404"),
        ("HEAD /events HTTP/1.1\r\nHost: device\r\n\r\n", "200"),
        ("GET\r\n\r\n", "400"),
        ("DELETE /events HTTP/1.1\r\nHost: device\r\n\r\n", "405"),
        (
            "POST /events HTTP/1.1\r\nHost: device\r\nContent-Length: 5\r\n\r\nhello",
            "405",
        ),
        (
            "GET /events HTTP/1.1\r\nHost: device\r\nAccept: text/html\r\n\r\n",
            "406",
        ),
    ] {
        let start = Instant::now();
        let mut client = Client::send(machine.address(), request);
        let response = client.read_to_end().unwrap();
        let host = start.elapsed();
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status} ")),
            "{response}"
        );
        // It has not closed yet: the end is the server's.
        let ending = machine.ending(port(&mut client), Cause::Request, &mut ticker);
        println!("{status} {request:?}: seen after {host:?}; {ending:?}");
        assert!(ending.ticks < MANY, "{ending:?}");
    }
}

/// Breaks when a client that has closed its side of a stream waits for the end.
#[test]
fn a_client_that_closes_its_side_of_a_stream_sees_the_end() {
    let machine = Machine::serving_recorded("from_readme");
    let mut ticker = Client::connect(machine.address(), "");
    let mut client = Client::connect(machine.address(), "");
    client.next_event();
    client.socket().shutdown(Shutdown::Write).unwrap();
    client.read_to_end().unwrap();
    let ending = machine.ending(port(&mut client), Cause::HangUp, &mut ticker);
    println!("a client that closes its side: {ending:?}");
    assert!(ending.ticks < MANY, "{ending:?}");
}

/// Breaks when a client that finds no slot is not told so, or when one that only reads to its end keeps its slot.
#[test]
fn a_socket_more_than_slots_refuses_in_words() {
    let mut machine = Machine::serving_recorded("from_readme");
    let mut clients: Vec<_> = (0..4)
        .map(|_| Client::connect(machine.address(), ""))
        .collect();
    let mut fifth = Client::send(machine.address(), &request(""));
    let response = fifth.read_to_end().unwrap();
    assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
    assert!(response.contains("\r\nRetry-After: "), "{response}");
    drop(fifth);
    for client in &mut clients {
        client.read_to_end().unwrap();
    }
    // None of them has closed. The fifth socket is free for another client, and so are all slots.
    let mut next = Client::connect(machine.address(), "");
    assert!(next.next_event().is_some());
    assert!(machine.runs());
}
