//! The state that survives a deep sleep or a reboot: last event ID and reconnection time, exported and restored.

use embedded_sse::client::{EventSource, ResumePoint};

use crate::helpers::{OPTIONS, resume_point, url};
use crate::scripted::{Scene, play};

/// Breaks when a client exports an id or a time before a server has sent one.
#[test]
fn a_new_client_exports_an_empty_resume_point() {
    let mut buffer = [0; 100];
    let source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
    assert_eq!(source.resume_point(), ResumePoint::default());
}

/// Breaks when the exported values are not the committed id and the server's `retry`, or are restored otherwise.
#[test]
fn a_resume_point_restores_id_and_retry() {
    let mut buffer = [0; 100];
    let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
    play(
        &mut source,
        [Scene::stream("retry: 700\nid: 1\n\nid: 2\n")],
        5,
    );
    let point = source.resume_point();
    assert_eq!(
        (point.last_event_id.as_bytes(), point.retry),
        (&b"1"[..], Some(700))
    );
    let mut other_buffer = [0; 100];
    let mut other = EventSource::new(url("http://a"), &OPTIONS, &mut other_buffer);
    other.resume_from(&point).unwrap();
    assert_eq!(other.resume_point(), point);
    let story = play(&mut other, [Scene::stream("")], 100);
    assert!(story.request(0).ends_with("\r\nLast-Event-ID: 1\r\n\r\n"));
    assert_eq!(story.lines[2], "lost after 0: Ended, again in 700");
}

/// Breaks when an initial id is not sent, or is not that of events without one.
#[test]
fn an_initial_id_is_sent_with_the_first_request() {
    let mut buffer = [0; 100];
    let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
    source.resume_from(&resume_point("7", None)).unwrap();
    let story = play(&mut source, [Scene::stream("data: x\n\n")], 100);
    assert!(story.request(0).ends_with("\r\nLast-Event-ID: 7\r\n\r\n"));
    assert_eq!(story.lines[2], "event message [7] x");
    assert_eq!(story.lines[3], "lost after 0: Ended, again in 3000");
}

/// Breaks when a restored `retry` is not limited as a server's is.
#[test]
fn a_restored_retry_is_raised_to_the_floor() {
    let mut buffer = [0; 100];
    let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
    source.resume_from(&resume_point("7", Some(50))).unwrap();
    let story = play(&mut source, [Scene::stream("")], 100);
    assert_eq!(story.lines[2], "lost after 0: Ended, again in 100");
}

/// Breaks when an id that does not fit is cut, or changes the client's state.
#[test]
fn an_id_that_does_not_fit_is_refused_and_changes_nothing() {
    let mut small = [0; 3];
    let mut other = EventSource::new(url("http://a"), &OPTIONS, &mut small);
    assert!(other.resume_from(&resume_point("long", None)).is_err());
    assert_eq!(other.resume_point(), ResumePoint::default());
}

/// Breaks when an id is restored that leaves no room for a response, or when one is refused that leaves some.
#[test]
fn an_id_of_more_than_half_the_buffer_is_refused() {
    let mut buffer = [0; 40];
    let mut source = EventSource::new(url("http://device/events"), &OPTIONS, &mut buffer);
    let long = resume_point("123456789012345678901", Some(5));
    assert!(source.resume_from(&long).is_err());
    assert_eq!(source.resume_point(), ResumePoint::default());
    let point = resume_point("12345678901234567890", Some(5));
    source.resume_from(&point).unwrap();
    let story = play(&mut source, [], 1000);
    assert_eq!(source.resume_point(), point, "{:?}", story.lines);
}
