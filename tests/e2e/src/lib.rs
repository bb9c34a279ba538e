//! What the tests share: a server of the crate's own in this process, programs as peers, and a client
//! so simple that it cannot be wrong.

pub mod browser;
pub mod client;
pub mod program;
pub mod server;
