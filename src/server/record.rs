//! A frame as it stands in a log.

use crate::wire::text::{EventName, equal};

/// A frame in an [`EventLog`](super::EventLog).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Record<'l> {
    bytes: &'l [u8],
    /// The log has made this frame's id.
    marked: bool,
}

impl<'l> Record<'l> {
    pub(super) const fn new(bytes: &'l [u8], marked: bool) -> Self {
        Self { bytes, marked }
    }

    /// The frame as it goes to clients. It is never empty.
    pub const fn as_bytes(&self) -> &'l [u8] {
        self.bytes
    }

    /// The type of the event; `None` if the frame has no data, so that clients make no event of it.
    pub fn event_type(&self) -> Option<EventName<'l>> {
        self.value_of(DATA)?;
        match self.value_of(b"event: ") {
            None | Some(b"") => Some(EventName::MESSAGE),
            Some(name) => Some(EventName::of_field(name)),
        }
    }

    pub(super) fn has_id(&self, id: &[u8]) -> bool {
        // A header's value comes without the white space around it.
        let value = self.value_of(b"id: ").map(<[u8]>::trim_ascii);
        value.is_some_and(|value| equal(value, id.trim_ascii()))
    }

    pub(super) const fn is_marked(&self) -> bool {
        self.marked
    }

    /// The rest of the first line that begins like this. Data comes last in a frame, so the search ends
    /// there.
    fn value_of(&self, name: &[u8]) -> Option<&'l [u8]> {
        let mut rest = self.bytes;
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let (line, behind) = rest.split_at_checked(end)?;
            if let Some(value) = value_behind(line, name) {
                return Some(value);
            }
            if value_behind(line, DATA).is_some() {
                return None;
            }
            rest = behind.get(1..)?;
        }
    }
}

const DATA: &[u8] = b"data: ";

/// What stands behind the name of a field, if the line has that.
#[inline(always)]
fn value_behind<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let (start, value) = line.split_at_checked(name.len())?;
    equal(start, name).then_some(value)
}
