//! Serving requests out of a hub.

use embassy_sync::blocking_mutex::raw::RawMutex;
use embedded_io_async::{Read, Write};

use super::{Hub, Slot};
use crate::io::Error;
use crate::io::asynch::{Clock, HalfClose, serve};
use crate::server::{Outcome, ServerOptions};

impl<M: RawMutex, B: AsRef<[u8]> + AsMut<[u8]>, S: AsMut<[Slot]>> Hub<M, B, S> {
    /// Reads a request from a socket and answers it as the options say: with the stream, or with a
    /// refusal; with 503 when no slot is free. Returns when the socket is to be dropped: see [`serve`].
    ///
    /// # Cancel safety
    ///
    /// Not cancel-safe: close the socket. Its client reconnects, and resumes after the last event
    /// with an id that it has seen.
    ///
    /// # Errors
    ///
    /// Those of [`serve`].
    pub fn serve<'a, T: Read + Write + HalfClose, C: Clock>(
        &'a self,
        socket: T,
        scratch: &'a mut [u8],
        clock: &'a C,
        options: &'a ServerOptions<'a>,
    ) -> impl Future<Output = Result<Outcome, Error<T::Error>>> {
        serve(socket, scratch, clock, self, options)
    }
}
