//! The errors of readers and writers: their `embedded-io` kinds and their texts.

use std::convert::Infallible;

use embedded_sse::Overflow;
use embedded_sse::io::Error;

/// Breaks when an error has the kind or the text of another one.
#[test]
fn errors_have_their_kind() {
    use embedded_io::{Error as _, ErrorKind};
    let kind = |error: Error<ErrorKind>| error.kind();
    assert_eq!(kind(Error::Io(ErrorKind::TimedOut)), ErrorKind::TimedOut);
    assert_eq!(kind(Error::Overflow), ErrorKind::OutOfMemory);
    assert_eq!(kind(Error::Idle), ErrorKind::TimedOut);
    assert_eq!(kind(Error::WriteZero), ErrorKind::WriteZero);
    assert_eq!(kind(Error::CutOff), ErrorKind::BrokenPipe);
    assert_eq!(
        Error::<Infallible>::Overflow.to_string(),
        Overflow.to_string()
    );
}
