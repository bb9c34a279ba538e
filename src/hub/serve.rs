//! Serving requests out of a hub.

use embassy_sync::blocking_mutex::raw::RawMutex;
use embedded_io_async::{Read, Write};

use super::{Hub, Slot};
use crate::http::{HeaderField, Response, Status};
use crate::io::Error;
use crate::io::asynch::{Clock, Incoming, accept};
use crate::server::{Exchange, Outcome, ServerOptions, StreamOptions};

static RETRY_AFTER: [HeaderField; 1] = [HeaderField::constant("Retry-After", "5")];
static BUSY: Response = Response::refusal(Status::SERVICE_UNAVAILABLE).fields(&RETRY_AFTER);

impl<M: RawMutex, B: AsRef<[u8]> + AsMut<[u8]>, S: AsMut<[Slot]>> Hub<M, B, S> {
    /// Reads a request from a socket and answers it as the options say: with the stream, or with a
    /// refusal; with 503 when no slot is free.
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: close the socket. Its client reconnects, and resumes behind the last event
    /// with an id that it has seen.
    ///
    /// # Errors
    ///
    /// Those of [`accept`].
    pub async fn serve<T: Read + Write, C: Clock>(
        &self,
        socket: T,
        scratch: &mut [u8],
        clock: &C,
        options: &ServerOptions<'_>,
    ) -> Result<Outcome, Error<T::Error>> {
        match accept(socket, scratch, clock, options).await {
            Ok(mut incoming) => self.answer(&mut incoming).await,
            Err(error) => {
                self.count_refusal(&error);
                Err(error)
            }
        }
    }

    /// Counts that [`accept`] has refused a request by itself, if this is the error that it returns then.
    pub fn count_refusal<E>(&self, error: &Error<E>) {
        if let Error::NoRequest(Outcome::Answered(_)) = error {
            self.note_refused();
        }
    }

    /// Answers a request as its options say: with the stream, or with a refusal; with 503 when no
    /// slot is free.
    ///
    /// # Errors
    ///
    /// Those of [`Incoming::answer`].
    pub async fn answer<T: Read + Write, C: Clock>(
        &self,
        incoming: &mut Incoming<'_, T, C>,
    ) -> Result<Outcome, Error<T::Error>> {
        let exchange = incoming.exchange();
        self.settle(incoming, exchange, None).await
    }

    /// Answers a request with a stream of the caller's choice, whatever the path; or with a refusal, if the
    /// request's method, what it accepts, or the [check](ServerOptions::check) rules a stream out; with
    /// 503 when no slot is free.
    ///
    /// # Errors
    ///
    /// Those of [`Incoming::answer`].
    pub async fn answer_with<'a, T: Read + Write, C: Clock>(
        &self,
        incoming: &mut Incoming<'a, T, C>,
        options: &'a StreamOptions<'a>,
    ) -> Result<Outcome, Error<T::Error>> {
        let exchange = incoming.stream_exchange();
        self.settle(incoming, exchange, Some(options)).await
    }

    async fn settle<'a, T: Read + Write, C: Clock>(
        &self,
        incoming: &mut Incoming<'a, T, C>,
        exchange: Exchange,
        options: Option<&'a StreamOptions<'a>>,
    ) -> Result<Outcome, Error<T::Error>> {
        if let Exchange::Stream = exchange {
            let Some(client) = self.join() else {
                self.note_refused();
                return incoming.respond(&BUSY).await;
            };
            let outcome = incoming.begin_stream(&client, options).await;
            if let Ok(Outcome::Streamed(reason)) = outcome {
                self.note_closed(reason);
            }
            return outcome;
        }
        if let Exchange::Other | Exchange::Refuse(_) = exchange {
            self.note_refused();
        }
        incoming.settle(exchange).await
    }
}
