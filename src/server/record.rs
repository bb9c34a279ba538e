//! A frame in an event log.

use crate::bytes::equal;
use crate::bytes::exact::Exact;
use crate::wire::text::{EventType, Text};

/// A frame in an [`EventLog`](super::EventLog).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Record<'l> {
    bytes: &'l [u8],
    /// `EVENT` and `MADE` of the record's header.
    flags: u32,
}

debug_and_format!(['l] Record<'l> {
    record => "Record({:?})", Text::new(record.bytes);
});

/// First bytes of lines. Each tells which field the line is, because this crate has encoded the frame.
const COMMENT: u8 = b':';
const TYPE: u8 = b'e';
const ID: u8 = b'i';

/// The flag of a frame that has data, so that clients make an event of it.
pub(super) const EVENT: u32 = 0x40_0000;
/// The flag of a frame whose id the log has made.
pub(super) const MADE: u32 = 0x80_0000;

const MESSAGE: &[u8] = b"message";

/// A record's id with this many bytes of white space around it, or more, is not found: the search for its line end stops
/// before.
const MAX_WHITE_SPACE: usize = 64;

/// Ids of this length and more are not sent as an initial id. The client sends the id back in its next request, whose lines
/// must fit the scratch buffer of a connection. Most of these buffers are too small for such an id.
const MAX_ID: usize = 256;

impl<'l> Record<'l> {
    pub(super) const fn new(bytes: &'l [u8], header: u32) -> Self {
        Self {
            bytes,
            flags: header & (EVENT | MADE),
        }
    }

    /// Returns the encoded frame. It is never empty, unless the record was read with a cursor of another log.
    pub const fn as_bytes(&self) -> &'l [u8] {
        self.bytes
    }

    /// Returns the event type, or `None` if the frame has no data: then clients dispatch no event (WHATWG HTML 9.2.6).
    pub fn event_type(&self) -> Option<EventType<'l>> {
        let mut at = 0;
        self.find_type(&mut at, &mut { u32::MAX });
        let name = self.type_at(at, usize::MAX)?;
        self.is_event().then_some(EventType::of_field(name))
    }

    /// Returns whether clients dispatch an event for this frame.
    pub(super) const fn is_event(&self) -> bool {
        self.flags & EVENT != 0
    }

    /// Returns whether the log has made the id of this frame.
    pub(super) const fn has_made_id(&self) -> bool {
        self.flags & MADE != 0
    }

    /// Moves `at` past the comment, to the line of the event type if there is one. `bytes` is how many bytes may still be read:
    /// this call subtracts those that it reads. Returns `false` if it becomes 0 before the line is found.
    pub(super) fn find_type(&self, at: &mut u32, bytes: &mut u32) -> bool {
        // Fast path: most frames begin without a comment.
        self.bytes.first() != Some(&COMMENT) || self.skip_lines(COMMENT, at, bytes)
    }

    /// Moves `at` past comment and event type, to the line of the id if there is one. `bytes` is how many bytes may still be
    /// read: this call subtracts those that it reads. Returns `false` if it becomes 0 before the line is found.
    pub(super) fn find_id(&self, at: &mut u32, bytes: &mut u32) -> bool {
        self.skip_lines(TYPE, at, bytes)
    }

    /// Returns the event type, or `None` if it has `limit` bytes or more. `at` is the position that
    /// [`find_type`](Self::find_type) has found.
    pub(super) fn type_at(&self, at: u32, limit: usize) -> Option<&'l [u8]> {
        let Some(value) = self.value_at(TYPE, b"event: ".len(), at) else {
            return Some(MESSAGE);
        };
        let value = value.get(..limit).unwrap_or(value);
        match value.iter().position(|byte| *byte == b'\n')? {
            0 => Some(MESSAGE),
            length => value.get(..length),
        }
    }

    /// Returns whether the event type is this one. `at` is the position that [`find_type`](Self::find_type) has found.
    pub(super) fn has_type_at(&self, at: u32, name: EventType<'_>) -> bool {
        let name = name.as_bytes();
        // The limit bounds the work: a longer type of the record cannot be equal. One byte more finds the line end.
        self.type_at(at, name.len().plus(1))
            .is_some_and(|known| equal(known, name))
    }

    /// Returns the id, or `None` if the frame has none, or if it is empty or has `MAX_ID` bytes or more. `at` is the position
    /// that [`find_id`](Self::find_id) has found.
    pub(super) fn id_at(&self, at: u32) -> Option<&'l [u8]> {
        let value = self.value_at(ID, b"id: ".len(), at)?;
        let value = value.get(..MAX_ID).unwrap_or(value);
        match value.iter().position(|byte| *byte == b'\n')? {
            0 => None,
            length => value.get(..length),
        }
    }

    /// Returns whether the id is this one. `at` is the position that [`find_id`](Self::find_id) has found.
    pub(super) fn has_id_at(&self, at: u32, id: &[u8]) -> bool {
        // HTTP strips the white space around the value of a header field (RFC 9110, section 5.5), so the client's id lacks it.
        let id = id.trim_ascii();
        let Some(value) = self.value_at(ID, b"id: ".len(), at) else {
            return false;
        };
        let longest = id.len().plus(MAX_WHITE_SPACE);
        let value = value.get(..longest).unwrap_or(value);
        let length = value.iter().position(|byte| *byte == b'\n');
        let value = length.and_then(|length| value.get(..length));
        // An id that is empty once trimmed never matches. It is either white space alone, or the empty id, which clears the
        // client's last event ID: these two cannot be told apart here.
        let value = value.map(<[u8]>::trim_ascii);
        value.is_some_and(|value| !value.is_empty() && equal(value, id))
    }

    /// Returns the bytes after the name of this field, or `None` if the line at `at` is another field.
    fn value_at(&self, field: u8, name_len: usize, at: u32) -> Option<&'l [u8]> {
        let line = self.bytes.get(at as usize..)?;
        if *line.first()? != field {
            return None;
        }
        line.get(name_len..)
    }

    /// Moves `at` past comments and lines of this field. Subtracts the bytes that it reads from `bytes`, and returns `false` if
    /// that becomes 0 before, possibly in mid-line: the next call continues there.
    fn skip_lines(&self, field: u8, at: &mut u32, bytes: &mut u32) -> bool {
        loop {
            let (before, rest) = self
                .bytes
                .split_at_checked(*at as usize)
                .unwrap_or_default();
            let is_line_start = before.last().is_none_or(|byte| *byte == b'\n');
            match rest.first() {
                Some(first) if is_line_start && *first != COMMENT && *first != field => {
                    return true;
                }
                Some(_) => {}
                None => return true,
            }
            let window = rest.get(..*bytes as usize).unwrap_or(rest);
            let line_end = window.iter().position(|byte| *byte == b'\n');
            let read = match line_end {
                Some(line_end) => (line_end as u32).plus(1),
                None => window.len() as u32,
            };
            *at = at.plus(read);
            *bytes = bytes.minus(read);
            if line_end.is_none() {
                return false;
            }
        }
    }
}
