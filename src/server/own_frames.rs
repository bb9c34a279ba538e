//! The frames that a session sends of its own.

use super::stage::Stage;
use super::stream_options::StreamOptions;
use crate::bytes::digits::Decimal;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::encode::Frame;
use crate::time::Instant;

/// The frames that a session sends in addition to those of the log: preamble, loss notice, keep-alive.
#[derive(Clone, Debug)]
pub(super) struct OwnFrames<'a> {
    pub options: &'a StreamOptions<'a>,
    /// The reconnection time that this client gets, in milliseconds.
    retry: u32,
}

impl<'a> OwnFrames<'a> {
    /// Creates the frames for a client that connects now, whose stream has this number in its log. The short stream of
    /// `reconnect_when_full` is in no log, and has the number 0.
    pub fn new(now: Instant, number: u16, options: &'a StreamOptions<'a>) -> Self {
        Self {
            options,
            retry: spread(now, number, options),
        }
    }

    /// Returns the part of the frame of this stage after the bytes that were sent.
    pub fn unsent(&self, stage: Stage, sent: u32) -> &'a [u8] {
        match stage {
            Stage::Preamble | Stage::ResumedPreamble => self.unsent_preamble(sent),
            Stage::LossNotice => unsent(&self.options.loss_notice, sent),
            Stage::KeepAlive => unsent(&self.options.keep_alive, sent),
            _ => b"",
        }
    }

    /// Returns the part of the preamble after the bytes that were sent: a comment, the reconnection time, and the padding.
    ///
    /// The preamble is sent at once, because some proxies forward the head of the response only with the first bytes of the
    /// body. No blank line follows: some clients take an empty block at the start of a stream for an event.
    ///
    /// It is written without a `Frame`, whose iterator would need more stack than any other call of a session. Not inlined,
    /// which saves 70 bytes of flash.
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

    /// Returns the stage after the frame of this stage.
    pub const fn after(&self, stage: Stage, losses: u16) -> Stage {
        match stage {
            Stage::Preamble if losses > 0 => Stage::LossNotice,
            Stage::Preamble | Stage::LossNotice => self.options.opening,
            _ => Stage::Live,
        }
    }
}

/// Returns the part of a frame after the bytes that were sent.
#[inline(never)] // Inlined, its iterator would be on the stack during other calls.
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

/// Returns the reconnection time, in milliseconds, of a client that connects now, whose stream has this number in its log.
fn spread(now: Instant, number: u16, options: &StreamOptions<'_>) -> u32 {
    // Multiples of the golden ratio, modulo 1, are far apart: 8 in a row differ by at least 0.09. So clients that connect at
    // once or one after the other get different times. Short streams all have the number 0, so only their moments differ. The
    // sum and the product wrap: they are a hash.
    let moment = (now.as_millis() as u32).wrapping_add(u32::from(number));
    let part = moment.wrapping_mul(0x9e37_79b9);
    // Neither saturates nor wraps: the second factor is at most 2^32, the first one is less.
    let more = u64::from(part).wrapping_mul(u64::from(options.retry_jitter).saturating_add(1));
    // Saturates: the options may hold any times.
    options.retry.saturating_add((more >> 32) as u32)
}
