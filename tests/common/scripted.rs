//! A scripted server in virtual time, which plays the connections of a client without a socket.

use embedded_sse::Instant;
use embedded_sse::client::{ConnectError, EndedBy, EventSource, EventSourceOutput, Notice, Reason};

/// How the server treats one connection.
#[allow(dead_code, reason = "not every test needs all of them")]
#[derive(Clone, Debug)]
pub enum Scene {
    /// The connection cannot be made.
    Refused,
    /// The connector does not support the scheme of the URL.
    Unsupported,
    /// The attempt to connect neither succeeds nor fails.
    Silent,
    /// The server sends these bytes at once and ends the connection.
    Ends(Vec<u8>),
    /// The server sends these bytes at once and keeps the connection open.
    Stays(Vec<u8>),
    /// The connection is lost after this many bytes of the request.
    Takes(usize),
    /// The server sends each piece after this many milliseconds, and then ends the connection.
    Slow(u64, Vec<Vec<u8>>),
    /// The server sends each piece after a time of its own in milliseconds, and then ends the connection.
    Timed(Vec<(u64, Vec<u8>)>),
}

#[allow(dead_code, reason = "not every test needs all of them")]
impl Scene {
    /// A stream with this body, whose connection then ends.
    pub fn stream(body: &str) -> Self {
        Self::answer("200 OK\r\nContent-Type: text/event-stream", body)
    }

    /// A stream with this body, whose connection then stays open.
    pub fn stays(body: &str) -> Self {
        match Self::stream(body) {
            Scene::Ends(bytes) => Scene::Stays(bytes),
            other => other,
        }
    }

    /// Pieces, each of which comes after this many milliseconds.
    pub fn timed(pieces: &[(u64, &str)]) -> Self {
        let pieces = pieces.iter();
        let pieces = pieces.map(|(time, piece)| (*time, piece.as_bytes().to_vec()));
        Scene::Timed(pieces.collect())
    }

    /// A response with this head and this body, whose connection then ends.
    pub fn answer(head: &str, body: &str) -> Self {
        Scene::Ends(format!("HTTP/1.1 {head}\r\n\r\n{body}").into_bytes())
    }
}

/// The record of what a client did.
#[derive(Debug, Default)]
pub struct Story {
    /// One line for each step except waiting and sending.
    pub lines: Vec<String>,
    /// The requests, one for each connection.
    pub requests: Vec<Vec<u8>>,
    pub now: u64,
}

#[allow(dead_code, reason = "tests of drivers do without")]
impl Story {
    pub fn request(&self, number: usize) -> &str {
        std::str::from_utf8(&self.requests[number]).unwrap()
    }

    /// The rests of the lines that begin with `start`.
    pub fn lines_of(&self, start: &str) -> Vec<&str> {
        let lines = self.lines.iter();
        lines.filter_map(|line| line.strip_prefix(start)).collect()
    }
}

/// Plays until the script has ended, the client waits without a time limit, or the client is closed. At most `step`
/// bytes are given and taken at a time.
pub fn play(
    source: &mut EventSource<'_>,
    script: impl IntoIterator<Item = Scene>,
    step: usize,
) -> Story {
    let mut story = Story::default();
    play_on(&mut story, source, script, step);
    story
}

/// Does what `play` does, and adds to a story that has begun.
pub fn play_on(
    story: &mut Story,
    source: &mut EventSource<'_>,
    script: impl IntoIterator<Item = Scene>,
    step: usize,
) {
    let mut script = script.into_iter();
    // The pieces that are still to come, the next one last, each with its delay. `ends` says whether the connection
    // ends after them.
    let mut coming: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut ends = false;
    // How many more bytes of the request the connection takes.
    let mut room = usize::MAX;
    let mut input: &[u8] = b"";
    loop {
        let now = Instant::from_millis(story.now);
        let line = match source.poll(now, &mut input) {
            EventSourceOutput::Connect(url) => {
                let line = format!("connect {url}");
                assert_eq!(
                    source.error_body(),
                    b"",
                    "the error body of an earlier response"
                );
                story.requests.push(Vec::new());
                let Some(scene) = script.next() else {
                    story.requests.pop();
                    story.lines.push(line);
                    source.disconnected();
                    return;
                };
                let pieces = |bytes: Vec<u8>| {
                    let pieces = bytes.chunks(step).map(|piece| (0, piece.to_vec()));
                    pieces.rev().collect()
                };
                room = usize::MAX;
                (coming, ends) = match scene {
                    Scene::Refused => {
                        source.disconnected();
                        (Vec::new(), false)
                    }
                    Scene::Unsupported => {
                        source.connect_failed(ConnectError::Unsupported);
                        (Vec::new(), false)
                    }
                    Scene::Takes(length) => {
                        room = length;
                        source.connected(now);
                        (Vec::new(), false)
                    }
                    Scene::Silent => (Vec::new(), false),
                    Scene::Ends(bytes) => (pieces(bytes), true),
                    Scene::Stays(bytes) => (pieces(bytes), false),
                    Scene::Slow(time, list) => (
                        list.into_iter().rev().map(|piece| (time, piece)).collect(),
                        true,
                    ),
                    Scene::Timed(list) => (list.into_iter().rev().collect(), true),
                };
                if !coming.is_empty() || ends {
                    source.connected(now);
                }
                line
            }
            EventSourceOutput::Send(bytes) => {
                assert!(!bytes.is_empty());
                if room == 0 {
                    source.disconnected();
                    continue;
                }
                let part = &bytes[..bytes.len().min(step).min(room)];
                room -= part.len();
                story.requests.last_mut().unwrap().extend_from_slice(part);
                let length = part.len();
                source.sent(now, length);
                continue;
            }
            EventSourceOutput::Notice(Notice::Open) => "open".to_string(),
            EventSourceOutput::Notice(Notice::Event(event)) => format!(
                "event {} [{}] {}",
                event.event_type, event.last_event_id, event.data
            ),
            EventSourceOutput::Notice(Notice::Comment { text, ends }) => {
                format!("comment {text}{}", if ends { "." } else { "" })
            }
            EventSourceOutput::Notice(Notice::Overflow) => "overflow".to_string(),
            EventSourceOutput::Notice(Notice::Reconnecting { reason, at }) => {
                (coming, ends) = (Vec::new(), false);
                story.lines.push(format!(
                    "lost after {}: {}, again in {}",
                    story.now,
                    brief(reason),
                    at.since(now)
                ));
                story.lines.extend(body_line(source));
                continue;
            }
            EventSourceOutput::Wait(until) => {
                assert!(input.is_empty(), "waits with input left");
                assert!(until > now, "waits for a time in the past");
                match coming.pop() {
                    Some((time, piece)) if story.now + time < until.as_millis() => {
                        story.now += time;
                        // The input is borrowed across the next calls. Leaking it is cheap, because tests are short.
                        input = piece.leak();
                    }
                    Some((time, piece)) => {
                        let left = until.since(now);
                        coming.push((time - left, piece));
                        story.now = until.as_millis();
                    }
                    None if ends => {
                        ends = false;
                        source.received_eof();
                    }
                    None if until == Instant::NEVER => return,
                    None => story.now = until.as_millis(),
                }
                continue;
            }
            EventSourceOutput::Notice(Notice::Closed { reason, by }) => {
                story.lines.push(closed(reason, by));
                story.lines.extend(body_line(source));
                return;
            }
            other => panic!("{other:?}"),
        };
        story.lines.push(line);
    }
}

/// The line for the error body, if the client holds one.
fn body_line(source: &EventSource<'_>) -> Option<String> {
    let body = source.error_body();
    (!body.is_empty()).then(|| format!("body {}", body.escape_ascii()))
}

/// A reason without its group, such as `Status(503)`.
#[allow(dead_code, reason = "tests of drivers do without")]
pub fn brief(reason: Reason) -> String {
    let text = format!("{reason:?}");
    let inner = text
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(&text).to_string()
}

/// The line for the end of a client: its reason, and who ended it unless that was the policy.
pub fn closed(reason: Reason, by: EndedBy) -> String {
    let by = match by {
        EndedBy::Policy => "",
        EndedBy::Attempts => " (last attempt)",
        _ => " (caller)",
    };
    format!("closed: {}{by}", brief(reason))
}
