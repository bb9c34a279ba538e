//! The server, without sockets and in virtual time: one file for each group of rules.

#[path = "../common/mod.rs"]
mod common;
mod helpers;

mod deployments;
mod end;
mod event_log;
mod filter;
mod initial_id;
mod initial_state;
mod keep_alive;
mod lifetime;
mod made_ids;
mod preamble;
mod resume;
mod slow_client;
mod start;
mod storage;
mod write_timeout;

#[cfg(feature = "http")]
mod call_order;
#[cfg(feature = "http")]
mod check;
#[cfg(feature = "http")]
mod chunked;
#[cfg(feature = "http")]
mod cors;
#[cfg(feature = "http")]
mod full;
#[cfg(feature = "http")]
mod gone_client;
#[cfg(feature = "http")]
mod head_timeout;
#[cfg(feature = "http")]
mod host;
#[cfg(feature = "http")]
mod refusals;
#[cfg(feature = "http")]
mod request_head;
#[cfg(feature = "http")]
mod respond;
#[cfg(feature = "http")]
mod response_head;
#[cfg(feature = "http")]
mod resume_id;
#[cfg(feature = "http")]
mod steps;
