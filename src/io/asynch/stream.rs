//! The body of a response, behind an HTTP stack that owns the socket.

use core::future::poll_fn;
use core::pin::pin;

use embedded_io_async::Write;

use super::clock::{Clock, before, timer};
use super::shared_log::SharedLog;
use crate::io::Error;
use crate::server::{Close, Output, Session, StreamOptions};
use crate::wire::text::EventId;

/// Streams events to a client whose request was read, and whose response has begun: as the body of a
/// response in an HTTP stack, or over a serial line.
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
pub async fn stream<W: Write, C: Clock, L: SharedLog>(
    mut writer: W,
    scratch: &mut [u8],
    clock: &C,
    log: &L,
    last_event_id: EventId<'_>,
    options: &StreamOptions<'_>,
) -> Result<Close, Error<W::Error>> {
    let now = clock.now();
    let begun = log.with(|log| Session::new(now, log, last_event_id, options));
    let Some(mut session) = begun else {
        return Ok(Close::Ended);
    };
    let timeout = session.write_timeout_ms();
    let mut losses = 0;
    let mut written = false;
    loop {
        if log.has_ended() {
            session.end();
        }
        let now = clock.now();
        let output = log.with(|log| session.fill(now, log, scratch));
        let output = output.unwrap_or(Output::Wait(now));
        for _ in losses..session.losses() {
            log.note_lapped();
        }
        losses = session.losses();

        match output {
            Output::Send(mut bytes) => {
                while !bytes.is_empty() {
                    let stalls = pin!(timer(clock, clock.now().limit(timeout)));
                    let length = match before(pin!(writer.write(bytes)), stalls).await {
                        Some(result) => result.map_err(Error::Io)?,
                        None => return Ok(Close::Stalled),
                    };
                    if length == 0 {
                        return Err(Error::WriteZero);
                    }
                    // A writer that reports more than it was given has taken all of it.
                    bytes = bytes.get(length..).unwrap_or_default();
                }
                written = true;
            }
            Output::Close(reason @ Close::Lapped) => return Ok(reason),
            _ if written => {
                let stalls = pin!(timer(clock, now.limit(timeout)));
                match before(pin!(writer.flush()), stalls).await {
                    Some(result) => result.map_err(Error::Io)?,
                    None => return Ok(Close::Stalled),
                }
                written = false;
            }
            Output::Wait(until) => {
                let cursor = session.cursor();
                let frame = pin!(poll_fn(|context| log.poll_frame(cursor, context)));
                before(frame, pin!(timer(clock, until))).await;
            }
            Output::Close(reason) => return Ok(reason),
        }
    }
}
