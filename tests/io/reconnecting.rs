//! `ReconnectingReader`, blocking and asynchronous: one stream across all responses of another HTTP client.

use std::time::Duration;

use embedded_io::ErrorKind;
use embedded_sse::Decoder;
use embedded_sse::client::{Decision, NetworkReason, Reason, ReconnectOptions, ServerReason};
use embedded_sse::io::{asynch, blocking};

use crate::clock::VirtualClock;
use crate::helpers::responses::{
    Body, Bytes, FOLLOWER, Fails, Follower, OPTIONS, Response, STOP, Silence, Stays,
    THREE_ATTEMPTS, Time, stream,
};

/// Breaks when a request is made too early, too late or with another id, when the unfinished event of a lost stream
/// shows in the next one, when the reader confuses an end, an error and silence, or when a dropped future changes one
/// of these.
#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_across_all_responses() {
    let responses = [
        Response::None,
        stream(&[
            Bytes(b"id: 1\nda"),
            Silence(300),
            Bytes(b"ta: a\n\nid: 2\nevent: b\ndata: c\n\nid: 3\ndata: left"),
        ]),
        stream(&[
            Bytes(b"\xef\xbb\xbfdata: d\n\n"),
            Fails(ErrorKind::ConnectionReset),
            Bytes(b"data: after the end\n\n"),
        ]),
        stream(&[Bytes(b"data: e\n\n"), Stays]),
        stream(&[]),
        Response::Status(503, Some(5)),
        stream(&[Bytes(b": hello\nid: 4\ndata: f\n\n")]),
        STOP,
    ];
    let expected = [
        "0 request []",
        "700 request []",
        "1000 message [1] a",
        "1000 b [2] c",
        "1000 end",
        "1700 request [2]",
        "1700 message [2] d",
        "1700 ConnectionReset",
        "2400 request [2]",
        "2400 message [2] e",
        "2900 idle",
        "3600 request [2]",
        "3600 end",
        // This is the second failure in a row.
        "5000 request [2]",
        // The server asks for this delay.
        "10000 request [2]",
        "10000 message [4] f",
        "10000 end",
        "10700 request [4]",
        "10700 stop",
    ];
    for received in [1, 2, 7, 64] {
        let follower = Follower {
            received,
            ..FOLLOWER
        };
        follower.assert_lines(&responses, &expected).await;
    }
}

/// Breaks when an event that does not fit is not reported, is reported twice, or ends its stream.
#[tokio::test(start_paused = true)]
async fn an_event_that_does_not_fit_is_reported_and_the_stream_goes_on() {
    let long = b"id: 1\ndata: longer than the buffer of the decoder\n\ndata: a\n\n";
    let expected = [
        "0 request []",
        "0 overflow",
        "0 message [1] a",
        "0 end",
        "700 request [1]",
        "700 stop",
    ];
    FOLLOWER
        .assert_lines(&[stream(&[Bytes(long)]), STOP], &expected)
        .await;
}

/// Breaks when `retry` takes effect only with the caller's help, when one in a dropped or unfinished event does not
/// count, or when one of an earlier response is forgotten.
#[tokio::test(start_paused = true)]
async fn retry_fields_set_the_delay_without_the_caller() {
    let responses = [
        stream(&[Bytes(b"retry: 300\ndata: a\n\n")]),
        stream(&[Bytes(b"data: b\n\n")]),
        stream(&[Bytes(b"retry: 400\nda")]),
        STOP,
    ];
    let expected = [
        "0 request []",
        "0 message [] a",
        "0 end",
        "300 request []",
        "300 message [] b",
        "300 end",
        "600 request []",
        "600 end",
        // This is the second failure in a row: a `retry` alone is no success.
        "1400 request []",
        "1400 stop",
    ];
    FOLLOWER.assert_lines(&responses, &expected).await;
}

/// Breaks when a page in place of a stream ends a reader, or is retried often.
#[tokio::test(start_paused = true)]
async fn a_response_that_is_no_stream_is_retried_with_the_longest_delay() {
    let responses = [Response::Status(200, None), STOP];
    let expected = ["0 request []", "60000 request []", "60000 stop"];
    FOLLOWER.assert_lines(&responses, &expected).await;
}

/// Breaks when the caller's decision about a response does not count, or a stream that has ended counts as one that
/// was cut.
#[tokio::test(start_paused = true)]
async fn the_decision_of_the_caller_counts() {
    static OPTIONS: ReconnectOptions =
        (ReconnectOptions::new().no_jitter().retry(700)).on_failure(&|failure, decision| {
            match failure.reason {
                Reason::Server(ServerReason::NoContent) => Decision::Retry,
                Reason::Server(ServerReason::Ended)
                | Reason::Network(NetworkReason::Unreachable) => Decision::End,
                _ => decision,
            }
        });
    let follower = Follower {
        options: &OPTIONS,
        ..FOLLOWER
    };
    let responses = [
        STOP,
        stream(&[Bytes(b"data: a\n\n"), Fails(ErrorKind::ConnectionReset)]),
        stream(&[Bytes(b"data: b\n\n"), Stays]),
        stream(&[Bytes(b"data: c\n\n")]),
    ];
    let expected = [
        "0 request []",
        "700 request []",
        "700 message [] a",
        "700 ConnectionReset",
        "1400 request []",
        "1400 message [] b",
        "1900 idle",
        "2600 request []",
        "2600 message [] c",
        "2600 end",
        "2600 stop",
    ];
    follower.assert_lines(&responses, &expected).await;
}

/// Breaks when streams with an event count as failures, or streams without one do not.
#[tokio::test(start_paused = true)]
async fn attempts_in_a_row_are_limited_and_an_event_resets_them() {
    let follower = Follower {
        options: &THREE_ATTEMPTS,
        ..FOLLOWER
    };
    let empty = stream(&[]);
    let full = stream(&[Bytes(b"data: a\n\n")]);
    let responses = [
        empty.clone(),
        Response::None,
        full,
        empty,
        Response::None,
        Response::None,
    ];
    let expected = [
        "0 request []",
        "0 end",
        "700 request []",
        "2100 request []",
        "2100 message [] a",
        "2100 end",
        "2800 request []",
        "2800 end",
        "4200 request []",
        "7000 request []",
        "7000 stop",
    ];
    follower.assert_lines(&responses, &expected).await;
}

/// Breaks when a stream that was open for 10 s counts as a failure, or a shorter one does not.
#[tokio::test(start_paused = true)]
async fn a_stream_open_for_10_s_resets_the_attempts() {
    let follower = Follower {
        options: &THREE_ATTEMPTS,
        idle_timeout: 0,
        ..FOLLOWER
    };
    let responses = [
        stream(&[Silence(9_999)]),
        stream(&[Silence(10_000)]),
        stream(&[Silence(9_999)]),
        Response::None,
        Response::None,
    ];
    let expected = [
        "0 request []",
        "9999 end",
        "10699 request []",
        "20699 end",
        "21399 request []",
        "31398 end",
        "32798 request []",
        "35598 request []",
        "35598 stop",
    ];
    follower.assert_lines(&responses, &expected).await;
}

/// Breaks when a byte of a comment does not restart the idle timeout, or something other than a byte does.
#[tokio::test(start_paused = true)]
async fn a_stream_without_a_byte_for_the_idle_timeout_is_lost() {
    let responses = [
        stream(&[
            Silence(499),
            Bytes(b":"),
            Silence(499),
            Bytes(b"\n"),
            Silence(501),
            Bytes(b":"),
        ]),
        stream(&[Silence(501), Bytes(b"data: late\n\n")]),
        STOP,
    ];
    let expected = [
        "0 request []",
        "1498 idle",
        "2198 request []",
        "2698 idle",
        "4098 request []",
        "4098 stop",
    ];
    FOLLOWER.assert_lines(&responses, &expected).await;
}

/// Breaks when a stream ends for silence without an idle timeout.
#[tokio::test(start_paused = true)]
async fn the_idle_timeout_is_off_by_default() {
    let responses = [stream(&[Silence(100_000), Bytes(b"data: late\n\n")]), STOP];
    let expected = [
        "0 request []",
        "100000 message [] late",
        "100000 end",
        "100700 request []",
        "100700 stop",
    ];
    let follower = Follower {
        idle_timeout: 0,
        ..FOLLOWER
    };
    follower.assert_lines(&responses, &expected).await;
}

/// Breaks when the time that a caller spends on an event counts as silence of its server.
#[tokio::test(start_paused = true)]
async fn the_time_of_a_slow_caller_is_not_idle_time() {
    let pieces = [Bytes(b"data: a\n\n"), Silence(400), Bytes(b"data: b\n\n")];
    let (mut decoder, mut buffer) = (Decoder::<[u8; 32]>::new(), [0; 64]);

    let time = Time::default();
    let mut reader =
        blocking::ReconnectingReader::new(&mut decoder, &OPTIONS, &time).idle_timeout(500);
    let mut stream = reader.open(Body::new(pieces, &time), &mut buffer);
    for data in ["a", "b"] {
        time.now.set(time.now.get() + 10_000);
        assert_eq!(stream.next().unwrap().unwrap().data, data);
    }

    let mut reader =
        asynch::ReconnectingReader::new(&mut decoder, &OPTIONS, VirtualClock).idle_timeout(500);
    let mut stream = reader.open(Body::new(pieces, &time), &mut buffer);
    for data in ["a", "b"] {
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(stream.next().await.unwrap().unwrap().data, data);
    }
}

/// Breaks when a body that was interrupted is given up, or when the time limit does not hold for a body that is
/// interrupted again and again.
#[test]
fn an_interrupted_body_is_read_again() {
    let interrupted = Fails(ErrorKind::Interrupted);
    let responses = [
        stream(&[interrupted, Bytes(b"data: a\n\n"), interrupted]),
        stream(&[interrupted; 501]),
        STOP,
    ];
    let expected = [
        "0 request []",
        "1 message [] a",
        "2 end",
        "702 request []",
        "1202 idle",
        "2602 request []",
        "2602 stop",
    ];
    assert_eq!(FOLLOWER.blocking(&responses), expected);
}

/// Breaks when the clock is read for each event, or is read at all without a time limit.
#[test]
fn the_clock_is_read_once_a_piece() {
    let piece = Bytes(b"data: a\n\ndata: b\n\ndata: c\n\n");
    for (idle_timeout, looks) in [(500, 2 + 1), (0, 0)] {
        let time = Time::default();
        let (mut decoder, mut buffer) = (Decoder::<[u8; 32]>::new(), [0; 64]);
        let mut reader = blocking::ReconnectingReader::new(&mut decoder, &OPTIONS, &time)
            .idle_timeout(idle_timeout);
        let mut stream = reader.open(Body::new([piece, piece], &time), &mut buffer);
        let before = time.looks.get();
        let mut events = 0;
        while let Ok(Some(_)) = stream.next() {
            events += 1;
        }
        // The clock is read for two pieces and the end.
        assert_eq!((events, time.looks.get() - before), (6, looks));
    }
}
