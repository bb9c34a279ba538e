//! The values of `--end-on`.

use std::str::FromStr;

use embedded_sse::client::{NetworkReason, Reason, ServerReason};

/// The reasons for which the client ends instead of reconnecting.
pub enum EndOn {
    /// One reason.
    Exactly(Reason),
    /// Every redirect that cannot be followed.
    Redirect,
    /// Every response that is malformed or not supported.
    Malformed,
}

impl EndOn {
    pub fn includes(&self, reason: Reason) -> bool {
        match self {
            Self::Exactly(exactly) => *exactly == reason,
            Self::Redirect => matches!(reason, Reason::Redirect(_)),
            Self::Malformed => matches!(reason, Reason::Response(_)),
        }
    }
}

impl FromStr for EndOn {
    type Err = &'static str;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Ok(Self::Exactly(match word {
            "redirect" => return Ok(Self::Redirect),
            "malformed" => return Ok(Self::Malformed),
            "wrong-type" => Reason::Server(ServerReason::WrongType),
            "unreachable" => Reason::Network(NetworkReason::Unreachable),
            "lost" => Reason::Network(NetworkReason::Lost),
            "ended" => Reason::Server(ServerReason::Ended),
            "idle" => Reason::Network(NetworkReason::Idle),
            "slow-head" => Reason::Network(NetworkReason::SlowHead),
            status => match status.parse() {
                Ok(status @ 100..=999) => Reason::Server(ServerReason::Status(status)),
                _ => return Err("--end-on: neither a status nor a word of the list"),
            },
        }))
    }
}
