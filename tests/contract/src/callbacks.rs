//! Callbacks, by which the harness learns what its client does.

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Posts messages to a harness, one at a time and in order, each to a URL with its number.
pub struct Callbacks {
    messages: UnboundedSender<Value>,
}

impl Callbacks {
    /// Posts to this URL. Messages that were queued are posted even after this is dropped.
    pub fn new(url: String) -> Self {
        let (messages, queue) = unbounded_channel();
        tokio::spawn(post(url, queue));
        Self { messages }
    }

    pub fn send(&self, message: Value) {
        // Sending fails once the harness is gone, and there is nobody to report to.
        let _ = self.messages.send(message);
    }
}

async fn post(url: String, mut queue: UnboundedReceiver<Value>) {
    let client = reqwest::Client::new();
    let mut number = 0_u64;
    while let Some(message) = queue.recv().await {
        number += 1;
        let request = client
            .post(format!("{url}/{number}"))
            .header("Content-Type", "application/json")
            .body(message.to_string());
        if let Err(error) = request.send().await {
            eprintln!("{error}");
            return;
        }
    }
}
