//! The panic handler: it ends the emulator with exit status 101. A board would reset itself.

use core::panic::PanicInfo;
#[cfg(feature = "lm3s6965")]
use core::sync::atomic::{AtomicBool, Ordering};

/// Uses neither the message nor the location. They would add some 15 KB of flash, for formatting and the names of all files.
/// A debugger shows where the program stopped.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    #[cfg(feature = "lm3s6965")]
    {
        // A panic within a log statement is not logged: that would panic again. No compare-and-swap is needed, because nothing
        // else runs after a panic.
        static HAS_PANICKED: AtomicBool = AtomicBool::new(false);
        if !HAS_PANICKED.load(Ordering::Relaxed) {
            HAS_PANICKED.store(true, Ordering::Relaxed);
            defmt::error!("panic");
        }
    }
    semihosting::process::exit(101)
}
