//! Serving from a superloop, which never waits for one client.

use embedded_io::{Read, ReadReady, Write, WriteReady};

use super::HalfClose;
use crate::io::ServeError;
use crate::server::{Connection, ConnectionOutput, EventLog, Outcome};
use crate::time::Instant;

/// What a [`Connection`] wants after [`pump`](Connection::pump).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum PumpOutput {
    /// Call `pump` again at this time, or before that when bytes have come, the socket takes bytes again, or a frame was
    /// published. [`Instant::NEVER`] means that there is no time limit.
    Wait(Instant),
    /// The request is complete. Answer it by [`Connection::answer`], [`Connection::stream`], [`Connection::respond`],
    /// [`Connection::refuse`] or [`Connection::refuse_stream`].
    Request,
    /// The connection is done: drop the socket, and drop or [reuse](Connection::reuse) the connection.
    Close(Outcome),
}

/// The most reads and writes in one call, so that the other clients get their turn, too.
const MAX_STEPS: u32 = 32;

impl Connection<'_> {
    /// Reads and writes as much as the socket allows without waiting, and returns what the connection wants next.
    ///
    /// **It never waits, if `ReadReady` and `WriteReady` of the socket keep their promise and its `flush` does not wait.** Call
    /// it in every turn of the loop, or as [`PumpOutput::Wait`] describes. For a socket of the standard library, see
    /// `examples/serve_superloop`. For smoltcp, implement the two traits by `can_recv` and `can_send`.
    ///
    /// To allow N streams, create N + 1 connections. A connection has a stream if [`session`](Connection::session) returns
    /// `Some`. If N have one, answer the next request for a stream by [`Connection::refuse_stream`], which tells the client
    /// that the server is full.
    ///
    /// # Errors
    ///
    /// [`ServeError::Io`] when the socket fails, [`ServeError::WriteZero`] when it takes no byte although it was ready. Drop
    /// the socket, and drop or [reuse](Connection::reuse) the connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use embedded_io::{Read, ReadReady, Write, WriteReady};
    /// use embedded_sse::io::blocking::{HalfClose, PumpOutput};
    /// use embedded_sse::server::{Connection, EventLog};
    /// use embedded_sse::Instant;
    ///
    /// /// Serves one client for one turn of the loop. Returns whether the client is still there.
    /// fn turn<S: Read + Write + ReadReady + WriteReady + HalfClose>(
    ///     connection: &mut Connection,
    ///     log: &EventLog<[u8]>,
    ///     socket: &mut S,
    ///     now: Instant,
    /// ) -> bool {
    ///     match connection.pump(now, log, socket) {
    ///         Ok(PumpOutput::Request) => connection.answer(now, log),
    ///         Ok(PumpOutput::Wait(_)) => {}
    ///         Ok(PumpOutput::Close(_)) | Err(_) => return false,
    ///     }
    ///     true
    /// }
    /// ```
    pub fn pump<S, B>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
        socket: &mut S,
    ) -> Result<PumpOutput, ServeError<S::Error>>
    where
        S: Read + Write + ReadReady + WriteReady + HalfClose + ?Sized,
        B: AsRef<[u8]> + AsMut<[u8]> + ?Sized,
    {
        let mut needs_flush = false;
        let wait = self.run_steps(now, log, socket, &mut needs_flush)?;
        if needs_flush {
            socket.flush().map_err(ServeError::Io)?;
        }
        Ok(wait)
    }

    fn run_steps<S, B>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
        socket: &mut S,
        needs_flush: &mut bool,
    ) -> Result<PumpOutput, ServeError<S::Error>>
    where
        S: Read + Write + ReadReady + WriteReady + HalfClose + ?Sized,
        B: AsRef<[u8]> + AsMut<[u8]> + ?Sized,
    {
        for _ in 0..MAX_STEPS {
            let is_writable = socket.write_ready().map_err(ServeError::Io)?;
            if is_writable {
                self.restart_write_timeout();
            }
            match self.poll(now, log) {
                ConnectionOutput::Send(_) if !is_writable => {
                    return Ok(PumpOutput::Wait(self.write_deadline()));
                }
                ConnectionOutput::Send(bytes) => {
                    let length = socket.write(bytes).map_err(ServeError::Io)?;
                    if length == 0 {
                        return Err(ServeError::WriteZero);
                    }
                    self.sent(length);
                    *needs_flush = true;
                }
                ConnectionOutput::Wait(until) => {
                    if !socket.read_ready().map_err(ServeError::Io)? {
                        return Ok(PumpOutput::Wait(until));
                    }
                    let length = socket.read(self.receive_buffer()).map_err(ServeError::Io)?;
                    self.received(length);
                }
                ConnectionOutput::Request => return Ok(PumpOutput::Request),
                ConnectionOutput::Shutdown => {
                    if !S::CAN_SHUT_DOWN && self.skip_linger_after_stream() {
                        continue;
                    }
                    socket.flush().map_err(ServeError::Io)?;
                    *needs_flush = false;
                    socket.shutdown().map_err(ServeError::Io)?;
                }
                ConnectionOutput::Close(outcome) => return Ok(PumpOutput::Close(outcome)),
                ConnectionOutput::Abort(outcome) => {
                    // No flush: it may fail after a reset.
                    *needs_flush = false;
                    socket.abort();
                    return Ok(PumpOutput::Close(outcome));
                }
            }
        }
        Ok(PumpOutput::Wait(now))
    }
}
