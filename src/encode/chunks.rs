//! A frame as an iterator of byte slices.

use core::fmt;
use core::iter::FusedIterator;
use core::mem::take;

use super::frame::Frame;
use crate::bytes::digits::Decimal;
use crate::bytes::exact::Exact;
use crate::wire::line_end;

/// The bytes of a [`Frame`], slice by slice.
#[derive(Clone)]
#[must_use = "chunks are made only when they are asked for"]
pub struct Slices<'f, 'a> {
    frame: &'f Frame<'a>,
    /// What comes next of the line under way, if it is not empty: its value, or the digits of `retry`.
    value: &'a [u8],
    digits: Decimal,
    /// The lines after it of the same field.
    rest: Option<&'a [u8]>,
    /// The field under way, by its place in `NAMES`, and the place where the chunks end.
    field: u8,
    end: u8,
    has_line: bool,
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Slices<'_, '_>>() <= 32);

/// How the lines of a frame begin, after the end of the line before: one after the other, which takes less flash than a
/// list of slices.
static NAMES: [u8; 30] = *b"\n:\nevent: \nid: \nretry: \ndata: ";
/// Where each of them starts, and the last ends.
static STARTS: [u8; 6] = [0, 2, 10, 15, 23, 30];
const COMMENT: u8 = 0;
const EVENT: u8 = 1;
const ID: u8 = 2;
const RETRY: u8 = 3;
const DATA: u8 = 4;
/// The place after all fields.
const END: u8 = 5;

impl<'f, 'a> Slices<'f, 'a> {
    /// The chunks of a whole frame.
    pub(super) const fn new(frame: &'f Frame<'a>) -> Self {
        Self {
            frame,
            value: b"",
            digits: Decimal::NONE,
            rest: frame.comment,
            field: COMMENT,
            end: END,
            has_line: false,
        }
    }

    /// The chunks of the lines before the data.
    pub(super) const fn before_data(frame: &'f Frame<'a>) -> Self {
        let mut chunks = Self::new(frame);
        chunks.end = DATA;
        chunks
    }

    /// Begins the next line: returns the end of the line before and the name. After the last line, returns the end of the
    /// frame.
    fn begin_line(&mut self) -> Option<&'static [u8]> {
        let lines = loop {
            if let Some(rest) = self.rest {
                break rest;
            }
            if self.field == self.end {
                return None;
            }
            self.field = self.field.plus(1);
            if self.field == self.end {
                return self.end();
            }
            self.rest = match self.field {
                EVENT => self.frame.event.map(|name| name.as_bytes()),
                ID => self.frame.id.map(|id| id.as_bytes()),
                RETRY => self.frame.retry.map(|number| {
                    self.digits = Decimal::new(number);
                    b"".as_slice()
                }),
                _ => self.frame.data,
            };
        };
        (self.value, self.rest) = (lines, None);
        // Event types and ids have no line end: to look for one took 120 instructions a frame on a Cortex-M3.
        if matches!(self.field, COMMENT | DATA) {
            (self.value, self.rest) = line_end::split_line(lines);
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

    fn end(&self) -> Option<&'static [u8]> {
        match self.has_line {
            true if self.end == END && self.frame.has_blank_line() => Some(b"\n\n"),
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
    /// Writes the bytes to come, escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for chunk in self.clone() {
            write!(f, "{}", chunk.escape_ascii())?;
        }
        f.write_str("\"")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Slices<'_, '_> {
    /// Writes the bytes to come, escaped.
    fn format(&self, f: defmt::Formatter<'_>) {
        for chunk in self.clone() {
            defmt::write!(f, "{=[u8]:a}", chunk);
        }
    }
}
