//! What the firmware needs of its chip, as QEMU models it. A port to another board replaces this package,
//! mostly by the crates that exist for its chip.
#![no_std]

#[cfg(feature = "lm3s6965")]
pub mod clock;
#[cfg(feature = "lm3s6965")]
pub mod ethernet;
#[cfg(feature = "lm3s6965")]
pub mod host;
#[cfg(feature = "nrf51822")]
pub mod light;
#[cfg(feature = "lm3s6965")]
pub mod retained;
pub mod stack;
#[cfg(feature = "nrf51822")]
pub mod uart;

mod panic;
mod register;

// It holds the logger.
#[cfg(feature = "lm3s6965")]
use defmt_semihosting as _;
