//! The body of a response that is no event stream.

use super::reason::Reason;
use crate::bytes::copy::copy;
use crate::bytes::exact::{Exact, ExactSlice};
use crate::decode::Decoder;
use crate::http::Body;

/// Stores the first bytes of a body at the start of the free part of the decoder's buffer, as many as fit.
#[derive(Clone, Debug)]
pub(super) struct ErrorBody {
    body: Body,
    /// How many bytes are stored.
    length: u32,
    /// Why the response is no event stream.
    pub reason: Reason,
}

impl ErrorBody {
    pub const fn new(body: Body, reason: Reason) -> Self {
        Self {
            body,
            length: 0,
            reason,
        }
    }

    /// Returns the stored bytes.
    pub fn received<'d>(&self, decoder: &'d Decoder<&mut [u8]>) -> &'d [u8] {
        let length = self.length as usize;
        decoder.free().get(..length).unwrap_or_default()
    }

    /// Receives a part of the body. Returns whether the body has more bytes, and the buffer has room for them.
    pub fn receive(&mut self, decoder: &mut Decoder<&mut [u8]>, input: &mut &[u8]) -> bool {
        let (space, _) = decoder.free_and_last_event_id();
        loop {
            let free = space.part_mut(self.length as usize..);
            let Ok(content) = self.body.peek(input) else {
                return false;
            };
            if free.is_empty() || self.body.has_ended() {
                return false;
            }
            if content.is_empty() {
                return true;
            }
            let length = content.len().min(free.len());
            copy(content.part(..length), free);
            self.length = self.length.plus(length as u32);
            self.body.read(length, input);
        }
    }
}
