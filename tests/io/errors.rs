//! The errors of readers, writers and servers: their `embedded-io` kinds and their texts.

use std::convert::Infallible;

use embedded_io::{Error, ErrorKind};
use embedded_sse::Overflow;
use embedded_sse::io::{ReadError, ServeError, WriteError};

/// Breaks when an error has the kind or the text of another one.
#[test]
fn errors_have_their_kind() {
    let timed_out = ErrorKind::TimedOut;
    assert_eq!(ReadError::Io(timed_out).kind(), timed_out);
    assert_eq!(WriteError::Io(timed_out).kind(), timed_out);
    assert_eq!(ServeError::Io(timed_out).kind(), timed_out);
    let kind = ReadError::<Infallible>::Overflow.kind();
    assert_eq!(kind, ErrorKind::OutOfMemory);
    assert_eq!(ReadError::<Infallible>::Idle.kind(), timed_out);
    let kind = WriteError::<Infallible>::WriteZero.kind();
    assert_eq!(kind, ErrorKind::WriteZero);
    let kind = WriteError::<Infallible>::CutOff.kind();
    assert_eq!(kind, ErrorKind::BrokenPipe);
    let kind = ServeError::<Infallible>::WriteZero.kind();
    assert_eq!(kind, ErrorKind::WriteZero);
    assert_eq!(
        ReadError::<Infallible>::Overflow.to_string(),
        Overflow.to_string()
    );
}
