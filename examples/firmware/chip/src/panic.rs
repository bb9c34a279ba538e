//! The panic handler: it ends the emulator with exit status 101. A board would reset itself.

use core::panic::PanicInfo;

/// Uses neither the message nor the location. They would add some 15 KB of flash, for formatting and the names of all files.
/// A debugger shows where the program stopped.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    #[cfg(feature = "lm3s6965")]
    defmt::error!("panic");
    semihosting::process::exit(101)
}
