//! Helpers of the tests of single rules. Each decodes a stream in every way and returns one part of the outcome.

use crate::common::{Item, Outcome, decode_every_way, decode_parts};

/// Buffer size. Every stream of these tests fits.
const SIZE: usize = 256;

/// The outcome of a stream, which must be the same in whatever chunks the stream comes.
pub fn outcome(stream: impl AsRef<[u8]>) -> Outcome {
    decode_every_way(stream.as_ref(), SIZE)
}

/// An expected event.
pub fn event(event_type: &str, data: &str, last_event_id: &str) -> Item {
    Item::Event {
        event_type: event_type.into(),
        data: data.into(),
        last_event_id: last_event_id.into(),
    }
}

/// The data of each event of a stream.
pub fn data(stream: impl AsRef<[u8]>) -> Vec<String> {
    data_of(&outcome(stream))
}

/// The data of each event.
pub fn data_of(outcome: &Outcome) -> Vec<String> {
    let data = outcome.items.iter().map(|item| match item {
        Item::Event { data, .. } => data.clone(),
        Item::Overflow => "overflow".into(),
    });
    data.collect()
}

/// The type of each event of a stream.
pub fn event_types(stream: impl AsRef<[u8]>) -> Vec<String> {
    let items = outcome(stream).items.into_iter();
    let event_types = items.map(|item| match item {
        Item::Event { event_type, .. } => event_type,
        Item::Overflow => "overflow".into(),
    });
    event_types.collect()
}

/// The last event id of a stream at each of its events, and at its end.
pub fn ids(stream: impl AsRef<[u8]>) -> Vec<String> {
    let outcome = outcome(stream);
    let ids = outcome.items.into_iter().map(|item| match item {
        Item::Event { last_event_id, .. } => last_event_id,
        Item::Overflow => "overflow".into(),
    });
    ids.chain([outcome.last_event_id]).collect()
}

/// The reconnection time that a stream sets.
pub fn retry(stream: impl AsRef<[u8]>) -> Option<u32> {
    outcome(stream).retry
}

/// The comments of a stream.
pub fn comments(stream: impl AsRef<[u8]>) -> Vec<String> {
    let stream = stream.as_ref();
    // `outcome` also checks that the comments are the same in all chunks.
    outcome(stream);
    decode_parts([stream], &mut [0; SIZE], "").1
}

/// The notices of a client that gets a response with this body, whose media type has these parameters.
#[cfg(feature = "http")]
pub fn client_story(parameters: &str, body: &str) -> Vec<String> {
    use embedded_sse::Instant;
    use embedded_sse::client::{ClientOptions, EventSource, EventSourceOutput, Notice};
    use embedded_sse::http::Url;

    let response =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream{parameters}\r\n\r\n{body}");
    let (mut response, mut input) = (response.as_bytes(), &b""[..]);
    let (options, mut buffer) = (ClientOptions::new(), [0; SIZE]);
    let url = Url::new("http://device.test/").unwrap();
    let mut source = EventSource::new(url, &options, &mut buffer);
    let now = Instant::from_millis(0);
    let mut story = Vec::new();
    loop {
        match source.poll(now, &mut input) {
            EventSourceOutput::Connect(_) => source.connected(now),
            EventSourceOutput::Send(bytes) => {
                let length = bytes.len();
                source.sent(now, length);
            }
            EventSourceOutput::Wait(_) if response.is_empty() => return story,
            EventSourceOutput::Wait(_) => input = std::mem::take(&mut response),
            EventSourceOutput::Notice(Notice::Open) => story.push("notice: open".into()),
            EventSourceOutput::Notice(Notice::Event(event)) => {
                story.push(format!("event: {} {}", event.event_type, event.data));
            }
            EventSourceOutput::Notice(notice) => story.push(format!("notice: {notice:?}")),
        }
    }
}
