//! Decoding (WHATWG HTML 9.2.5 and 9.2.6): one file for each part of the standard.

#[path = "../common/mod.rs"]
mod common;
mod helpers;

mod byte_order_mark;
mod data;
mod dispatch;
mod end_of_stream;
mod event_type;
mod exhaustive;
mod fields;
mod last_event_id;
mod line_ends;
mod overflow;
mod owned_event;
mod parts;
mod random;
mod retry;
mod storage;
mod utf8;
