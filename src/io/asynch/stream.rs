//! The body of a response, in an HTTP stack that owns the socket.

use core::future::poll_fn;
use core::pin::pin;

use embedded_io_async::Write;

use super::clock::{Clock, before, timer};
use super::shared_log::SharedLog;
use crate::io::Error;
use crate::server::{Close, Output, Session, StreamOptions};
use crate::wire::text::LastEventId;

/// A client that has joined a log: [`stream`](Self::stream) its events into the body of a response.
///
/// Take it before the response begins: without a free place, answer 503.
#[derive(Debug)]
pub struct Joined<'l, L: SharedLog> {
    log: &'l L,
    place: L::Place<'l>,
}

impl<'l, L: SharedLog> Joined<'l, L> {
    /// Takes a place in the log. `None` when all are taken, or the log has ended.
    pub fn new(log: &'l L) -> Option<Self> {
        let place = log.join()?;
        Some(Self { log, place })
    }

    /// Streams events to a client whose request was read, and whose response has begun: as the body of a
    /// response in an HTTP stack, or over a serial line.
    ///
    /// `last_event_id` is what the client has sent: [`LastEventId::from_bytes`] checks the value of the header field.
    ///
    /// What goes out in one write is gathered in `scratch`. It returns when the stream ends; that the client
    /// has gone it learns from the writer's error.
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
    ) -> Result<Close, Error<W::Error>> {
        let now = clock.now();
        let log = self.log;
        let last_event_id = last_event_id.into();
        let begun = log.with(|log| Session::begin(now, log, last_event_id, options));
        let Some(mut session) = begun else {
            return Ok(Close::Ended);
        };
        let timeout = session.write_timeout_ms();
        let mut losses = 0;
        let mut written = false;
        let reason = loop {
            if log.has_ended() {
                session.end();
            }
            let now = clock.now();
            let output = log.with(|log| {
                if session.is_resuming() && !session.search(log, last_event_id) {
                    return Output::Wait(now);
                }
                session.fill(now, log, scratch)
            });
            let output = output.unwrap_or(Output::Wait(now));
            for _ in losses..session.losses() {
                log.note_lapped();
            }
            losses = session.losses();

            match output {
                Output::Send(bytes) => match write_all(&mut writer, bytes, clock, timeout).await? {
                    true => written = true,
                    false => break Close::Stalled,
                },
                Output::Close(reason @ Close::Lapped) => break reason,
                _ if written => {
                    let stalls = pin!(timer(clock, now.limit(timeout)));
                    match before(pin!(writer.flush()), stalls).await {
                        Some(result) => result.map_err(Error::Io)?,
                        None => break Close::Stalled,
                    }
                    written = false;
                }
                Output::Wait(until) => {
                    let (place, cursor) = (&self.place, session.cursor());
                    let frame = pin!(poll_fn(|context| log.poll_frame(place, cursor, context)));
                    before(frame, pin!(timer(clock, until))).await;
                }
                Output::Close(reason) => break reason,
            }
        };
        log.note_closed(reason);
        Ok(reason)
    }
}

/// Returns whether the writer has taken all bytes, none of which took longer than the time limit.
async fn write_all<W: Write, C: Clock>(
    writer: &mut W,
    mut bytes: &[u8],
    clock: &C,
    timeout_ms: u32,
) -> Result<bool, Error<W::Error>> {
    while !bytes.is_empty() {
        let stalls = pin!(timer(clock, clock.now().limit(timeout_ms)));
        let length = match before(pin!(writer.write(bytes)), stalls).await {
            Some(result) => result.map_err(Error::Io)?,
            None => return Ok(false),
        };
        if length == 0 {
            return Err(Error::WriteZero);
        }
        // A writer that reports more than it was given has taken all of it.
        bytes = bytes.get(length..).unwrap_or_default();
    }
    Ok(true)
}
