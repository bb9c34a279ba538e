//! Values of the event under way that lie in the input.

/// Values of the event under way that lie in the input and are not written to the buffer. What is not held
/// is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held<'i> {
    pub data: &'i [u8],
    pub event_type: &'i [u8],
    pub id: &'i [u8],
}
