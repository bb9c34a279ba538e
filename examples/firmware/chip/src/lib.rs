//! Drivers of the example firmware for two chips that QEMU models. A port to a board replaces this package, mostly by
//! existing crates for its chip.
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

// Links the logger.
#[cfg(feature = "lm3s6965")]
use defmt_semihosting as _;
