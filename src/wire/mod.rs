//! Floor 1: the bytes on the wire, with no notion of an event yet.

pub(crate) mod copy;
pub(crate) mod decimal;
pub(crate) mod exact;
pub(crate) mod grammar;
pub(crate) mod line_end;
pub(crate) mod media_type;
pub(crate) mod scanner;
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(word_search)))]
mod search_blocks;
mod search_bytes;
#[cfg(any(not(any(target_arch = "x86_64", target_arch = "aarch64")), word_search))]
mod search_words;
pub(crate) mod text;

/// Whether speed counts more than flash. With `--cfg word_search`, hosts test what microcontrollers run.
pub(crate) const IS_HOST: bool = cfg!(all(target_pointer_width = "64", not(word_search)));
