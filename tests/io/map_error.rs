//! Sockets whose errors are translated.

use embedded_io::{ErrorKind, Read, Write};
use embedded_sse::io::blocking::MapError;

use crate::helpers::socket::Socket;

/// A socket that always fails.
struct Broken;

impl embedded_io::ErrorType for Broken {
    type Error = ErrorKind;
}

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::Other)
    }
}

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::Other)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Err(ErrorKind::Other)
    }
}

/// Breaks when an error of one of the calls is not translated.
#[test]
fn every_error_is_translated() {
    let mut socket = MapError(Broken, |error| {
        assert_eq!(error, ErrorKind::Other);
        ErrorKind::TimedOut
    });
    assert_eq!(socket.read(&mut [0]), Err(ErrorKind::TimedOut));
    assert_eq!(socket.write(b"x"), Err(ErrorKind::TimedOut));
    assert_eq!(socket.flush(), Err(ErrorKind::TimedOut));
}

/// Breaks when bytes are changed or lost, or when a call that succeeds is reported as failed.
#[test]
fn a_socket_that_works_is_not_changed() {
    let socket = Socket {
        received: b"abc".to_vec(),
        ..Socket::default()
    };
    let mut socket = MapError(socket, |_| -> ErrorKind { unreachable!("no error") });
    let mut buffer = [0; 4];
    assert_eq!(socket.read(&mut buffer), Ok(3));
    assert_eq!(&buffer, b"abc\0");
    assert_eq!(socket.write(b"xy"), Ok(2));
    assert_eq!(socket.flush(), Ok(()));
    assert_eq!((&*socket.0.sent, socket.0.flushes), (&b"xy"[..], 1));
}
