//! Floor 1: the bytes on the wire, with no notion of an event yet.

pub(crate) mod copy;
pub(crate) mod decimal;
pub(crate) mod line_end;
pub(crate) mod media_type;
pub(crate) mod scanner;
// With `--cfg word_search`, hosts test what microcontrollers run.
#[cfg(all(target_pointer_width = "64", not(word_search)))]
mod search_blocks;
mod search_bytes;
#[cfg(any(not(target_pointer_width = "64"), word_search))]
mod search_words;
pub(crate) mod text;
