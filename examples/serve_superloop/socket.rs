//! A socket of the standard library with the interface of small network stacks: it tells whether a read or a write would
//! block.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{Shutdown, TcpStream};

use embedded_io::{ErrorType, ReadReady, WriteReady};
use embedded_sse::io::blocking::HalfClose;

pub struct Socket {
    stream: TcpStream,
    /// Written bytes that the kernel has not taken yet.
    unsent: Vec<u8>,
    /// Whether FIN follows `unsent`.
    ends: bool,
}

impl Socket {
    pub fn new(stream: TcpStream) -> Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            unsent: Vec::new(),
            ends: false,
        })
    }
}

impl ErrorType for Socket {
    type Error = std::io::Error;
}

impl ReadReady for Socket {
    fn read_ready(&mut self) -> Result<bool> {
        match self.stream.peek(&mut [0]) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl WriteReady for Socket {
    fn write_ready(&mut self) -> Result<bool> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(length) => drop(self.unsent.drain(..length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        if self.ends {
            self.ends = false;
            self.stream.shutdown(Shutdown::Write)?;
        }
        Ok(true)
    }
}

impl embedded_io::Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.stream.read(buffer)
    }
}

impl embedded_io::Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.unsent.extend_from_slice(bytes);
        self.write_ready()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.write_ready().map(drop)
    }
}

impl HalfClose for Socket {
    fn shutdown(&mut self) -> Result<()> {
        self.ends = true;
        self.write_ready().map(drop)
    }
}
