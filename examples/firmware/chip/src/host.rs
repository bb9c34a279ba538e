//! What the emulator gets from the machine that it runs on. A board has other means.

use semihosting::experimental::{env, random};

/// A number that nobody can foresee: a board asks its random number generator.
pub fn random() -> u64 {
    let mut bytes = [0; 8];
    if random::fill_bytes(&mut bytes).is_err() {
        // A boot could pass for another one then.
        defmt::warn!("there are no random numbers here");
    }
    u64::from_le_bytes(bytes)
}

/// Copies the last argument of the program to the front of a buffer; `None` if there is none, or if it
/// does not fit. A board reads its configuration from flash.
pub fn argument(buffer: &mut [u8]) -> Option<&str> {
    let arguments = env::args::<256>().ok()?;
    // The first one is the program's name.
    let last = arguments.skip(1).last()?.ok()?;
    let front = buffer.get_mut(..last.len())?;
    front.copy_from_slice(last.as_bytes());
    core::str::from_utf8(front).ok()
}
