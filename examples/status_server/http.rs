//! As much of HTTP as this example needs: one GET on a connection, and fixed response heads.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

pub const STREAM_HEAD: &str = "HTTP/1.1 200 OK\r\n\
    Content-Type: text/event-stream\r\n\
    Cache-Control: no-cache, no-transform\r\n\
    X-Accel-Buffering: no\r\n\
    Connection: close\r\n\
    \r\n";

const MAX_HEAD: u64 = 8 * 1024;
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How much is read after an answer, until the client closes.
const LINGER: Duration = Duration::from_millis(250);
const MAX_LINGER: u64 = 64 * 1024;

/// Reads a request head, and returns the path of a GET or the status with which to refuse.
pub fn read_get(socket: &TcpStream) -> io::Result<Result<String, &'static str>> {
    let mut head = BufReader::new(within(HEAD_TIMEOUT, socket).take(MAX_HEAD));
    let mut request_line = Vec::new();
    head.read_until(b'\n', &mut request_line)?;
    let mut line = request_line.clone();
    while !matches!(line.as_slice(), b"\r\n" | b"\n") {
        line.clear();
        if head.read_until(b'\n', &mut line)? == 0 {
            return match head.get_ref().limit() {
                0 => Ok(Err("431 Request Header Fields Too Large")),
                _ => Err(io::ErrorKind::UnexpectedEof.into()),
            };
        }
    }
    let request_line = String::from_utf8_lossy(&request_line);
    let words: Vec<&str> = request_line.split_whitespace().collect();
    Ok(match words.as_slice() {
        ["GET", target, "HTTP/1.0" | "HTTP/1.1"] => {
            let path = target.split_once('?').map_or(*target, |(path, _)| path);
            Ok(path.into())
        }
        [_, _, "HTTP/1.0" | "HTTP/1.1"] => Err("405 Method Not Allowed\r\nAllow: GET"),
        _ => Err("400 Bad Request"),
    })
}

/// Refuses a request. More header lines may follow the status.
pub fn refuse(socket: &TcpStream, status: &str) -> io::Result<()> {
    let reason = status.lines().next().unwrap_or_default();
    answer(socket, status, "text/plain", &format!("{reason}\n"))
}

pub fn answer(
    mut socket: &TcpStream,
    status: &str,
    media_type: &str,
    body: &str,
) -> io::Result<()> {
    let length = body.len();
    let response = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: {media_type}\r\n\
         Content-Length: {length}\r\n\
         Connection: close\r\n\
         \r\n\
         {body}"
    );
    socket.write_all(response.as_bytes())?;
    // Closing with unread bytes resets the connection, and the client may never see the answer.
    socket.shutdown(Shutdown::Write)?;
    io::copy(
        &mut within(LINGER, socket).take(MAX_LINGER),
        &mut io::sink(),
    )?;
    Ok(())
}

fn within(time: Duration, socket: &TcpStream) -> Within<'_> {
    Within {
        socket,
        deadline: Instant::now() + time,
    }
}

/// Reads until a deadline, which a client that sends byte after byte cannot put off.
struct Within<'s> {
    socket: &'s TcpStream,
    deadline: Instant,
}

impl Read for Within<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.socket.set_read_timeout(Some(left))?;
        self.socket.read(buffer)
    }
}
