//! Helpers of the tests: the crate's server in this process, the crate's clients on threads, other programs as peers, and
//! a line reader as a client, which shares no code with the crate.

#[path = "../../../examples/tls/src/acceptor.rs"]
mod acceptor;
pub mod body;
pub mod browser;
pub mod client;
#[path = "../../../examples/common/clock.rs"]
pub mod clock;
#[path = "../../../examples/common/end.rs"]
mod end;
pub mod follower;
pub mod nginx;
pub mod outages;
pub mod packages;
pub mod program;
pub mod promises;
pub mod scenarios;
pub mod scripted;
pub mod server;
pub mod stacks;
#[path = "../../../examples/serve_superloop/socket.rs"]
mod superloop_socket;
pub mod tap;
#[path = "../../../examples/common/tcp.rs"]
pub mod tcp;
#[path = "../../common/tcp_server.rs"]
pub mod tcp_server;
pub mod tls;
pub mod wall;
