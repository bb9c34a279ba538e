//! One attempt to get a stream.

use super::decision::{Decision, Verdict};
use super::exchange::{Exchange, make_room};
use super::options::ClientOptions;
use super::output::Step;
use super::reason::{
    CallerReason, ConnectError, NetworkReason, Reason, RedirectReason, ResponseReason,
};
use super::reconnect::Reconnect;
use super::redirects::Redirects;
use crate::decode::Decoder;
use crate::http::Url;

/// The requests of one attempt, at a URL and where redirects lead from there, and their responses.
///
/// **Call [`connect`](Self::connect) before each connection. After the head of a response, [`judge`](Self::judge) it.
/// When the attempt has failed, or its stream is lost, call [`end`](Self::end).**
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    pub redirects: Redirects<'a>,
    pub(super) exchange: Exchange,
}

/// What becomes of a response.
pub(crate) enum Judged {
    /// The content is an event stream.
    Open,
    /// Connect to where the redirect leads.
    Redirected,
}

impl<'a> Attempt<'a> {
    pub const fn new(url: Url<'a>) -> Self {
        Self {
            redirects: Redirects::new(url),
            exchange: Exchange::new(),
        }
    }

    /// A connection is to be made.
    #[inline(never)] // its caller is inlined into drivers, and runs short of registers there (150 bytes)
    pub fn connect(&mut self, decoder: &mut Decoder<&mut [u8]>) {
        self.exchange = Exchange::new();
        decoder.end_stream();
        make_room(decoder);
    }

    /// Why the connection could not be made.
    pub fn reason_of(&self, error: ConnectError) -> Reason {
        match error {
            ConnectError::Unreachable => Reason::Network(NetworkReason::Unreachable),
            ConnectError::Unsupported if self.redirects.has_redirected() => {
                Reason::Redirect(RedirectReason::Unsupported)
            }
            ConnectError::Unsupported => Reason::Caller(CallerReason::Unsupported),
        }
    }

    /// [`Exchange::send`], to the URL of this attempt.
    pub fn send(
        &mut self,
        options: &ClientOptions<'_>,
        decoder: &mut Decoder<&mut [u8]>,
    ) -> Result<Option<Step>, Reason> {
        self.exchange.send(decoder, options, &self.redirects)
    }

    /// The caller has written so many bytes more. Returns whether the request was under way.
    pub fn sent(&mut self, length: usize) -> bool {
        let is_sending = self.exchange.sent(length);
        self.redirects.is_written |= is_sending && length > 0;
        is_sending
    }

    /// The head of the response is whole.
    ///
    /// # Errors
    ///
    /// Why there is no stream.
    pub fn judge(
        &mut self,
        options: &ClientOptions<'_>,
        reconnect: &mut Reconnect<'_>,
        decoder: &mut Decoder<&mut [u8]>,
    ) -> Result<Judged, Reason> {
        let Some(answer) = self.exchange.answer() else {
            // Not reached: a head is judged once, when it is whole.
            return Err(Reason::Network(NetworkReason::Lost));
        };
        match reconnect.judge_by_rules(&answer) {
            Verdict::Open if self.exchange.is_encoded() => {
                Err(Reason::Response(ResponseReason::Encoded))
            }
            Verdict::Open => {
                self.exchange.open();
                Ok(Judged::Open)
            }
            Verdict::Redirect { permanent } => {
                let location = self.exchange.location(decoder);
                let redirects = &mut self.redirects;
                let result = redirects.follow(answer.status, location, permanent, options);
                result.map_err(Reason::Redirect)?;
                Ok(Judged::Redirected)
            }
            Verdict::Failed(reason) => Err(reason),
        }
    }

    /// The attempt has failed for this reason, or its stream is lost. Sets [`Reconnect::decided`], unless `on_failure` has
    /// decided.
    pub fn end(
        &mut self,
        options: &ClientOptions<'_>,
        decoder: &Decoder<&mut [u8]>,
        reconnect: &mut Reconnect<'_>,
        reason: Reason,
    ) {
        if reconnect.decided.is_none() {
            let has_retry_after = reconnect.has_retry_after;
            reconnect.decided = self.exception(options, decoder, reason, has_retry_after);
        }
        self.restart();
    }

    /// The attempt is over, or is given up for a new one. Where its permanent redirects led is remembered only if it had
    /// a stream from there. Otherwise a program that restarts on silence would ask a vanished server for ever.
    pub fn restart(&mut self) {
        match self.exchange.is_open() {
            true => self.redirects.restart(),
            false => self.redirects.forget(),
        }
    }

    /// What overrules the rules by reason: after a written request that is not safe the client ends, and after a
    /// remembered URL the original one is asked.
    pub(super) fn exception(
        &self,
        options: &ClientOptions<'_>,
        decoder: &Decoder<&mut [u8]>,
        reason: Reason,
        has_retry_after: bool,
    ) -> Option<Decision> {
        if self.redirects.is_written
            && !(options.may_repeat)(options, decoder, reason, has_retry_after)
        {
            return Some(Decision::End);
        }
        // Another URL is left to ask: the original one.
        let is_forgotten = self.redirects.is_remembered() && !self.exchange.is_open();
        is_forgotten.then_some(Decision::Retry)
    }
}
