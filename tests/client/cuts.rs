//! A stream that is cut at any byte. The server goes on after the last event ID of the request.

use embedded_sse::client::EventSource;

use crate::helpers::{OPTIONS, url};
use crate::scripted::{Scene, play, play_on};

/// Breaks when a cut at any byte loses an event, or gives one twice.
#[test]
fn a_stream_cut_at_any_byte_gives_each_event_once() {
    let event = |number: usize| format!("event: n\nid: {number}\ndata: {number}\ndata: more\n\n");
    let whole: String = (1..=200).map(event).collect();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    for cut in 0..=head.len() + whole.len() {
        let mut buffer = [0; 64];
        let mut source = EventSource::new(url("http://a"), &OPTIONS, &mut buffer);
        let mut bytes = format!("{head}{whole}").into_bytes();
        bytes.truncate(cut);
        let mut story = play(&mut source, [Scene::Ends(bytes)], 536);
        // The server goes on after the last event ID of the request.
        let id = source.last_event_id();
        let last = id.to_str().unwrap().parse().unwrap_or(0);
        let rest: String = (last + 1..=200).map(event).collect();
        play_on(&mut story, &mut source, [Scene::stream(&rest)], 536);
        if last > 0 {
            let request = story.request(story.requests.len() - 1);
            assert!(request.contains(&format!("Last-Event-ID: {last}\r\n")));
        }
        let numbers = story.lines_of("event n [");
        let expected = (1..=200).map(|number| format!("{number}] {number}\nmore"));
        assert!(numbers.into_iter().eq(expected), "{cut}");
    }
}
