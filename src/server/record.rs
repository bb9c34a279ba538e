//! A frame as it stands in a log.

use crate::wire::exact::Exact;
use crate::wire::text::{EventType, equal};

/// A frame in an [`EventLog`](super::EventLog).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Record<'l> {
    bytes: &'l [u8],
    /// Of the record's header.
    flags: u32,
}

/// The first byte of a line says which field it is: the frame was encoded by this crate.
const COMMENT: u8 = b':';
const TYPE: u8 = b'e';
const ID: u8 = b'i';

/// The flag of a frame that has data, so that clients make an event of it.
pub(super) const EVENT: u32 = 0x40_0000;
/// The flag of a frame whose id the log has made.
pub(super) const MADE: u32 = 0x80_0000;

const MESSAGE: &[u8] = b"message";

/// How much longer than an id the value of a field may be that equals it but for the white space around it.
const MAX_WHITE_SPACE: usize = 64;

/// Ids of so many bytes are not sent by themselves: few scratches could hold them when the client comes back.
const MAX_ID: usize = 256;

impl<'l> Record<'l> {
    pub(super) const fn new(bytes: &'l [u8], header: u32) -> Self {
        Self {
            bytes,
            flags: header & (EVENT | MADE),
        }
    }

    /// The frame as it goes to clients. It is never empty.
    pub const fn as_bytes(&self) -> &'l [u8] {
        self.bytes
    }

    /// The type of the event; `None` if the frame has no data, so that clients make no event of it.
    pub fn event_type(&self) -> Option<EventType<'l>> {
        let mut at = 0;
        self.find_type(&mut at, &mut { u32::MAX });
        let name = self.type_at(at, usize::MAX)?;
        self.is_event().then_some(EventType::of_field(name))
    }

    /// Whether clients make an event of it.
    pub(super) const fn is_event(&self) -> bool {
        self.flags & EVENT != 0
    }

    /// Whether the log has made its id.
    pub(super) const fn has_made_id(&self) -> bool {
        self.flags & MADE != 0
    }

    /// Moves `at` to where the type stands, if there is one: after the comment. `false` when so many bytes were
    /// read before.
    pub(super) fn find_type(&self, at: &mut u32, bytes: &mut u32) -> bool {
        // Fast path: hardly an event has a comment.
        self.bytes.first() != Some(&COMMENT) || self.skip_lines(COMMENT, at, bytes)
    }

    /// Moves `at` to where the id stands, if there is one: after comment and type. `false` when so many bytes
    /// were read before.
    pub(super) fn find_id(&self, at: &mut u32, bytes: &mut u32) -> bool {
        self.skip_lines(TYPE, at, bytes)
    }

    /// The type, after [`find_type`](Self::find_type). `None` if it is as long as `limit`, or longer.
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

    /// Whether the type is this one, after [`find_type`](Self::find_type).
    pub(super) fn has_type_at(&self, at: u32, name: EventType<'_>) -> bool {
        let name = name.as_bytes();
        // The name of the list ends the comparison, however long that of the record is.
        self.type_at(at, name.len().max(MESSAGE.len()).saturating_add(1))
            .is_some_and(|known| equal(known, name))
    }

    /// The id, after [`find_id`](Self::find_id). `None` for the empty id, and for one that is too long to come back.
    pub(super) fn id_at(&self, at: u32) -> Option<&'l [u8]> {
        let value = self.value_at(ID, b"id: ".len(), at)?;
        let value = value.get(..MAX_ID).unwrap_or(value);
        match value.iter().position(|byte| *byte == b'\n')? {
            0 => None,
            length => value.get(..length),
        }
    }

    /// Whether the id is this one, after [`find_id`](Self::find_id).
    pub(super) fn has_id_at(&self, at: u32, id: &[u8]) -> bool {
        // A header's value comes without the white space around it.
        let id = id.trim_ascii();
        let Some(value) = self.value_at(ID, b"id: ".len(), at) else {
            return false;
        };
        let longest = id.len().saturating_add(MAX_WHITE_SPACE);
        let value = value.get(..longest).unwrap_or(value);
        let length = value.iter().position(|byte| *byte == b'\n');
        let value = length.and_then(|length| value.get(..length));
        // An id of nothing but white space is not the empty id, by which clients forget theirs.
        let value = value.map(<[u8]>::trim_ascii);
        value.is_some_and(|value| !value.is_empty() && equal(value, id))
    }

    /// What follows the name of a field, if the line at this place has that.
    fn value_at(&self, field: u8, name_len: usize, at: u32) -> Option<&'l [u8]> {
        let line = self.bytes.get(at as usize..)?;
        if *line.first()? != field {
            return None;
        }
        line.get(name_len..)
    }

    /// Moves `at` over comments and lines of this field, which may be long, so it may have stopped within one.
    /// `false` when so many bytes were read before.
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
            *at = at.saturating_add(read);
            *bytes = bytes.saturating_sub(read);
            if line_end.is_none() {
                return false;
            }
        }
    }
}
