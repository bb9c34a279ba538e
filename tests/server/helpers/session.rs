//! Helpers for streams without a connection.

use embedded_sse::Instant;
use embedded_sse::server::{CloseReason, EventLog, Session, SessionOutput, StreamOptions};

use super::{at, id};

pub type Log = EventLog<[u8; 256]>;

/// Sends everything, at most `step` bytes at a time. Also returns the output at which the session waits.
pub fn send(
    session: &mut Session,
    now: Instant,
    log: &Log,
    step: usize,
) -> (String, SessionOutput<'static>) {
    let mut body = Vec::new();
    for _ in 0..100_000 {
        match session.poll(now, log) {
            SessionOutput::Send(bytes) => {
                let part = &bytes[..bytes.len().min(step)];
                assert!(!part.is_empty());
                body.extend_from_slice(part);
                session.sent(part.len());
            }
            // The session has paused between two steps of a filter: call it again at once.
            SessionOutput::Wait(until) if until == now => {}
            SessionOutput::Wait(until) => {
                return (String::from_utf8(body).unwrap(), SessionOutput::Wait(until));
            }
            SessionOutput::Close(reason) => {
                return (
                    String::from_utf8(body).unwrap(),
                    SessionOutput::Close(reason),
                );
            }
        }
    }
    panic!("the session never waits");
}

/// Sends everything through a buffer until the session waits. The error says why the stream was closed.
pub fn fill_all<const N: usize>(
    session: &mut Session,
    log: &EventLog<[u8; N]>,
    buffer: &mut [u8],
) -> Result<String, CloseReason> {
    let mut body = Vec::new();
    for _ in 0..100_000 {
        match session.fill(at(0), log, buffer) {
            SessionOutput::Send(bytes) => body.extend_from_slice(bytes),
            // The session has paused between two steps: call it again at once.
            SessionOutput::Wait(until) if until == at(0) => {}
            SessionOutput::Wait(_) => return Ok(String::from_utf8(body).unwrap()),
            SessionOutput::Close(reason) => return Err(reason),
        }
    }
    panic!("the session never waits");
}

/// The body of a new session until it waits, which must be the same for every step.
pub fn body(log: &Log, last_event_id: &str, options: &StreamOptions) -> String {
    let whole = |step| {
        let mut session = Session::new(at(0), log, id(last_event_id), options);
        let (body, output) = send(&mut session, at(0), log, step);
        assert!(matches!(output, SessionOutput::Wait(_)));
        body
    };
    let body = whole(usize::MAX);
    for step in [1, 2, 3, 7] {
        assert_eq!(whole(step), body);
    }
    body
}
