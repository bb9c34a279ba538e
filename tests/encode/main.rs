//! Encoding: what a server writes (WHATWG HTML 9.2.5), a file for each part of it.

#[path = "../common/mod.rs"]
mod common;
mod encoded;

mod comments;
mod data;
mod data_writer;
mod frame;
mod injection;
mod max_len;
mod sinks;
