//! The idle timeout: how long a connection may be without a byte.

use embedded_sse::Instant;
use embedded_sse::client::{
    ClientOptions, EventSource, EventSourceOutput, NetworkReason, Notice, ReadyState, Reason,
};

use crate::helpers::{EXACT, OPTIONS, lines, url};
use crate::scripted::{Scene, play};

static IDLE: ClientOptions = ClientOptions::new().idle_timeout(1_000).reconnect(EXACT);

#[track_caller]
fn assert_is_idle_after_a_second(scene: Scene) {
    let lines = lines(&IDLE, &[scene]);
    assert!(
        lines.contains(&"lost after 1000: Idle, again in 3000".into()),
        "{lines:?}"
    );
}

/// Breaks when an attempt to connect may take longer than the idle timeout.
#[test]
fn a_connection_that_is_not_made_in_time_is_given_up() {
    assert_is_idle_after_a_second(Scene::Silent);
}

/// Breaks when the first byte of a response may take longer than the idle timeout.
#[test]
fn a_connection_without_the_first_byte_of_a_head_is_given_up() {
    assert_is_idle_after_a_second(Scene::Slow(5_000, vec![b"HTTP/1.1 200 OK\r\n".to_vec()]));
}

/// Breaks when a client waits for ever for the rest of a head.
#[test]
fn a_head_that_stops_is_given_up() {
    assert_is_idle_after_a_second(Scene::Stays(b"HTTP/1.1 200 OK\r\n".to_vec()));
}

/// Breaks when a client keeps a stream that has stopped.
#[test]
fn a_stream_that_stops_is_given_up() {
    assert_is_idle_after_a_second(Scene::stays("data: x\n"));
}

/// Breaks when a byte of a comment does not restart the timeout.
#[test]
fn every_byte_restarts_the_idle_timeout() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    // A byte of a comment comes every 999 ms.
    let pieces = [head, ":", "a", "\n", "data: x\n\n"];
    let pieces = pieces.map(|piece| piece.as_bytes().to_vec()).to_vec();
    let mut buffer = [0; 100];
    let mut source = EventSource::new(url("http://a"), &IDLE, &mut buffer);
    let lines = play(&mut source, [Scene::Slow(999, pieces)], 100).lines;
    assert_eq!(lines[1..3], ["open", "event message [] x"]);
    assert_eq!(
        lines[3],
        format!("lost after {}: Ended, again in 3000", 999 * 5)
    );
}

/// Breaks when a client gives up a connection without the option.
#[test]
fn the_idle_timeout_is_off_by_default() {
    assert_eq!(lines(&OPTIONS, &[Scene::Silent]).len(), 1);
    assert_eq!(
        lines(&OPTIONS, &[Scene::stays("")]),
        ["connect http://device/events", "open"]
    );
}

/// Breaks when a connection is kept although the socket takes no byte of the request. Here a byte of a response
/// waits, too, which the client does not read before it has sent the request.
#[test]
fn a_request_that_is_not_written_in_time_is_given_up() {
    let mut buffer = [0; 64];
    let mut source = EventSource::new(url("http://device/"), &IDLE, &mut buffer);
    let mut poll = |now| match source.poll(Instant::from_millis(now), &mut &b"H"[..]) {
        EventSourceOutput::Connect(_) => source.connected(Instant::from_millis(now)),
        EventSourceOutput::Send(_) => {}
        EventSourceOutput::Notice(Notice::Reconnecting { reason, .. }) => {
            assert_eq!((now, reason), (1_000, Reason::Network(NetworkReason::Idle)));
        }
        other => panic!("{other:?}"),
    };
    for now in [0, 1, 500, 999, 1_000] {
        poll(now);
    }
    assert_eq!(source.ready_state(), ReadyState::Connecting);
}

/// Breaks when the time of connecting, or of one part of a request, counts against the next part.
#[test]
fn connecting_and_each_part_of_a_request_restart_the_idle_timeout() {
    let mut buffer = [0; 64];
    let mut source = EventSource::new(url("http://device/"), &IDLE, &mut buffer);
    let at = Instant::from_millis;
    assert!(matches!(
        source.poll(at(0), &mut &b""[..]),
        EventSourceOutput::Connect(_)
    ));
    source.connected(at(900));
    assert!(matches!(
        source.poll(at(1_899), &mut &b""[..]),
        EventSourceOutput::Send(_)
    ));
    source.sent(at(1_899), 1);
    assert!(matches!(
        source.poll(at(2_898), &mut &b""[..]),
        EventSourceOutput::Send(_)
    ));
    assert!(matches!(
        source.poll(at(2_899), &mut &b""[..]),
        EventSourceOutput::Notice(Notice::Reconnecting {
            reason: Reason::Network(NetworkReason::Idle),
            ..
        })
    ));
}
