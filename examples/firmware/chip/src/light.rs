//! A light on the nRF51822.

use crate::register::Register;

// SAFETY: the reference manual's addresses, and this file is the driver of this pin.
const SET: Register = unsafe { Register::new(0x5000_0508) };
const CLEAR: Register = unsafe { Register::new(0x5000_050c) };
const MAKE_OUTPUT: Register = unsafe { Register::new(0x5000_0518) };

const PIN: u32 = 1 << 13;

/// Switches it.
pub fn switch(on: bool) {
    MAKE_OUTPUT.write(PIN);
    let register = if on { SET } else { CLEAR };
    register.write(PIN);
}
