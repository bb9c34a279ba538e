//! The body of a response, in an HTTP stack that owns the socket.

use core::future::poll_fn;
use core::pin::pin;

use embedded_io_async::Write;

use super::clock::{Clock, before, timer};
use super::shared_log::SharedLog;
use crate::io::Error;
use crate::io::turns::Turns;
use crate::server::{CloseReason, Session, SessionOutput, StreamOptions};
use crate::wire::text::LastEventId;

/// A client that has joined a log: [`stream`](Self::stream) its events into the body of a response.
///
/// It is for HTTP stacks that own the socket, and for serial lines. `Hub::join` has an example.
#[derive(Debug)]
pub struct Joined<'l, L: SharedLog> {
    log: &'l L,
    place: L::Place<'l>,
}

impl<'l, L: SharedLog> Joined<'l, L> {
    /// Takes a place in the log, before the response begins. `None` when all are taken, or the log has ended: the log counts a
    /// refusal then, and the client wants a 503 with [`RETRY_AFTER`](crate::server::RETRY_AFTER).
    pub fn new(log: &'l L) -> Option<Self> {
        let Some(place) = log.join() else {
            log.note_refused();
            return None;
        };
        Some(Self { log, place })
    }

    /// Streams events with these options, as the body of a response whose head another HTTP stack has sent, or over a serial
    /// line.
    ///
    /// That head has the [header fields](StreamOptions::header_fields) of a stream. The stack frames the body, and sends what
    /// was written when it is flushed.
    ///
    /// `last_event_id` is what the client has sent: [`LastEventId::from_bytes`] checks the value of the header field
    /// `Last-Event-ID`, or, if that is missing or empty, of a parameter of the query, such as `lastEventId`.
    ///
    /// It yields to other tasks before the first write and after every 32 writes and waits, even if the writer is always ready.
    ///
    /// What goes out in one write is gathered in `scratch`. It returns when the stream ends: end the body then. It learns
    /// from the writer's error that the client has gone. A stack that sees the end of the connection drops the future, which frees
    /// the place at once.
    ///
    /// # Cancel safety
    ///
    /// A dropped future may have written a part of a frame. Close the connection then.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the writer fails, [`Error::WriteZero`] when it takes no more bytes.
    pub async fn stream<'i, W: Write, C: Clock>(
        self,
        mut writer: W,
        scratch: &mut [u8],
        clock: &C,
        last_event_id: impl Into<LastEventId<'i>>,
        options: &StreamOptions<'_>,
    ) -> Result<CloseReason, Error<W::Error>> {
        let now = clock.now();
        let log = self.log;
        let last_event_id = last_event_id.into();
        let begun = log.with(|log| Session::begin(now, log, last_event_id, options));
        let Some(mut session) = begun else {
            return Ok(CloseReason::Ended);
        };
        let timeout = session.write_timeout_ms();
        let mut losses = 0;
        let mut written = false;
        let mut turns = Turns::NONE;
        let reason = 'stream: loop {
            turns.begin().await;
            if log.has_ended() {
                session.end();
            }
            let now = clock.now();
            let output = match session.is_initial_state() {
                // The caller's hook runs while the log is not locked.
                true => Some(session.fill_initial_state(now, scratch)),
                false => log.with(|log| {
                    if session.is_resuming() && !session.search(&log.records(), last_event_id) {
                        return SessionOutput::Wait(now);
                    }
                    session.fill(now, log, scratch)
                }),
            };
            for _ in losses..session.losses() {
                log.note_loss();
            }
            losses = session.losses();

            let next = match output.unwrap_or(SessionOutput::Wait(now)) {
                SessionOutput::Send(mut bytes) => {
                    while !bytes.is_empty() {
                        turns.begin().await;
                        let stalls = pin!(timer(clock, clock.now().limit(timeout)));
                        let length = match before(pin!(writer.write(bytes)), stalls).await {
                            Some(result) => result.map_err(Error::Io)?,
                            None => break 'stream CloseReason::Stalled,
                        };
                        if length == 0 {
                            return Err(Error::WriteZero);
                        }
                        // A writer that reports more than it was given has taken all of it.
                        bytes = bytes.get(length..).unwrap_or_default();
                    }
                    written = true;
                    continue;
                }
                SessionOutput::Close(CloseReason::Lagged) => break CloseReason::Lagged,
                SessionOutput::Close(reason) => Err(reason),
                SessionOutput::Wait(until) => Ok(until),
            };
            if written {
                written = false;
                let stalls = pin!(timer(clock, now.limit(timeout)));
                match before(pin!(writer.flush()), stalls).await {
                    Some(result) => result.map_err(Error::Io)?,
                    None => break CloseReason::Stalled,
                }
            }
            // After a flush, without another look at the log: a frame that has come meanwhile ends the wait at once.
            match next {
                Ok(until) => {
                    let (place, cursor) = (&self.place, session.cursor());
                    let frame = pin!(poll_fn(|context| log.poll_frame(place, cursor, context)));
                    before(frame, pin!(timer(clock, until))).await;
                }
                Err(reason) => break reason,
            }
        };
        log.note_closed(reason);
        Ok(reason)
    }
}
