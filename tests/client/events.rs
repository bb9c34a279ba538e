//! What a client reports: events, comments, events that do not fit, and changes of its state.

use embedded_sse::client::{ClientOptions, EventSource};

use crate::helpers::{EXACT, OPTIONS, lines, play_every_way, url};
use crate::scripted::{Scene, play};

/// Breaks when a stream is not opened, is not reported, or is not requested again after its end.
#[test]
fn a_lost_stream_is_requested_again() {
    let story = play_every_way(
        &OPTIONS,
        &[
            Scene::stream("id: 1\ndata: a\n\nevent: b\ndata: c\nid: 2\n\ndata: unfinished\n"),
            Scene::stays(": hello\n\ndata: d\n\n"),
        ],
    );
    assert_eq!(
        story.lines,
        [
            "connect http://device/events",
            "open",
            "event message [1] a",
            "event b [2] c",
            "lost after 0: Ended, again in 3000",
            "connect http://device/events",
            "open",
            "event message [2] d",
        ]
    );
}

/// Breaks when an event of the server is reported as a notice of the client.
#[test]
fn events_named_open_and_error_are_ordinary_events() {
    let body = "event: open\ndata: x\n\nevent: error\ndata: y\n\n";
    assert_eq!(
        lines(&OPTIONS, &[Scene::stays(body)])[1..],
        ["open", "event open [] x", "event error [] y"]
    );
}

const COMMENTS: &str = ":a\ndata: x\n: b \nid: 1\n:\n\n";

/// Breaks when comments are reported without the option.
#[test]
fn comments_are_skipped_by_default() {
    assert_eq!(
        lines(&OPTIONS, &[Scene::stream(COMMENTS)])[2],
        "event message [1] x"
    );
}

/// Breaks when comments are not reported with the option, or are changed.
#[test]
fn comments_are_reported_with_the_option() {
    let options = ClientOptions::new().comments().reconnect(EXACT);
    for step in [1, 5, 100] {
        let mut buffer = [0; 100];
        let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
        let lines = play(&mut source, [Scene::stream(COMMENTS)], step).lines;
        let comments = lines
            .iter()
            .filter_map(|line| line.strip_prefix("comment "));
        assert_eq!(comments.collect::<String>(), "a. b ..", "{step}");
        assert!(lines.contains(&"event message [1] x".into()));
    }
}

/// Breaks when an event that does not fit ends the stream, or is lost without a report.
#[test]
fn an_event_that_does_not_fit_is_reported_once_and_the_stream_goes_on() {
    let mut buffer = [0; 60];
    let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
    let body = format!("data: {}\nid: 1\n\ndata: y\n\n", "x".repeat(100));
    let lines = play(&mut source, [Scene::stream(&body)], 100).lines;
    assert_eq!(lines[1..4], ["open", "overflow", "event message [1] y"]);
}
