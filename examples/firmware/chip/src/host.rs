//! Random numbers and arguments of the host, by semihosting. A board has other sources.

use semihosting::experimental::{env, random};

/// Returns a random number of the host. A board uses its random number generator.
pub fn random() -> u64 {
    let mut bytes = [0; 8];
    if random::fill_bytes(&mut bytes).is_err() {
        // Two boots could then get the same epoch.
        defmt::warn!("the host has no random numbers");
    }
    u64::from_le_bytes(bytes)
}

/// Copies the program's last argument to the start of a buffer. `None` without an argument, or if it does not fit. A board
/// reads its configuration from flash.
pub fn argument(buffer: &mut [u8]) -> Option<&str> {
    let arguments = env::args::<256>().ok()?;
    // The first argument is the program's name.
    let last = arguments.skip(1).last()?.ok()?;
    let front = buffer.get_mut(..last.len())?;
    front.copy_from_slice(last.as_bytes());
    core::str::from_utf8(front).ok()
}
