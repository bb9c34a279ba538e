//! The requests of one attempt to get a stream.

use super::decision::{Decision, Verdict};
use super::http_exchange::HttpExchange;
use super::last_event_id::clear_if_long;
use super::output::Step;
use super::reason::{
    CallerReason, ConnectError, NetworkReason, Reason, RedirectReason, ResponseReason,
};
use super::reconnect::Reconnect;
use super::redirects::{RedirectKind, Redirects};
use super::request_options::RequestOptions;
use crate::decode::Decoder;
use crate::http::Url;

/// The requests of one attempt to get a stream: the first one, and one for each redirect.
///
/// Call [`connect`](Self::connect) before each connection, and [`evaluate_head`](Self::evaluate_head) when the head of a
/// response is complete. When the attempt has failed, or its stream is lost, call [`end`](Self::end).
#[derive(Debug)]
pub(crate) struct RequestChain<'a> {
    pub redirects: Redirects<'a>,
    pub(super) exchange: HttpExchange,
}

/// What to do after a complete response head.
pub(crate) enum HeadOutcome {
    /// Read the content: it is an event stream.
    Open,
    /// Connect to the target of the redirect.
    Redirected,
}

impl<'a> RequestChain<'a> {
    pub const fn new(url: Url<'a>) -> Self {
        Self {
            redirects: Redirects::new(url),
            exchange: HttpExchange::new(),
        }
    }

    /// Prepares the first or the next request. Discards the event that was being received.
    // Not inlined: its caller is inlined into drivers, and the async one would have 44 bytes more.
    #[inline(never)]
    pub fn connect(&mut self, decoder: &mut Decoder<&mut [u8]>) {
        self.exchange = HttpExchange::new();
        decoder.end_stream();
        clear_if_long(decoder);
    }

    /// Returns the reason that stands for an error of the connector.
    pub fn reason_of(&self, error: ConnectError) -> Reason {
        match error {
            ConnectError::Unreachable => Reason::Network(NetworkReason::Unreachable),
            ConnectError::Unsupported if self.redirects.has_redirected() => {
                Reason::Redirect(RedirectReason::Unsupported)
            }
            ConnectError::Unsupported => Reason::Caller(CallerReason::Unsupported),
        }
    }

    /// Calls [`HttpExchange::send`] with the URL of the current request.
    pub fn send(
        &mut self,
        options: &RequestOptions<'_>,
        decoder: &mut Decoder<&mut [u8]>,
    ) -> Result<Option<Step>, Reason> {
        self.exchange.send(decoder, options, &self.redirects)
    }

    /// Notes that `length` bytes more were sent. Returns `false` if the request was not being sent.
    pub fn sent(&mut self, length: usize) -> bool {
        let is_sending = self.exchange.sent(length);
        self.redirects.wrote_request |= is_sending && length > 0;
        is_sending
    }

    /// Decides what to do after a complete response head, by the rules without `on_failure`.
    ///
    /// # Errors
    ///
    /// Returns the reason why the response is no stream.
    pub fn evaluate_head(
        &mut self,
        options: &RequestOptions<'_>,
        reconnect: &mut Reconnect<'_>,
        decoder: &mut Decoder<&mut [u8]>,
    ) -> Result<HeadOutcome, Reason> {
        let Some(response) = self.exchange.response_info() else {
            // Not reached: this is called once for each head, before its content is read.
            return Err(Reason::Network(NetworkReason::Lost));
        };
        match reconnect.judge_by_rules(&response) {
            Verdict::Open if self.exchange.is_encoded() => {
                Err(Reason::Response(ResponseReason::Encoded))
            }
            Verdict::Open => {
                self.exchange.open();
                Ok(HeadOutcome::Open)
            }
            Verdict::Redirect { permanent } => {
                let kind = match permanent {
                    true => RedirectKind::Permanent,
                    false => RedirectKind::Temporary,
                };
                let location = self.exchange.location(decoder);
                let redirects = &mut self.redirects;
                let result = redirects.follow(response.status, location, kind, options);
                result.map_err(Reason::Redirect)?;
                Ok(HeadOutcome::Redirected)
            }
            Verdict::Failed(reason) => Err(reason),
        }
    }

    /// Ends the attempt, which has failed, or whose stream is lost. Passes the [`exception`](Self::exception) to
    /// [`Reconnect::decided`], unless `on_failure` has decided.
    pub fn end(
        &mut self,
        options: &RequestOptions<'_>,
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

    /// Starts a new attempt. Remembers the target of permanent redirects only if it answered with a stream. Otherwise a
    /// program that restarts when no byte arrives would send all requests to a server that does not exist any more.
    pub fn restart(&mut self) {
        match self.exchange.is_open() {
            true => self.redirects.restart(),
            false => self.redirects.forget(),
        }
    }

    /// Returns the decision that replaces that of the rules. The client ends after an unsafe request that may not be
    /// repeated. It retries after a remembered URL has failed, because the original URL is left to try.
    pub(super) fn exception(
        &self,
        options: &RequestOptions<'_>,
        decoder: &Decoder<&mut [u8]>,
        reason: Reason,
        has_retry_after: bool,
    ) -> Option<Decision> {
        if self.redirects.wrote_request
            && !(options.may_repeat)(options, decoder, reason, has_retry_after)
        {
            return Some(Decision::End);
        }
        // The next request goes to the original URL.
        let is_forgotten = self.redirects.is_remembered() && !self.exchange.is_open();
        is_forgotten.then_some(Decision::Retry)
    }
}
