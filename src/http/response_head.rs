//! Heads of responses.

use super::body::Body;
use super::grammar::{field_line, status_line};
use super::lines::{Folding, Line, Lines};
use crate::wire::copy::move_down;
use crate::wire::decimal;
use crate::wire::exact::{Exact, ExactSlice};
use crate::wire::media_type::is_event_stream;

/// Reads the head of a response, line by line, and of what it says keeps what matters to an event
/// stream (RFC 9112, sections 2 to 6). Only the `Location` stays in the space, at its start.
#[derive(Clone, Debug)]
pub(crate) struct ResponseHead {
    lines: Lines,
    /// The length of the location, at the start of the space.
    location: u16,
    /// How many bytes it may still have.
    left: u32,
    /// Of the body: `NO_LENGTH` if it does not say so. A larger one counts as the one below that, for no
    /// stream is ever so long.
    length: u32,
    /// 0 before the status line.
    pub status: u16,
    /// In seconds, at most 18 hours. It may be a date, which says nothing to a device without a calendar:
    /// 0.
    retry_after: u16,
    has_retry_after: bool,
    pub is_event_stream: bool,
    /// In another coding than `identity`.
    pub is_encoded: bool,
    is_chunked: bool,
}

const NO_LENGTH: u32 = u32::MAX;

// Larger ones would be copied and zeroed by calls, for which there is no need otherwise.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<ResponseHead>() <= 28);

/// Why a head cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseError {
    /// It is no HTTP, or a line is none of a head.
    Malformed,
    /// A line that matters is longer than the space, or the head is longer than the limit.
    TooLong,
    /// It names several lengths, or a length and a transfer coding, or a transfer coding that is not
    /// `chunked`.
    Framing,
}

impl ResponseHead {
    /// A head of at most so many bytes.
    #[inline(never)]
    pub const fn new(max_len: u32) -> Self {
        Self {
            lines: Lines::new(),
            location: 0,
            left: max_len,
            length: NO_LENGTH,
            status: 0,
            retry_after: 0,
            has_retry_after: false,
            is_event_stream: false,
            is_encoded: false,
            is_chunked: false,
        }
    }

    /// Takes `input` up to the end of the head; `true` when that was reached.
    pub fn receive(&mut self, input: &mut &[u8], space: &mut [u8]) -> Result<bool, ResponseError> {
        loop {
            let before = input.len();
            let free = space.part_mut(usize::from(self.location)..);
            let folding = match self.status {
                0 => Folding::Never,
                _ => Folding::Allowed,
            };
            let line = self.lines.next(input, free, folding);
            let read = before.minus(input.len());
            let left = self.left.checked_sub(read as u32);
            self.left = left.ok_or(ResponseError::TooLong)?;
            let Some(line) = line else {
                return Ok(false);
            };
            if line.length > 0 || line.cut {
                self.take_line(line, space)?;
            } else if self.status == 0 {
                // No status line yet.
                return Err(ResponseError::Malformed);
            } else if matches!(self.status, 100 | 102..=199) {
                // The final answer is still to come (RFC 9110, section 15.2).
                *self = Self::new(self.left);
            } else {
                return Ok(true);
            }
        }
    }

    /// Where to go instead; empty if it does not say so.
    pub fn location<'h>(&self, space: &'h [u8]) -> &'h [u8] {
        space.part(..usize::from(self.location))
    }

    /// What follows the head.
    pub const fn body(&self) -> Body {
        match self.length {
            _ if self.is_chunked => Body::chunked(),
            NO_LENGTH => Body::until_close(),
            length => Body::of_length(length),
        }
    }

    /// After how many seconds it asks to be asked again.
    pub fn retry_after(&self) -> Option<u32> {
        self.has_retry_after.then_some(u32::from(self.retry_after))
    }

    fn take_line(&mut self, line: Line, space: &mut [u8]) -> Result<(), ResponseError> {
        let start = usize::from(self.location);
        let (kept, rest) = space.split_exact_mut(start);
        let text = rest.part(..usize::from(line.length));
        if self.status == 0 {
            self.status = match status_line(text) {
                Some(status @ 100..) => status,
                _ if line.cut => return Err(ResponseError::TooLong),
                _ => return Err(ResponseError::Malformed),
            };
            return Ok(());
        }
        let Some((name, value)) = field_line(text) else {
            return match line.cut {
                // All names that matter are shorter.
                true if text.len() > LONGEST_NAME => Ok(()),
                true => Err(ResponseError::TooLong),
                false => Err(ResponseError::Malformed),
            };
        };
        let value = value.trim_ascii_start();
        let value_start = text.len().minus(value.len());
        let value = value.trim_ascii_end();
        let is_name = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
        let Some(field) = FIELDS.iter().position(is_name) else {
            return Ok(());
        };
        // A redirect has nothing else to say, and nothing else is a redirect. But any answer may ask for time.
        let is_redirect = matches!(self.status, 300..=399);
        if field != RETRY_AFTER && is_redirect != (field == LOCATION) {
            return Ok(());
        }
        if line.cut {
            return Err(ResponseError::TooLong);
        }
        match field {
            CONTENT_TYPE => self.is_event_stream = is_event_stream(value),
            CONTENT_LENGTH => {
                let length = decimal::parse(value).ok_or(ResponseError::Framing)?;
                let length = length.min(NO_LENGTH - 1);
                let is_new = self.length == NO_LENGTH;
                if self.is_chunked || !(is_new || self.length == length) {
                    return Err(ResponseError::Framing);
                }
                self.length = length;
            }
            TRANSFER_ENCODING => {
                let is_new = !self.is_chunked && self.length == NO_LENGTH;
                if !is_new || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(ResponseError::Framing);
                }
                self.is_chunked = true;
            }
            CONTENT_ENCODING => {
                self.is_encoded |= !value.eq_ignore_ascii_case(b"identity") && !value.is_empty();
            }
            RETRY_AFTER => {
                // A date is present, but names no time.
                let seconds = decimal::parse(value).unwrap_or(0);
                self.has_retry_after = true;
                self.retry_after = seconds.min(u32::from(u16::MAX)) as u16;
            }
            // The first location counts.
            _ if kept.is_empty() => {
                self.location = value.len() as u16;
                let value_end = value_start.plus(value.len());
                move_down(rest, value_start..value_end, 0);
            }
            _ => {}
        }
        Ok(())
    }
}

/// The fields that matter, and their places.
static FIELDS: [&str; 6] = [
    "content-type",
    "content-length",
    "transfer-encoding",
    "content-encoding",
    "retry-after",
    "location",
];
const LONGEST_NAME: usize = "transfer-encoding".len();
const CONTENT_TYPE: usize = 0;
const CONTENT_LENGTH: usize = 1;
const TRANSFER_ENCODING: usize = 2;
const CONTENT_ENCODING: usize = 3;
const RETRY_AFTER: usize = 4;
const LOCATION: usize = 5;

#[cfg(test)]
mod tests {
    use super::{ResponseError, ResponseHead};
    use crate::http::body::Framing;
    use std::string::String;
    use std::vec::Vec;

    /// What was read of a head, and how many bytes are left behind it; `None` if it is not whole.
    fn read(pieces: &[&[u8]], space: usize) -> Result<Option<(String, usize)>, ResponseError> {
        let mut head = ResponseHead::new(300);
        let mut space = std::vec![0; space];
        let mut left = None;
        for piece in pieces {
            let mut input = *piece;
            match &mut left {
                Some(left) => *left += input.len(),
                None if head.receive(&mut input, &mut space)? => left = Some(input.len()),
                None => assert!(input.is_empty()),
            }
        }
        let body = head.body();
        let body = match body.framing {
            Framing::UntilClose => String::from("until close"),
            Framing::Length => std::format!("{} bytes", body.dechunker.size),
            Framing::Chunked => String::from("chunked"),
        };
        let location = std::str::from_utf8(head.location(&space)).unwrap();
        let said = std::format!(
            "{} {} {} {:?} {body} [{location}]",
            head.status,
            head.is_event_stream,
            head.is_encoded,
            head.retry_after(),
        );
        Ok(left.map(|left| (said, left)))
    }

    /// Whole, byte by byte, and at every cut.
    fn read_every_way(head: &[u8], space: usize) -> Result<Option<(String, usize)>, ResponseError> {
        let whole = read(&[head], space);
        let bytes: Vec<&[u8]> = head.chunks(1).collect();
        assert_eq!(read(&bytes, space), whole);
        for at in 0..=head.len() {
            assert_eq!(read(&[&head[..at], b"", &head[at..]], space), whole, "{at}");
        }
        whole
    }

    /// Breaks when a head of any kind is read wrong.
    #[test]
    fn heads_are_read() {
        let cases: [(&str, &str, usize); 16] = [
            (
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
                "200 true false None until close []",
                0,
            ),
            (
                "HTTP/1.0 200\nCONTENT-TYPE:Text/Event-Stream;charset=utf-8 \t\nX: y\n\ntail",
                "200 true false None until close []",
                4,
            ),
            (
                "HTTP/1.1 301 \r\nLocation: \t/a b \r\nlocation: /c\r\nRetry-After: 07\r\n\r\n",
                "301 false false Some(7) until close [/a b]",
                0,
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Encoding: gzip\r\n\r\n\r\n",
                "200 false true None chunked []",
                2,
            ),
            (
                "HTTP/1.1 503 x\r\nContent-Length: 12\r\ncontent-length: 12\r\nContent-Encoding: Identity\r\n\r\n",
                "503 false false None 12 bytes []",
                0,
            ),
            (
                "HTTP/1.1 100 Continue\r\nLocation: /a\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 x\r\n\r\n",
                "204 false false None until close []",
                0,
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Type:\r\n text/event-stream\r\n\t;x\r\nX: a\r\n b\r\n\r\n c",
                "200 true false None until close []",
                2,
            ),
            (
                "HTTP/1.1 101 x\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n\r\n",
                "101 false false Some(0) until close []",
                0,
            ),
            (
                "HTTP/1.9 999 \r\nX: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n\r\n",
                "999 false false None until close []",
                0,
            ),
            (
                "HTTP/1.1 302 x\r\nLocation:\r\n\r\n",
                "302 false false None until close []",
                0,
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Type: text/html\r\n\r\n",
                "200 false false None until close []",
                0,
            ),
            (
                "HTTP/1.1 307 x\r\nLocation: /0123456789\r\nContent-Type: text/event-stream\r\n\r\n",
                "307 false false None until close [/0123456789]",
                0,
            ),
            (
                "HTTP/1.1 301 x\r\nLocation: /01234567890123456789012345678901234567890\r\nContent-Type: text/html;charset=utf-8\r\n\r\n",
                "301 false false None until close [/01234567890123456789012345678901234567890]",
                0,
            ),
            (
                "HTTP/1.1 200 OK\r\nLocation: /01234567890123456789012345678901234567890123456789012345678901234567890\r\nContent-Type: text/event-stream\r\n\r\n",
                "200 true false None until close []",
                0,
            ),
            (
                "HTTP/1.1 200 OK\r\nX-0123456789012345678901234567890123456789012345678901234567890123456789: y\r\n\r\n",
                "200 false false None until close []",
                0,
            ),
            (
                "HTTP/1.1 503 x\r\nContent-Length: 5000000000\r\nRetry-After: 5000000000\r\n\r\n",
                "503 false false Some(65535) 4294967294 bytes []",
                0,
            ),
        ];
        for (head, expected, left) in cases {
            let expected = Ok(Some((String::from(expected), left)));
            assert_eq!(read_every_way(head.as_bytes(), 64), expected, "{head}");
        }
    }

    /// Breaks when a head that cannot be relied on is.
    #[test]
    fn heads_that_cannot_be_relied_on_are_refused() {
        use ResponseError::{Framing, Malformed, TooLong};
        let cases = [
            ("\r\n", Malformed),
            ("SSH-2.0-OpenSSH\r\n\r\n", Malformed),
            ("HTTP/2.0 200 OK\r\n\r\n", Malformed),
            ("HTTP/1.1 20 OK\r\n\r\n", Malformed),
            ("HTTP/1.1 2000 OK\r\n\r\n", Malformed),
            ("HTTP/1.1 099 OK\r\n\r\n", Malformed),
            ("HTTP/1.1  200 OK\r\n\r\n", Malformed),
            ("HTTP/1.1 200 OK\r\n folded\r\n\r\n", Malformed),
            ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n", Malformed),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                Framing,
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", Framing),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", Framing),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                Framing,
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
                Framing,
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                Framing,
            ),
            (
                "HTTP/1.1 301 x\r\nLocation: /123456789012345678901234567890123456789012345678901234567890\r\n\r\n",
                TooLong,
            ),
            (
                "HTTP/1.1 200 x\r\nContent-Type: text/event-stream; a parameter longer than all the space there is\r\n\r\n",
                TooLong,
            ),
        ];
        for (head, error) in cases {
            assert_eq!(read_every_way(head.as_bytes(), 64), Err(error), "{head}");
        }
        let long = std::format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(60));
        assert_eq!(read_every_way(long.as_bytes(), 64), Err(TooLong));
        assert_eq!(read(&[b"HTTP/1.1 200 OK\r\nX: y\r\n"], 64), Ok(None));
    }
}
