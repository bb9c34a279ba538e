//! Tests of the service, with a small harness that drives it as contract tests do.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Json, Router};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);
const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// The service, in a process of its own.
struct Service {
    process: Child,
    url: String,
    http: Client,
}

impl Service {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_contract"))
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap();
        Self {
            process,
            url: url.trim_end_matches('/').to_string(),
            http: Client::new(),
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Response {
        let request = self.http.post(format!("{}{path}", self.url));
        request.body(body.to_string()).send().await.unwrap()
    }

    async fn delete(&self, path: &str) -> u16 {
        let request = self.http.delete(format!("{}{path}", self.url));
        request.send().await.unwrap().status().as_u16()
    }

    /// Starts a client with these parameters, and returns the server of its stream with the callbacks.
    async fn stream(&self, parameters: Value) -> Harness {
        let harness = Harness::new().await;
        let mut all = json!({
            "streamUrl": format!("http://127.0.0.1:{}/stream", harness.stream_port),
            "callbackUrl": format!("http://127.0.0.1:{}", harness.callback_port),
            "initialDelayMs": 0,
        });
        for (name, value) in parameters.as_object().unwrap() {
            all[name] = value.clone();
        }
        let response = self.post("/", &all).await;
        assert_eq!(response.status().as_u16(), 201);
        let location = response.headers()["location"].to_str().unwrap();
        assert!(location.starts_with("/streams/"), "{location}");
        Harness {
            location: location.to_string(),
            ..harness
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The server of a stream, and the callbacks of its client.
struct Harness {
    listener: TcpListener,
    stream_port: u16,
    callback_port: u16,
    callbacks: UnboundedReceiver<(u64, Value)>,
    received: u64,
    location: String,
}

impl Harness {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback_port = callback_listener.local_addr().unwrap().port();
        let (sender, callbacks) = unbounded_channel();
        let router = Router::new()
            .route("/{number}", axum::routing::post(receive))
            .with_state(sender);
        tokio::spawn(async { axum::serve(callback_listener, router).await });
        Self {
            stream_port: listener.local_addr().unwrap().port(),
            listener,
            callback_port,
            callbacks,
            received: 0,
            location: String::new(),
        }
    }

    /// The next connection, and what it asks for.
    async fn connection(&self) -> (TcpStream, String) {
        let (mut socket, _) = timeout(PATIENCE, self.listener.accept())
            .await
            .unwrap()
            .unwrap();
        let (mut request, mut bytes) = (String::new(), [0; 1024]);
        let body_len = |head: &str| {
            let length = head.split_once("Content-Length: ")?.1;
            length.lines().next()?.parse().ok()
        };
        let is_whole = |request: &str| match request.split_once("\r\n\r\n") {
            Some((head, body)) => body.len() >= body_len(head).unwrap_or_default(),
            None => false,
        };
        while !is_whole(&request) {
            let length = socket.read(&mut bytes).await.unwrap();
            assert!(length > 0, "{request}");
            request += std::str::from_utf8(&bytes[..length]).unwrap();
        }
        (socket, request)
    }

    /// Takes the next connection, and responds with a stream that begins with this body.
    async fn serve(&self, body: &str) -> (TcpStream, String) {
        let (mut socket, request) = self.connection().await;
        let text = format!("{STREAM}{body}");
        socket.write_all(text.as_bytes()).await.unwrap();
        (socket, request)
    }

    /// The next callback, which has the next number.
    async fn callback(&mut self) -> Value {
        let (number, message) = timeout(PATIENCE, self.callbacks.recv())
            .await
            .unwrap()
            .unwrap();
        self.received += 1;
        assert_eq!(number, self.received);
        message
    }

    async fn expect_event(&mut self, event_type: &str, data: &str, id: &str) {
        let event = json!({ "type": event_type, "data": data, "id": id });
        assert_eq!(
            self.callback().await,
            json!({ "kind": "event", "event": event })
        );
    }

    async fn expect_error(&mut self) {
        assert_eq!(self.callback().await["kind"], "error");
    }
}

async fn receive(
    Path(number): Path<u64>,
    State(sender): State<UnboundedSender<(u64, Value)>>,
    Json(message): Json<Value>,
) -> StatusCode {
    // The receiver is gone once the test has ended.
    let _ = sender.send((number, message));
    StatusCode::ACCEPTED
}

/// Breaks when the service does not list its capabilities, or does not reject an invalid request.
#[tokio::test]
async fn the_service_answers_its_harness() {
    let mut service = Service::start();
    let status = service.http.get(&service.url).send().await.unwrap();
    let capabilities: Value = serde_json::from_str(&status.text().await.unwrap()).unwrap();
    let capabilities = capabilities["capabilities"].as_array().unwrap();
    for capability in [
        "bom",
        "comments",
        "headers",
        "last-event-id",
        "post",
        "report",
        "read-timeout",
        "restart",
        "server-directed-shutdown-request",
    ] {
        assert!(capabilities.contains(&json!(capability)), "{capability}");
    }
    let url = "http://127.0.0.1:1";
    for wrong in [
        json!({}),
        json!({ "streamUrl": url }),
        json!({ "streamUrl": "ftp://a", "callbackUrl": url }),
        json!({ "streamUrl": url, "callbackUrl": "a" }),
        json!({ "streamUrl": url, "callbackUrl": url, "method": "A B" }),
        json!({ "streamUrl": url, "callbackUrl": url, "lastEventId": "a\nb" }),
        json!({ "streamUrl": url, "callbackUrl": url, "headers": { "a": "b\r\nc" } }),
        json!({ "streamUrl": url, "callbackUrl": url, "readTimeoutMs": -1 }),
    ] {
        assert_eq!(
            service.post("/", &wrong).await.status().as_u16(),
            400,
            "{wrong}"
        );
    }
    let command = json!({ "command": "restart" });
    assert_eq!(
        service.post("/streams/7", &command).await.status().as_u16(),
        404
    );
    assert_eq!(service.delete("/streams/7").await, 404);
    let harness = service.stream(json!({})).await;
    let wrong = json!({ "command": "dance" });
    assert_eq!(
        service
            .post(&harness.location, &wrong)
            .await
            .status()
            .as_u16(),
        400
    );
    assert_eq!(service.delete("/").await, 204);
    assert!(service.process.wait().unwrap().success());
}

/// Breaks when an event or a comment is reported wrong, out of order, or with the wrong number.
#[tokio::test]
async fn events_and_comments_are_reported_in_order() {
    let service = Service::start();
    let mut harness = service.stream(json!({})).await;
    let (mut socket, request) = harness.serve("\u{feff}:Hello\n: part one, ").await;
    assert!(request.starts_with("GET /stream HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nAccept: text/event-stream\r\n"));
    assert!(request.contains("\r\nCache-Control: no-cache\r\n"));
    assert!(!request.contains("Last-Event-ID"));
    for piece in "part two\nid: 7\ndata: a\r\ndata: \u{e4}\r\n\r\nevent: b\rdata: c\r\r"
        .as_bytes()
        .chunks(1)
    {
        socket.write_all(piece).await.unwrap();
        socket.flush().await.unwrap();
    }
    let comment = |text: &str| json!({ "kind": "comment", "comment": text });
    assert_eq!(harness.callback().await, comment("Hello"));
    assert_eq!(harness.callback().await, comment(" part one, part two"));
    harness.expect_event("message", "a\n\u{e4}", "7").await;
    harness.expect_event("b", "c", "7").await;
}

/// Breaks when a parameter does not count.
#[tokio::test]
async fn parameters_set_the_request() {
    let service = Service::start();
    for method in ["POST", "REPORT"] {
        let harness = service
            .stream(json!({
                "lastEventId": "abc",
                "headers": { "content-type": "application/json", "x-a": "b c" },
                "method": method,
                "body": "{\"a\":1}",
            }))
            .await;
        // The first request, and the one after the connection was lost.
        for _ in 0..2 {
            let (_, request) = harness.serve("").await;
            assert!(request.starts_with(&format!("{method} /stream HTTP/1.1\r\n")));
            assert!(request.contains("\r\nx-a: b c\r\n"));
            assert!(request.contains("\r\ncontent-type: application/json\r\n"));
            assert!(request.contains("\r\nLast-Event-ID: abc\r\n"));
            assert!(request.ends_with("\r\n\r\n{\"a\":1}"));
        }
    }
}

/// Breaks when a client does not reconnect after a lost, silent or redirected connection, or reconnects after a 204.
#[tokio::test]
async fn a_client_reconnects_until_a_204() {
    let service = Service::start();
    let mut harness = service.stream(json!({ "readTimeoutMs": 500 })).await;

    // The connection ends. The next request has the id.
    drop(harness.serve("id: 1\ndata: a\n\nid: 2\ndata: unfin").await);
    harness.expect_event("message", "a", "1").await;
    harness.expect_error().await;

    // The server is silent for longer than the read timeout.
    let (_silent, request) = harness.serve("data: b\n\n").await;
    assert!(request.contains("\r\nLast-Event-ID: 1\r\n"));
    harness.expect_event("message", "b", "1").await;
    harness.expect_error().await;

    // The harness sends a command.
    let (_kept, _) = harness.serve("data: c\n\n").await;
    harness.expect_event("message", "c", "1").await;
    let command = json!({ "command": "restart" });
    assert_eq!(
        service
            .post(&harness.location, &command)
            .await
            .status()
            .as_u16(),
        202
    );

    // The server redirects the client.
    let (mut socket, _) = harness.connection().await;
    let redirect = "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\n\r\n";
    socket.write_all(redirect.as_bytes()).await.unwrap();
    let (mut socket, request) = harness.connection().await;
    assert!(request.starts_with("GET /elsewhere "), "{request}");

    // The server ends the client.
    socket
        .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
        .await
        .unwrap();
    harness.expect_error().await;
    let again = timeout(Duration::from_millis(300), harness.listener.accept());
    assert!(again.await.is_err());
}

/// Breaks when a response without a stream is not reported.
#[tokio::test]
async fn responses_without_a_stream_are_errors() {
    let service = Service::start();
    for answer in [
        "301 Moved Permanently\r\nLocation:",
        "307 Temporary Redirect\r\nX: y",
        "404 Not Found\r\nX: y",
        "200 OK\r\nContent-Type: text/html",
    ] {
        let mut harness = service.stream(json!({})).await;
        let (mut socket, _) = harness.connection().await;
        let answer = format!("HTTP/1.1 {answer}\r\n\r\n");
        socket.write_all(answer.as_bytes()).await.unwrap();
        harness.expect_error().await;
    }
}

/// Breaks when one stream waits for another, or goes on after its end.
#[tokio::test]
async fn streams_run_side_by_side() {
    let service = Service::start();
    let mut harnesses = Vec::new();
    for _ in 0..5 {
        harnesses.push(service.stream(json!({})).await);
    }
    let mut sockets = Vec::new();
    for harness in harnesses.iter().rev() {
        sockets.push(harness.serve("").await.0);
    }
    for (number, socket) in sockets.iter_mut().enumerate() {
        let event = format!("data: {number}\n\n");
        socket.write_all(event.as_bytes()).await.unwrap();
    }
    for (number, harness) in harnesses.iter_mut().rev().enumerate() {
        harness
            .expect_event("message", &number.to_string(), "")
            .await;
        assert_eq!(service.delete(&harness.location).await, 204);
        assert_eq!(service.delete(&harness.location).await, 404);
    }
    for socket in &mut sockets {
        let length = timeout(PATIENCE, socket.read(&mut [0; 1])).await.unwrap();
        assert!(
            matches!(length, Ok(0) | Err(_)),
            "the client is still connected"
        );
    }
}
