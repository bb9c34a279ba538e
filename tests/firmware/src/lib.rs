//! What the tests share: emulated machines, and what is done to them from outside.

pub mod capture;
pub mod ends;
pub mod machine;
pub mod monitor;
pub mod status;
