//! Layer 1: the syntax of event streams, from bytes to fields.

pub(crate) mod grammar;
pub(crate) mod line_end;
pub(crate) mod media_type;
pub(crate) mod scanner;
// Hosts search by vector instructions, which the other targets do not have.
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(word_search)))]
mod search_blocks;
#[cfg(any(not(any(target_arch = "x86_64", target_arch = "aarch64")), word_search))]
mod search_words;
pub(crate) mod text;
