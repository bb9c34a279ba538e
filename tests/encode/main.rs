//! Encoding of frames (WHATWG HTML 9.2.5): one file for each part.

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
