//! When a client connects, and when it waits or gives up.

use super::options::ClientOptions;
use super::output::{NoticeKind, ReadyState, Step};
use super::reason::Reason;
use super::reconnect::Reconnect;
use crate::time::Instant;

/// From the first connection to the last one: whether there is a connection, why there is none, and when there will
/// be one.
///
/// **Do what [`advance`](Self::advance) returns. While it is [`Connected`](State::Connected), use the connection, and
/// tell by [`note_activity`](Self::note_activity) that bytes came or went.**
#[derive(Debug)]
pub(crate) struct Lifecycle<'a> {
    pub(super) options: &'a ClientOptions<'a>,
    pub(super) reconnect: Reconnect<'a>,
    pub(super) state: State,
    /// When a connection without a byte is given up; or when to connect.
    pub deadline: Instant,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// A connection is to be made.
    Start,
    /// The caller makes it.
    Connecting,
    Connected,
    /// The caller is yet to be told.
    Lost(Reason),
    /// Until the deadline.
    Waiting,
    Closed(Reason),
}

impl<'a> Lifecycle<'a> {
    pub const fn new(options: &'a ClientOptions<'a>) -> Self {
        Self {
            options,
            reconnect: Reconnect::new(&options.reconnect),
            state: State::Start,
            deadline: Instant::NEVER,
        }
    }

    /// As `readyState` of the standard: a connection counts once its stream is open.
    pub(super) const fn ready_state(&self, is_open: bool) -> ReadyState {
        match self.state {
            State::Connected if is_open => ReadyState::Open,
            State::Closed(_) => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }

    pub const fn is_connecting(&self) -> bool {
        matches!(self.state, State::Connecting)
    }

    pub const fn is_connected(&self) -> bool {
        matches!(self.state, State::Connected)
    }

    /// The connection that was asked for is made. Tells whether one was asked for.
    pub(super) fn connected(&mut self, now: Instant) -> bool {
        let is_connecting = self.is_connecting();
        if is_connecting {
            self.state = State::Connected;
            self.note_activity(now);
        }
        is_connecting
    }

    /// The connection has ended, or could not be made.
    pub(super) fn disconnected(&mut self) {
        match self.state {
            State::Connecting => self.lose(Reason::Unreachable),
            State::Connected => self.lose(Reason::Lost),
            _ => {}
        }
    }

    /// The connection is lost; the caller is told by the next `advance`.
    pub(super) fn lose(&mut self, reason: Reason) {
        self.state = State::Lost(reason);
    }

    /// The connection that was asked for cannot be made, for this reason.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub fn not_connected(&mut self, reason: Reason) {
        match (self.state, reason) {
            (State::Connecting, Reason::Unsupported) => self.end(reason),
            (State::Connecting, _) => self.lose(reason),
            _ => {}
        }
    }

    /// Ends the client. A later reason does not replace the first one.
    pub(super) fn end(&mut self, reason: Reason) {
        if !matches!(self.state, State::Closed(_)) {
            self.state = State::Closed(reason);
        }
    }

    /// Connects at once, as if nothing had failed. Tells whether it does: not after the end.
    pub(super) fn restart(&mut self) -> bool {
        let is_closed = matches!(self.state, State::Closed(_));
        if !is_closed {
            self.reconnect.restarted();
            self.state = State::Start;
        }
        !is_closed
    }

    /// The reconnection time that another client has to know, if this one or the decoder has set it.
    pub(super) fn retry_to_resume(&self, set_by_server: Option<u32>) -> Option<u32> {
        let retry = self.reconnect.retry();
        // This client may have been resumed itself.
        let is_set = set_by_server.is_some() || retry != self.options.reconnect.initial_retry();
        is_set.then_some(retry)
    }

    /// Bytes came or went: the idle timeout begins anew.
    #[inline(never)] // its callers would have 30 bytes each
    pub fn note_activity(&mut self, now: Instant) {
        self.deadline = now.limit(self.options.idle_timeout_ms);
    }

    /// Gives up a connection that is too slow.
    pub fn check_deadline(&mut self, now: Instant) {
        if now >= self.deadline && (self.is_connecting() || self.is_connected()) {
            self.lose(Reason::Idle);
        }
    }

    /// What to do while there is no connection. The state is [`Start`](State::Start) before each attempt.
    pub(super) fn advance(&mut self, now: Instant) -> Step {
        self.check_deadline(now);
        if let State::Waiting = self.state {
            if now < self.deadline {
                return Step::Wait;
            }
            self.state = State::Start;
        }
        if let State::Lost(reason) = self.state {
            match self.reconnect.failed(now) {
                Some(at) => {
                    self.deadline = at;
                    self.state = State::Waiting;
                    return Step::Notice(NoticeKind::Connecting(reason));
                }
                None => self.end(Reason::Exhausted),
            }
        }
        match self.state {
            State::Closed(reason) => Step::Notice(NoticeKind::Closed(reason)),
            State::Start => {
                self.state = State::Connecting;
                self.note_activity(now);
                Step::Connect
            }
            _ => Step::Wait,
        }
    }
}
