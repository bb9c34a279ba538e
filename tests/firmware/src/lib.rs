//! Helpers of the tests: emulated machines, their monitor, recorded traffic, and clients.

pub mod capture;
pub mod ends;
pub mod machine;
pub mod monitor;
pub mod status;
