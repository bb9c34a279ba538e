//! The fields of a frame, and their bytes as an iterator of slices.

use core::fmt;
use core::iter::FusedIterator;
use core::mem::take;

use crate::bytes::digits::Decimal;
use crate::bytes::exact::Exact;
use crate::wire::line_end;
#[cfg(feature = "defmt")]
use crate::wire::text::Text;
use crate::wire::text::{EventId, EventType};

/// The fields of a frame, and its comment.
#[derive(Clone, Copy, Default)]
pub(super) struct FrameFields<'a> {
    pub comment: Option<&'a [u8]>,
    pub event_type: Option<EventType<'a>>,
    pub id: Option<EventId<'a>>,
    pub retry: Option<u32>,
    pub data: Option<&'a [u8]>,
}

impl FrameFields<'_> {
    /// Whether a blank line ends the frame.
    ///
    /// Clients dispatch an event and set its ID at a blank line (WHATWG HTML 9.2.6). `retry` takes effect without one, but gets
    /// one, too, so that fields of the next frame belong to another event. A comment needs none: it belongs to no event.
    const fn has_blank_line(&self) -> bool {
        self.event_type.is_some()
            || self.id.is_some()
            || self.retry.is_some()
            || self.data.is_some()
    }
}

/// The bytes of a [`Frame`](crate::Frame), slice by slice.
///
/// The slices are parts of the frame's fields, and of constants. No slice is empty.
#[derive(Clone)]
#[must_use = "iterators do nothing unless they are advanced"]
pub struct Slices<'f, 'a> {
    fields: &'f FrameFields<'a>,
    /// The value of the current line, if it is still to come. The value of `retry` is in `digits` instead.
    value: &'a [u8],
    digits: Decimal,
    /// The lines of the same field that follow the current line.
    following_lines: Option<&'a [u8]>,
    /// The field of the current line: a position in `STARTS`.
    field: u8,
    /// The field before which the slices end.
    end: u8,
    /// Whether a line has begun and its line end is still to come.
    has_line: bool,
}

// The size is a promise to users, who hold this on the stack. It depends on the size of a pointer, so this checks targets of 32
// bits.
#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Slices<'_, '_>>() <= 32);

/// The end of the line before, and the name of the field, for each field. One text takes less flash than a list of slices,
/// each of which is an address and a length.
static NAMES: [u8; 30] = *b"\n:\nevent: \nid: \nretry: \ndata: ";
/// Where the parts of `NAMES` start. The last part ends at the last position.
static STARTS: [u8; 6] = [0, 2, 10, 15, 23, 30];
const COMMENT: u8 = 0;
const EVENT_TYPE: u8 = 1;
const ID: u8 = 2;
const RETRY: u8 = 3;
const DATA: u8 = 4;
/// The position after all fields.
const END: u8 = 5;

impl<'f, 'a> Slices<'f, 'a> {
    /// Returns the slices of a whole frame.
    pub(super) const fn new(fields: &'f FrameFields<'a>) -> Self {
        Self {
            fields,
            value: b"",
            digits: Decimal::NONE,
            following_lines: fields.comment,
            field: COMMENT,
            end: END,
            has_line: false,
        }
    }

    /// Returns the slices of the lines before the data.
    pub(super) const fn before_data(fields: &'f FrameFields<'a>) -> Self {
        let mut slices = Self::new(fields);
        slices.end = DATA;
        slices
    }

    /// Begins the next line: returns the end of the line before, and the name of the field. After the last line, returns
    /// the end of the frame.
    fn begin_line(&mut self) -> Option<&'static [u8]> {
        let value = loop {
            if let Some(lines) = self.following_lines {
                break lines;
            }
            if self.field == self.end {
                return None;
            }
            self.field = self.field.plus(1);
            if self.field == self.end {
                return self.end();
            }
            self.following_lines = match self.field {
                EVENT_TYPE => self.fields.event_type.map(|name| name.as_bytes()),
                ID => self.fields.id.map(|id| id.as_bytes()),
                RETRY => self.fields.retry.map(|number| {
                    self.digits = Decimal::new(number);
                    b"".as_slice()
                }),
                _ => self.fields.data,
            };
        };
        (self.value, self.following_lines) = (value, None);
        // Event types and IDs have no line end. A search for one took 120 instructions a frame on a Cortex-M3.
        if matches!(self.field, COMMENT | DATA) {
            (self.value, self.following_lines) = line_end::split_line(value);
        }
        let field = usize::from(self.field);
        let (start, end) = (*STARTS.get(field)?, *STARTS.get(field.plus(1))?);
        let name = NAMES.get(usize::from(start)..usize::from(end))?;
        if self.has_line {
            return Some(name);
        }
        self.has_line = true;
        name.get(1..)
    }

    /// Returns the end of the last line, and the blank line of a whole frame.
    fn end(&self) -> Option<&'static [u8]> {
        match self.has_line {
            true if self.end == END && self.fields.has_blank_line() => Some(b"\n\n"),
            true => Some(b"\n"),
            false => None,
        }
    }
}

impl<'a> Iterator for Slices<'_, 'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        if !self.value.is_empty() {
            return Some(take(&mut self.value));
        }
        if let Some(digit) = self.digits.next() {
            return Some(digit);
        }
        self.begin_line()
    }
}

impl FusedIterator for Slices<'_, '_> {}

impl fmt::Debug for Slices<'_, '_> {
    /// Writes the remaining bytes, escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for slice in self.clone() {
            write!(f, "{}", slice.escape_ascii())?;
        }
        f.write_str("\"")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Slices<'_, '_> {
    /// Writes the remaining slices as a list.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "[");
        for (number, slice) in self.clone().enumerate() {
            match number {
                0 => defmt::write!(f, "{:?}", Text::new(slice)),
                _ => defmt::write!(f, ", {:?}", Text::new(slice)),
            }
        }
        defmt::write!(f, "]");
    }
}
