//! Serves and follows event streams on a microcontroller, over embassy-net. A firmware spawns these tasks
//! when its network stack is up.
//!
//! ```text
//! cargo build --target thumbv7m-none-eabi
//! ```
#![no_std]

pub mod follow;
pub mod serve;
