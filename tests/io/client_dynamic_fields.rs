//! Produced header fields through the drivers of clients. The connector renews a token.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use embedded_sse::client::{
    ClientOptions, ConnectError, DynamicField, EventSource, ReconnectOptions,
};
use embedded_sse::http::Url;
use embedded_sse::io::{asynch, blocking};

use crate::clock::VirtualClock;
use crate::scripted::Scene;
use crate::scripted_socket::{Connector, Socket};

/// A connector that makes the next token before it connects.
struct Renewing<'t> {
    token: &'t AtomicU32,
    connector: Connector,
}

impl asynch::Connect for Renewing<'_> {
    type Socket = Socket;

    async fn connect(&mut self, url: Url<'_>) -> Result<Socket, ConnectError> {
        self.token.fetch_add(1, Relaxed);
        asynch::Connect::connect(&mut self.connector, url).await
    }
}

impl blocking::Connect for Renewing<'_> {
    type Socket = Socket;

    fn connect(&mut self, url: Url<'_>) -> Result<Socket, ConnectError> {
        self.token.fetch_add(1, Relaxed);
        blocking::Connect::connect(&mut self.connector, url)
    }
}

fn script() -> [Scene; 4] {
    [
        Scene::stream("data: x\n\n"),
        Scene::Refused,
        Scene::answer("503 x", ""),
        Scene::stays("data: y\n\n"),
    ]
}

/// Checks the requests: each has its whole token, which is longer than the one before.
fn assert_each_token_is_sent_once(requests: &[Vec<u8>]) {
    assert_eq!(requests.len(), 4);
    for (number, request) in requests.iter().enumerate() {
        if number == 1 {
            assert!(request.is_empty());
            continue;
        }
        let token = "x".repeat(number + 1);
        let end = format!("\r\nAuthorization: Bearer {token}\r\n\r\n");
        assert!(request.ends_with(end.as_bytes()), "{number}");
    }
}

/// Breaks when a driver sends the token of an earlier connection, or parts of two tokens.
#[tokio::test(start_paused = true)]
async fn each_connection_of_a_client_has_the_token_that_its_connector_has_renewed() {
    for step in [1, 7, usize::MAX] {
        let token = AtomicU32::new(0);
        let produce = |value: &mut dyn Write| -> fmt::Result {
            write!(value, "Bearer ")?;
            (0..token.load(Relaxed)).try_for_each(|_| value.write_char('x'))
        };
        let fields = [DynamicField::new("Authorization", &produce).unwrap()];
        let options = ClientOptions::new()
            .dynamic_fields(&fields)
            .reconnect(ReconnectOptions::new().no_jitter());
        let url = Url::new("http://device/").unwrap();

        let connector = Connector::new(&script(), step);
        let (mut buffer, mut received) = ([0; 64], [0; 64]);
        let source = EventSource::new(url, &options, &mut buffer);
        let renewing = Renewing {
            token: &token,
            connector: connector.clone(),
        };
        let mut client = asynch::Client::new(source, renewing, &mut received, VirtualClock);
        assert_eq!(client.next().await.unwrap().data, "x");
        assert_eq!(client.next().await.unwrap().data, "y");
        assert_each_token_is_sent_once(&connector.requests());

        token.store(0, Relaxed);
        let connector = Connector::new(&script(), step);
        let (mut buffer, mut received) = ([0; 64], [0; 64]);
        let source = EventSource::new(url, &options, &mut buffer);
        let renewing = Renewing {
            token: &token,
            connector: connector.clone(),
        };
        let mut client = blocking::Client::new(source, renewing, &mut received, connector.clone());
        assert_eq!(client.next().unwrap().data, "x");
        assert_eq!(client.next().unwrap().data, "y");
        assert_each_token_is_sent_once(&connector.requests());
    }
}
