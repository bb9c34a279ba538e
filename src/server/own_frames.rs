//! What a session sends by itself.

use super::options::StreamOptions;
use super::output::{CloseReason, Waiting};
use crate::encode::Frame;
use crate::time::Instant;
use crate::wire::decimal::Decimal;
use crate::wire::exact::{Exact, ExactSlice};

/// The frames that a session sends beside those of the log, and when they are due.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) struct OwnFrames<'a> {
    pub options: &'a StreamOptions<'a>,
    /// The reconnection time that this client is told.
    retry: u32,
    /// How many times the client is told that events are missing.
    pub losses: u16,
    pub stage: Stage,
    /// What the session waits for. It stands here because a session would be larger if it stood outside, by padding.
    pub waiting: Waiting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) enum Stage {
    /// Shall look for the last event that the client has seen.
    Resume,
    /// Looks for it in the log.
    #[cfg_attr(
        not(any(feature = "http", feature = "embedded-io-async")),
        expect(dead_code, reason = "`Session::new` searches in one call")
    )]
    Search,
    /// Asks the caller's hook for the present state.
    Greeting,
    /// Sends what a stream begins with, and padding.
    Preamble,
    /// As `Preamble`, for a client that resumes without a loss. No greeting and no id follow.
    ResumedPreamble,
    /// Tells that events are missing.
    Notice,
    KeepAlive,
    /// Sends what the log holds.
    Live,
    /// As `Live`, for a client that has seen no event and was given no id.
    LiveWithoutId,
    /// Looks for the newest id in the log, and sends it by itself.
    Prime,
    Closed(CloseReason),
}

impl Stage {
    /// Whether the session sends a frame of its own.
    ///
    /// These stages stand side by side, and are asked for first, so that the stages of rare options make the question no longer.
    pub const fn is_own_frame(self) -> bool {
        matches!(
            self,
            Self::Preamble | Self::ResumedPreamble | Self::Notice | Self::KeepAlive
        )
    }

    /// Whether the log is sent.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live | Self::LiveWithoutId)
    }
}

impl<'a> OwnFrames<'a> {
    /// Those of a client that comes now, whose stream has this number in its log.
    pub fn new(
        now: Instant,
        number: u16,
        stage: Stage,
        losses: u16,
        options: &'a StreamOptions<'a>,
    ) -> Self {
        Self {
            options,
            retry: spread(now, number, options),
            losses,
            stage,
            waiting: Waiting::Idle,
        }
    }

    /// Tells of a loss next.
    pub const fn note_loss(&mut self) {
        // Saturates at 65,535.
        self.losses = self.losses.saturating_add(1);
        self.stage = Stage::Notice;
    }

    /// What is left of the frame that is due.
    pub fn unsent(&self, sent: u32) -> &'a [u8] {
        match self.stage {
            Stage::Preamble | Stage::ResumedPreamble => self.unsent_preamble(sent),
            Stage::Notice => unsent(&self.options.loss_notice, sent),
            Stage::KeepAlive => unsent(&self.options.keep_alive, sent),
            _ => b"",
        }
    }

    /// The comment is for proxies, which pass the head on with the first bytes of the body. No blank line follows: some
    /// clients take an empty block at the start of a stream for an event.
    ///
    /// It is written without a `Frame`, which would make this the call with the most stack here. Not inlined, which saves 70
    /// bytes of flash.
    #[inline(never)]
    fn unsent_preamble(&self, sent: u32) -> &'static [u8] {
        const START: &[u8] = b":\nretry: ";
        let Some(mut sent) = sent.checked_sub(START.len() as u32) else {
            return START.part(sent as usize..);
        };
        for digit in Decimal::new(self.retry) {
            if sent == 0 {
                return digit;
            }
            sent = sent.minus(1);
        }
        match (sent.checked_sub(1), self.options.padding) {
            (None, _) => b"\n",
            (Some(sent), Some(unsent_padding)) => unsent_padding(sent),
            _ => b"",
        }
    }

    /// Goes on after the frame that was due.
    pub const fn advance(&mut self) {
        self.stage = match self.stage {
            Stage::Preamble if self.losses > 0 => Stage::Notice,
            Stage::Preamble | Stage::Notice => self.options.opening,
            _ => Stage::Live,
        };
    }
}

/// The part of a frame after the bytes that were sent.
#[inline(never)]
fn unsent<'f>(frame: &Frame<'f>, sent: u32) -> &'f [u8] {
    let mut sent = sent as usize;
    for chunk in frame.slices() {
        if let Some(unsent @ [_, ..]) = chunk.get(sent..) {
            return unsent;
        }
        sent = sent.minus(chunk.len());
    }
    b""
}

/// The reconnection time of a client that comes now, whose stream has this number in its log.
fn spread(now: Instant, number: u16, options: &StreamOptions<'_>) -> u32 {
    // Multiples of the golden ratio, modulo 1, keep apart: 8 in a row by 0.09. So clients that come at once or one after
    // the other get times that differ. The sum and the product wrap: they are a hash.
    let moment = (now.as_millis() as u32).wrapping_add(u32::from(number));
    let part = moment.wrapping_mul(0x9e37_79b9);
    // Two factors of 32 bits: this product does not wrap.
    let more = u64::from(part).wrapping_mul(u64::from(options.retry_jitter).saturating_add(1));
    options.retry.saturating_add((more >> 32) as u32)
}
