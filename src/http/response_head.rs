//! Reads the heads of responses.

use super::body::Body;
use super::grammar::{Folding, Line, LineReader, field_line, status_line};
use crate::bytes::copy::move_down;
use crate::bytes::digits::parse_decimal;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::wire::media_type::is_event_stream;

/// Reads the head of a response line by line, and keeps what a client of event streams needs (RFC 9112, sections 2 to 6).
///
/// Of the head's bytes, only the `Location` stays in the buffer, at its start.
#[derive(Clone, Debug)]
pub(crate) struct ResponseHead {
    lines: LineReader,
    /// The length of the location, which is at the start of the buffer.
    location_len: u16,
    /// How many bytes the head may still have.
    remaining: u32,
    /// The value of the `Content-Length` lines so far: a length, `NO_LENGTH` or `INVALID_LENGTH`.
    length: u32,
    /// 0 before the status line.
    pub status: u16,
    /// In seconds, at most 18 hours. 0 if `Retry-After` is a date, which a device without a calendar cannot use.
    retry_after: u16,
    has_retry_after: bool,
    pub is_event_stream: bool,
    /// Whether there is a `Content-Encoding` other than `identity`.
    pub is_encoded: bool,
    coding: TransferCoding,
}

/// There is no `Content-Length`.
const NO_LENGTH: u32 = u32::MAX;
/// A `Content-Length` is not a number, or two differ.
const INVALID_LENGTH: u32 = u32::MAX - 1;
/// Longer lengths are stored as this one: no stream has that many bytes.
const MAX_LENGTH: u32 = u32::MAX - 2;

/// What the `Transfer-Encoding` lines so far contain. Of several codings, the one that is declared last here is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum TransferCoding {
    /// There is no such line.
    None,
    Identity,
    Chunked,
    /// Another coding, or `chunked` twice.
    Unsupported,
}

// A larger head would be copied and zeroed by `memcpy` and `memclr`, which a client need not link otherwise.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<ResponseHead>() <= 28);

/// Why a head is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseError {
    /// It is no HTTP/1, or a line is no header field.
    Malformed,
    /// A line that the client needs does not fit the buffer, or the head is longer than the limit.
    TooLong,
    /// It names a transfer coding other than `identity` and a single `chunked`. Or it has no `Transfer-Encoding`, and a
    /// `Content-Length` is no number, or two of them differ.
    Framing,
}

impl ResponseHead {
    /// Creates the reader for a head of at most `max_len` bytes.
    #[inline(never)] // It is in two callers: a copy in each takes more flash.
    pub const fn new(max_len: u32) -> Self {
        Self {
            lines: LineReader::new(),
            location_len: 0,
            remaining: max_len,
            length: NO_LENGTH,
            status: 0,
            retry_after: 0,
            has_retry_after: false,
            is_event_stream: false,
            is_encoded: false,
            coding: TransferCoding::None,
        }
    }

    /// Reads `input` up to the end of the head. Returns whether the end was reached.
    pub fn receive(&mut self, input: &mut &[u8], buffer: &mut [u8]) -> Result<bool, ResponseError> {
        loop {
            let before = input.len();
            let free = buffer.part_mut(usize::from(self.location_len)..);
            let folding = match self.status {
                0 => Folding::Never,
                _ => Folding::Allowed,
            };
            let line = self.lines.next(input, free, folding);
            let read = before.minus(input.len());
            let remaining = self.remaining.checked_sub(read as u32);
            self.remaining = remaining.ok_or(ResponseError::TooLong)?;
            let Some(line) = line else {
                return Ok(false);
            };
            if line.length > 0 || line.is_truncated {
                self.take_line(line, buffer)?;
            } else if matches!(self.status, 0 | 100 | 102..=199) {
                // The status line follows: this was an empty line before it (RFC 9112, section 2.2) or the end of an
                // informational response (RFC 9110, section 15.2).
                *self = Self::new(self.remaining);
            } else {
                return self.check_framing();
            }
        }
    }

    /// Returns the first `Location` of a redirect that is not empty. It is empty if there is none.
    pub fn location<'h>(&self, buffer: &'h [u8]) -> &'h [u8] {
        buffer.part(..usize::from(self.location_len))
    }

    /// Returns the body that follows the head. The body of a redirect lasts until the close, because lines about it are not
    /// read.
    pub const fn body(&self) -> Body {
        match (self.coding, self.length) {
            (TransferCoding::Chunked, _) => Body::chunked(),
            (TransferCoding::None, length @ ..=MAX_LENGTH) => Body::of_length(length),
            _ => Body::until_close(),
        }
    }

    /// Returns the `Retry-After` in seconds, if there is one.
    pub fn retry_after(&self) -> Option<u32> {
        self.has_retry_after.then_some(u32::from(self.retry_after))
    }

    /// Checks the lines about the body, at the end of the head.
    ///
    /// With a `Transfer-Encoding`, every `Content-Length` is ignored, also an invalid one (RFC 9112, section 6.3). Request
    /// smuggling is not possible, because the connection is not used for another request.
    fn check_framing(&self) -> Result<bool, ResponseError> {
        match (self.coding, self.length) {
            (TransferCoding::Unsupported, _) | (TransferCoding::None, INVALID_LENGTH) => {
                Err(ResponseError::Framing)
            }
            _ => Ok(true),
        }
    }

    fn take_line(&mut self, line: Line, buffer: &mut [u8]) -> Result<(), ResponseError> {
        let start = usize::from(self.location_len);
        let (kept, rest) = buffer.split_exact_mut(start);
        let text = rest.part(..usize::from(line.length));
        if self.status == 0 {
            self.status = match status_line(text) {
                Some(status @ 100..) => status,
                _ if line.is_truncated => return Err(ResponseError::TooLong),
                _ => return Err(ResponseError::Malformed),
            };
            return Ok(());
        }
        let Some((name, untrimmed)) = field_line(text) else {
            return match line.is_truncated {
                // The client needs no field with such a long name.
                true if text.len() > LONGEST_NAME => Ok(()),
                true => Err(ResponseError::TooLong),
                false => Err(ResponseError::Malformed),
            };
        };
        let value = untrimmed.trim_ascii();
        let is_name = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
        let Some(field) = FIELDS.iter().position(is_name) else {
            return Ok(());
        };
        // Of a redirect only `Location` is read, and of other responses all fields but that. `Retry-After` is always read.
        let is_redirect = matches!(self.status, 300..=399);
        if field != RETRY_AFTER && is_redirect != (field == LOCATION) {
            return Ok(());
        }
        if line.is_truncated {
            return Err(ResponseError::TooLong);
        }
        match field {
            CONTENT_TYPE => self.is_event_stream = is_event_stream(value),
            CONTENT_LENGTH => {
                // Equal lengths are valid (RFC 9110, section 8.6).
                for number in elements(value) {
                    let length = match parse_decimal(number) {
                        Some(length) => length.min(MAX_LENGTH),
                        None => INVALID_LENGTH,
                    };
                    self.length = match self.length {
                        NO_LENGTH => length,
                        earlier if earlier == length => length,
                        _ => INVALID_LENGTH,
                    };
                }
            }
            TRANSFER_ENCODING => {
                for name in elements(value) {
                    let is_chunked = name.eq_ignore_ascii_case(b"chunked");
                    let coding = match self.coding {
                        // An empty element of a list is no coding (RFC 9110, section 5.6.1), but the field is present.
                        _ if name.is_empty() || name.eq_ignore_ascii_case(b"identity") => {
                            TransferCoding::Identity
                        }
                        TransferCoding::None | TransferCoding::Identity if is_chunked => {
                            TransferCoding::Chunked
                        }
                        _ => TransferCoding::Unsupported,
                    };
                    self.coding = self.coding.max(coding);
                }
            }
            CONTENT_ENCODING => {
                self.is_encoded |= !value.eq_ignore_ascii_case(b"identity") && !value.is_empty();
            }
            RETRY_AFTER => {
                // A date asks for a delay, too, but a device without a calendar cannot compute it.
                let seconds = parse_decimal(value).unwrap_or(0);
                self.has_retry_after = true;
                self.retry_after = seconds.min(u32::from(u16::MAX)) as u16;
            }
            // The first location that is not empty is used.
            _ if kept.is_empty() => {
                self.location_len = value.len() as u16;
                let value_start = text.len().minus(untrimmed.trim_ascii_start().len());
                let value_end = value_start.plus(value.len());
                move_down(rest, value_start..value_end, 0);
            }
            _ => {}
        }
        Ok(())
    }
}

/// Returns the elements of a list (RFC 9110, section 5.6.1), without the white space around them.
fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// The fields that the client needs. Their positions are the constants below.
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

    /// Returns what was read of a head, and how many bytes are left after it. Returns `None` if the head is not complete.
    fn read(pieces: &[&[u8]], buffer: usize) -> Result<Option<(String, usize)>, ResponseError> {
        let mut head = ResponseHead::new(300);
        let mut buffer = std::vec![0; buffer];
        let mut left = None;
        for piece in pieces {
            let mut input = *piece;
            match &mut left {
                Some(left) => *left += input.len(),
                None if head.receive(&mut input, &mut buffer)? => left = Some(input.len()),
                None => assert!(input.is_empty()),
            }
        }
        let body = head.body();
        let body = match body.framing {
            Framing::UntilClose => String::from("until close"),
            Framing::Length => std::format!("{} bytes", body.dechunker.size),
            Framing::Chunked => String::from("chunked"),
        };
        let location = std::str::from_utf8(head.location(&buffer)).unwrap();
        let said = std::format!(
            "{} {} {} {:?} {body} [{location}]",
            head.status,
            head.is_event_stream,
            head.is_encoded,
            head.retry_after(),
        );
        Ok(left.map(|left| (said, left)))
    }

    /// Reads the head whole, byte by byte, and divided at every position.
    fn read_every_way(
        head: &[u8],
        buffer: usize,
    ) -> Result<Option<(String, usize)>, ResponseError> {
        let whole = read(&[head], buffer);
        let bytes: Vec<&[u8]> = head.chunks(1).collect();
        assert_eq!(read(&bytes, buffer), whole);
        for at in 0..=head.len() {
            assert_eq!(
                read(&[&head[..at], b"", &head[at..]], buffer),
                whole,
                "{at}"
            );
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
                "503 false false Some(65535) 4294967293 bytes []",
                0,
            ),
        ];
        for (head, expected, left) in cases {
            let expected = Ok(Some((String::from(expected), left)));
            assert_eq!(read_every_way(head.as_bytes(), 64), expected, "{head}");
        }
    }

    /// Returns the body of a 200 with these lines, as `read` describes it.
    fn body_of(lines: &str) -> Result<String, ResponseError> {
        let head = std::format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
        let (said, left) = read_every_way(head.as_bytes(), 64)?.unwrap();
        assert_eq!(left, 0);
        let body = said.strip_prefix("200 false false None ").unwrap();
        Ok(body.strip_suffix(" []").unwrap().into())
    }

    /// Breaks when a list of equal lengths is refused, or a list with another element is accepted.
    #[test]
    fn equal_content_lengths_are_one() {
        let valid = [
            "5",
            "005",
            "5, 5",
            "5,5",
            "5 ,\t5",
            " 5 , 05,5 ",
            "5\r\nContent-Length: 5",
            "5,5\r\nContent-Length: 5, 5",
            "5,\r\n 5",
        ];
        for value in valid {
            let body = body_of(&std::format!("Content-Length: {value}\r\n"));
            assert_eq!(body.as_deref(), Ok("5 bytes"), "{value}");
        }
        let invalid = [
            "",
            ",",
            "5,",
            ",5",
            "5,,5",
            "5 5",
            "5;5",
            "+5",
            "-5",
            "5.0",
            "0x5",
            "5, 6",
            "5\r\nContent-Length: 6",
            "6\r\nContent-Length: 5\r\nContent-Length: 5",
            "5\r\nContent-Length: 6\r\nContent-Length: 5",
            "5\r\nContent-Length:",
            "x\r\nContent-Length: x",
            "0, 4294967295",
        ];
        for value in invalid {
            let body = body_of(&std::format!("Content-Length: {value}\r\n"));
            assert_eq!(body, Err(ResponseError::Framing), "{value}");
        }
        // Lengths over `MAX_LENGTH` are stored as `MAX_LENGTH`.
        for value in ["4294967293", "4294967295, 4294967294", "99999999999"] {
            let body = body_of(&std::format!("Content-Length: {value}\r\n"));
            assert_eq!(body.as_deref(), Ok("4294967293 bytes"), "{value}");
        }
    }

    /// Breaks when a transfer coding that the client can read is refused, or another one is read.
    #[test]
    fn identity_and_chunked_are_the_transfer_codings() {
        let cases = [
            ("identity", "until close"),
            ("Identity", "until close"),
            ("identity, identity", "until close"),
            ("", "until close"),
            ("chunked", "chunked"),
            ("CHUNKED", "chunked"),
            ("identity, chunked", "chunked"),
            ("chunked ,identity", "chunked"),
            (", chunked,", "chunked"),
            ("identity\r\nTransfer-Encoding: chunked", "chunked"),
            ("chunked\r\nTransfer-Encoding: identity", "chunked"),
        ];
        for (value, expected) in cases {
            let body = body_of(&std::format!("Transfer-Encoding: {value}\r\n"));
            assert_eq!(body.as_deref(), Ok(expected), "{value}");
        }
        let unsupported = [
            "gzip",
            "x",
            "chunkedx",
            "chunked;q=1",
            "chunked identity",
            "gzip, chunked",
            "chunked, gzip",
            "chunked, chunked",
            "chunked, identity, chunked",
            "identity, gzip",
            "chunked\r\nTransfer-Encoding: chunked",
            "gzip\r\nTransfer-Encoding: chunked",
            "gzip\r\nTransfer-Encoding: identity",
        ];
        for value in unsupported {
            let body = body_of(&std::format!("Transfer-Encoding: {value}\r\n"));
            assert_eq!(body, Err(ResponseError::Framing), "{value}");
        }
    }

    /// Breaks when a `Content-Length` takes effect although there is a `Transfer-Encoding`, in whatever order they come.
    #[test]
    fn a_transfer_encoding_overrules_every_content_length() {
        let lengths = ["5", "5, 6", "x", "", "5\r\nContent-Length: 6"];
        let codings = [
            ("chunked", Ok("chunked")),
            ("identity", Ok("until close")),
            ("", Ok("until close")),
            ("gzip", Err(ResponseError::Framing)),
        ];
        for length in lengths {
            for (coding, expected) in codings {
                let length = std::format!("Content-Length: {length}\r\n");
                let coding = std::format!("Transfer-Encoding: {coding}\r\n");
                for lines in [
                    std::format!("{length}{coding}"),
                    std::format!("{coding}{length}"),
                    std::format!("{length}{coding}{length}"),
                ] {
                    assert_eq!(
                        body_of(&lines).as_deref(),
                        expected.as_ref().copied(),
                        "{lines}"
                    );
                }
            }
        }
    }

    /// Breaks when an empty line before a status line ends the head, or is not counted in the length of the head.
    #[test]
    fn empty_lines_before_the_status_line_are_skipped() {
        let expected = Ok(Some((
            String::from("204 false false None until close []"),
            2,
        )));
        let heads = [
            "\r\nHTTP/1.1 204\r\n\r\n\r\n",
            "\nHTTP/1.1 204\n\n\r\n",
            "\r\n\n\n\r\nHTTP/1.1 204\r\n\r\n\r\n",
            "\nHTTP/1.1 100\r\nContent-Length: x\r\n\r\n\r\n\nHTTP/1.1 204\r\n\r\n\r\n",
        ];
        for head in heads {
            assert_eq!(read_every_way(head.as_bytes(), 64), expected, "{head}");
        }
        let head = "HTTP/1.1 204\n\n\r\n";
        let many = |count| [&"\n".repeat(count), head].concat();
        let longest = 300 - "HTTP/1.1 204\n\n".len();
        assert_eq!(read_every_way(many(longest).as_bytes(), 64), expected);
        let result = read_every_way(many(longest + 1).as_bytes(), 64);
        assert_eq!(result, Err(ResponseError::TooLong));
        assert_eq!(read_every_way(b"\r\n", 64), Ok(None));
    }

    /// Breaks when the framing of an error body is read differently than that of a stream, or the framing of a redirect is
    /// read.
    #[test]
    fn framing_is_read_for_errors_and_not_for_redirects() {
        let lines = [
            ("Content-Length: 5\r\n", "5 bytes"),
            ("Transfer-Encoding: chunked\r\n", "chunked"),
            (
                "Content-Length: x\r\nTransfer-Encoding: identity\r\n",
                "until close",
            ),
            ("", "until close"),
        ];
        for (lines, body) in lines {
            for status in [404, 503] {
                let head = std::format!("HTTP/1.1 {status} x\r\n{lines}\r\n");
                let expected = std::format!("{status} false false None {body} []");
                assert_eq!(read_every_way(head.as_bytes(), 64), Ok(Some((expected, 0))));
            }
        }
        let invalid = "Content-Length: x\r\nTransfer-Encoding: gzip\r\n";
        let head = std::format!("HTTP/1.1 404 x\r\n{invalid}\r\n");
        assert_eq!(
            read_every_way(head.as_bytes(), 64),
            Err(ResponseError::Framing)
        );
        let head = std::format!("HTTP/1.1 307 x\r\n{invalid}Location: /a\r\n\r\n");
        let expected = String::from("307 false false None until close [/a]");
        assert_eq!(read_every_way(head.as_bytes(), 64), Ok(Some((expected, 0))));
    }

    /// Breaks when a malformed head, or one that does not fit, is accepted.
    #[test]
    fn malformed_and_long_heads_are_refused() {
        use ResponseError::{Malformed, TooLong};
        let cases = [
            (" \r\nHTTP/1.1 200 OK\r\n\r\n", Malformed),
            ("\r\r\nHTTP/1.1 200 OK\r\n\r\n", Malformed),
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
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\nno colon\r\n\r\n",
                Malformed,
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
