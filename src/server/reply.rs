//! Responses under way: answers, whose content is at hand, and streams.

use super::chunking::Chunking;
use super::output::{Close, Output};
use super::ring::Records;
use super::scratch::Scratch;
use super::session::Session;
use crate::http::{Response, Status};
use crate::time::Instant;

/// A response whose content is at hand, and how much of it was sent.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub status: Status,
    /// If not, the status says all.
    pub response: Option<&'a Response<'a>>,
    /// How much of the content was sent.
    pub sent: usize,
}

impl<'a> Answer<'a> {
    /// What is left of the content.
    pub fn unsent(&self) -> &'a [u8] {
        let content = match self.response {
            Some(response) => response.content(),
            None => self.status.content(),
        };
        // For `HEAD`, `sent` is `usize::MAX`, so no content is left.
        content.get(self.sent..).unwrap_or_default()
    }
}

/// The response that is a stream.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    pub session: Session<'a>,
    /// How it goes in chunks, if it does.
    pub chunking: Option<&'static Chunking>,
}

static HEAD: Response = Response::stream();

impl Stream<'_> {
    /// The head of such a response.
    pub const fn head(chunking: Option<&'static Chunking>) -> &'static Response<'static> {
        match chunking {
            Some(chunking) => &chunking.head,
            None => &HEAD,
        }
    }

    /// Goes on after the head, when all was sent that was given: puts more into the scratch. Returns what the session wants
    /// next.
    #[inline(always)] // It has one caller.
    pub fn advance(
        &mut self,
        now: Instant,
        records: Records<'_>,
        scratch: &mut Scratch<'_>,
    ) -> Output<'static> {
        let session = &mut self.session;
        if session.is_resuming() && !session.search(records, scratch.request().last_event_id()) {
            return Output::Wait(now);
        }
        let output = scratch.put_events(session, self.chunking, now, records);
        if let (Some(chunking), Output::Close(Close::Ended | Close::Lifetime)) =
            (self.chunking, output)
        {
            scratch.put_last_chunk(chunking);
        }
        output
    }
}
