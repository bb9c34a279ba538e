//! A scripted server with everything that can happen to a connection, and the notices of an event source for it.
//! Drivers must give the same notices.

use embedded_sse::Instant;
use embedded_sse::client::{ClientOptions, EventSource, Notice, ReconnectOptions};
use embedded_sse::http::Url;

use crate::scripted::{Scene, brief, closed, play};

pub static OPTIONS: ClientOptions = ClientOptions::new()
    .comments()
    .idle_timeout(500)
    .reconnect(ReconnectOptions::new().no_jitter().retry(700));

/// Everything that can happen to a connection. The last response ends the client.
pub fn script() -> Vec<Scene> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n\r\n\
        9\r\nid: 3\ndat\r\n4\r\na: a\r\n8\r\n\ndata: b\r\n2\r\n\n\n\r\n0\r\n\r\n";
    let pieces = [
        "HTTP/1.1 200 OK\r\nContent-Ty",
        "pe: text/event-stream\r\n\r\nda",
        "ta: c\n\n",
    ];
    let counted = "Content-Length: 19\r\n\r\ndata: e\n\n: the end\n";
    let long = "x".repeat(300);
    vec![
        Scene::stream(
            ": hello\nid: 1\ndata: a\n\nid: 2\nevent: b\ndata: c\ndata: d\n\ndata: unfin",
        ),
        Scene::Refused,
        Scene::answer("307 Temporary Redirect\r\nLocation: /elsewhere", ""),
        Scene::answer("301 Moved Permanently\r\nLocation: //other/stream", ""),
        Scene::Ends(format!("{head}{chunked}").into_bytes()),
        // The body has ended, but the connection stays open.
        Scene::Stays(format!("{head}{chunked}").into_bytes()),
        Scene::Stays(format!("{head}{counted}").into_bytes()),
        Scene::Stays(format!("{head}Content-Length: 0\r\n\r\n").into_bytes()),
        Scene::answer("301 Moved Permanently\r\nLocation: http://third:81/", ""),
        Scene::answer(
            "503 Service Unavailable\r\nRetry-After: 2",
            "<html>busy</html>",
        ),
        Scene::stream(&format!("data: {long}\n\nretry: 900\ndata: after\n\n")),
        Scene::stays("data: then silence\n\n"),
        Scene::Slow(400, pieces.map(|piece| piece.as_bytes().to_vec()).into()),
        Scene::Slow(600, vec![b"HTTP/1.1 200 OK\r\n".to_vec()]),
        Scene::Ends(b"".to_vec()),
        Scene::answer("204 No Content", ""),
    ]
}

/// The script above, and one with an invalid chunk.
pub fn scripts() -> [Vec<Scene>; 2] {
    let whole = script();
    let mut cut = whole[..4].to_vec();
    let head = "200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked";
    let body = "9\r\nid: 3\ndat\r\n4\r\na: a\r\n7\r\n\ndata: b\r\n2\r\n\n\n\r\n0\r\n\r\n";
    cut.push(Scene::answer(head, body));
    cut.push(Scene::answer("204 No Content", ""));
    [whole, cut]
}

/// These scripts with an attempt to connect that never ends. Only an asynchronous client can give it up.
pub fn scripts_with_silence() -> [Vec<Scene>; 2] {
    scripts().map(|mut script| {
        script.insert(1, Scene::Silent);
        script
    })
}

/// The notices and requests of the event source without a driver, and the time that it takes.
pub fn expected(script: &[Scene]) -> (Vec<String>, Vec<Vec<u8>>, u64) {
    let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
    let mut source = source(&mut buffer, &mut redirects);
    let story = play(&mut source, script.iter().cloned(), usize::MAX);
    // The event source must not end before the last scene.
    let connections = story.requests.len();
    assert_eq!(connections, script.len(), "{:?}", story.lines);
    // Drivers are followed until this time.
    let last = story.lines.last().unwrap();
    assert!(last.starts_with("closed"), "{last}");
    let lines = story.lines.iter().map(|line| without_time(line)).collect();
    (lines, story.requests, story.now)
}

fn without_time(line: &str) -> String {
    match line.split_once(": ") {
        Some((start, reason)) if start.starts_with("lost after") => format!("lost: {reason}"),
        _ => line.to_string(),
    }
}

pub fn source<'a>(buffer: &'a mut [u8], redirects: &'a mut [u8]) -> EventSource<'a> {
    let url = Url::new("http://device/events").unwrap();
    let mut source = EventSource::new(url, &OPTIONS, buffer);
    source.follow_redirects(redirects);
    source
}

/// Writes the lines for notices as the player of the script does. The parts of a comment, which depend on the input,
/// are joined.
#[derive(Default)]
pub struct NoticeLines {
    comment: String,
}

impl NoticeLines {
    /// The line for a notice, or `None` within a comment. The line of the last notice begins with `closed`.
    pub fn line(&mut self, notice: Notice<'_>, now: Instant) -> Option<String> {
        Some(match notice {
            Notice::Open => "open".to_string(),
            Notice::Event(event) => format!(
                "event {} [{}] {}",
                event.event_type, event.last_event_id, event.data
            ),
            Notice::Comment { text, ends } => {
                self.comment += &text.to_string();
                if !ends {
                    return None;
                }
                format!("comment {}.", std::mem::take(&mut self.comment))
            }
            Notice::Overflow => "overflow".to_string(),
            Notice::Reconnecting { reason, at } => {
                format!("lost: {}, again in {}", brief(reason), at.since(now))
            }
            Notice::Closed { reason, by } => closed(reason, by),
            other => panic!("{other:?}"),
        })
    }
}

pub const SIZES: [(usize, usize); 5] = [(usize::MAX, 512), (1, 512), (512, 1), (7, 5), (64, 100)];
