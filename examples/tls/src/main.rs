//! Follows an event stream over TLS 1.3 with `embedded-tls`, and resumes it when a connection ends.
//!
//! ```text
//! cargo run -p tls     # starts a server on this machine, too
//! ```

mod acceptor;
mod client;
#[path = "../../common/clock.rs"]
mod clock;
mod server;

use std::error::Error;
use std::ops::ControlFlow;

use clock::TokioClock;
use embedded_sse::client::{ClientOptions, EventSource, Notice, ReconnectOptions};
use embedded_sse::http::Url;
use rand_core::{OsRng, RngCore};
use server::{EVENTS, Server};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start().await?;
    let url = format!("https://localhost:{}/", server.port);
    // Clients that lose their server at the same time reconnect at different times.
    let reconnect = ReconnectOptions::new().seed(OsRng.next_u32());
    let options = ClientOptions::new()
        .idle_timeout(45_000)
        .reconnect(reconnect);
    let mut buffer = [0; 256];
    let mut source = EventSource::new(Url::new(&url)?, &options, &mut buffer);
    let mut events = 0;
    client::follow(&mut source, &server.authority, TokioClock, |notice| {
        match notice {
            Notice::Event(event) => {
                println!(
                    "{} {}: {}",
                    event.last_event_id, event.event_type, event.data
                );
                events += 1;
            }
            notice => println!("{notice:?}"),
        }
        // The server ends each connection after `EVENTS` events, so this takes three.
        match events == 3 * EVENTS {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })
    .await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use embedded_sse::client::EndedBy;

    async fn follow(url: &str, authority: &[u8], count: usize) -> (Vec<String>, Option<EndedBy>) {
        let options =
            ClientOptions::new().reconnect(ReconnectOptions::new().max_attempts(2).retry(1));
        let mut buffer = [0; 256];
        let mut source = EventSource::new(Url::new(url).unwrap(), &options, &mut buffer);
        let mut data = Vec::new();
        let ended_by = client::follow(&mut source, authority, TokioClock, |notice| {
            if let Notice::Event(event) = notice {
                data.push(event.data.to_string());
            }
            match data.len() == count {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        let ended_by = tokio::time::timeout(Duration::from_secs(120), ended_by).await;
        (data, ended_by.unwrap())
    }

    /// Breaks when an encrypted stream cannot be read, or does not resume after its last event.
    #[tokio::test]
    async fn a_stream_resumes_over_several_connections() {
        let server = Server::start().await.unwrap();
        let url = format!("https://localhost:{}/", server.port);
        let (data, ended_by) = follow(&url, &server.authority, 8).await;
        assert_eq!(data, ["1", "2", "3", "4", "5", "6", "7", "8"]);
        assert_eq!(ended_by, None);
    }

    /// Breaks when a handshake has no time limit. The clock of tokio jumps ahead while all tasks wait.
    #[tokio::test(start_paused = true)]
    async fn a_server_that_stays_silent_is_given_up() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/", silent.local_addr().unwrap());
        let (data, ended_by) = follow(&url, b"", 1).await;
        assert_eq!((data.len(), ended_by), (0, Some(EndedBy::Attempts)));
    }

    /// Breaks when the client accepts a certificate of another authority or for another host.
    #[tokio::test]
    async fn a_server_with_a_wrong_certificate_gets_no_request() {
        let server = Server::start().await.unwrap();
        let other = Server::start().await.unwrap();
        let url = format!("https://localhost:{}/", server.port);
        let (data, ended_by) = follow(&url, &other.authority, 1).await;
        assert_eq!((data.len(), ended_by), (0, Some(EndedBy::Attempts)));
        let url = format!("https://127.0.0.1:{}/", server.port);
        let (data, ended_by) = follow(&url, &server.authority, 1).await;
        assert_eq!((data.len(), ended_by), (0, Some(EndedBy::Attempts)));
    }
}
