//! Layer 1: helpers for bytes and numbers, which know nothing of event streams.

pub(crate) mod copy;
pub(crate) mod digits;
pub(crate) mod exact;

/// Whether code is chosen for speed where the faster code takes more flash.
///
/// This holds on hosts. With `--cfg word_search`, hosts compile the code of microcontrollers, so that tests can run it.
pub(crate) const FAVORS_SPEED: bool = cfg!(all(target_pointer_width = "64", not(word_search)));

/// Whether two short names are the same.
///
/// It compares byte by byte: a call of `memcmp` takes more flash and stack.
#[inline(always)] // A call would cost more than the loop does for the few bytes of a name.
pub(crate) fn equal(one: &[u8], other: &[u8]) -> bool {
    one.iter().eq(other)
}

/// Returns the bytes before the first `separator`, and those after it. Without a separator, all bytes are in the first slice.
#[cfg(feature = "http")]
pub(crate) fn split_at_first(bytes: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let at = bytes.iter().position(|byte| *byte == separator);
    match at.and_then(|at| bytes.split_at_checked(at)) {
        Some((before, [_, after @ ..])) => (before, after),
        _ => (bytes, b""),
    }
}
