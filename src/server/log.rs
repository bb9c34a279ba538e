//! The newest frames, for any number of readers.

use core::fmt;

use super::made_id::MadeId;
use super::record::{EVENT, MADE, Record};
use super::resume::{self, Resume};
use super::ring::{Cursor, HEADER, Lagged, PublishError, RecordSink, Records, Ring, Write};
use crate::bytes::exact::Exact;
use crate::encode::{DataWriter, Frame};
use crate::wire::text::LastEventId;

/// The newest frames in one fixed buffer: the queue of all clients, and the history from which they resume.
///
/// A frame is encoded once, whatever the number of clients. New frames overwrite the oldest ones. Each reader needs a
/// [`Cursor`] and no queue. A reader that is too slow gets [`Lagged`], and does not delay the others.
///
/// | storage | made by |
/// | --- | --- |
/// | `EventLog<[u8; N]>` | [`EventLog::new`] |
/// | `EventLog<&mut [u8]>` | [`EventLog::with_buffer`] |
/// | `&mut EventLog<[u8]>` | coercion from `&mut EventLog<[u8; N]>` |
///
/// # Examples
///
/// ```
/// use embedded_sse::server::{EventLog, Resume};
/// use embedded_sse::{EventId, Frame, event_type};
///
/// let mut log = EventLog::<[u8; 128]>::new();
/// log.make_ids(0x5eed);
/// log.publish(&Frame::data("on"))?;
/// log.publish_with(event_type!("temperature"), |data| write!(data, "{}", 21_540))?;
///
/// // A client comes back that has seen the first of them.
/// let Resume::From(mut cursor) = log.resume(EventId::new("5eed-1")?) else { panic!() };
/// let record = log.read(&mut cursor)?.unwrap();
/// assert_eq!(record.as_bytes(), b"event: temperature\nid: 5eed-2\ndata: 21540\n\n");
/// assert!(log.read(&mut cursor)?.is_none());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct EventLog<B: ?Sized> {
    ring: Ring,
    buffer: B,
}

const _: () = assert!(size_of::<EventLog<[u8; 0]>>() <= 32);

impl<const N: usize> EventLog<[u8; N]> {
    /// Returns an empty log that holds its buffer of `N` bytes. The log makes no ids until [`make_ids`](EventLog::make_ids) is
    /// called.
    pub const fn new() -> Self {
        Self {
            ring: Ring::EMPTY,
            buffer: [0; N],
        }
    }
}

impl<const N: usize> Default for EventLog<[u8; N]> {
    fn default() -> Self {
        Self::new()
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> EventLog<B> {
    /// Returns an empty log over the caller's buffer: a `&mut [u8]`, or with a heap, a `Vec<u8>`. `as_ref` and `as_mut` of the
    /// buffer have to return the same bytes at every call. At most 4,294,967,295 bytes are used.
    pub const fn with_buffer(buffer: B) -> Self {
        Self {
            ring: Ring::EMPTY,
            buffer,
        }
    }
}

impl EventLog<[u8]> {
    /// Returns the length, in bytes, of a buffer that keeps at least the newest `frames` frames of at most `frame_len` bytes
    /// each ([`Frame::max_len`]). The result is `usize::MAX` if it would be larger.
    ///
    /// ```
    /// use embedded_sse::{Frame, server::EventLog};
    ///
    /// static LOG: EventLog<[u8; EventLog::buffer_len(20, Frame::max_len(11, 8, 1, 19))]> = EventLog::new();
    /// ```
    pub const fn buffer_len(frames: usize, frame_len: usize) -> usize {
        // A frame is stored in one piece, so up to one frame's room at the end of the buffer may stay unused. Saturates: the
        // caller's lengths may be of any size, and no buffer is as long as the largest product.
        frame_len
            .saturating_add(HEADER)
            .saturating_mul(frames.saturating_add(1))
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> EventLog<B> {
    /// Makes an id for each later event that has none: `<epoch in hex>-<sequence in decimal>`, for example `5eed-1`, at most 19
    /// bytes.
    ///
    /// The sequence begins with 1 after each call, and grows by one with each made id. After 4,294,967,295 comes 0.
    ///
    /// The epoch identifies this run of the program: use a boot counter or a random number. With it, an id of an earlier run is
    /// unknown to this one, and its client gets a loss notice.
    pub fn make_ids(&mut self, epoch: u32) {
        self.ring.epoch = epoch;
        self.ring.makes_ids = true;
        self.ring.sequence = 0;
        self.ring.can_continue_at_oldest = self.ring.oldest == Cursor::START;
    }

    /// Appends a frame. The time grows with the length of the frame, which is encoded twice, and with the number of frames that
    /// it overwrites, of which only the headers are read. A frame without a field and without a comment adds nothing.
    ///
    /// # Errors
    ///
    /// [`PublishError::TooLarge`] if the frame and its header of 3 bytes do not fit in the buffer, or if the frame has 4 MiB or
    /// more. Then the log is unchanged: publish a shorter frame, or use a longer buffer. The other errors do not occur.
    pub fn publish(&mut self, frame: &Frame<'_>) -> Result<(), PublishError> {
        let write = |sink: &mut RecordSink<'_>, frame: &Frame<'_>| frame.write_to(sink);
        let is_event = frame.has_data();
        publish(
            &mut self.ring,
            self.buffer.as_mut(),
            frame,
            is_event,
            &write,
        )
    }

    /// Appends an event whose data is formatted straight into the log.
    ///
    /// `frame` holds the fields before the data: an [`EventType`](crate::EventType), or a [`Frame`]. `data` is called twice,
    /// and has to write the same text both times: the first call measures the text, so that no frame is overwritten if `data`
    /// fails.
    ///
    /// # Errors
    ///
    /// [`PublishError::TooLarge`] as for [`publish`](Self::publish), and [`PublishError::Data`] if `data` fails. Then the log
    /// is unchanged. The exception: if only the second call of `data` fails, or writes more text, older frames may be
    /// overwritten already, and the new one is not added. [`PublishError::Busy`] does not occur.
    pub fn publish_with<'f>(
        &mut self,
        frame: impl Into<Frame<'f>>,
        data: impl Fn(&mut dyn fmt::Write) -> fmt::Result,
    ) -> Result<(), PublishError> {
        let write = |sink: &mut RecordSink<'_>, frame: &Frame<'_>| {
            let mut writer = DataWriter::new(sink, frame)?;
            let result = data(&mut writer);
            writer.finish()?;
            result.map_err(|_| PublishError::Data)
        };
        publish(
            &mut self.ring,
            self.buffer.as_mut(),
            &frame.into(),
            true,
            &write,
        )
    }

    /// Returns where a client continues that has received the event with this id, and all events before it (WHATWG HTML 9.2.4).
    ///
    /// If several events have this id, the client continues after the newest one. This call may search the whole log. An id
    /// that the log has made needs no search if its sequence shows that the log does not hold it.
    pub fn resume<'i>(&self, last_event_id: impl Into<LastEventId<'i>>) -> Resume {
        resume::resume(&self.records(), last_event_id.into())
    }

    /// Returns the cursor before the oldest frame.
    pub fn oldest(&self) -> Cursor {
        self.ring.oldest
    }

    /// Returns the cursor after the newest frame. A reader that begins there gets the frames that are published later.
    pub fn newest(&self) -> Cursor {
        self.ring.next
    }

    /// Returns the frame after the cursor and moves the cursor past it, or returns `None` after the newest frame.
    ///
    /// # Errors
    ///
    /// [`Lagged`] if frames after the cursor were overwritten. Then the cursor has moved to the oldest frame: call this again
    /// to continue.
    pub fn read(&self, cursor: &mut Cursor) -> Result<Option<Record<'_>>, Lagged> {
        self.records().read(cursor)
    }

    /// Returns how many frames the log holds.
    pub fn len(&self) -> usize {
        self.ring.len() as usize
    }

    /// Returns whether the log holds no frame.
    pub fn is_empty(&self) -> bool {
        self.ring.len() == 0
    }

    /// Counts a new stream. Returns how many streams were counted before, modulo 2^16.
    pub(super) fn count_stream(&self) -> u16 {
        self.ring.streams.next()
    }

    pub(crate) fn records(&self) -> Records<'_> {
        Records::new(&self.ring, self.buffer.as_ref())
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> fmt::Debug for EventLog<B> {
    /// Prints how many frames the log holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventLog")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> defmt::Format for EventLog<B> {
    /// Prints how many frames the log holds.
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "EventLog {{ len: {=usize}, .. }}", self.len());
    }
}

/// Appends a frame, with a made id if it needs one. The ring holds the epoch and the sequence, because searches read them.
fn publish(
    ring: &mut Ring,
    bytes: &mut [u8],
    frame: &Frame<'_>,
    is_event: bool,
    write: &Write<'_>,
) -> Result<(), PublishError> {
    if !is_event || !ring.makes_ids || frame.has_id() {
        return ring.append(bytes, frame, if is_event { EVENT } else { 0 }, write);
    }
    // Wraps: after 2^32 - 1 comes 0. Sequences are compared by their distance.
    let sequence = ring.sequence.wrapping_add(1);
    let id = MadeId::new(ring.epoch, sequence);
    ring.append(bytes, &frame.id(id.as_id()), EVENT | MADE, write)?;
    ring.sequence = sequence;
    ring.made_count = ring.made_count.plus(1);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{EventLog, Resume};
    use crate::encode::Frame;
    use crate::wire::text::EventId;
    use std::format;

    fn resume(log: &EventLog<[u8; 160]>, epoch: u32, sequence: u32) -> Resume {
        log.resume(EventId::new(&format!("{epoch:x}-{sequence}")).unwrap())
    }

    /// Breaks when a comparison of sequences ignores that they wrap, accepts another epoch, or is off by one at the oldest or
    /// the newest kept event.
    #[test]
    fn made_ids_are_compared_by_sequence_across_a_wrap() {
        for epoch in [0, 9, u32::MAX] {
            for start in [0, 5, u32::MAX - 20, u32::MAX - 3, u32::MAX - 1, u32::MAX] {
                let mut log = EventLog::<[u8; 160]>::new();
                log.make_ids(epoch);
                log.ring.sequence = start;
                for published in 1..=30_u32 {
                    log.publish(&Frame::data("x")).unwrap();
                    // Sequences wrap.
                    let newest = start.wrapping_add(published);
                    let kept = log.len() as u32;
                    for age in 0..published {
                        let resumed = resume(&log, epoch, newest.wrapping_sub(age));
                        if age > kept {
                            assert_eq!(resumed, Resume::Lost(log.oldest()), "{age}");
                            continue;
                        }
                        let Resume::From(mut cursor) = resumed else {
                            panic!("{age} of {kept}: {resumed:?}");
                        };
                        for _ in 0..age {
                            assert!(log.read(&mut cursor).unwrap().is_some(), "{age}");
                        }
                        assert_eq!(cursor, log.newest());
                    }
                    for unknown in [newest.wrapping_add(1), newest.wrapping_add(1 << 31)] {
                        let lost = Resume::Lost(log.oldest());
                        assert_eq!(resume(&log, epoch, unknown), lost);
                        assert_eq!(resume(&log, epoch ^ 1, newest), lost);
                    }
                }
            }
        }
    }
}
