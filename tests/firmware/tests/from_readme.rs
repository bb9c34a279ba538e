//! `from_readme`, the server of the README, on an emulated Cortex-M3: how its connections end.
//!
//! The firmware publishes an event every 50 ms of the machine's clock. If the end of a connection waits until the server
//! drops its socket, it comes 20 events later.

use std::io::{BufRead, BufReader};
use std::net::Shutdown;
use std::process::{Command, Stdio};
use std::time::Instant;

use e2e::client::{Client, request};
use e2e::program::Program;
use firmware_tests::ends::{Cause, port};
use firmware_tests::machine::Machine;

/// The limit for the end of a connection, in events: half of the time for which the server waits for a client's FIN.
const LIMIT: usize = 10;

/// Breaks when `curl` does not see the end of a stream right after its last event, but only when the server drops the socket,
/// or never.
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
    // The ticker connects in the middle of `curl`'s stream, so it lasts longer than that.
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
    assert!(ending.ticks < LIMIT, "{ending:?}");
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
        // The client has not closed yet, so the server has ended the connection.
        let ending = machine.ending(port(&mut client), Cause::Request, &mut ticker);
        println!("{status} {request:?}: seen after {host:?}; {ending:?}");
        assert!(ending.ticks < LIMIT, "{ending:?}");
    }
}

/// Breaks when a client that has closed its side of a stream does not see the end at once.
#[test]
fn a_client_that_closes_its_side_of_a_stream_sees_the_end() {
    let machine = Machine::serving_recorded("from_readme");
    let mut ticker = Client::connect(machine.address(), "");
    let mut client = Client::connect(machine.address(), "");
    client.next_event();
    client.socket().shutdown(Shutdown::Write).unwrap();
    client.read_to_end().unwrap();
    let ending = machine.ending(port(&mut client), Cause::ClientFin, &mut ticker);
    println!("a client that closes its side: {ending:?}");
    assert!(ending.ticks < LIMIT, "{ending:?}");
}

/// Breaks when a fifth client gets no 503, or when a client that has read its stream to the end but not closed keeps its slot.
#[test]
fn the_socket_without_a_slot_answers_503() {
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
    // None of the four has closed yet. Still, all slots and the fifth socket are free.
    let mut next = Client::connect(machine.address(), "");
    assert!(next.next_event().is_some());
    assert!(machine.runs());
}
