//! Registers of the chip's devices.

use core::ptr::{read_volatile, write_volatile};

/// One register, by its address.
pub(crate) struct Register(usize);

impl Register {
    /// # Safety
    ///
    /// There is a register at this address, and the caller is its device's only driver.
    pub(crate) const unsafe fn new(address: usize) -> Self {
        Self(address)
    }

    pub(crate) fn read(&self) -> u32 {
        // SAFETY: as `new` was promised.
        unsafe { read_volatile(self.0 as *const u32) }
    }

    pub(crate) fn write(&self, value: u32) {
        // SAFETY: as `new` was promised.
        unsafe { write_volatile(self.0 as *mut u32, value) }
    }
}
