//! Heads of requests, as they are read.

use super::grammar::{Folding, Line, Lines, field_line, is_text, request_line};
use super::target::{PercentDecoded, parameter, split_target};
use crate::bytes::exact::{Exact, ExactSlice};
use crate::bytes::split_at_first;

/// Reads a request head, line by line, and keeps what matters in the space that it is given
/// (RFC 9112, sections 2 to 5).
#[derive(Debug, Default)]
pub(crate) struct RequestHead {
    pub(super) lines: Lines,
    pub(super) read: u32,
    /// How much of the space is in use: by the lines that are kept, and after them by an id from the
    /// query.
    pub(super) used: u16,
    pub(super) kept: u16,
    pub(super) method_len: u16,
    pub(super) target_end: u16,
    pub(super) host: Place,
    pub(super) origin: Place,
    pub(super) last_event_id: Place,
    pub(super) http_1_0: bool,
    pub(super) accept: Accept,
}

/// Why a head is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadError {
    Malformed,
    /// The request line is longer than the space.
    TargetTooLong,
    /// A field that matters is longer than the space, or the head is longer than the limit.
    TooLarge,
}

/// Where in the space something stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    start: u16,
    /// After its last byte. 0 if there is no such thing, for the request line comes first.
    end: u16,
}

impl Default for Place {
    /// Nowhere. Its start is no zero, or to clear a head would link `memclr`.
    fn default() -> Self {
        Self {
            start: u16::MAX,
            end: 0,
        }
    }
}

const PARAMETERS: [&[u8]; 5] = [
    b"lastEventId",
    b"lastEventID",
    b"last_event_id",
    b"Last-Event-ID",
    b"evs_last_event_id",
];

impl RequestHead {
    /// Whether no byte has come.
    pub const fn is_empty(&self) -> bool {
        self.read == 0
    }

    /// How much of the space is in use.
    pub const fn used(&self) -> usize {
        self.used as usize
    }

    /// Takes `input` up to the end of the head; `true` when that was reached. `keep` names the fields
    /// to be kept beside those that matter.
    pub fn receive(
        &mut self,
        input: &mut &[u8],
        space: &mut [u8],
        keep: &[&str],
        max_len: u32,
    ) -> Result<bool, HeadError> {
        // A `Place` has 16 bits: more of the space is not used.
        let (space, _) = space.split_exact_mut(space.len().min(usize::from(u16::MAX)));
        loop {
            let before = input.len();
            let free = space.part_mut(self.used()..);
            let line = self.lines.next(input, free, Folding::Never);
            let read = before.minus(input.len());
            // A peer may send more than 4 GB of empty lines if the limit allows that.
            self.read = self.read.saturating_add(read as u32);
            if self.read > max_len {
                return Err(HeadError::TooLarge);
            }
            let Some(line) = line else {
                return Ok(false);
            };
            if line.length > 0 || line.cut {
                self.take_line(line, space, keep)?;
            } else if self.used > 0 {
                self.end(space)?;
                return Ok(true);
            }
            // Empty lines before the request line are of no account (section 2.2).
        }
    }

    /// The request line comes first.
    pub(super) const fn method(&self) -> Place {
        Place {
            start: 0,
            end: self.method_len,
        }
    }

    pub(super) fn target(&self) -> Place {
        // Before the request line has come this starts after its end, and reads as empty.
        Place {
            start: self.method_len.plus(1),
            end: self.target_end,
        }
    }

    /// The lines of the fields that were kept, each ended by LF.
    pub(super) fn fields(&self) -> Place {
        const VERSION: u16 = b" HTTP/1.1\n".len() as u16;
        Place {
            // A line that was refused for its length may end where the sum does not fit: no field follows it.
            start: self.target_end.saturating_add(VERSION),
            end: self.kept,
        }
    }

    fn take_line(&mut self, line: Line, space: &mut [u8], keep: &[&str]) -> Result<(), HeadError> {
        let start = self.used;
        let end = start.plus(line.length);
        let text = Place { start, end }.of(space);
        if start == 0 {
            if line.cut {
                return Err(HeadError::TargetTooLong);
            }
            let (method, target, http_1_0) = request_line(text).ok_or(HeadError::Malformed)?;
            self.method_len = method.len() as u16;
            self.target_end = (self.target().start).plus(target.len() as u16);
            self.http_1_0 = http_1_0;
        } else {
            let Some((name, value)) = field_line(text) else {
                return Err(if line.cut {
                    HeadError::TooLarge
                } else {
                    HeadError::Malformed
                });
            };
            let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
            let is_id = is("last-event-id");
            let place = if is("host") {
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
            let is_kept = place.is_some() || keep.iter().any(|known| is(known));
            // Ids may hold control characters. A client that was told one must not be refused for ever.
            if !line.cut && !is_id {
                if !value.iter().copied().all(is_text) {
                    return Err(HeadError::Malformed);
                }
                if is("accept") {
                    self.accept.add(value);
                }
            }
            if !is_kept {
                return Ok(());
            }
            // A quarter of the space is not for an id: fields that follow, such as `Origin`, would not fit, and the request
            // would be refused.
            let reserve = if is_id { space.len() / 4 } else { 0 };
            // The CR of the blank line needs room too.
            let fits = !line.cut && usize::from(end).plus(1).plus(reserve) < space.len();
            if !fits && !is_id {
                return Err(HeadError::TooLarge);
            }
            if let Some(place) = place {
                if !fits {
                    // Refused, the client would come back with the same id, and be refused for ever.
                    *place = Place::line_end_before(start);
                    return Ok(());
                }
                let value = value.trim_ascii_start();
                let start = end.minus(value.len() as u16);
                let end = start.plus(value.trim_ascii_end().len() as u16);
                // An empty id, after another one, would hide that.
                if start < end || place.end == 0 {
                    *place = Place { start, end };
                }
            }
        }
        *space.get_mut(usize::from(end)).ok_or(HeadError::TooLarge)? = b'\n';
        self.used = end.plus(1);
        self.kept = self.used;
        Ok(())
    }

    /// Checks what can be checked at the end only, and looks for an id in the query.
    fn end(&mut self, space: &mut [u8]) -> Result<(), HeadError> {
        if self.host.end == 0 && !self.http_1_0 {
            return Err(HeadError::Malformed);
        }
        if !self.last_event_id.of(space).is_empty() {
            return Ok(());
        }
        let start = self.used;
        let (kept, free) = space.split_exact_mut(self.used());
        let (_, query) = split_target(self.target().of(kept));
        let Some(id) = PARAMETERS.iter().find_map(|name| parameter(query, name)) else {
            return Ok(());
        };
        let mut places = free.iter_mut();
        let mut end = start;
        for byte in PercentDecoded(id) {
            let Some(place) = places.next() else {
                self.last_event_id = Place::line_end_before(start);
                return Ok(());
            };
            *place = byte;
            end = end.plus(1);
        }
        self.used = end;
        self.last_event_id = Place { start, end };
        Ok(())
    }
}

impl Place {
    /// The LF that ends the line before `at`. As the place of an id it means that the id does not fit: no id holds a LF.
    fn line_end_before(at: u16) -> Self {
        Self {
            start: at.minus(1),
            end: at,
        }
    }

    pub(super) fn of(self, space: &[u8]) -> &[u8] {
        // A place that is not set starts after its end, and reads as empty.
        let range = usize::from(self.start)..usize::from(self.end);
        space.get(range).unwrap_or_default()
    }
}

/// What the `Accept` fields of a request say about `text/event-stream` (RFC 9110, section 12.5.1).
/// Of the ranges that match it the most specific one counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Accept {
    seen: bool,
    /// How specific the range is that counts so far; 0 for none.
    specificity: u8,
    /// Its quality is not 0.
    wanted: bool,
}

impl Accept {
    /// Takes the value of a field, which may come several times.
    ///
    /// Not inlined: its 50 bytes of stack would add to those of the line parser.
    #[inline(never)]
    pub fn add(&mut self, mut value: &[u8]) {
        // A quoted parameter may hold a comma or a semicolon, but none is in use.
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

    /// Whether an event stream is an answer that the client can use. No field accepts everything.
    pub const fn event_streams(&self) -> bool {
        !self.seen || self.wanted
    }

    /// Whether they are named as wanted.
    pub const fn names_event_streams(&self) -> bool {
        self.specificity == EVENT_STREAMS && self.wanted
    }
}

/// How specific the range is that names event streams alone.
const EVENT_STREAMS: u8 = 3;

/// 0 when the range does not match.
fn specificity(range: &[u8]) -> u8 {
    if range.eq_ignore_ascii_case(b"text/event-stream") {
        EVENT_STREAMS
    } else if range.eq_ignore_ascii_case(b"text/*") {
        2
    } else {
        u8::from(range == b"*/*")
    }
}

/// Whether a parameter reads `q=0`, `q=0.0` and so on.
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

    /// Breaks when a range counts that does not match, or a less specific one wins.
    #[test]
    fn the_most_specific_range_counts() {
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
