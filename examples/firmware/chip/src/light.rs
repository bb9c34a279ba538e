//! A light on a pin of the nRF51822.

use crate::register::Register;

// SAFETY: these are the addresses of the reference manual, and this file is the only driver of this pin.
const SET: Register = unsafe { Register::new(0x5000_0508) };
const CLEAR: Register = unsafe { Register::new(0x5000_050c) };
const MAKE_OUTPUT: Register = unsafe { Register::new(0x5000_0518) };

const PIN: u32 = 1 << 13;

/// Switches the light.
pub fn switch(on: bool) {
    MAKE_OUTPUT.write(PIN);
    let register = if on { SET } else { CLEAR };
    register.write(PIN);
}
