//! The glue between an event log and threads: each thread serves one connection, and waits for events or for the client.

use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::{Read, Result, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;
use std::time::Duration;

use embedded_sse::Instant;
use embedded_sse::server::{Connection, ConnectionOutput, EventLog, ServerOptions};
use socket2::SockRef;

/// Serves one connection until it ends. The socket has a read timeout, after which the thread looks for new events.
///
/// The lock cannot be poisoned by this function, because no call of the crate panics.
///
/// The caller counts connections. If there are too many, `is_full` makes this refuse the request.
pub fn serve<const BYTES: usize>(
    mut socket: &TcpStream,
    log: &Mutex<EventLog<[u8; BYTES]>>,
    options: &ServerOptions,
    now: impl Fn() -> Instant,
    is_full: bool,
) -> Result<()> {
    // With zero linger, the drop of the socket sends RST: after an error, and to a client that is too slow.
    SockRef::from(socket).set_linger(Some(Duration::ZERO))?;
    let mut scratch = [0; 512];
    let mut connection = Connection::new(now(), options, &mut scratch);
    loop {
        // The log is not locked while the thread writes or waits: `output` does not borrow it.
        let output = connection.poll(now(), &log.lock().unwrap());
        match output {
            ConnectionOutput::Request if is_full => connection.refuse_stream(),
            ConnectionOutput::Request => connection.answer(now(), &log.lock().unwrap()),
            ConnectionOutput::Send(bytes) => {
                let length = socket.write(bytes)?;
                connection.sent(length);
            }
            ConnectionOutput::Wait(_) => match socket.read(connection.receive_buffer()) {
                Ok(length) => connection.received(length),
                // A read timeout is `TimedOut` on some systems, and `WouldBlock` on others.
                Err(error) if matches!(error.kind(), TimedOut | WouldBlock) => {}
                Err(error) => return Err(error),
            },
            ConnectionOutput::Shutdown => socket.shutdown(Shutdown::Write)?,
            ConnectionOutput::Close(_) => return SockRef::from(socket).set_linger(None),
            ConnectionOutput::Abort(_) => return Ok(()),
        }
    }
}
