//! Serves an event stream as a route of picoserve. It runs on tokio here, and in the same way on embassy.

mod adapter;
#[path = "../../arguments.rs"]
mod arguments;
#[path = "../../hub.rs"]
mod hub;

use std::io::Result;
use std::rc::Rc;

use adapter::Events;
use arguments::STREAM;
use hub::HUB;
use picoserve::routing::get_service;
use picoserve::{Config, Router, Server};
use tokio::net::TcpListener;
use tokio::task::LocalSet;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let listener = TcpListener::bind(arguments::address()).await?;
    println!("listening on http://{}/events", listener.local_addr()?);
    hub::publish_numbers(arguments::interval());
    let router = Rc::new(Router::new().route("/events", get_service(Events(&HUB, *STREAM))));
    let serve = async {
        loop {
            let (socket, _) = listener.accept().await?;
            let router = Rc::clone(&router);
            tokio::task::spawn_local(async move {
                let config = Config::const_default();
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
