//! The clients of `examples/stacks`, each over real sockets.

use std::fs;
use std::process::Command;

use e2e::outages::{ClientProgram, Scheme, UNREACHABLE, follow_over_outages};
use e2e::scenarios;
use e2e::scripted::Scripted;
use e2e::stacks::stack;
use e2e::tls::TlsProxy;
use tempfile::{TempDir, tempdir};

/// Runs a client without encryption.
async fn follow(package: &str) {
    follow_over_outages(Scheme::Http, |url, delay, _| {
        let mut command = stack(package);
        command.args([url, delay]);
        command
    })
    .await;
}

/// Breaks when the adapter lacks one of the traits, or when it does not connect to host and port of the URL.
#[tokio::test(flavor = "multi_thread")]
async fn tokio_client_follows_over_outages() {
    follow("tokio_client").await;
}

/// Breaks when a read that has timed out ends the stream.
#[tokio::test(flavor = "multi_thread")]
async fn std_client_follows_over_outages() {
    follow("std_client").await;
}

/// Breaks when an event is held back until a buffer is full, when a body that ends with the connection is not read, or when
/// the adapter does not pass on the last event ID or a header field.
#[tokio::test(flavor = "multi_thread")]
async fn edge_http_client_follows_over_outages() {
    follow("edge_http_client").await;
}

/// Breaks when the adapter does not pass on the last event ID or a header field.
#[tokio::test(flavor = "multi_thread")]
async fn reqwless_client_follows_over_outages() {
    follow("reqwless_client").await;
}

/// Makes a command that runs the client of reqwless with this authority, which is written to a file of `folder`.
fn reqwless(folder: &TempDir, url: &str, delay: &str, authority: &[u8]) -> Command {
    let path = folder.path().join("authority.der");
    fs::write(&path, authority).unwrap();
    let mut command = stack("reqwless_client");
    command.args([url, delay]).arg(path);
    command
}

/// Breaks when an encrypted stream cannot be read, or does not resume after its last event.
#[tokio::test(flavor = "multi_thread")]
async fn reqwless_client_follows_over_outages_with_tls() {
    let folder = tempdir().unwrap();
    follow_over_outages(Scheme::Https, |url, delay, authority| {
        reqwless(&folder, url, delay, authority)
    })
    .await;
}

/// Breaks when the client sends a request to a server whose certificate is of another authority.
#[tokio::test(flavor = "multi_thread")]
async fn reqwless_client_sends_no_request_to_a_server_with_a_wrong_certificate() {
    let folder = tempdir().unwrap();
    let server = Scripted::start(Vec::new(), scenarios::last(), "").await;
    let tls = TlsProxy::start(server.address).await;
    let other = TlsProxy::start(server.address).await;
    let url = format!("https://localhost:{}/events", tls.address.port());
    let mut client = ClientProgram::start(&mut reqwless(&folder, &url, "300", &other.authority));
    client.lines_until(UNREACHABLE);
    client.lines_until(UNREACHABLE);
    assert!(server.requests().is_empty());
}
