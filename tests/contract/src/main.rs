//! The client of this crate, wrapped in the HTTP service that SSE contract tests drive.
//!
//! ```text
//! cargo run --release [-- --port 8000]
//! ```
//!
//! A harness starts streams by `POST /` and is their server. It learns by callbacks what the client receives. `GET /`
//! lists the capabilities of the client, `DELETE /` ends the service.

mod callbacks;
#[path = "../../../examples/common/clock.rs"]
mod clock;
mod parameters;
mod service;
mod stream;
#[path = "../../../examples/common/tcp.rs"]
mod tcp;

use std::process::ExitCode;

use lexopt::ValueExt;
use service::Service;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    let port = match port() {
        Ok(port) => port,
        Err(error) => {
            eprintln!("{error}\nusage: contract [--port PORT]");
            return ExitCode::from(2);
        }
    };
    let listener = match TcpListener::bind(("127.0.0.1", port)).await {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("port {port}: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Ok(address) = listener.local_addr() {
        println!("listening on http://{address}/");
    }
    match Service::new().run(listener).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn port() -> Result<u16, lexopt::Error> {
    let mut port = 8000;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("port") => port = arguments.value()?.parse()?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(port)
}
