//! `io::asynch::Client` and `io::blocking::Client` give the same notices as their event source, at the same times.
//! Dropped futures are tested in `client_cancel_safety`.

use embedded_sse::client::{
    CallerReason, ClientOptions, ConnectError, EndedBy, EventSource, Notice, Reason,
    ReconnectOptions,
};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::Clock as _;
use embedded_sse::io::{asynch, blocking};
use embedded_sse::{Event, Instant};

use crate::clock::VirtualClock;
use crate::helpers::client_script::{
    NoticeLines, OPTIONS, SIZES, expected, script, scripts, scripts_with_silence, source,
};
use crate::helpers::polls::within_polls;
use crate::scripted::Scene;
use crate::scripted_socket::{Connector, Socket};

static STRICT: ClientOptions =
    ClientOptions::new().reconnect(ReconnectOptions::new().no_jitter().strict());

/// Breaks when a blocking driver loses, repeats or reorders something, or waits too long or too short.
#[test]
fn a_blocking_client_gives_the_notices_of_its_event_source() {
    for script in scripts() {
        let expected = expected(&script);
        for (step, length) in SIZES {
            let connector = Connector::new(&script, step);
            let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
            let mut received = vec![0; length];
            let source = source(&mut buffer, &mut redirects);
            let mut client =
                blocking::Client::new(source, connector.clone(), &mut received, connector.clone());
            let mut notice_lines = NoticeLines::default();
            loop {
                let notice = client.next_notice();
                let now = blocking::Clock::now(&connector);
                let Some(line) = notice_lines.line(notice, now) else {
                    continue;
                };
                connector.add_line(line.clone());
                if line.starts_with("closed") {
                    break;
                }
            }
            let now = blocking::Clock::now(&connector).as_millis();
            let outcome = (connector.lines(), connector.requests(), now);
            assert_eq!(outcome, expected, "{step} {length}");
            assert_eq!(client.next(), None);
        }
    }
}

/// Breaks when an asynchronous driver loses, repeats or reorders something, or waits too long or too short.
#[tokio::test(start_paused = true)]
async fn an_asynchronous_client_gives_the_notices_of_its_event_source() {
    for script in scripts_with_silence() {
        let expected = expected(&script);
        for (step, length) in SIZES {
            let connector = Connector::new(&script, step);
            let start = VirtualClock.now();
            follow(&connector, length, usize::MAX).await;
            let time = VirtualClock.now().since(start);
            let outcome = (connector.lines(), connector.requests(), time);
            assert_eq!(outcome, expected, "{step} {length}");
        }
    }
}

/// Follows a script to its end. A future that is not ready after `patience` polls is dropped. Returns the number of
/// dropped futures.
pub async fn follow(connector: &Connector, length: usize, patience: usize) -> usize {
    let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
    let mut received = vec![0; length];
    let source = source(&mut buffer, &mut redirects);
    let mut client = asynch::Client::new(source, connector.clone(), &mut received, VirtualClock);
    let mut notice_lines = NoticeLines::default();
    let mut dropped = 0;
    loop {
        let next = async {
            let notice = client.next_notice().await;
            notice_lines.line(notice, VirtualClock.now())
        };
        let Some(line) = within_polls(patience, next).await else {
            dropped += 1;
            continue;
        };
        let Some(line) = line else { continue };
        connector.add_line(line.clone());
        if line.starts_with("closed") {
            assert_eq!(client.next().await, None);
            return dropped;
        }
    }
}

/// Breaks when `next` returns at a notice that is no event, or returns something else than the event.
#[tokio::test(start_paused = true)]
async fn next_skips_all_notices_but_events() {
    let script = script();
    let expected: Vec<String> = expected(&script)
        .0
        .iter()
        .filter_map(|line| line.strip_prefix("event ").map(str::to_string))
        .collect();
    let line = |event: Event<'_>| {
        format!(
            "{} [{}] {}",
            event.event_type, event.last_event_id, event.data
        )
    };

    let connector = Connector::new(&script, 64);
    let (mut buffer, mut redirects, mut received) = ([0; 256], [0; 256], [0; 64]);
    let source = source(&mut buffer, &mut redirects);
    let mut client = asynch::Client::new(source, connector, &mut received, VirtualClock);
    let mut events = Vec::new();
    while let Some(event) = client.next().await {
        events.push(line(event));
    }
    assert_eq!(events, expected);

    let connector = Connector::new(&script, 64);
    let (mut buffer, mut redirects, mut received) = ([0; 256], [0; 256], [0; 64]);
    let source = self::source(&mut buffer, &mut redirects);
    let mut client = blocking::Client::new(source, connector.clone(), &mut received, connector);
    let mut events = Vec::new();
    while let Some(event) = client.next() {
        events.push(line(event));
    }
    assert_eq!(events, expected);
}

/// Breaks when a lost connection is kept until the next one is made: there may be room for one only.
#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_dropped_before_the_next_is_made() {
    let script = [Scene::stream("data: a\n\n"), Scene::stays("data: b\n\n")];
    let is_lost = |notice: Notice<'_>| matches!(notice, Notice::Reconnecting { .. });

    let connector = Connector::new(&script, usize::MAX);
    let (mut buffer, mut received) = ([0; 256], [0; 64]);
    let source = source(&mut buffer, &mut []);
    let mut client = asynch::Client::new(source, connector.clone(), &mut received, VirtualClock);
    assert_eq!(client.next_notice().await, Notice::Open);
    assert!(connector.is_open());
    while !is_lost(client.next_notice().await) {}
    assert!(!connector.is_open());
    // The connector checks that the earlier connection is gone.
    assert_eq!(client.next().await.unwrap().data, "b");
    assert!(connector.is_open());

    let connector = Connector::new(&script, usize::MAX);
    let (mut buffer, mut received) = ([0; 256], [0; 64]);
    let source = self::source(&mut buffer, &mut []);
    let mut client =
        blocking::Client::new(source, connector.clone(), &mut received, connector.clone());
    while !is_lost(client.next_notice()) {}
    assert!(!connector.is_open());
    assert_eq!(client.next().unwrap().data, "b");
    assert!(connector.is_open());
}

/// A connector that can make no encrypted connections.
struct Unencrypted(Connector);

impl asynch::Connect for Unencrypted {
    type Socket = Socket;

    async fn connect(&mut self, url: Url<'_>) -> Result<Socket, ConnectError> {
        match url.is_https() {
            true => Err(ConnectError::Unsupported),
            false => asynch::Connect::connect(&mut self.0, url).await,
        }
    }
}

impl blocking::Connect for Unencrypted {
    type Socket = Socket;

    fn connect(&mut self, url: Url<'_>) -> Result<Socket, ConnectError> {
        match url.is_https() {
            true => Err(ConnectError::Unsupported),
            false => blocking::Connect::connect(&mut self.0, url),
        }
    }
}

/// The first notices of both clients with such a connector, for this URL and a server that redirects to `https`.
async fn notices_of_unencrypted(
    url: &str,
    options: &ClientOptions<'_>,
    connections: usize,
) -> [String; 2] {
    let script = [Scene::answer("307 x\r\nLocation: https://device/", "")];
    let url = Url::new(url).unwrap();

    let connector = Connector::new(&script, 64);
    let (mut buffer, mut redirects, mut received) = ([0; 256], [0; 256], [0; 64]);
    let mut source = EventSource::new(url, options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let unencrypted = Unencrypted(connector.clone());
    let start = VirtualClock.now();
    let mut client = asynch::Client::new(source, unencrypted, &mut received, VirtualClock);
    let first = line_of(client.next_notice().await, start);
    assert_eq!(connector.requests().len(), connections);

    let connector = Connector::new(&script, 64);
    let (mut buffer, mut redirects, mut received) = ([0; 256], [0; 256], [0; 64]);
    let mut source = EventSource::new(url, options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let unencrypted = Unencrypted(connector.clone());
    let start = blocking::Clock::now(&connector);
    let mut client = blocking::Client::new(source, unencrypted, &mut received, connector.clone());
    let second = line_of(client.next_notice(), start);
    assert_eq!(connector.requests().len(), connections);
    [first, second]
}

/// The line for a notice, without the group of its reason.
fn line_of(notice: Notice<'_>, start: Instant) -> String {
    NoticeLines::default().line(notice, start).unwrap()
}

/// Breaks when a client retries a URL that its connector does not support.
#[tokio::test(start_paused = true)]
async fn a_url_with_an_unsupported_scheme_is_final() {
    for options in [&OPTIONS, &STRICT] {
        let notices = notices_of_unencrypted("https://device/events", options, 0).await;
        assert_eq!(notices, ["closed: Unsupported (caller)"; 2]);
    }
}

/// Breaks when a redirect to `https` ends such a client, or is retried often.
#[tokio::test(start_paused = true)]
async fn a_redirect_to_an_unsupported_scheme_is_retried_with_the_longest_delay_unless_strict() {
    let notices = notices_of_unencrypted("http://device/events", &OPTIONS, 1).await;
    assert_eq!(notices, ["lost: Unsupported, again in 60000"; 2]);
    let notices = notices_of_unencrypted("http://device/events", &STRICT, 1).await;
    assert_eq!(notices, ["closed: Unsupported"; 2]);
}

/// Two streams that stay open.
fn two_streams() -> [Scene; 2] {
    [
        Scene::stays("id: 1\ndata: a\n\n"),
        Scene::stays("id: 2\ndata: b\n\n"),
    ]
}

/// Breaks when a client that restarts keeps its connection, waits or forgets the id, or when a closed client keeps
/// its connection.
#[tokio::test(start_paused = true)]
async fn close_and_restart_of_an_asynchronous_client_drop_the_connection_at_once() {
    let connector = Connector::new(&two_streams(), usize::MAX);
    let (mut buffer, mut received) = ([0; 256], [0; 64]);
    let start = VirtualClock.now();
    let source = source(&mut buffer, &mut []);
    let mut client = asynch::Client::new(source, connector.clone(), &mut received, VirtualClock);
    assert_eq!(client.next().await.unwrap().data, "a");
    client.restart();
    assert!(!connector.is_open());
    assert_eq!(client.source().last_event_id(), "1");
    assert_eq!(client.next().await.unwrap().data, "b");
    assert!(connector.is_open());
    client.close();
    assert!(!connector.is_open());
    assert_eq!(client.next().await, None);
    let closed = Notice::Closed {
        reason: Reason::Caller(CallerReason::Closed),
        by: EndedBy::Caller,
    };
    assert_eq!(client.next_notice().await, closed);
    assert_eq!(VirtualClock.now(), start);
    assert!(connector.requests()[1].ends_with(b"Last-Event-ID: 1\r\n\r\n"));
}

/// Breaks when a client keeps its connection after a restart or `close`.
#[test]
fn close_and_restart_of_a_blocking_client_drop_the_connection_at_once() {
    let (mut buffer, mut received) = ([0; 256], [0; 64]);
    let connector = Connector::new(&two_streams(), usize::MAX);
    let source = source(&mut buffer, &mut []);
    let mut client =
        blocking::Client::new(source, connector.clone(), &mut received, connector.clone());
    assert_eq!(client.next().unwrap().data, "a");
    client.restart();
    assert!(!connector.is_open());
    assert_eq!(client.next().unwrap().data, "b");
    client.close();
    assert!(!connector.is_open());
    assert_eq!(client.next(), None);
}
