//! What becomes of a panic: the emulator ends, and its exit status says so. A board resets itself.

use core::panic::PanicInfo;

/// Looks neither at the message nor at the place: with them, what formats them and the names of all files
/// would stand in flash, some 15 KB. A debugger shows where the program stopped.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    #[cfg(feature = "lm3s6965")]
    defmt::error!("panic");
    semihosting::process::exit(101)
}
