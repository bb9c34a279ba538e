//! `close()`: no event and no connection comes after it, in any state (WHATWG HTML 9.2.2).

use embedded_sse::Instant;
use embedded_sse::client::{
    CallerReason, EndedBy, EventSource, EventSourceOutput, Notice, ReadyState, Reason,
};

use crate::helpers::{OPTIONS, url};

/// Breaks when an event or a connection comes after `close`, in any state, or a restart undoes it.
#[test]
fn close_is_final_in_every_state() {
    for polls in 0..12 {
        let mut buffer = [0; 64];
        let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
        let head =
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\ndata: y\n\n";
        let mut input = &head[..];
        let now = Instant::from_millis(5);
        for _ in 0..polls {
            match source.poll(now, &mut input) {
                EventSourceOutput::Connect(_) => source.connected(now),
                EventSourceOutput::Send(bytes) => {
                    let length = bytes.len();
                    source.sent(now, length);
                }
                EventSourceOutput::Wait(_) => source.disconnected(),
                _ => {}
            }
        }
        source.close();
        assert_eq!(source.ready_state(), ReadyState::Closed);
        for _ in 0..3 {
            source.connected(now);
            source.disconnected();
            source.sent(now, 1);
            source.restart();
            let mut input = &b"data: z\n\n"[..];
            assert_eq!(
                source.poll(now.after(99_999), &mut input),
                EventSourceOutput::Notice(Notice::Closed {
                    reason: Reason::Caller(CallerReason::Closed),
                    by: EndedBy::Caller
                })
            );
            assert!(input.is_empty());
        }
    }
}
