//! The errors of readers, writers and servers over sockets.

use embedded_io::ErrorKind;

use crate::decode::Overflow;

/// Why a reader returned no event. `E` is the error of its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError<E> {
    /// The socket failed.
    Io(E),
    /// An event did not fit the decoder's buffer and was dropped. Reading can go on.
    Overflow,
    /// No byte was received during the idle timeout of a `ReconnectingReader`. The stream is lost. A `Reader` has no such
    /// timeout.
    Idle,
}

/// Why a frame was not written. `E` is the error of the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError<E> {
    /// The socket failed.
    Io(E),
    /// The socket takes no more bytes.
    WriteZero,
    /// Only a part of an earlier frame was sent. Close the socket: the client would take this frame for the rest of
    /// that one.
    CutOff,
}

/// Why a server could not go on with a client. Close the socket. `E` is the error of the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServeError<E> {
    /// The socket failed.
    Io(E),
    /// The socket takes no more bytes.
    WriteZero,
}

impl<E> From<Overflow> for ReadError<E> {
    fn from(_: Overflow) -> Self {
        ReadError::Overflow
    }
}

words!([E] ReadError<E> {
    Self::Idle => "no byte came for the idle timeout";
    inner {
        Self::Io(error) => error,
        Self::Overflow => &Overflow,
    }
});

words!([E] WriteError<E> {
    Self::WriteZero => "socket takes no more bytes",
    Self::CutOff => "only a part of an earlier frame was sent";
    inner {
        Self::Io(error) => error,
    }
});

words!([E] ServeError<E> {
    Self::WriteZero => "socket takes no more bytes";
    inner {
        Self::Io(error) => error,
    }
});

impl<E: core::error::Error + 'static> core::error::Error for ReadError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            ReadError::Io(error) => Some(error),
            ReadError::Overflow | ReadError::Idle => None,
        }
    }
}

impl<E: core::error::Error + 'static> core::error::Error for WriteError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            WriteError::Io(error) => Some(error),
            WriteError::WriteZero | WriteError::CutOff => None,
        }
    }
}

impl<E: core::error::Error + 'static> core::error::Error for ServeError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            ServeError::Io(error) => Some(error),
            ServeError::WriteZero => None,
        }
    }
}

impl<E: embedded_io::Error + 'static> embedded_io::Error for ReadError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            ReadError::Io(error) => error.kind(),
            ReadError::Overflow => ErrorKind::OutOfMemory,
            ReadError::Idle => ErrorKind::TimedOut,
        }
    }
}

impl<E: embedded_io::Error + 'static> embedded_io::Error for WriteError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            WriteError::Io(error) => error.kind(),
            WriteError::WriteZero => ErrorKind::WriteZero,
            WriteError::CutOff => ErrorKind::BrokenPipe,
        }
    }
}

impl<E: embedded_io::Error + 'static> embedded_io::Error for ServeError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            ServeError::Io(error) => error.kind(),
            ServeError::WriteZero => ErrorKind::WriteZero,
        }
    }
}
