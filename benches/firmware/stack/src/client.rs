//! Calls of the client.

use core::hint::black_box;

use embedded_sse::client::{
    ClientOptions, ConnectError, EventSource, EventSourceOutput, NetworkReason, Notice, Reason,
    Reconnect, ReconnectOptions, ResponseInfo, ResumePoint, Verdict,
};
use embedded_sse::http::{Dechunker, HeaderField, Method, Url};
use embedded_sse::{EventId, Instant};

use crate::depth::Depth;
use crate::vectors::streams;

const NOW: Instant = Instant::from_millis(1_000);
const URL: &str = "http://device.local:8080/events?of=all";

/// Response heads of a stream.
const HEADS: [&[u8]; 2] = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\
      Transfer-Encoding: chunked\r\n\r\nfffff\r\n",
];

/// Responses without a stream.
const ANSWERS: [&[u8]; 9] = [
    b"HTTP/1.1 301 Moved\r\nLocation: //other.local/a/../b?c#d\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: ../there\r\n\r\n",
    b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://[::1]:81/\r\n\r\n",
    b"HTTP/1.1 303 See Other\r\n\r\n",
    b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n\r\n",
    b"HTTP/1.1 429 Slow\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n<!doctype html>",
    b"SSH-2.0-OpenSSH\r\n",
];

pub fn measure() {
    event_source();
    reconnect();
    url();
    dechunker();
}

fn event_source() {
    let fields = [HeaderField::new("Authorization", "Bearer abc").expect("a field")];
    let plain = ClientOptions::new();
    let full = ClientOptions::new()
        .request(Method::POST, b"{\"stream\":true}")
        .fields(&fields)
        .id_parameter("lastEventId")
        .idle_timeout(45_000)
        .repeat_unsafe()
        .comments();
    let mut calls = Calls {
        new: Depth::of("EventSource::new"),
        follow_redirects: Depth::of("EventSource::follow_redirects"),
        resume_from: Depth::of("EventSource::resume_from"),
        poll: Depth::of("EventSource::poll"),
        connected: Depth::of("EventSource::connected"),
        connect_failed: Depth::of("EventSource::connect_failed"),
        sent: Depth::of("EventSource::sent"),
        received_eof: Depth::of("EventSource::received_eof"),
        disconnected: Depth::of("EventSource::disconnected"),
        resume_point: Depth::of("EventSource::resume_point"),
        close: Depth::of("EventSource::close"),
        restart: Depth::of("EventSource::restart"),
    };
    for options in [&plain, &full] {
        for head in HEADS {
            for stream in streams() {
                calls.follow(options, [head].into_iter().chain(stream));
            }
        }
        for answer in ANSWERS {
            for chunk in [usize::MAX, 1] {
                calls.follow(options, answer.chunks(chunk));
            }
        }
    }
}

struct Calls {
    new: Depth,
    follow_redirects: Depth,
    resume_from: Depth,
    poll: Depth,
    connected: Depth,
    connect_failed: Depth,
    sent: Depth,
    received_eof: Depth,
    disconnected: Depth,
    resume_point: Depth,
    close: Depth,
    restart: Depth,
}

impl Calls {
    /// Follows a stream through the first response, and through the second one to its end.
    fn follow<'i>(
        &mut self,
        options: &ClientOptions<'_>,
        mut chunks: impl Iterator<Item = &'i [u8]>,
    ) {
        let mut buffer = [0; 512];
        let mut redirect_buffer = [0; 64];
        let mut input: &[u8] = b"";
        let mut connections = 0;
        let mut now = NOW;

        let url = Url::new(URL).expect("a URL");
        let mut source = self.new.call3(EventSource::new, url, options, &mut buffer);
        let redirects = &mut redirect_buffer;
        self.follow_redirects
            .call2(EventSource::follow_redirects, &mut source, redirects);
        let point = ResumePoint {
            last_event_id: EventId::new("7-1").unwrap_or_default(),
            retry: Some(1_000),
        };
        let _ = self
            .resume_from
            .call2(EventSource::resume_from, &mut source, &point);
        loop {
            match self
                .poll
                .call3(EventSource::poll, &mut source, now, &mut input)
            {
                EventSourceOutput::Connect(_) if connections == 3 => {
                    let error = ConnectError::Unreachable;
                    self.connect_failed
                        .call2(EventSource::connect_failed, &mut source, error);
                    break;
                }
                EventSourceOutput::Connect(_) => {
                    connections += 1;
                    input = b"";
                    self.connected
                        .call2(EventSource::connected, &mut source, now);
                }
                EventSourceOutput::Send(bytes) => {
                    let length = bytes.len().div_ceil(2);
                    self.sent.call3(EventSource::sent, &mut source, now, length);
                }
                EventSourceOutput::Wait(until) => match chunks.next() {
                    Some(chunk) => input = chunk,
                    // With an idle timeout, the stream is silent from here. Without one, it ends or is cut.
                    None if until == Instant::NEVER && connections == 1 => {
                        self.received_eof
                            .call(EventSource::received_eof, &mut source);
                    }
                    None if until == Instant::NEVER => {
                        self.disconnected
                            .call(EventSource::disconnected, &mut source);
                    }
                    None => now = until,
                },
                EventSourceOutput::Notice(Notice::Closed { .. }) => break,
                EventSourceOutput::Notice(_) => {}
            }
        }
        black_box(self.resume_point.call(EventSource::resume_point, &source));
        self.close.call(EventSource::close, &mut source);
        self.restart.call(EventSource::restart, &mut source);
    }
}

fn reconnect() {
    let mut judge = Depth::of("Reconnect::judge");
    let mut opened = Depth::of("Reconnect::opened");
    let mut failed = Depth::of("Reconnect::failed");

    let options = ReconnectOptions::new();
    let mut reconnect = Reconnect::new(&options);
    for status in [200, 204, 301, 307, 400, 404, 429, 500, 503] {
        for retry_after in [None, Some(20)] {
            let answer = ResponseInfo::new(status, "text/event-stream", retry_after);
            let reason = match judge.call2(Reconnect::judge, &mut reconnect, &answer) {
                Verdict::Failed(reason) => reason,
                _ => Reason::Network(NetworkReason::Lost),
            };
            opened.call2(Reconnect::opened, &mut reconnect, NOW);
            let _ = black_box(failed.call3(Reconnect::failed, &mut reconnect, NOW, reason));
        }
    }
}

fn url() {
    let mut new = Depth::of("Url::new");
    let mut host = Depth::of("Url::host");
    let mut port = Depth::of("Url::port");
    let mut path_and_query = Depth::of("Url::path_and_query");

    for text in [
        URL,
        "https://[::1]/?a#b",
        "http://user@host",
        "ftp://host",
        "http://h:99999",
        "",
    ] {
        if let Ok(url) = new.call(Url::new, text) {
            black_box(host.call(Url::host, &url));
            black_box(port.call(Url::port, &url));
            black_box(path_and_query.call(Url::path_and_query, &url));
        }
    }
}

fn dechunker() {
    let mut next = Depth::of("Dechunker::next");

    let bodies: [&[u8]; 3] = [
        b"6\r\ndata:1\r\nA;x=\"y\"\r\n\n\ndata:2\n\n\r\n0\r\nTrailer: 1\r\n\r\n",
        b"fffffffffffffffff\r\n",
        b"no size",
    ];
    for body in bodies {
        for chunk in [usize::MAX, 1] {
            let mut dechunker = Dechunker::new();
            for mut input in body.chunks(chunk) {
                while let Ok(Some(_)) = next.call2(Dechunker::next, &mut dechunker, &mut input) {}
            }
        }
    }
}
