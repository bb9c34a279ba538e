//! Closing the sending side of a socket.

use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};

use crate::io::{End, WithShutdown, WithoutShutdown};

/// A socket whose sending side can be closed, while reading goes on. Neither function waits.
pub trait HalfClose: ErrorType {
    /// Tells whether `shutdown` closes the sending side. It is `true` by default.
    const CAN_SHUT_DOWN: bool = true;

    /// Closes the sending side, after all that was written (TCP FIN).
    ///
    /// # Errors
    ///
    /// The error of the socket. The server gives up the connection then.
    fn shutdown(&mut self) -> Result<(), Self::Error>;

    /// Resets the connection at once (TCP RST).
    ///
    /// Does nothing by default, because the socket is dropped next.
    fn abort(&mut self) {}
}

impl<S: HalfClose + ?Sized> HalfClose for &mut S {
    const CAN_SHUT_DOWN: bool = S::CAN_SHUT_DOWN;

    fn shutdown(&mut self) -> Result<(), Self::Error> {
        (**self).shutdown()
    }

    fn abort(&mut self) {
        (**self).abort();
    }
}

impl<S: ErrorType, F> HalfClose for WithShutdown<S, F>
where
    F: FnMut(&mut S, End) -> Result<(), S::Error>,
{
    fn shutdown(&mut self) -> Result<(), S::Error> {
        (self.end)(&mut self.socket, End::Shutdown)
    }

    fn abort(&mut self) {
        // An error changes nothing: the socket is dropped next.
        let _ = (self.end)(&mut self.socket, End::Abort);
    }
}

impl<S: ErrorType> HalfClose for WithoutShutdown<S> {
    const CAN_SHUT_DOWN: bool = false;

    fn shutdown(&mut self) -> Result<(), S::Error> {
        Ok(())
    }
}

impl<S: Read, F> Read for WithShutdown<S, F> {
    fn read(&mut self, target: &mut [u8]) -> Result<usize, S::Error> {
        self.socket.read(target)
    }
}

impl<S: Write, F> Write for WithShutdown<S, F> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, S::Error> {
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> Result<(), S::Error> {
        self.socket.flush()
    }
}

impl<S: ReadReady, F> ReadReady for WithShutdown<S, F> {
    fn read_ready(&mut self) -> Result<bool, S::Error> {
        self.socket.read_ready()
    }
}

impl<S: WriteReady, F> WriteReady for WithShutdown<S, F> {
    fn write_ready(&mut self) -> Result<bool, S::Error> {
        self.socket.write_ready()
    }
}

impl<S: Read> Read for WithoutShutdown<S> {
    fn read(&mut self, target: &mut [u8]) -> Result<usize, S::Error> {
        self.0.read(target)
    }
}

impl<S: Write> Write for WithoutShutdown<S> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, S::Error> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> Result<(), S::Error> {
        self.0.flush()
    }
}

impl<S: ReadReady> ReadReady for WithoutShutdown<S> {
    fn read_ready(&mut self) -> Result<bool, S::Error> {
        self.0.read_ready()
    }
}

impl<S: WriteReady> WriteReady for WithoutShutdown<S> {
    fn write_ready(&mut self) -> Result<bool, S::Error> {
        self.0.write_ready()
    }
}
