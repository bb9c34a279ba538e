//! How one fixed buffer is shared by the buffers of the standard (WHATWG HTML 9.2.6).
//!
//! ```text
//! | data | line | free | event type | id | last event id |
//! ```
//!
//! `line` is the value of an `event` or `id` field that has not ended yet; once it is whole it moves
//! to the back. `id` is what the event under way sets, `last event id` what earlier events have set.

use crate::wire::copy::copy;
use crate::wire::scanner::Span;
use crate::wire::text::holds_nul;

/// The lengths of the parts. A length may be raised before its bytes are written: that reserves
/// their place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub data: usize,
    pub line: usize,
    pub event_type: usize,
    pub id: usize,
    pub last_event_id: usize,
}

impl Layout {
    pub const fn new() -> Self {
        Self {
            data: 0,
            line: 0,
            event_type: 0,
            id: 0,
            last_event_id: 0,
        }
    }

    /// How many bytes are taken by nothing.
    pub fn free(&self, buffer: &[u8]) -> usize {
        self.event_type_start(buffer)
            .wrapping_sub(self.data)
            .wrapping_sub(self.line)
    }

    pub fn data_place(&self) -> Span {
        Span {
            start: 0,
            end: self.data,
        }
    }

    pub fn event_type_place(&self, buffer: &[u8]) -> Span {
        Span {
            start: self.event_type_start(buffer),
            end: self.id_start(buffer),
        }
    }

    pub fn id_place(&self, buffer: &[u8]) -> Span {
        let start = self.id_start(buffer);
        Span {
            start,
            end: start.wrapping_add(self.id),
        }
    }

    pub fn last_event_id_place(&self, buffer: &[u8]) -> Span {
        let end = buffer.len();
        Span {
            start: end.wrapping_sub(self.last_event_id),
            end,
        }
    }

    /// Appends to the data, if there is room.
    pub fn append_data(&mut self, buffer: &mut [u8], bytes: &[u8]) -> bool {
        if bytes.len() > self.free(buffer) {
            return false;
        }
        write(buffer, self.data, bytes);
        self.data = self.data.wrapping_add(bytes.len());
        true
    }

    /// Appends to the line under way, if there is room.
    pub fn append_line(&mut self, buffer: &mut [u8], bytes: &[u8]) -> bool {
        if bytes.len() > self.free(buffer) {
            return false;
        }
        write(buffer, self.data.wrapping_add(self.line), bytes);
        self.line = self.line.wrapping_add(bytes.len());
        true
    }

    /// The line is whole: it replaces the event type.
    pub fn line_becomes_event_type(&mut self, buffer: &mut [u8]) {
        self.event_type = 0;
        self.move_line_back(buffer);
        self.event_type = self.line;
        self.line = 0;
    }

    /// The line is whole: it replaces the id, unless it holds NUL. Tells whether it did.
    pub fn line_becomes_id(&mut self, buffer: &mut [u8]) -> bool {
        let line = Span {
            start: self.data,
            end: self.data.wrapping_add(self.line),
        };
        let legal = !holds_nul(line.of(buffer));
        if legal {
            // From | line | event type | id | over | event type | id | line |
            // to   | id | event type | line |, where the old id is free space.
            self.move_line_back(buffer);
            let start = self.event_type_start(buffer).wrapping_sub(self.line);
            let end = self.id_place(buffer).end;
            rotate(buffer, start, self.line, end);
            let end = end.wrapping_sub(self.line);
            rotate(buffer, start, self.event_type, end);
            self.id = self.line;
        }
        self.line = 0;
        legal
    }

    /// The id of the event under way becomes the last event id. The event type stays where it is.
    pub fn id_becomes_last(&mut self, buffer: &mut [u8]) {
        rotate(buffer, self.id_start(buffer), self.id, buffer.len());
        self.last_event_id = self.id;
        self.id = 0;
    }

    /// `id` becomes the last event id. There is room: its length is reserved, or the rest empty.
    pub fn set_last_event_id(&mut self, buffer: &mut [u8], id: &[u8]) {
        write(buffer, buffer.len().wrapping_sub(id.len()), id);
        self.last_event_id = id.len();
        self.id = 0;
    }

    /// Frees the place of data and event type, but keeps the line.
    pub fn clear_data_and_event_type(&mut self, buffer: &mut [u8]) {
        let end = self.data.wrapping_add(self.line);
        rotate(buffer, 0, self.data, end);
        self.data = 0;
        self.event_type = 0;
    }

    /// Moves the line over the free space, up to the event type.
    fn move_line_back(&self, buffer: &mut [u8]) {
        let end = self.event_type_start(buffer);
        let range = buffer.get_mut(self.data..end).unwrap_or_default();
        match range.split_at_mut_checked(self.line) {
            // A copy costs what the line is long, whatever the length of the free space.
            Some((line, free)) if line.len() <= free.len() => {
                let start = free.len().wrapping_sub(line.len());
                write(free, start, line);
            }
            _ => rotate(buffer, self.data, self.line, end),
        }
    }

    fn id_start(&self, buffer: &[u8]) -> usize {
        buffer
            .len()
            .wrapping_sub(self.last_event_id)
            .wrapping_sub(self.id)
    }

    fn event_type_start(&self, buffer: &[u8]) -> usize {
        self.id_start(buffer).wrapping_sub(self.event_type)
    }
}

/// Writes `bytes` at position `start`.
pub(super) fn write(buffer: &mut [u8], start: usize, bytes: &[u8]) {
    copy(bytes, buffer.get_mut(start..).unwrap_or_default());
}

/// Swaps the first `length` bytes of a range with the rest of it, by three reversals: `memmove`
/// would cost more flash than all of the decoder's other work on its buffer.
fn rotate(buffer: &mut [u8], start: usize, length: usize, end: usize) {
    let range = buffer.get_mut(start..end).unwrap_or_default();
    if let Some((front, back)) = range.split_at_mut_checked(length) {
        if !front.is_empty() && !back.is_empty() {
            reverse(front);
            reverse(back);
            reverse(range);
        }
    }
}

/// `slice::reverse` without its bounds checks, which can panic as far as the compiler knows.
fn reverse(mut range: &mut [u8]) {
    while let [first, middle @ .., last] = range {
        core::mem::swap(first, last);
        range = middle;
    }
}
