//! A fleet of devices behind engines that exist: nginx with nchan, Redis and NATS.

pub mod check;
#[path = "../../common/clock.rs"]
pub mod clock;
pub mod commands;
pub mod crowd;
pub mod device;
#[path = "../../common/end.rs"]
pub mod end;
pub mod engine;
pub mod fan_out;
pub mod follower;
pub mod gateway;
pub mod lease;
pub mod measure;
pub mod nats;
pub mod nginx;
pub mod page;
pub mod redis;
pub mod run;
pub mod status;
#[path = "../../common/tcp.rs"]
mod tcp;

/// The error of a run: it is printed, and ends the program.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
