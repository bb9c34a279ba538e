//! TCP sockets on this machine.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use embedded_sse::Instant;
use embedded_sse::io::blocking;

/// Reads the head of a request.
pub fn read_head(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    String::from_utf8(head).unwrap()
}

/// A socket whose reads time out with the error that embedded sockets use.
pub struct Socket(pub TcpStream);

fn kind(error: io::Error) -> embedded_io::ErrorKind {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => embedded_io::ErrorKind::TimedOut,
        ErrorKind::Interrupted => embedded_io::ErrorKind::Interrupted,
        _ => embedded_io::ErrorKind::Other,
    }
}

impl embedded_io::ErrorType for Socket {
    type Error = embedded_io::ErrorKind;
}

impl embedded_io::Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, embedded_io::ErrorKind> {
        self.0.read(buffer).map_err(kind)
    }
}

impl embedded_io::Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, embedded_io::ErrorKind> {
        self.0.write(bytes).map_err(kind)
    }

    fn flush(&mut self) -> Result<(), embedded_io::ErrorKind> {
        self.0.flush().map_err(kind)
    }
}

pub struct StdClock(pub std::time::Instant);

impl blocking::Clock for StdClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.elapsed().as_millis() as u64)
    }

    fn wait_until(&self, at: Instant) {
        thread::sleep(Duration::from_millis(at.since(self.now())));
    }
}
