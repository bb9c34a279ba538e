//! When a client connects, waits, and stops.

use super::output::{Notice, NoticeKind, ReadyState, Step};
use super::reason::{CallerReason, EndedBy, NetworkReason, Reason};
use super::reconnect::Reconnect;
use super::reconnect_options::ReconnectOptions;
use crate::time::Instant;

/// The state of a client, with its deadlines and the policy of reconnecting.
///
/// Call [`advance`](Self::advance) while there is no connection, and also while a connection only delivers an error body. Do
/// what it returns. While there is a connection, call [`received`](Self::received) when bytes have been received, and
/// [`note_activity`](Self::note_activity) when bytes have been sent.
#[derive(Debug)]
pub(crate) struct Lifecycle<'a> {
    limits: &'a TimeLimits,
    pub(super) reconnect: Reconnect<'a>,
    pub(super) state: ClientState,
    /// When to drop the connection; while waiting, when to connect.
    pub deadline: Instant,
    /// When the response head has to be complete. `NEVER` before its first byte, and once the stream is open.
    head_deadline: Instant,
}

/// The time limits of a connection, in milliseconds. 0 means no limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeLimits {
    /// Without a received or sent byte.
    pub idle: u32,
    /// From the first byte of a response head to its last one.
    pub head: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum ClientState {
    /// The next step is `Connect`.
    Start,
    /// The program connects.
    Connecting,
    Connected,
    /// There is no stream. The notice about this is not returned yet.
    Lost(Reason),
    /// The client waits until the deadline. The reason is that of the last failure.
    Waiting(Reason),
    Closed(Reason, EndedBy),
}

impl<'a> Lifecycle<'a> {
    // A call would return the value by a copy, which links `memcpy`.
    #[inline(always)]
    pub(super) const fn new(limits: &'a TimeLimits, options: &'a ReconnectOptions<'a>) -> Self {
        Self {
            limits,
            reconnect: Reconnect::new(options),
            state: ClientState::Start,
            deadline: Instant::NEVER,
            head_deadline: Instant::NEVER,
        }
    }

    /// Returns the `readyState` of the standard. `is_open` tells whether the response of the connection is a stream.
    pub(super) const fn ready_state(&self, is_open: bool) -> ReadyState {
        match self.state {
            ClientState::Connected if is_open => ReadyState::Open,
            ClientState::Closed(..) => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }

    pub const fn is_connecting(&self) -> bool {
        matches!(self.state, ClientState::Connecting)
    }

    pub const fn is_connected(&self) -> bool {
        matches!(self.state, ClientState::Connected)
    }

    /// Notes that the connection is made.
    pub(super) fn connected(&mut self, now: Instant) {
        if self.is_connecting() {
            self.state = ClientState::Connected;
            self.note_activity(now);
        }
    }

    /// Notes that bytes were received. `is_head` tells whether they belong to a response head.
    pub(super) fn received(&mut self, now: Instant, is_head: bool) {
        // The limit begins with the first byte of the head, not with the request: some servers send the head only together with
        // the first event, which can come much later.
        if is_head && self.head_deadline == Instant::NEVER {
            self.head_deadline = now.limit(self.limits.head);
        }
        self.note_activity(now);
    }

    /// Notes that the head is complete and the stream is open.
    pub(super) fn opened(&mut self, now: Instant) {
        self.reconnect.opened(now);
        self.head_deadline = Instant::NEVER;
        self.note_activity(now);
    }

    /// Notes that the connection was lost, or could not be made.
    pub(super) fn disconnected(&mut self) {
        match self.state {
            ClientState::Connecting => self.lose(Reason::Network(NetworkReason::Unreachable)),
            ClientState::Connected => self.lose(Reason::Network(NetworkReason::Lost)),
            _ => {}
        }
    }

    /// Notes that there is no stream. The next [`advance`](Self::advance) decides whether to reconnect.
    pub(super) fn lose(&mut self, reason: Reason) {
        self.state = ClientState::Lost(reason);
    }

    /// Closes the client for ever.
    pub(super) fn close(&mut self) {
        self.state = ClientState::Closed(Reason::Caller(CallerReason::Closed), EndedBy::Caller);
    }

    /// Makes the next step a `Connect`, as if no attempt had failed. Returns `false` and does nothing after `close`.
    pub(super) fn restart(&mut self) -> bool {
        let closed = Reason::Caller(CallerReason::Closed);
        let is_closed = matches!(self.state, ClientState::Closed(reason, _) if reason == closed);
        if !is_closed {
            self.reconnect.restarted();
            self.state = ClientState::Start;
        }
        !is_closed
    }

    /// Returns the reconnection time for a resume point, if the server or an earlier resume point has set it.
    pub(super) fn retry_to_resume(&self, set_by_server: Option<u32>) -> Option<u32> {
        let retry = self.reconnect.retry();
        // A resume point sets only the time in `reconnect`. Then `set_by_server`, which is of the decoder, is `None`, but the
        // time differs from that of the options.
        let is_set = set_by_server.is_some() || retry != self.reconnect.options.retry_ms;
        is_set.then_some(retry)
    }

    /// Notes that bytes were received or sent, which restarts the idle timeout.
    // Not inlined: inlined, it costs the async client 304 instead of 297 instructions for each event of 17 bytes, received in
    // pieces of 536 bytes, on a Cortex-M3.
    #[inline(never)]
    pub fn note_activity(&mut self, now: Instant) {
        let idle = now.limit(self.limits.idle);
        self.deadline = idle.min(self.head_deadline);
        self.reconnect.note_time(now);
    }

    /// Drops the connection if its deadline has passed.
    // Not inlined: it has several callers, and a program that drives an event source by hand would have 150 bytes more.
    #[inline(never)]
    pub fn check_deadline(&mut self, now: Instant) {
        if now >= self.deadline && (self.is_connecting() || self.is_connected()) {
            let reason = match now >= self.head_deadline {
                true => NetworkReason::SlowHead,
                false => NetworkReason::Idle,
            };
            self.lose(Reason::Network(reason));
        }
    }

    /// Returns the notice that there is no stream. Only while the client waits or is closed.
    pub(super) fn notice(&self) -> Notice<'static> {
        let reason = match self.state {
            ClientState::Closed(reason, by) => return Notice::Closed { reason, by },
            ClientState::Waiting(reason) => reason,
            _ => {
                debug_assert!(false, "a notice in {:?}", self.state);
                Reason::Network(NetworkReason::Lost)
            }
        };
        let at = self.deadline;
        Notice::Reconnecting { reason, at }
    }

    /// Returns the next step while there is no connection, or while an error body is received.
    pub(super) fn advance(&mut self, now: Instant) -> Step {
        if let ClientState::Waiting(_) = self.state {
            if now < self.deadline {
                return Step::Wait;
            }
            self.state = ClientState::Start;
        }
        if let ClientState::Lost(reason) = self.state {
            match self.reconnect.failed_by_rules(now, reason) {
                Ok(at) => {
                    self.deadline = at;
                    self.state = ClientState::Waiting(reason);
                    return Step::Notice(NoticeKind::Reconnecting);
                }
                Err(by) => self.state = ClientState::Closed(reason, by),
            }
        }
        match self.state {
            ClientState::Closed(..) => Step::Notice(NoticeKind::Closed),
            ClientState::Start => {
                self.state = ClientState::Connecting;
                self.head_deadline = Instant::NEVER;
                self.note_activity(now);
                Step::Connect
            }
            _ => Step::Wait,
        }
    }
}
