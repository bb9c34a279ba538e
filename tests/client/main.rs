//! The client's connection (WHATWG HTML 9.2.2 to 9.2.4): an event source against a scripted server, in virtual time.
//! One file for each group of rules.

#![cfg(feature = "http")]

#[path = "../common/scripted.rs"]
mod scripted;

mod helpers;

mod body;
mod call_order;
mod close;
mod credentials;
mod cuts;
mod delays;
mod deployments;
mod dynamic_fields;
mod error_body;
mod events;
mod final_or_retried;
mod head_timeout;
mod idle;
mod last_event_id;
mod on_failure;
mod reconnect_alone;
mod redirects;
mod remembered_redirects;
mod request;
mod response_head;
mod response_head_oracle;
mod restart;
mod resume_point;
mod resumed;
mod retry_after;
mod unsafe_requests;
mod web_platform;
