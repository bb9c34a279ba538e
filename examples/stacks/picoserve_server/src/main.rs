//! Serves an event stream as a route of picoserve. It runs on tokio here, and in the same way on embassy.

mod adapter;
#[path = "../../arguments.rs"]
mod arguments;
mod awkward;
#[path = "../../hub.rs"]
mod hub;
mod inputs;

use std::io::Result;
use std::rc::Rc;

use adapter::Events;
use arguments::STREAM;
use hub::HUB;
use picoserve::response::custom::CustomResponse;
use picoserve::response::{EventStream, IntoResponse, StatusCode};
use picoserve::routing::{get, get_service};
use picoserve::time::Duration;
use picoserve::{Config, Router, Server, Timeouts};
use tokio::net::TcpListener;
use tokio::task::LocalSet;

fn awkward_frames() -> impl IntoResponse {
    CustomResponse::build(StatusCode::OK)
        .with_header("Content-Type", "text/event-stream")
        .with_body(awkward::Frames)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let listener = TcpListener::bind(arguments::address()).await?;
    println!("listening on http://{}/events", listener.local_addr()?);
    std::thread::spawn(hub::publish_numbers);
    let router = Router::new()
        .route("/events", get_service(Events(&HUB, *STREAM)))
        // These two routes show what this crate and picoserve send for awkward events.
        .route("/frames", get(async || awkward_frames()))
        .route("/sse", get(async || EventStream(awkward::Picoserve)));
    let router = Rc::new(router);
    let serve = async {
        loop {
            let Ok((socket, _)) = listener.accept().await else {
                // The process is probably out of file descriptors: an immediate retry would fail, too.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            };
            let router = Rc::clone(&router);
            tokio::task::spawn_local(async move {
                let config = Config::new(Timeouts {
                    // A client that takes no byte for this time is disconnected. The default is 1 s.
                    write: Duration::from_secs(20),
                    ..Timeouts::default()
                });
                let mut head = [0; 2048];
                // An error is the end of this connection alone.
                let _ = Server::new_tokio(&router, &config, &mut head)
                    .serve(socket)
                    .await;
            });
        }
    };
    LocalSet::new().run_until(serve).await
}
