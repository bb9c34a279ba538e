//! The body of a response in an HTTP stack that owns the socket.

use core::future::poll_fn;
use core::pin::pin;

use embedded_io_async::Write;

use super::clock::{Clock, timer, with_timer};
use super::shared_log::SharedLog;
use crate::io::ServeError;
use crate::io::turns::Turns;
use crate::server::{CloseReason, Session, SessionOutput, StreamOptions};
use crate::wire::text::LastEventId;

/// A client that has a slot in a log. [`stream`](Self::stream) writes its events into the body of a response.
///
/// Use it if another HTTP stack owns the socket, or for serial lines. `Hub::join` has an example.
pub struct Joined<'l, L: SharedLog> {
    log: &'l L,
    slot: L::Slot<'l>,
}

debug_and_format!(['l, L: SharedLog] Joined<'l, L> {
    _ => "Joined {{ .. }}";
});

impl<'l, L: SharedLog> Joined<'l, L> {
    /// Takes a slot in the log. Call this before the response begins.
    ///
    /// `None` if all slots are taken or the log has ended. The log counts a refusal then. Send a 503 with
    /// [`RETRY_AFTER`](crate::server::RETRY_AFTER).
    ///
    /// After a 503, the `EventSource` of a browser never reconnects. If the `Accept` of the request names `text/event-stream`,
    /// you can answer 200 instead, with the header fields of a stream and the body `:\nretry: 5000\n`, without a blank line.
    /// The client reconnects after 5 s. Or let the page open a new `EventSource` from a timer when `readyState` is 2.
    pub fn new(log: &'l L) -> Option<Self> {
        let Some(slot) = log.join() else {
            log.note_refused();
            return None;
        };
        Some(Self { log, slot })
    }

    /// Writes a stream with these options: the body of a response whose head another HTTP stack has sent, or the bytes of
    /// a serial line.
    ///
    /// Send the [header fields](StreamOptions::header_fields) of a stream in that head. The stack delimits the body, and has
    /// to send the written bytes when it is flushed.
    ///
    /// `last_event_id` comes from the request: pass the value of the header field `Last-Event-ID` to
    /// [`LastEventId::from_bytes`]. If that is missing or empty, pass the value of a query parameter, such as `lastEventId`.
    /// Percent-decode that value first. Ids that [`EventLog::make_ids`](crate::server::EventLog::make_ids) has made need no
    /// decoding.
    ///
    /// It yields to other tasks before the first write, and then at least once in 32 writes, even if the writer is always
    /// ready.
    ///
    /// `scratch` holds the bytes of one write. It must have at least one byte: an empty one ends the stream with
    /// [`CloseReason::Stalled`]. When this returns, the stream is over: end the body.
    ///
    /// This method does not read from the connection. It notices that a client is gone only when a write or a flush fails or
    /// takes longer than the [write timeout](StreamOptions::write_timeout). If your stack sees the end of the connection, drop
    /// the future, which frees the slot at once.
    ///
    /// # Cancel safety
    ///
    /// A dropped future may have written a part of a frame. Close the connection then.
    ///
    /// # Errors
    ///
    /// [`ServeError::Io`] when the writer fails, [`ServeError::WriteZero`] when it takes no more bytes. Close the connection in
    /// both cases. The slot is free again.
    pub async fn stream<'i, W: Write, C: Clock>(
        self,
        mut writer: W,
        scratch: &mut [u8],
        clock: &C,
        last_event_id: impl Into<LastEventId<'i>>,
        options: &StreamOptions<'_>,
    ) -> Result<CloseReason, ServeError<W::Error>> {
        let now = clock.now();
        let log = self.log;
        let last_event_id = last_event_id.into();
        let begun = log.with(|log| Session::begin(now, log, last_event_id, options));
        let Some(mut session) = begun else {
            return Ok(CloseReason::Ended);
        };
        let timeout = session.write_timeout_ms();
        let mut losses = 0;
        let mut needs_flush = false;
        let mut turns = Turns::USED_UP;
        let reason = 'stream: loop {
            turns.begin().await;
            if log.has_ended() {
                session.end();
            }
            let now = clock.now();
            let output = match session.is_initial_state() {
                // The hook of `initial_state` runs without the lock, because it may take long or publish.
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
                        let stall_timer = pin!(timer(clock, clock.now().limit(timeout)));
                        let length = match with_timer(pin!(writer.write(bytes)), stall_timer).await
                        {
                            Some(result) => result.map_err(ServeError::Io)?,
                            None => break 'stream CloseReason::Stalled,
                        };
                        if length == 0 {
                            return Err(ServeError::WriteZero);
                        }
                        // A faulty writer may report more bytes than it was given.
                        bytes = bytes.get(length..).unwrap_or_default();
                    }
                    needs_flush = true;
                    continue;
                }
                SessionOutput::Close(CloseReason::Lagged) => break CloseReason::Lagged,
                SessionOutput::Close(reason) => Err(reason),
                SessionOutput::Wait(until) => Ok(until),
            };
            if needs_flush {
                needs_flush = false;
                let stall_timer = pin!(timer(clock, now.limit(timeout)));
                match with_timer(pin!(writer.flush()), stall_timer).await {
                    Some(result) => result.map_err(ServeError::Io)?,
                    None => break CloseReason::Stalled,
                }
            }
            // Wait without another look at the log: `poll_frame` is ready at once if a frame has come meanwhile.
            match next {
                Ok(until) => {
                    let (slot, cursor) = (&self.slot, session.cursor());
                    let frame = pin!(poll_fn(|context| log.poll_frame(slot, cursor, context)));
                    with_timer(frame, pin!(timer(clock, until))).await;
                }
                Err(reason) => break reason,
            }
        };
        log.note_closed(reason);
        Ok(reason)
    }
}
