//! The part of the example that firmware shares: one question to a language model, and its answer as it is made.
//!
//! It has no heap: the caller chooses a buffer for the request and one for the longest chunk of the answer. Text is decoded while
//! it is shown.

#![no_std]

mod json;

use core::cell::RefCell;
use core::fmt::{self, Write};

use embassy_sync::blocking_mutex::Mutex;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_sse::client::{
    ClientOptions, DynamicField, Notice, Reason, ReconnectOptions, ServerReason,
};
use embedded_sse::http::{HeaderField, Method};
use embedded_sse::io::asynch::{Client, Clock, Connect};
use embedded_sse::{Event, Instant};
use heapless::{CapacityError, String};
use serde_json_core::{de, from_slice};

use json::Chunk;
pub use json::{Explanation, JsonText, request_body};

/// The length of the longest token. Some are signed claims (JWT) of more than 1 KB.
const TOKEN_LEN: usize = 2048;

static FIELDS: [HeaderField; 1] = [match HeaderField::new("Content-Type", "application/json") {
    Ok(field) => field,
    Err(_) => panic!("not a header field"),
}];

/// Returns the options of a client for this request.
///
/// A `POST` is not repeated after a part of its answer has come, which is the default of the crate: the server would make, and
/// charge for, a second answer. It is repeated after a 429, and after a 503 with `Retry-After`.
pub const fn options<'a>(
    body: &'a [u8],
    authorization: &'a [DynamicField<'a>],
    seed: u32,
) -> ClientOptions<'a> {
    ClientOptions::new()
        .request(Method::POST, body)
        .fields(&FIELDS)
        .dynamic_fields(authorization)
        // A model can think for long before its first byte.
        .idle_timeout(120_000)
        .error_body()
        .reconnect(
            ReconnectOptions::new()
                .seed(seed)
                // A person waits: the delay is about that of `Retry-After`.
                .retry(200)
                .max_attempts(5)
                .max_retry_after(60),
        )
}

/// The token of the next request. The connector sets it, and the header field `Authorization` has it.
///
/// The mutex makes it `Sync`, as the function of a [`DynamicField`] has to be.
pub struct Token(Mutex<CriticalSectionRawMutex, RefCell<String<TOKEN_LEN>>>);

impl Token {
    pub const fn new() -> Self {
        Self(Mutex::new(RefCell::new(String::new())))
    }

    /// Replaces the token.
    ///
    /// # Errors
    ///
    /// If it is too long. The token is then the earlier one.
    pub fn set(&self, token: &str) -> Result<(), CapacityError> {
        let token = String::try_from(token)?;
        self.0.lock(|held| held.replace(token));
        Ok(())
    }

    /// Writes the value of the header field `Authorization`.
    pub fn write_authorization(&self, value: &mut dyn Write) -> fmt::Result {
        self.0
            .lock(|token| write!(value, "Bearer {}", token.borrow()))
    }
}

impl Default for Token {
    fn default() -> Self {
        Self::new()
    }
}

/// Something to show while an answer is received.
pub enum Shown<'a> {
    /// The next piece of the answer.
    Delta(JsonText<'a>),
    /// A piece of the answer is missing: it is longer than the buffer of the event source.
    TooLong,
    /// An event that is no chunk of an answer, for example because it is malformed.
    Unreadable(de::Error),
    /// What the server says about an error.
    Explanation(Explanation<'a>),
    /// The request is sent again after this time.
    Waiting { reason: Reason, milliseconds: u64 },
    /// The token has been refused. The request is sent again with another one.
    Renewing,
}

/// How a question ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer is complete.
    Complete,
    /// The model has finished its answer, but a piece of it was too long or could not be read.
    PieceMissing,
    /// The server has reported an error instead of an answer, or in the middle of it.
    Failed,
    /// There is no answer.
    NoAnswer(Reason),
    /// The stream has ended in the middle of the answer.
    Incomplete(Reason),
}

/// What to do after a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Take the next notice.
    Continue,
    /// Take the next notice: the client sends the request again at this time.
    Waiting { reason: Reason, at: Instant },
    /// The token has been refused: restart the client, then take the next notice.
    Renew,
    /// Drop the client.
    Ended(Outcome),
}

/// The state of an answer. It knows no sockets: [`receive`] passes it the notices of a [`Client`]. A loop as in `examples/tls`,
/// for sockets that borrow their buffers, passes it those of an event source.
#[derive(Clone, Debug)]
pub struct Answer {
    renewals: u32,
    has_begun: bool,
    has_finished: bool,
    is_piece_missing: bool,
}

impl Answer {
    /// `renewals` is how often the request may be sent again with a new token after a 401. It is 0 if the token never changes.
    pub const fn new(renewals: u32) -> Self {
        Self {
            renewals,
            has_begun: false,
            has_finished: false,
            is_piece_missing: false,
        }
    }

    /// Takes a notice, and shows the piece of the answer in it.
    pub fn take(&mut self, notice: Notice<'_>, show: &mut impl FnMut(Shown<'_>)) -> Step {
        match notice {
            Notice::Open => self.has_begun = true,
            Notice::Event(event) => return self.take_event(&event, show),
            Notice::Overflow => {
                self.is_piece_missing = true;
                show(Shown::TooLong);
            }
            Notice::Reconnecting { reason, at } => return Step::Waiting { reason, at },
            Notice::Closed { reason, .. } => return self.close(reason),
            _ => {}
        }
        Step::Continue
    }

    fn take_event(&mut self, event: &Event<'_>, show: &mut impl FnMut(Shown<'_>)) -> Step {
        if event.data == "[DONE]" {
            return Step::Ended(self.finished());
        }
        let data = event.data.as_bytes();
        let explanation = Explanation(data);
        match from_slice::<Chunk<'_>>(data) {
            Ok((chunk, _)) if chunk.error.is_none() && event.event_type != "error" => {
                for choice in &chunk.choices {
                    if let Some(delta) = choice.delta.content {
                        show(Shown::Delta(delta));
                    }
                    self.has_finished |= choice.finish_reason.is_some();
                }
            }
            // The server goes on after a malformed event, but not after an error.
            Err(error) if explanation.message().is_none() && event.event_type != "error" => {
                self.is_piece_missing = true;
                show(Shown::Unreadable(error));
            }
            _ => {
                show(Shown::Explanation(explanation));
                return Step::Ended(Outcome::Failed);
            }
        }
        Step::Continue
    }

    fn close(&mut self, reason: Reason) -> Step {
        // Some servers send no `[DONE]`.
        if self.has_finished {
            return Step::Ended(self.finished());
        }
        if reason == Reason::Server(ServerReason::Status(401)) && self.renewals > 0 {
            self.renewals -= 1;
            // A request that was refused was not carried out, so it may be sent again.
            return Step::Renew;
        }
        Step::Ended(match self.has_begun {
            true => Outcome::Incomplete(reason),
            false => Outcome::NoAnswer(reason),
        })
    }

    const fn finished(&self) -> Outcome {
        match self.is_piece_missing {
            true => Outcome::PieceMissing,
            false => Outcome::Complete,
        }
    }
}

/// Receives an answer. The client has the [`options`] of the request, and its connector sets the [`Token`].
pub async fn receive<T: Connect, C: Clock>(
    client: &mut Client<'_, T, &C>,
    clock: &C,
    mut answer: Answer,
    mut show: impl FnMut(Shown<'_>),
) -> Outcome {
    loop {
        let step = answer.take(client.next_notice().await, &mut show);
        // `take` shows what borrows the client. The body of a response that is no stream stays until the client connects again.
        if let body @ [_, ..] = client.source().error_body() {
            show(Shown::Explanation(Explanation(body)));
        }
        match step {
            Step::Continue => {}
            Step::Waiting { reason, at } => show(Shown::Waiting {
                reason,
                milliseconds: at.since(clock.now()),
            }),
            Step::Renew => {
                show(Shown::Renewing);
                client.restart();
            }
            Step::Ended(outcome) => return outcome,
        }
    }
}
