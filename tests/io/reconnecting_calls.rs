//! Calls of a `ReconnectingReader`: where it starts, dropped futures, and the order of calls.

use std::time::Duration;

use embedded_sse::client::{Reason, ResponseInfo, ServerReason, Verdict};
use embedded_sse::io::asynch::Clock as _;
use embedded_sse::io::{ReadError, asynch, blocking};
use embedded_sse::{Decoder, Event, EventId};

use crate::clock::VirtualClock;
use crate::common::generate::random_stream;
use crate::common::{Item, oracle};
use crate::helpers::polls::within_polls;
use crate::helpers::responses::{Body, Bytes, OPTIONS, Silence, THREE_ATTEMPTS, Time};
use crate::helpers::socket::{AsyncSocket, Socket, item, random_steps};

/// Breaks when an event is lost or repeated because a body is cut, or differs from that of the oracle.
#[tokio::test(start_paused = true)]
async fn every_event_comes_once_wherever_bodies_are_cut() {
    for seed in 0..1_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let bytes = random_stream(&mut random);
        let size = random.usize(0..100);
        let expected = oracle::interpret_within(&bytes, "", size);
        let (mut storage, mut buffer) = (vec![0; size], vec![0; random.usize(1..20)]);
        let mut decoder = Decoder::with_buffer(storage.as_mut_slice());
        let socket = || Socket {
            received: bytes.clone(),
            steps: random_steps(&mut fastrand::Rng::with_seed(seed)),
            ..Socket::default()
        };
        let take = |items: &mut Vec<Item>, result: Result<Option<Event<'_>>, _>| {
            match result {
                Ok(Some(event)) => items.push(item(&event)),
                Ok(None) => return false,
                Err(ReadError::Overflow) => items.push(Item::Overflow),
                Err(error) => panic!("{error:?}"),
            }
            true
        };

        let (time, mut items) = (Time::default(), Vec::new());
        let mut reader = blocking::ReconnectingReader::new(&mut decoder, &OPTIONS, &time);
        let mut stream = reader.open(socket(), &mut buffer);
        while take(&mut items, stream.next()) {}
        assert_eq!(items, expected.items, "seed {seed}");
        assert_eq!(reader.last_event_id().to_string(), expected.last_event_id);

        decoder.set_last_event_id(EventId::default()).unwrap();
        let mut items = Vec::new();
        let mut reader = asynch::ReconnectingReader::new(&mut decoder, &OPTIONS, VirtualClock);
        let mut stream = reader.open(AsyncSocket(socket()), &mut buffer);
        loop {
            let next = async { take(&mut items, stream.next().await) };
            if within_polls(1, next).await == Some(false) {
                break;
            }
        }
        assert_eq!(items, expected.items, "seed {seed}");
        assert_eq!(reader.last_event_id().to_string(), expected.last_event_id);
    }
}

/// Breaks when bytes that came with the head are lost, or when the reader accepts a length past the end of its
/// buffer.
#[tokio::test(start_paused = true)]
async fn a_stream_starts_with_the_bytes_received_with_the_head() {
    for received in [9, usize::MAX] {
        let time = Time::default();
        let mut decoder = Decoder::<[u8; 32]>::new();
        let rest = [Bytes(b"data: b\n\n")];

        let mut buffer = *b"data: a\n\n";
        let mut reader = blocking::ReconnectingReader::new(&mut decoder, &OPTIONS, &time);
        let mut body = Body::new(rest, &time);
        let mut stream = reader.open_with_received(&mut body, &mut buffer, received);
        for data in ["a", "b"] {
            assert_eq!(stream.next().unwrap().unwrap().data, data);
        }
        assert!(body.pieces.is_empty());

        let mut buffer = *b"data: a\n\n";
        let mut reader = asynch::ReconnectingReader::new(&mut decoder, &OPTIONS, VirtualClock);
        let mut body = Body::new(rest, &time);
        let mut stream = reader.open_with_received(&mut body, &mut buffer, received);
        for data in ["a", "b"] {
            assert_eq!(stream.next().await.unwrap().unwrap().data, data);
        }
        assert!(body.pieces.is_empty());
    }
}

/// Breaks when the id or the reconnection time of the decoder's earlier streams is forgotten.
#[tokio::test(start_paused = true)]
async fn a_reader_has_the_id_and_the_retry_of_its_decoder() {
    let time = Time::default();
    let mut decoder = Decoder::<[u8; 32]>::new();
    let mut earlier = &b"retry: 250\nid: 7\ndata: a\n\n"[..];
    decoder.next(&mut earlier).unwrap().unwrap();
    // Another caller has taken the new reconnection time already.
    assert_eq!(decoder.take_retry(), Some(250));

    let mut reader = blocking::ReconnectingReader::new(&mut decoder, &OPTIONS, &time);
    assert_eq!(
        (reader.last_event_id().to_string().as_str(), reader.retry()),
        ("7", 250)
    );
    assert!(reader.wait());
    assert_eq!(time.now.get(), 250);

    let start = VirtualClock.now();
    let mut reader = asynch::ReconnectingReader::new(&mut decoder, &OPTIONS, VirtualClock);
    assert_eq!(
        (reader.last_event_id().to_string().as_str(), reader.retry()),
        ("7", 250)
    );
    assert!(reader.wait().await);
    assert_eq!(VirtualClock.now().since(start), 250);

    let mut decoder = Decoder::<[u8; 32]>::new();
    let mut buffer = [0; 64];
    let mut reader = blocking::ReconnectingReader::new(&mut decoder, &OPTIONS, &time);
    assert_eq!(reader.retry(), 700);
    let body = Body::new([Bytes(b"retry: 900\n")], &time);
    assert_eq!(reader.open(body, &mut buffer).next(), Ok(None));
    assert_eq!(reader.retry(), 900);

    let mut decoder = Decoder::<[u8; 32]>::new();
    let mut reader = asynch::ReconnectingReader::new(&mut decoder, &OPTIONS, VirtualClock);
    assert_eq!(reader.retry(), 700);
    let body = Body::new([Bytes(b"retry: 900\n")], &time);
    assert_eq!(reader.open(body, &mut buffer).next().await, Ok(None));
    assert_eq!(reader.retry(), 900);
}

/// Breaks when a call revokes a final verdict or the end of the attempts, or when a response or a restart does not.
#[tokio::test(start_paused = true)]
async fn the_end_lasts_until_a_response_or_a_restart() {
    let time = Time::default();
    let mut decoder = Decoder::<[u8; 32]>::new();
    let mut buffer = [0; 64];
    let (stop, busy) = (
        ResponseInfo::new(204, "", None),
        ResponseInfo::new(503, "", None),
    );
    let verdict = |reason| Verdict::Failed(Reason::Server(reason));
    let full = || Body::new([Bytes(b"data: a\n\n")], &time);

    let mut reader = blocking::ReconnectingReader::new(&mut decoder, &THREE_ATTEMPTS, &time);
    assert_eq!(reader.judge(&stop), verdict(ServerReason::NoContent));
    assert!(!reader.wait() && !reader.wait());
    assert_eq!(time.now.get(), 0, "a wait reports the end at once");
    reader.restart();
    assert!(reader.wait() && reader.wait());
    assert!(!reader.wait() && !reader.wait());
    reader.restart();
    assert!(reader.wait());
    reader.judge(&stop);
    assert_eq!(reader.judge(&busy), verdict(ServerReason::Status(503)));
    assert!(reader.wait());
    reader.judge(&stop);
    assert!(reader.open(full(), &mut buffer).next().unwrap().is_some());
    assert!(reader.wait());

    let mut reader = asynch::ReconnectingReader::new(&mut decoder, &THREE_ATTEMPTS, VirtualClock);
    assert_eq!(reader.judge(&stop), verdict(ServerReason::NoContent));
    let start = VirtualClock.now();
    assert!(!reader.wait().await && !reader.wait().await);
    assert_eq!(VirtualClock.now(), start, "a wait reports the end at once");
    reader.restart();
    assert!(reader.wait().await && reader.wait().await);
    assert!(!reader.wait().await && !reader.wait().await);
    reader.restart();
    assert!(reader.wait().await);
    reader.judge(&stop);
    assert_eq!(reader.judge(&busy), verdict(ServerReason::Status(503)));
    assert!(reader.wait().await);
    reader.judge(&stop);
    let mut stream = reader.open(full(), &mut buffer);
    assert!(stream.next().await.unwrap().is_some());
    assert!(reader.wait().await);
}

/// Breaks when a dropped wait counts its failure twice, starts again, or goes on after the next response.
#[tokio::test(start_paused = true)]
async fn a_dropped_wait_goes_on_until_the_next_response() {
    let mut decoder = Decoder::<[u8; 32]>::new();
    let mut reader = asynch::ReconnectingReader::new(&mut decoder, &THREE_ATTEMPTS, VirtualClock);
    let start = VirtualClock.now();
    for _ in 0..20 {
        let wait = tokio::time::timeout(Duration::from_millis(30), reader.wait());
        assert!(wait.await.is_err());
    }
    assert!(reader.wait().await);
    assert_eq!(VirtualClock.now().since(start), 700);

    let wait = tokio::time::timeout(Duration::from_millis(30), reader.wait());
    assert!(wait.await.is_err());
    // A request that did not wait for the delay. The next failure is the third.
    reader.judge(&ResponseInfo::new(503, "", None));
    assert!(!reader.wait().await);

    // The response of such a request was not judged, or the caller restarts.
    let time = Time::default();
    for opens in [true, false] {
        reader.restart();
        let wait = tokio::time::timeout(Duration::from_millis(30), reader.wait());
        assert!(wait.await.is_err());
        match opens {
            true => drop(reader.open(Body::new([], &time), &mut [0; 1])),
            false => reader.restart(),
        }
        let start = VirtualClock.now();
        assert!(reader.wait().await);
        let delay = if opens { 1_400 } else { 700 };
        assert_eq!(VirtualClock.now().since(start), delay);
    }
}

/// Breaks when an order of calls panics, gives an event without a stream, waits for ever, or has another result with
/// the blocking reader than with the asynchronous one.
#[tokio::test(start_paused = true)]
async fn no_order_of_calls_panics() {
    const STREAMS: [&[u8]; 2] = [
        b"id: 1\ndata: a\n\nretry: 1\n",
        b"data: longer than it all\n\nda",
    ];
    for seed in 0..500 {
        let mut random = fastrand::Rng::with_seed(seed);
        let time = Time::default();
        let (mut first, mut second) = (Decoder::<[u8; 16]>::new(), Decoder::<[u8; 16]>::new());
        let mut buffer = vec![0; random.usize(0..10)];
        let mut blocking = blocking::ReconnectingReader::new(&mut first, &THREE_ATTEMPTS, &time)
            .idle_timeout(random.u32(0..3) * 100);
        let mut asynch =
            asynch::ReconnectingReader::new(&mut second, &THREE_ATTEMPTS, VirtualClock)
                .idle_timeout(500);
        for _ in 0..50 {
            match random.u8(0..5) {
                0 => {
                    let status = *random.choice(&[200, 204, 301, 404, 503]).unwrap();
                    let answer =
                        ResponseInfo::new(status, "text/event-stream", Some(random.u32(..)));
                    assert_eq!(blocking.judge(&answer), asynch.judge(&answer));
                }
                1 | 2 => {
                    let bytes = *random.choice(&STREAMS).unwrap();
                    let pieces = [
                        Bytes(bytes),
                        *random.choice(&[Bytes(b"\n"), Silence(9)]).unwrap(),
                    ];
                    let received = random.usize(0..20);
                    let calls = random.usize(0..5);
                    let mut same = buffer.clone();
                    let body = Body::new(pieces, &time);
                    let mut stream = blocking.open_with_received(body, &mut buffer, received);
                    let expected: Vec<_> =
                        (0..calls).map(|_| format!("{:?}", stream.next())).collect();
                    let body = Body::new(pieces, &time);
                    let mut stream = asynch.open_with_received(body, &mut same, received);
                    for expected in expected {
                        let next = stream.next().await;
                        assert_eq!(format!("{next:?}"), expected);
                    }
                }
                3 => assert_eq!(blocking.wait(), asynch.wait().await),
                _ => {
                    blocking.restart();
                    asynch.restart();
                }
            }
        }
    }
}
