//! What a client's socket shows of its stream.

use core::mem::take;

use crate::client::{EventSource, Notice, NoticeKind, Step};
use crate::time::Instant;
use crate::wire::exact::{Exact, ExactSlice};

/// How much of what a `BufRead` shows a client has read. An event may borrow from all of it, so it is consumed when
/// all of it is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Piece {
    shown: usize,
    read: usize,
}

impl Piece {
    pub const NOTHING: Self = Self { shown: 0, read: 0 };

    /// Reads a piece that was just received, up to the first thing to tell.
    pub fn begin(
        &mut self,
        shown: &[u8],
        source: &mut EventSource<'_>,
        now: Instant,
    ) -> Option<NoticeKind> {
        let mut input = shown;
        let step = source.advance_connected(now, shown, &mut input);
        self.shown = shown.len();
        self.read = shown.len().minus(input.len());
        match step {
            Some(Step::Notice(notice)) => Some(notice),
            _ => None,
        }
    }

    /// Whether there is something left to read.
    #[inline(always)] // asked for each event
    pub fn is_left(&self) -> bool {
        self.read != self.shown
    }

    /// Reads on, up to the next thing to tell. `shown` is what the socket shows now: more may have come, or a faulty
    /// socket may show less.
    #[inline(always)] // as `Decoder::data_alone`: an event costs no call
    pub fn go_on(
        &mut self,
        shown: Option<&[u8]>,
        source: &mut EventSource<'_>,
        now: impl Fn() -> Instant,
    ) -> Option<NoticeKind> {
        let shown = shown?.get(..self.shown)?;
        let mut input = shown.part(self.read..);
        let notice = source.read_on(&now, shown, &mut input);
        self.read = shown.len().minus(input.len());
        if input.is_empty() {
            // The caller may have taken long for the events of this piece: the idle timeout begins with its end.
            source.lifecycle.note_activity(now());
        }
        notice
    }

    /// What is read: the event or comment that was found last borrows from it.
    #[inline(always)] // asked for each event
    pub fn read<'p>(&self, shown: Option<&'p [u8]>) -> Option<&'p [u8]> {
        shown?.get(..self.read)
    }

    /// Makes the notice. An event or a comment borrows from what is shown.
    pub fn notice<'n>(
        &self,
        notice: NoticeKind,
        shown: Option<&'n [u8]>,
        source: &'n EventSource<'_>,
    ) -> Notice<'n> {
        let read = match (notice, self.read(shown)) {
            (_, Some(read)) => read,
            // The socket does not show again what was read: the event is gone.
            (NoticeKind::Found(_), None) => return Notice::Overflow,
            _ => b"",
        };
        source.notice(notice, read)
    }

    /// How much is to be consumed before the next piece.
    pub fn finish(&mut self) -> usize {
        take(self).read
    }
}
