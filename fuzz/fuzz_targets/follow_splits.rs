//! The fuzzer is the server: it chooses the responses and their cuts, and the sizes of the client's buffers. The client's
//! requests and notices must not depend on the cuts.
#![no_main]

use embedded_sse::Instant;
use embedded_sse::client::{
    ClientOptions, EventSource, EventSourceOutput, Notice, ReconnectOptions,
};
use embedded_sse::http::Url;
use libfuzzer_sys::fuzz_target;

/// The beginnings of responses. Without them, random bytes would seldom form a valid head.
const HEADS: [&str; 4] = [
    "",
    "HTTP/1.1 302 Found\r\nLocation: ",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
];

fuzz_target!(|input: (u8, u8, Vec<(u8, Vec<&[u8]>)>)| {
    let (size, redirects, responses) = input;
    let cut: Vec<Vec<&[u8]>> = responses
        .into_iter()
        .map(|(head, mut chunks)| {
            chunks.insert(0, HEADS[usize::from(head) % HEADS.len()].as_bytes());
            chunks
        })
        .collect();
    let whole: Vec<Vec<u8>> = cut.iter().map(|chunks| chunks.concat()).collect();
    let whole: Vec<Vec<&[u8]>> = whole.iter().map(|bytes| vec![&bytes[..]]).collect();
    let sizes = (usize::from(size), usize::from(redirects));
    assert_eq!(follow(&cut, sizes), follow(&whole, sizes));
});

/// Follows a stream with these responses. Returns the client's requests and notices.
fn follow(responses: &[Vec<&[u8]>], (size, redirects): (usize, usize)) -> Vec<String> {
    // Without a seed, the delays would depend on when the chunks arrive.
    let reconnect = ReconnectOptions::new().seed(1);
    let options = ClientOptions::new().id_parameter("id").reconnect(reconnect);
    let (mut buffer, mut locations) = ([0; 255], [0; 255]);
    let url = Url::new("http://device/events?a=b").unwrap();
    let mut source = EventSource::new(url, &options, &mut buffer[..size]);
    source.follow_redirects(&mut locations[..redirects]);
    let mut now = Instant::from_millis(0);
    let mut responses = responses.iter();
    let mut chunks = [].iter();
    let mut input: &[u8] = b"";
    let mut told = Vec::new();
    loop {
        match source.poll(now, &mut input) {
            EventSourceOutput::Connect(url) => {
                told.push(format!("connect {url}"));
                let Some(response) = responses.next() else {
                    return told;
                };
                chunks = response.iter();
                source.connected(now);
            }
            EventSourceOutput::Send(bytes) => {
                told.push(format!("send {}", bytes.escape_ascii()));
                let length = bytes.len();
                source.sent(now, length);
            }
            EventSourceOutput::Notice(Notice::Closed { reason, by }) => {
                told.push(format!("{reason:?} by {by:?}"));
                return told;
            }
            EventSourceOutput::Notice(notice) => {
                if let Notice::Reconnecting { at, .. } = notice {
                    now = at;
                }
                told.push(format!("{notice:?}"));
            }
            EventSourceOutput::Wait(_) => match chunks.next() {
                Some(chunk) => input = chunk,
                None => source.received_eof(),
            },
        }
    }
}
