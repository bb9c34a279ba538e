//! Clients that close their side. The server reads while it streams, so that it notices this at once.

use embedded_sse::server::{CloseReason, ConnectionOutput, Outcome};

use crate::helpers::connection::{GET, Log, OPTIONS, connect, read_head, refusal, send_all};
use crate::helpers::{at, log};

/// Breaks when a client that is gone keeps its slot, or when the server does not discard what the client sent before.
#[test]
fn end_of_file_closes_a_stream_at_once() {
    let log = log(1..=3);
    let mut scratch = [0; 512];
    let request = format!("{GET}Last-Event-ID: 1\r\n");
    let mut connection = connect(&OPTIONS, &log, &mut scratch, &request);
    while let ConnectionOutput::Send(_) = connection.poll(at(100), &log) {
        connection.sent(1);
    }
    assert_eq!(
        connection.poll(at(200), &log),
        ConnectionOutput::Wait(at(15_100))
    );
    connection.received(5);
    assert!(matches!(
        connection.poll(at(200), &log),
        ConnectionOutput::Wait(_)
    ));
    connection.received(0);
    assert_eq!(connection.poll(at(200), &log), ConnectionOutput::Shutdown);
    connection.received(0);
    assert_eq!(
        connection.poll(at(200), &log),
        ConnectionOutput::Close(Outcome::Streamed(CloseReason::HungUp))
    );
}

/// Breaks when a connection waits for the rest of a request that can no longer come.
#[test]
fn end_of_file_within_the_head_closes_at_once() {
    let log = Log::new();
    for head in ["", "GET /ev"] {
        let mut scratch = [0; 512];
        let mut gone = read_head(&OPTIONS, &mut scratch, head);
        gone.received(0);
        assert_eq!(gone.poll(at(0), &log), ConnectionOutput::Shutdown);
        gone.received(0);
        assert_eq!(
            gone.poll(at(0), &log),
            ConnectionOutput::Close(Outcome::Unanswered)
        );
    }
}

/// Breaks when a client that has sent its request and closed its side does not get its response.
#[test]
fn a_half_closed_client_still_reads_its_refusal() {
    let log = Log::new();
    let mut scratch = [0; 512];
    let mut half_closed = connect(&OPTIONS, &log, &mut scratch, "GET / HTTP/1.0\r\n");
    half_closed.received(0);
    assert_eq!(
        send_all(&mut half_closed, 0, &log).0,
        refusal("404 Not Found", "")
    );
}
