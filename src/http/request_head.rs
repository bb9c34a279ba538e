//! Reads the heads of requests.

use super::grammar::{Folding, Line, LineReader, field_line, is_field_value, request_line};
use super::target::{PercentDecoded, parameter, split_target};
use crate::bytes::exact::{Exact, ExactSlice};
use crate::bytes::split_at_first;

/// Reads a request head line by line, and keeps in a buffer the lines that a server needs (RFC 9112, sections 2 to 5).
#[derive(Debug, Default)]
pub(crate) struct RequestHead {
    pub(super) lines: LineReader,
    pub(super) read: u32,
    /// How many bytes of the buffer are in use: the kept lines, and after them an ID from the query.
    pub(super) used: u16,
    /// The end of the kept lines.
    pub(super) kept: u16,
    pub(super) method_len: u16,
    pub(super) target_end: u16,
    pub(super) host: HeadSpan,
    pub(super) origin: HeadSpan,
    pub(super) last_event_id: HeadSpan,
    pub(super) http_1_0: bool,
    pub(super) accept: Accept,
}

/// Why a head is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadError {
    Malformed,
    /// The request line does not fit the buffer.
    TargetTooLong,
    /// A field that is kept does not fit the buffer, or the head is longer than the limit.
    TooLarge,
}

/// A range of the buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadSpan {
    start: u16,
    /// The position after the last byte. 0 means that there is no such value: no value ends at 0, because the request line
    /// comes first.
    end: u16,
}

impl Default for HeadSpan {
    /// Creates a range that is not set. Its start is not 0: if all fields were 0, clearing a head would link `memclr`.
    fn default() -> Self {
        Self {
            start: u16::MAX,
            end: 0,
        }
    }
}

/// The parameters that clients use for an ID when they cannot set a header field.
const PARAMETERS: [&[u8]; 5] = [
    b"lastEventId",
    b"lastEventID",
    b"last_event_id",
    b"Last-Event-ID",
    b"evs_last_event_id",
];

impl RequestHead {
    /// Whether no byte has been read.
    pub const fn is_empty(&self) -> bool {
        self.read == 0
    }

    /// Returns how many bytes of the buffer are in use.
    pub const fn used(&self) -> usize {
        self.used as usize
    }

    /// Reads `input` up to the end of the head. Returns whether the end was reached.
    ///
    /// `keep` names the fields to keep in addition to those that the crate needs.
    pub fn receive(
        &mut self,
        input: &mut &[u8],
        buffer: &mut [u8],
        keep: &[&str],
        max_len: u32,
    ) -> Result<bool, HeadError> {
        // A `HeadSpan` has positions of 16 bits, so only the first 65,535 bytes of the buffer are used.
        let (buffer, _) = buffer.split_exact_mut(buffer.len().min(usize::from(u16::MAX)));
        loop {
            let before = input.len();
            let free = buffer.part_mut(self.used()..);
            let line = self.lines.next(input, free, Folding::Never);
            let read = before.minus(input.len());
            // The limit can be `u32::MAX`: then a peer can send more bytes than that, such as empty lines.
            self.read = self.read.saturating_add(read as u32);
            if self.read > max_len {
                return Err(HeadError::TooLarge);
            }
            let Some(line) = line else {
                return Ok(false);
            };
            if line.length > 0 || line.is_truncated {
                self.take_line(line, buffer, keep)?;
            } else if self.used > 0 {
                self.end(buffer)?;
                return Ok(true);
            }
            // Skips empty lines before the request line (section 2.2).
        }
    }

    /// Returns the range of the method, which is at the start.
    pub(super) const fn method(&self) -> HeadSpan {
        HeadSpan {
            start: 0,
            end: self.method_len,
        }
    }

    /// Returns the range of the target.
    pub(super) fn target(&self) -> HeadSpan {
        // Before the request line has been read, the range starts after its end, which reads as empty.
        HeadSpan {
            start: self.method_len.plus(1),
            end: self.target_end,
        }
    }

    /// Returns the range of the kept fields. Each line ends with LF.
    pub(super) fn fields(&self) -> HeadSpan {
        const VERSION: u16 = b" HTTP/1.1\n".len() as u16;
        HeadSpan {
            // A request line that does not fit can end near `u16::MAX`, where the sum overflows. No field follows it.
            start: self.target_end.saturating_add(VERSION),
            end: self.kept,
        }
    }

    fn take_line(&mut self, line: Line, buffer: &mut [u8], keep: &[&str]) -> Result<(), HeadError> {
        let start = self.used;
        let end = start.plus(line.length);
        let text = HeadSpan { start, end }.of(buffer);
        if start == 0 {
            if line.is_truncated {
                return Err(HeadError::TargetTooLong);
            }
            let (method, target, http_1_0) = request_line(text).ok_or(HeadError::Malformed)?;
            self.method_len = method.len() as u16;
            self.target_end = (self.target().start).plus(target.len() as u16);
            self.http_1_0 = http_1_0;
        } else {
            let Some((name, value)) = field_line(text) else {
                return Err(if line.is_truncated {
                    HeadError::TooLarge
                } else {
                    HeadError::Malformed
                });
            };
            let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
            let is_id = is("last-event-id");
            let span = if is("host") {
                // RFC 9112, section 3.2.
                if self.host.end != 0 {
                    return Err(HeadError::Malformed);
                }
                Some(&mut self.host)
            } else if is("origin") {
                Some(&mut self.origin)
            } else if is_id {
                Some(&mut self.last_event_id)
            } else {
                None
            };
            let is_kept = span.is_some() || keep.iter().any(|known| is(known));
            // A server may have sent an ID with control characters. The client that sends it back must not be refused.
            if !line.is_truncated && !is_id {
                if !is_field_value(value) {
                    return Err(HeadError::Malformed);
                }
                if is("accept") {
                    self.accept.add(value);
                }
            }
            if !is_kept {
                return Ok(());
            }
            // An ID leaves a quarter of the buffer free. Otherwise fields after it, such as `Origin`, would not fit, and the
            // request would be refused each time the client comes back.
            let reserve = if is_id { buffer.len() / 4 } else { 0 };
            // The CR of the blank line takes a byte, too.
            let fits = !line.is_truncated && usize::from(end).plus(1).plus(reserve) < buffer.len();
            if !fits && !is_id {
                return Err(HeadError::TooLarge);
            }
            if let Some(span) = span {
                if !fits {
                    // Do not refuse the request: the client would come back with the same ID for ever. This range makes the
                    // ID `LastEventId::Unusable`, for which the client gets a loss notice.
                    *span = HeadSpan::line_end_before(start);
                    return Ok(());
                }
                let value = value.trim_ascii_start();
                let start = end.minus(value.len() as u16);
                let end = start.plus(value.trim_ascii_end().len() as u16);
                // An empty `Last-Event-ID` or `Origin` does not replace an earlier one.
                if start < end || span.end == 0 {
                    *span = HeadSpan { start, end };
                }
            }
        }
        *buffer
            .get_mut(usize::from(end))
            .ok_or(HeadError::TooLarge)? = b'\n';
        self.used = end.plus(1);
        self.kept = self.used;
        Ok(())
    }

    /// Ends the head: checks that there is a `Host`, and looks for an ID in the query.
    fn end(&mut self, buffer: &mut [u8]) -> Result<(), HeadError> {
        if self.host.end == 0 && !self.http_1_0 {
            return Err(HeadError::Malformed);
        }
        if !self.last_event_id.of(buffer).is_empty() {
            return Ok(());
        }
        let start = self.used;
        let (kept, free) = buffer.split_exact_mut(self.used());
        let (_, query) = split_target(self.target().of(kept));
        let Some(id) = PARAMETERS.iter().find_map(|name| parameter(query, name)) else {
            return Ok(());
        };
        let mut slots = free.iter_mut();
        let mut end = start;
        for byte in PercentDecoded(id) {
            let Some(slot) = slots.next() else {
                self.last_event_id = HeadSpan::line_end_before(start);
                return Ok(());
            };
            *slot = byte;
            end = end.plus(1);
        }
        self.used = end;
        self.last_event_id = HeadSpan { start, end };
        Ok(())
    }
}

impl HeadSpan {
    /// Returns the range of the LF that ends the line before `at`.
    ///
    /// As the range of an ID, it means that the ID does not fit: an ID holds no LF, so the range reads as an unusable ID.
    fn line_end_before(at: u16) -> Self {
        Self {
            start: at.minus(1),
            end: at,
        }
    }

    /// Returns the bytes in this range.
    pub(super) fn of(self, buffer: &[u8]) -> &[u8] {
        // A range that is not set starts after its end, which reads as empty.
        let range = usize::from(self.start)..usize::from(self.end);
        buffer.get(range).unwrap_or_default()
    }
}

/// Whether the `Accept` fields of a request allow `text/event-stream` (RFC 9110, section 12.5.1).
///
/// The most specific media range that matches `text/event-stream` decides.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Accept {
    /// Whether there was a media range.
    seen: bool,
    /// The specificity of the range that decides so far. 0 if none matches.
    specificity: u8,
    /// Whether the quality of that range is not 0.
    wanted: bool,
}

impl Accept {
    /// Reads the value of one of the fields.
    #[inline(never)] // Inlined, its 50 bytes of stack would add to those of the line parser.
    pub fn add(&mut self, mut value: &[u8]) {
        // A comma or a semicolon in a quoted parameter is taken for a separator. No such parameter is in use.
        while !value.is_empty() {
            let (item, rest) = split_at_first(value, b',');
            let (range, mut parameters) = split_at_first(item, b';');
            let specificity = specificity(range.trim_ascii());
            if specificity > self.specificity {
                self.specificity = specificity;
                self.wanted = true;
                while !parameters.is_empty() {
                    let (parameter, others) = split_at_first(parameters, b';');
                    self.wanted &= !is_quality_0(parameter.trim_ascii());
                    parameters = others;
                }
            }
            self.seen |= range.contains(&b'/');
            value = rest;
        }
    }

    /// Whether the client can use an event stream. Without a field it can use every type.
    pub const fn event_streams(&self) -> bool {
        !self.seen || self.wanted
    }

    /// Whether `text/event-stream` is named, with a quality other than 0.
    pub const fn names_event_streams(&self) -> bool {
        self.specificity == EVENT_STREAMS && self.wanted
    }
}

/// The specificity of `text/event-stream`.
const EVENT_STREAMS: u8 = 3;

/// Returns how specific a media range is. 0 means that it does not match `text/event-stream`.
fn specificity(range: &[u8]) -> u8 {
    if range.eq_ignore_ascii_case(b"text/event-stream") {
        EVENT_STREAMS
    } else if range.eq_ignore_ascii_case(b"text/*") {
        2
    } else {
        u8::from(range == b"*/*")
    }
}

/// Whether a parameter is a quality of 0, such as `q=0` and `q=0.0`.
fn is_quality_0(parameter: &[u8]) -> bool {
    match parameter {
        [b'q' | b'Q', b'=', quality @ ..] => {
            quality.iter().all(|digit| matches!(digit, b'0' | b'.'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Accept;

    /// Breaks when a range that does not match decides, or a less specific one does.
    #[test]
    fn the_most_specific_range_decides() {
        let cases = [
            ("", true),
            ("text/event-stream", true),
            ("TEXT/Event-Stream", true),
            ("text/event-streamX", false),
            ("text/html", false),
            ("text/html, */*;q=0.1", true),
            ("text/*", true),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            ("*/*, text/event-stream;q=0", false),
            ("text/event-stream;q=0, */*", false),
            ("text/event-stream; q=0.000, text/*;q=1", false),
            ("text/event-stream ; charset=utf-8 ; q=0.5", true),
            ("text/html;x=\"a, */*\"", false),
            ("text/event-stream; Q=0.0 ;x=1", false),
            ("nonsense, text/event-stream", true),
            ("nonsense", true),
            (", ,text/event-stream;q=0,", false),
            ("text/event-stream;;q=0", false),
        ];
        for (value, expected) in cases {
            let mut accept = Accept::default();
            accept.add(value.as_bytes());
            assert_eq!(accept.event_streams(), expected, "{value}");
        }
        let mut accept = Accept::default();
        accept.add(b"text/html");
        accept.add(b"text/event-stream");
        assert!(accept.event_streams());
    }
}
