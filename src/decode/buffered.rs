//! The functions that `Decoder` and `PartDecoder` share.

/// Implements them for a decoder with the fields `state` and `buffer`.
// Not a type inside of both: its methods would have to be written again for each of them.
macro_rules! buffered_decoder {
    ($decoder:ident, $state:ident) => {
        impl<const N: usize> $decoder<[u8; N]> {
            /// Creates a decoder that holds its buffer.
            pub const fn new() -> Self {
                Self {
                    state: $state::new(),
                    buffer: [0; N],
                }
            }
        }

        impl<const N: usize> Default for $decoder<[u8; N]> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<'b> $decoder<&'b mut [u8]> {
            /// Creates a decoder over the caller's buffer.
            pub const fn with_buffer(buffer: &'b mut [u8]) -> Self {
                Self {
                    state: $state::new(),
                    buffer,
                }
            }
        }

        impl<B: AsRef<[u8]> + AsMut<[u8]> + ?Sized> $decoder<B> {
            /// Ends the stream: discards an unfinished event, and takes the next bytes for the start of a new stream.
            ///
            /// It keeps the last event ID and the reconnection time.
            pub fn end_stream(&mut self) {
                self.state.end_stream();
            }

            /// Returns the last event ID, which a client sends as `Last-Event-ID` when it reconnects.
            ///
            /// A client does not send an empty ID.
            pub fn last_event_id(&self) -> $crate::EventId<'_> {
                let buffer = self.buffer.as_ref();
                $crate::EventId::of_field(self.state.builder.layout.last_event_id(buffer))
            }

            /// Sets the last event ID, for instance one that was saved before a reboot. Ends the stream.
            ///
            /// # Errors
            ///
            /// [`Overflow`] if the ID is longer than the buffer. Nothing has changed then.
            pub fn set_last_event_id(&mut self, id: $crate::EventId<'_>) -> Result<(), Overflow> {
                let buffer = self.buffer.as_mut();
                self.state
                    .builder
                    .set_last_event_id(buffer, id.as_bytes())?;
                self.state.end_stream();
                Ok(())
            }
        }
    };
}

pub(super) use buffered_decoder;
