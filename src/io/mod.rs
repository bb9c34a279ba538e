//! Readers and writers over `embedded-io` sockets, UARTs and files.
//!
//! The readers and writers of [`blocking`] and [`asynch`] have the same names and behave alike.

#[cfg(feature = "embedded-io-async")]
#[cfg_attr(docsrs, doc(cfg(feature = "embedded-io-async")))]
pub mod asynch;
mod attempts;
#[cfg(feature = "embedded-io")]
#[cfg_attr(docsrs, doc(cfg(feature = "embedded-io")))]
pub mod blocking;
mod half_close;
mod inbox;
#[cfg(feature = "http")]
mod received;
#[cfg(feature = "embedded-io-async")]
mod turns;
mod unsent;

pub use half_close::{End, WithShutdown, WithoutShutdown};
#[cfg(feature = "http")]
#[cfg_attr(docsrs, doc(cfg(feature = "http")))]
pub use received::Buffered;

use core::fmt;

use crate::decode::Overflow;
#[cfg(feature = "http")]
use crate::server::Outcome;

/// Why a reader or writer could not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error<E> {
    /// The socket failed.
    Io(E),
    /// An event did not fit the decoder's buffer and was dropped. Reading can go on.
    Overflow,
    /// No byte came for the idle timeout of a `ReconnectingReader`. The stream is lost.
    Idle,
    /// The socket takes no more bytes.
    WriteZero,
    /// An event before this one was cut off when a part of it was sent already. Close the socket.
    CutOff,
    /// The client's request was answered already, for it was malformed, slow or too long; or the client
    /// hung up before it was whole. Close the socket.
    #[cfg(feature = "http")]
    #[cfg_attr(docsrs, doc(cfg(feature = "http")))]
    NoRequest(Outcome),
}

impl<E> From<Overflow> for Error<E> {
    fn from(_: Overflow) -> Self {
        Error::Overflow
    }
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io(error) => error.fmt(f),
            Error::Overflow => Overflow.fmt(f),
            Error::Idle => f.write_str("nothing came for too long"),
            Error::WriteZero => f.write_str("socket takes no more bytes"),
            Error::CutOff => f.write_str("an earlier event was cut off"),
            #[cfg(feature = "http")]
            Error::NoRequest(Outcome::Answered(status)) => {
                write!(f, "client was refused: {}", status.as_str())
            }
            #[cfg(feature = "http")]
            Error::NoRequest(_) => f.write_str("client sent no request"),
        }
    }
}

impl<E: core::error::Error + 'static> core::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Error::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl<E: embedded_io::Error + 'static> embedded_io::Error for Error<E> {
    fn kind(&self) -> embedded_io::ErrorKind {
        match self {
            Error::Io(error) => error.kind(),
            Error::Overflow => embedded_io::ErrorKind::OutOfMemory,
            Error::Idle => embedded_io::ErrorKind::TimedOut,
            Error::WriteZero => embedded_io::ErrorKind::WriteZero,
            Error::CutOff => embedded_io::ErrorKind::BrokenPipe,
            #[cfg(feature = "http")]
            Error::NoRequest(_) => embedded_io::ErrorKind::InvalidData,
        }
    }
}
