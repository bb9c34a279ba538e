//! When a client connects, and when it waits or gives up.

use super::options::ClientOptions;
use super::output::{Notice, NoticeKind, ReadyState, Step};
use super::reason::{CallerReason, EndedBy, NetworkReason, Reason};
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
    /// When the connection under way is given up; or when to connect.
    pub deadline: Instant,
    /// When the head of a response has to be whole. `NEVER` before its first byte, and after it.
    head_deadline: Instant,
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
    /// Until the deadline, for this reason.
    Waiting(Reason),
    Closed(Reason, EndedBy),
}

impl<'a> Lifecycle<'a> {
    #[inline(always)] // a call would return it by a copy, which links `memcpy`
    pub const fn new(options: &'a ClientOptions<'a>) -> Self {
        Self {
            options,
            reconnect: Reconnect::new(&options.reconnect),
            state: State::Start,
            deadline: Instant::NEVER,
            head_deadline: Instant::NEVER,
        }
    }

    /// As `readyState` of the standard: a connection counts once its stream is open.
    pub(super) const fn ready_state(&self, is_open: bool) -> ReadyState {
        match self.state {
            State::Connected if is_open => ReadyState::Open,
            State::Closed(..) => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }

    pub const fn is_connecting(&self) -> bool {
        matches!(self.state, State::Connecting)
    }

    pub const fn is_connected(&self) -> bool {
        matches!(self.state, State::Connected)
    }

    /// The connection that was asked for is made.
    pub(super) fn connected(&mut self, now: Instant) {
        if self.is_connecting() {
            self.state = State::Connected;
            self.note_activity(now);
        }
    }

    /// Bytes have come, of the head of a response or of its body.
    pub(super) fn received(&mut self, now: Instant, is_head: bool) {
        // The time limit of a head begins with its first byte.
        if is_head && self.head_deadline == Instant::NEVER {
            self.head_deadline = now.limit(self.options.head_timeout_ms);
        }
        self.note_activity(now);
    }

    /// The head is whole, and its stream is open.
    pub(super) fn opened(&mut self, now: Instant) {
        self.reconnect.opened(now);
        self.head_deadline = Instant::NEVER;
        self.note_activity(now);
    }

    /// The connection has ended for this reason, or could not be made.
    pub(super) fn disconnected(&mut self, reason: NetworkReason) {
        match self.state {
            State::Connecting => self.lose(Reason::Network(NetworkReason::Unreachable)),
            State::Connected => self.lose(Reason::Network(reason)),
            _ => {}
        }
    }

    /// There is no stream, for this reason. What becomes of it is decided by the next `advance`.
    pub(super) fn lose(&mut self, reason: Reason) {
        self.state = State::Lost(reason);
    }

    /// Ends the client for good.
    pub(super) fn close(&mut self) {
        self.state = State::Closed(Reason::Caller(CallerReason::Closed), EndedBy::Caller);
    }

    /// Connects at once, as if nothing had failed. Returns whether it does: not after `close`.
    pub(super) fn restart(&mut self) -> bool {
        let closed = Reason::Caller(CallerReason::Closed);
        let is_closed = matches!(self.state, State::Closed(reason, _) if reason == closed);
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
        let is_set = set_by_server.is_some() || retry != self.options.reconnect.retry_ms;
        is_set.then_some(retry)
    }

    /// Bytes came or went: the idle timeout begins anew.
    #[inline(never)] // its callers would have 30 bytes each
    pub fn note_activity(&mut self, now: Instant) {
        let idle = now.limit(self.options.idle_timeout_ms);
        self.deadline = idle.min(self.head_deadline);
        self.reconnect.note_time(now);
    }

    /// Gives up a connection that is too slow.
    #[inline(never)] // it has several callers
    pub fn check_deadline(&mut self, now: Instant) {
        if now >= self.deadline && (self.is_connecting() || self.is_connected()) {
            let reason = match now >= self.head_deadline {
                true => NetworkReason::SlowHead,
                false => NetworkReason::Idle,
            };
            self.lose(Reason::Network(reason));
        }
    }

    /// Why there is no stream, while the client waits or is closed.
    pub(super) fn notice(&self) -> Notice<'static> {
        let reason = match self.state {
            State::Closed(reason, by) => return Notice::Closed { reason, by },
            State::Waiting(reason) => reason,
            _ => {
                debug_assert!(false, "a notice in {:?}", self.state);
                Reason::Network(NetworkReason::Lost)
            }
        };
        let at = self.deadline;
        Notice::Reconnecting { reason, at }
    }

    /// What to do while there is no connection, or while an error body is received. The state is [`Start`](State::Start)
    /// before each attempt.
    pub(super) fn advance(&mut self, now: Instant) -> Step {
        if let State::Waiting(_) = self.state {
            if now < self.deadline {
                return Step::Wait;
            }
            self.state = State::Start;
        }
        if let State::Lost(reason) = self.state {
            match self.reconnect.failed_by_rules(now, reason) {
                Ok(at) => {
                    self.deadline = at;
                    self.state = State::Waiting(reason);
                    return Step::Notice(NoticeKind::Reconnecting);
                }
                Err(by) => self.state = State::Closed(reason, by),
            }
        }
        match self.state {
            State::Closed(..) => Step::Notice(NoticeKind::Closed),
            State::Start => {
                self.state = State::Connecting;
                self.head_deadline = Instant::NEVER;
                self.note_activity(now);
                Step::Connect
            }
            _ => Step::Wait,
        }
    }
}
