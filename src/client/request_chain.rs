//! The requests of one attempt to get a stream, and what is received.

use super::decision::{Decision, Verdict};
use super::http_exchange::{HttpExchange, Received};
use super::last_event_id::clear_if_long;
use super::output::Step;
use super::reason::{
    CallerReason, ConnectError, NetworkReason, Reason, RedirectReason, ResponseReason,
};
use super::reconnect::Reconnect;
use super::redirects::{RedirectKind, Redirects};
use super::request_options::RequestOptions;
use crate::decode::{Decoder, Located};
use crate::http::Url;

/// The requests of one attempt to get a stream: the first one, and one for each redirect.
///
/// It owns the decoder, because the decoder's buffer also holds parts of requests and of response heads. The decoder keeps the
/// last event ID for later attempts.
///
/// Call [`connect`](Self::connect) before each connection, and [`evaluate_head`](Self::evaluate_head) when the head of a
/// response is complete. When the attempt has failed, or its stream is lost, call [`end`](Self::end).
#[derive(Debug)]
pub(crate) struct RequestChain<'a> {
    pub redirects: Redirects<'a>,
    pub(super) exchange: HttpExchange,
    pub(super) decoder: Decoder<&'a mut [u8]>,
    /// Where the last event or comment lies: in the input, or in the buffer.
    pub(super) located: Located,
    options: &'a RequestOptions<'a>,
}

/// What to do after a complete response head.
pub(crate) enum HeadOutcome {
    /// Read the content: it is an event stream.
    Open,
    /// Connect to the target of the redirect.
    Redirected,
}

impl<'a> RequestChain<'a> {
    pub const fn new(url: Url<'a>, options: &'a RequestOptions<'a>, buffer: &'a mut [u8]) -> Self {
        Self {
            redirects: Redirects::new(url),
            exchange: HttpExchange::new(),
            options,
            decoder: Decoder::with_buffer(buffer),
            located: Located::NOTHING,
        }
    }

    /// Prepares the first or the next request. Discards the event that was being received.
    // If this were inlined, each driver would hold a copy, as its caller is inlined: a blocking client would take 44 bytes more
    // of flash.
    #[inline(never)]
    pub fn connect(&mut self) {
        self.exchange = HttpExchange::new();
        self.decoder.end_stream();
        clear_if_long(&mut self.decoder);
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
    pub fn send(&mut self) -> Result<Option<Step>, Reason> {
        let (decoder, redirects) = (&mut self.decoder, &self.redirects);
        self.exchange.send(decoder, self.options, redirects)
    }

    /// Reads content in `input`, the unread rest of `piece`, up to the next notice. Stores where an event or a comment lies.
    pub fn receive_content(&mut self, piece: &[u8], input: &mut &[u8], comments: bool) -> Received {
        let (decoder, located) = (&mut self.decoder, &mut self.located);
        self.exchange
            .receive_content(decoder, located, piece, input, comments)
    }

    /// Notes that `length` bytes more were sent. Returns `false` if the request was not being sent.
    pub fn sent(&mut self, length: usize) -> bool {
        let is_sending = self.exchange.sent(length);
        self.redirects.wrote_request |= is_sending && length > 0;
        is_sending
    }

    /// Decides what to do after a complete response head, by the rules alone. Does not ask `on_failure`.
    ///
    /// # Errors
    ///
    /// Returns the reason why the response is no stream.
    pub fn evaluate_head(&mut self, reconnect: &mut Reconnect<'_>) -> Result<HeadOutcome, Reason> {
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
                let location = self.exchange.location(&mut self.decoder);
                let redirects = &mut self.redirects;
                let result = redirects.follow(response.status, location, kind, self.options);
                result.map_err(Reason::Redirect)?;
                Ok(HeadOutcome::Redirected)
            }
            Verdict::Failed(reason) => Err(reason),
        }
    }

    /// Ends the attempt, which has failed, or whose stream is lost. Stores the result of [`exception`](Self::exception) in
    /// [`Reconnect::decided`], unless that holds the decision of `on_failure` already.
    pub fn end(&mut self, reconnect: &mut Reconnect<'_>, reason: Reason) {
        if reconnect.decided.is_none() {
            reconnect.decided = self.exception(reason, reconnect.has_retry_after);
        }
        self.restart();
    }

    /// Starts a new attempt. Forgets the target of permanent redirects if this attempt has opened no stream. If that target
    /// were kept, a program that calls `EventSource::restart` whenever no byte arrives for some time would send all its
    /// requests to a server that does not exist any more.
    pub fn restart(&mut self) {
        match self.exchange.is_open() {
            true => self.redirects.restart(),
            false => self.redirects.forget(),
        }
    }

    /// Returns a decision that replaces the one of the rules, or `None`. The client ends after an unsafe request that may not
    /// be repeated. It retries after a remembered URL has failed, because the original URL is left to try.
    pub(super) fn exception(&self, reason: Reason, has_retry_after: bool) -> Option<Decision> {
        let may_repeat = self.options.may_repeat;
        if self.redirects.wrote_request
            && !may_repeat(self.options, &self.decoder, reason, has_retry_after)
        {
            return Some(Decision::End);
        }
        // An attempt that began at a remembered URL and has opened no stream: `restart` forgets that URL, and the next request
        // goes to the original one.
        let is_forgotten = self.redirects.began_at_remembered() && !self.exchange.is_open();
        is_forgotten.then_some(Decision::Retry)
    }
}
