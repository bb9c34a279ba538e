//! Memory-mapped registers.

use core::ptr::{read_volatile, write_volatile};

/// A register at an address.
pub(crate) struct Register(usize);

impl Register {
    /// # Safety
    ///
    /// A register must be at this address, and the caller must be the only driver of its device.
    pub(crate) const unsafe fn new(address: usize) -> Self {
        Self(address)
    }

    pub(crate) fn read(&self) -> u32 {
        // SAFETY: the caller of `new` has promised that a register is here.
        unsafe { read_volatile(self.0 as *const u32) }
    }

    pub(crate) fn write(&self, value: u32) {
        // SAFETY: the caller of `new` has promised that a register is here.
        unsafe { write_volatile(self.0 as *mut u32, value) }
    }
}
