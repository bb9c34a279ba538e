//! Serving from a superloop.

use embedded_io::{Read, ReadReady, Write, WriteReady};

use super::HalfClose;
use crate::io::Error;
use crate::server::{Connection, ConnectionOutput, EventLog, Outcome};
use crate::time::Instant;

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Wait {
    /// For the client, for a new frame in the log, or for that time.
    Until(Instant),
    /// For an answer: the request is whole. Give it by [`Connection::answer`], [`Connection::stream`],
    /// [`Connection::respond`], [`Connection::refuse`] or [`Connection::refuse_stream`].
    Request,
    /// For nothing any more: drop the socket, and the connection.
    Closed(Outcome),
}

/// How often a socket is read from or written to in one call, so that no client keeps the loop.
const MAX_TURNS: u32 = 32;

impl Connection<'_> {
    /// Reads and writes as much as can be without waiting, and tells what to wait for.
    ///
    /// **It never sleeps, if the socket keeps what `ReadReady` and `WriteReady` promise, and its `flush`
    /// does not wait.** Call it in every turn of the loop, or when the time has come and
    /// when a frame was published, bytes have arrived, or the socket takes bytes again. Sockets of the standard library become such ones
    /// in `examples/serve_superloop`; those of smoltcp have `can_recv` and `can_send`.
    ///
    /// Have one `Connection` more than the streams that you allow, and count those that have a [`session`](Connection::session):
    /// a client too many is told so by [`Connection::refuse_stream`].
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the socket fails, and [`Error::WriteZero`] when it takes nothing although it
    /// was ready. Drop the socket, and the connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use embedded_io::{Read, ReadReady, Write, WriteReady};
    /// use embedded_sse::io::blocking::{HalfClose, Wait};
    /// use embedded_sse::server::{Connection, EventLog};
    /// use embedded_sse::Instant;
    ///
    /// /// One turn. `false` when the slot of this client is free again.
    /// fn turn<S: Read + Write + ReadReady + WriteReady + HalfClose>(
    ///     connection: &mut Connection,
    ///     log: &EventLog<[u8]>,
    ///     socket: &mut S,
    ///     now: Instant,
    /// ) -> bool {
    ///     match connection.pump(now, log, socket) {
    ///         Ok(Wait::Request) => connection.answer(now, log),
    ///         Ok(Wait::Until(_)) => {}
    ///         Ok(Wait::Closed(_)) | Err(_) => return false,
    ///     }
    ///     true
    /// }
    /// ```
    pub fn pump<S, B>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
        socket: &mut S,
    ) -> Result<Wait, Error<S::Error>>
    where
        S: Read + Write + ReadReady + WriteReady + HalfClose + ?Sized,
        B: AsRef<[u8]> + AsMut<[u8]> + ?Sized,
    {
        let mut written = false;
        let wait = self.take_turns(now, log, socket, &mut written)?;
        if written {
            socket.flush().map_err(Error::Io)?;
        }
        Ok(wait)
    }

    fn take_turns<S, B>(
        &mut self,
        now: Instant,
        log: &EventLog<B>,
        socket: &mut S,
        written: &mut bool,
    ) -> Result<Wait, Error<S::Error>>
    where
        S: Read + Write + ReadReady + WriteReady + HalfClose + ?Sized,
        B: AsRef<[u8]> + AsMut<[u8]> + ?Sized,
    {
        for _ in 0..MAX_TURNS {
            let is_writable = socket.write_ready().map_err(Error::Io)?;
            if is_writable {
                self.restart_write_timeout();
            }
            match self.poll(now, log) {
                ConnectionOutput::Send(_) if !is_writable => {
                    return Ok(Wait::Until(self.write_deadline()));
                }
                ConnectionOutput::Send(bytes) => {
                    let length = socket.write(bytes).map_err(Error::Io)?;
                    if length == 0 {
                        return Err(Error::WriteZero);
                    }
                    self.sent(length);
                    *written = true;
                }
                ConnectionOutput::Wait(until) => {
                    if !socket.read_ready().map_err(Error::Io)? {
                        return Ok(Wait::Until(until));
                    }
                    let length = socket.read(self.receive_buffer()).map_err(Error::Io)?;
                    self.received(length);
                }
                ConnectionOutput::Request => return Ok(Wait::Request),
                ConnectionOutput::Shutdown => {
                    if !S::CAN_SHUT_DOWN && self.skip_linger_after_stream() {
                        continue;
                    }
                    socket.flush().map_err(Error::Io)?;
                    *written = false;
                    socket.shutdown().map_err(Error::Io)?;
                }
                ConnectionOutput::Close(outcome) => return Ok(Wait::Closed(outcome)),
                ConnectionOutput::Abort(outcome) => {
                    // A socket that was reset may fail to flush.
                    *written = false;
                    socket.abort();
                    return Ok(Wait::Closed(outcome));
                }
            }
        }
        Ok(Wait::Until(now))
    }
}
