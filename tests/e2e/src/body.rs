//! The body of a response, read by an HTTP client and a decoder of other projects.

use std::io::Read;
use std::net::SocketAddr;
use std::time::Duration;

use sse_core::{MessageEvent, SseDecoder, SseEvent};
use ureq::{Agent, BodyReader};

pub struct Body {
    reader: BodyReader<'static>,
    decoder: SseDecoder,
    /// The bytes that are not decoded yet.
    received: Vec<u8>,
    /// All bytes of the body.
    pub text: String,
}

impl Body {
    /// Requests this path. Returns the status, and the body as it comes.
    pub fn request(address: SocketAddr, path: &str, last_event_id: &str) -> (u16, Self) {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // So long may a test wait at all.
            .timeout_global(Some(Duration::from_secs(120)));
        let mut request = config
            .build()
            .new_agent()
            .get(format!("http://{address}{path}"))
            .header("Accept", "text/event-stream");
        if !last_event_id.is_empty() {
            request = request.header("Last-Event-ID", last_event_id);
        }
        let response = request.call().unwrap();
        let status = response.status().as_u16();
        let body = Self {
            reader: response.into_body().into_reader(),
            decoder: SseDecoder::new(),
            received: Vec::new(),
            text: String::new(),
        };
        (status, body)
    }

    /// Reads the next event. `None` at the end of the body.
    pub fn next_event(&mut self) -> Option<MessageEvent> {
        loop {
            let mut undecoded = &self.received[..];
            let event = self.decoder.next(&mut undecoded);
            let decoded = self.received.len() - undecoded.len();
            self.received.drain(..decoded);
            match event {
                Some(Ok(SseEvent::Message(event))) => return Some(event),
                Some(event) => drop(event.unwrap()),
                None if self.read() => {}
                None => return None,
            }
        }
    }

    /// Reads until the body contains this text. Panics if it ends before.
    pub fn wait_for(&mut self, text: &str) {
        while !self.text.contains(text) {
            assert!(self.read(), "{text:?} is not in {:?}", self.text);
        }
    }

    /// Reads some bytes. Returns whether there were any before the end of the body.
    fn read(&mut self) -> bool {
        let mut chunk = [0; 1024];
        let length = self.reader.read(&mut chunk).unwrap();
        let chunk = &chunk[..length];
        self.received.extend_from_slice(chunk);
        self.text.push_str(&String::from_utf8_lossy(chunk));
        length > 0
    }
}
