//! Random orders of calls with random input: no call panics, gives an event without a stream, or asks to wait for the
//! past.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use embedded_sse::Instant;
use embedded_sse::client::{
    ClientOptions, ConnectError, DynamicField, EventSource, EventSourceOutput, Notice, ReadyState,
    ReconnectOptions,
};
use embedded_sse::http::Method;

use crate::helpers::url;

/// Breaks when an order of calls panics, gives an event without a stream, or asks to wait for the past.
#[test]
fn no_order_of_calls_panics_or_gives_an_event_without_a_stream() {
    let pieces: &[&[u8]] = &[
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 302 x\r\nLocation: /y\r\n\r\n",
        b"HTTP/1.1 308 x\r\nLocation: //b/y\r\n\r\n",
        b"HTTP/1.1 503 x\r\n\r\n",
        b"HTTP/1.1 500 x\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n",
        b"HTTP/1.1 503 x\r\nRetry-After: 4294967295\r\n\r\n",
        b"data: x\n\n",
        b"id: 7\ndata: y\n\n",
        b"retry: 10\n",
        b"9\r\ndata: z\n\n\r\n",
        b"0\r\n\r\n",
        b":c\n",
        b"\xff\0\r",
        b"data: 0123456789012345678901234567890123456789012345678901234567890123456789\n",
    ];
    let mut random = fastrand::Rng::with_seed(4);
    let mut seen = [0_u32; 5];
    for round in 0..40_000 {
        let reconnect = ReconnectOptions::new()
            .seed(round)
            .max_attempts(random.u32(0..6));
        let mut options = ClientOptions::new();
        if random.bool() {
            options = options.request(Method::POST, b"{}");
            options = match random.u8(0..3) {
                0 => options.repeat_unsafe(),
                1 => options.resume_by_get(),
                _ => options,
            };
        }
        if random.bool() {
            options = options.error_body();
        }
        // The caller breaks every rule of the documentation.
        let calls = AtomicUsize::new(random.usize(0..100));
        let produce = |value: &mut dyn Write| match calls.fetch_add(1, Relaxed) {
            call if call % 50 == 49 => Err(fmt::Error),
            call => value.write_str(&"xyz"[call % 4..]),
        };
        let fields = [DynamicField::new("X-A", &produce).unwrap()];
        if random.u8(0..4) == 0 {
            options = options.dynamic_fields(&fields);
        }
        let options = options
            .idle_timeout(random.u32(0..2) * 50)
            .head_timeout(random.u32(0..2) * 30)
            .comments()
            .reconnect(reconnect);
        let length = random.usize(0..100);
        let mut buffer = vec![0; length];
        let mut redirects = vec![0; random.usize(0..40)];
        let mut source = EventSource::new(url("http://a/x?y"), &options, &mut buffer);
        source.follow_redirects(&mut redirects);
        let mut now = Instant::from_millis(random.u64(0..1_000));
        let mut input: &[u8] = b"";
        let (mut closed, mut is_for_good) = (false, false);
        for _ in 0..60 {
            match random.u32(0..24) {
                0 => source.connected(now),
                1 => match random.u8(0..4) {
                    0 => source.disconnected(),
                    1 => source.received_eof(),
                    2 => source.connect_failed(ConnectError::Unreachable),
                    _ => source.connect_failed(ConnectError::Unsupported),
                },
                2 => source.sent(now, random.usize(0..200)),
                3 if random.u32(0..20) == 0 => {
                    source.close();
                    is_for_good = true;
                }
                4 if random.u32(0..10) == 0 => {
                    source.restart();
                    closed &= is_for_good;
                }
                5 => now = now.after(random.u32(0..100)),
                6 => now = now.after(random.u32(..)),
                7..=11 => {
                    let piece = *random.choice(pieces).unwrap();
                    input = &piece[..random.usize(0..=piece.len())];
                    if random.bool() {
                        input = piece;
                    }
                }
                _ => {}
            }
            assert!(source.error_body().len() <= length);
            let before = source.last_event_id().as_bytes().to_vec();
            let state = source.ready_state();
            match source.poll(now, &mut input) {
                EventSourceOutput::Connect(url) => {
                    assert!(!closed && !is_for_good && !url.host().is_empty());
                    if random.u32(0..4) > 0 {
                        source.connected(now);
                    }
                }
                EventSourceOutput::Send(bytes) => {
                    assert!(!bytes.is_empty());
                    let length = bytes.len();
                    source.sent(now, length);
                    assert_eq!(source.last_event_id().as_bytes(), before);
                }
                EventSourceOutput::Notice(Notice::Open) => {
                    seen[0] += 1;
                    assert_eq!(source.ready_state(), ReadyState::Open);
                }
                EventSourceOutput::Notice(Notice::Event(_))
                | EventSourceOutput::Notice(Notice::Comment { .. })
                | EventSourceOutput::Notice(Notice::Overflow) => {
                    seen[1] += 1;
                    assert_eq!((state, closed), (ReadyState::Open, false));
                }
                EventSourceOutput::Notice(Notice::Reconnecting { at, .. }) => {
                    seen[2] += 1;
                    seen[4] += u32::from(!source.error_body().is_empty());
                    assert!(at.since(now) >= 100 && input.is_empty());
                    assert_eq!(source.poll(now, &mut input), EventSourceOutput::Wait(at));
                }
                EventSourceOutput::Wait(until) => assert!(until > now && input.is_empty()),
                EventSourceOutput::Notice(Notice::Closed { reason, by }) => {
                    seen[3] += 1;
                    closed = true;
                    assert_eq!(source.ready_state(), ReadyState::Closed);
                    assert_eq!(
                        source.poll(now, &mut &b"data: x\n\n"[..]),
                        EventSourceOutput::Notice(Notice::Closed { reason, by })
                    );
                }
                other => panic!("{other:?}"),
            }
            if state != ReadyState::Open {
                assert_eq!(source.last_event_id().as_bytes(), before);
            }
        }
    }
    println!("{seen:?} streams, items, losses, ends, error bodies");
    assert!(seen.iter().all(|count| *count > 400), "{seen:?}");
}
